//! The step between a complex transform of M points and the real one of 2·M, for which even and odd samples were taken as
//! real and imaginary parts.
//!
//! With Z the complex spectrum, E = Z[k] + conj Z[M − k], O = Z[k] − conj Z[M − k] and w = −i·exp(−iπk/M):
//! X[k] = (E + w·O)/2 and X[M − k] = conj(E − w·O)/2. The way back is the same with conj w and without the halves.

use super::fft::Complex32;
use std::sync::Arc;

/// w[k] = −i·exp(−2πik/length) for k up to a quarter of the length.
pub(crate) fn twiddles(length: usize) -> Arc<[Complex32]> {
    let step = std::f64::consts::TAU / length as f64;
    let twiddle = |k: usize| {
        let (sin, cos) = (step * k as f64).sin_cos();
        Complex32::new(-sin as f32, -cos as f32)
    };
    (0..=length / 4).map(twiddle).collect()
}

/// From the complex spectrum (and one value's room behind it) to the real one.
pub(crate) fn part(values: &mut [Complex32], twiddles: &[Complex32]) {
    let half = values.len() - 1;
    let first = values[0];
    values[0] = Complex32::new(first.re + first.im, 0.0);
    values[half] = Complex32::new(first.re - first.im, 0.0);
    pairs(values, twiddles, 0.5, 1.0);
}

/// From the real spectrum to the complex one, twice as large; the outermost bins of a real signal's spectrum are real.
pub(crate) fn join(values: &mut [Complex32], twiddles: &[Complex32]) {
    let half = values.len() - 1;
    let (first, last) = (values[0].re, values[half].re);
    values[0] = Complex32::new(first + last, first - last);
    pairs(values, twiddles, 1.0, -1.0);
}

/// The butterfly of every pair k and M − k between the ends; `conjugate` of −1 takes conj w.
fn pairs(values: &mut [Complex32], twiddles: &[Complex32], scale: f32, conjugate: f32) {
    let half = values.len() - 1;
    let (low, high) = values[1..half].split_at_mut((half - 1) / 2);
    // An even M leaves its middle value to itself: there w is −1 and E − w·O is twice the conjugate.
    let (middle, high) = high.split_at_mut((half - 1) % 2);
    for value in middle {
        *value = value.conj() * (2.0 * scale);
    }
    let twiddles = &twiddles[1..=low.len()];
    let done = simd::pairs(low, high, twiddles, scale, conjugate);
    for k in done..low.len() {
        let mirror = high.len() - 1 - k;
        let (a, b) = (low[k], high[mirror].conj());
        let (even, odd) = (a + b, a - b);
        let w = Complex32::new(twiddles[k].re, twiddles[k].im * conjugate);
        let turned = Complex32::new(odd.re * w.re - odd.im * w.im, odd.im * w.re + odd.re * w.im);
        low[k] = (even + turned) * scale;
        high[mirror] = (even - turned).conj() * scale;
    }
}

#[cfg(target_arch = "x86_64")]
mod simd {
    use super::Complex32;
    use std::arch::x86_64::*;

    /// Complex values in a register.
    const LANES: usize = 4;

    /// Does as many pairs as fill registers, from the outside inwards; returns how many.
    pub fn pairs(
        low: &mut [Complex32],
        high: &mut [Complex32],
        w: &[Complex32],
        scale: f32,
        conjugate: f32,
    ) -> usize {
        if !is_x86_feature_detected!("avx2") {
            return 0;
        }
        let count = low.len() / LANES * LANES;
        assert!(high.len() >= count && w.len() >= count);
        // SAFETY: the CPU has AVX2, and all slices hold `count` values.
        unsafe {
            avx2(
                low.as_mut_ptr(),
                high.as_mut_ptr().add(high.len()),
                w.as_ptr(),
                count,
                scale,
                conjugate,
            )
        }
        count
    }

    /// # Safety
    /// `low`, `w` point to `count` values, `high_end` behind `count` values; `count` is a multiple of the lanes.
    #[target_feature(enable = "avx2")]
    unsafe fn avx2(
        low: *mut Complex32,
        high_end: *mut Complex32,
        w: *const Complex32,
        count: usize,
        scale: f32,
        conjugate: f32,
    ) {
        let negate_imaginary = _mm256_setr_ps(0.0, -0.0, 0.0, -0.0, 0.0, -0.0, 0.0, -0.0);
        let scale = _mm256_set1_ps(scale);
        let conjugate = _mm256_set1_ps(conjugate);
        let reversed = |v: __m256| {
            _mm256_castpd_ps(_mm256_permute4x64_pd::<0b00_01_10_11>(_mm256_castps_pd(v)))
        };
        for k in (0..count).step_by(LANES) {
            // SAFETY: k + LANES <= count, which all three hold.
            unsafe {
                let low = low.add(k).cast::<f32>();
                let high = high_end.sub(k + LANES).cast::<f32>();
                let a = _mm256_loadu_ps(low);
                let b = _mm256_xor_ps(reversed(_mm256_loadu_ps(high)), negate_imaginary);
                let w = _mm256_loadu_ps(w.add(k).cast::<f32>());
                let (even, odd) = (_mm256_add_ps(a, b), _mm256_sub_ps(a, b));
                let real = _mm256_moveldup_ps(w);
                let imaginary = _mm256_mul_ps(_mm256_movehdup_ps(w), conjugate);
                let swapped = _mm256_permute_ps::<0b10_11_00_01>(odd);
                let turned =
                    _mm256_addsub_ps(_mm256_mul_ps(odd, real), _mm256_mul_ps(swapped, imaginary));
                let mirrored = _mm256_xor_ps(_mm256_sub_ps(even, turned), negate_imaginary);
                _mm256_storeu_ps(low, _mm256_mul_ps(_mm256_add_ps(even, turned), scale));
                _mm256_storeu_ps(high, _mm256_mul_ps(reversed(mirrored), scale));
            }
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod simd {
    use super::Complex32;

    /// Leaves all pairs to the plain loop.
    pub fn pairs(
        _: &mut [Complex32],
        _: &mut [Complex32],
        _: &[Complex32],
        _: f32,
        _: f32,
    ) -> usize {
        0
    }
}
