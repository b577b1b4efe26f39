//! The step between a complex transform of M points and the real one of 2·M, for which even and odd samples were taken as
//! real and imaginary parts.
//!
//! With Z the complex spectrum, E = Z[k] + conj Z[M − k], O = Z[k] − conj Z[M − k] and w = −i·exp(−iπk/M):
//! X[k] = (E + w·O)/2 and X[M − k] = conj(E − w·O)/2. The way back is the same with conj w and without the halves.

use super::fft::Complex32;
use rustfft::num_complex::Complex64;
use std::sync::Arc;

/// w[k] = −i·exp(−2πik/length) for k up to a quarter of the length.
pub(crate) fn twiddles(length: usize) -> Arc<[Complex32]> {
    // Each is the product of a coarse and a fine turn: sines take longer than the transform of a whole signal.
    const FINE: usize = 256;
    let turn = |k: usize| Complex64::cis(-std::f64::consts::TAU * k as f64 / length as f64);
    let fine: [Complex64; FINE] = std::array::from_fn(turn);
    let count = length / 4 + 1;
    let coarse = (0..count).step_by(FINE).map(|k| turn(k) * -Complex64::i());
    let products = coarse.flat_map(|coarse| fine.iter().map(move |fine| coarse * fine));
    products.take(count).map(|w| Complex32::new(w.re as f32, w.im as f32)).collect()
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

/// From the complex spectrum of y and the real one of x to the complex spectrum of their circular cross-correlation, four
/// times as large: [`part`], conj(X)·Y and [`join`] at once.
pub(crate) fn correlate(x: &[Complex32], y: &mut [Complex32], twiddles: &[Complex32]) {
    let half = y.len() - 1;
    let (first, last) = (x[0].re * (y[0].re + y[0].im), x[half].re * (y[0].re - y[0].im));
    y[0] = Complex32::new(first + last, first - last) * 2.0;
    let (x_low, x_high) = ends(&x[1..half]);
    let (low, middle, high) = ends_mut(&mut y[1..half]);
    for (x, y) in x[x_low.len() + 1..].iter().zip(middle) {
        *y = x * *y * 4.0;
    }
    let twiddles = &twiddles[1..=low.len()];
    let plain = simd::remainder(low.len());
    simd::correlate(
        [&x_low[plain..], &x_high[..x_low.len() - plain]],
        &mut low[plain..],
        &mut high[..x_low.len() - plain],
        &twiddles[plain..],
    );
    for k in 0..plain {
        let mirror = high.len() - 1 - k;
        let w = twiddles[k];
        let (a, b) = (low[k], high[mirror].conj());
        let (even, turned) = (a + b, w * (a - b));
        let a = x_low[k].conj() * (even + turned);
        let b = x_high[mirror] * (even - turned);
        let (even, turned) = (a + b, w.conj() * (a - b));
        low[k] = even + turned;
        high[mirror] = (even - turned).conj();
    }
}

/// The values from either end up to the middle.
fn ends(values: &[Complex32]) -> (&[Complex32], &[Complex32]) {
    (&values[..values.len() / 2], &values[values.len().div_ceil(2)..])
}

/// The same and the middle value, which an odd number of them has. There w is −1, and it is its own mirror.
fn ends_mut(values: &mut [Complex32]) -> (&mut [Complex32], &mut [Complex32], &mut [Complex32]) {
    let (low, high) = values.split_at_mut(values.len() / 2);
    let (middle, high) = high.split_at_mut(high.len() - low.len());
    (low, middle, high)
}

/// The butterfly of every pair k and M − k between the ends; `conjugate` of −1 takes conj w.
fn pairs(values: &mut [Complex32], twiddles: &[Complex32], scale: f32, conjugate: f32) {
    let half = values.len() - 1;
    let (low, middle, high) = ends_mut(&mut values[1..half]);
    for value in middle {
        *value = value.conj() * (2.0 * scale);
    }
    let twiddles = &twiddles[1..=low.len()];
    let plain = simd::remainder(low.len());
    let inner = low.len() - plain;
    simd::pairs(&mut low[plain..], &mut high[..inner], &twiddles[plain..], scale, conjugate);
    for k in 0..plain {
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

    /// How many of `count` pairs are left to the plain loop: the outermost, so that the others stand at whole registers.
    pub fn remainder(count: usize) -> usize {
        let able = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        if able { count % LANES } else { count }
    }

    /// Does all pairs, from the outside inwards; as many as [`remainder`] leaves.
    pub fn pairs(
        low: &mut [Complex32],
        high: &mut [Complex32],
        w: &[Complex32],
        scale: f32,
        conjugate: f32,
    ) {
        let count = low.len();
        assert!(remainder(count) == 0 && high.len() == count && w.len() == count);
        if count == 0 {
            return;
        }
        // SAFETY: the CPU has AVX2, because pairs are left; all slices hold `count` values, which fill registers.
        unsafe {
            avx2(
                low.as_mut_ptr(),
                high.as_mut_ptr().add(count),
                w.as_ptr(),
                count,
                scale,
                conjugate,
            )
        }
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
        let scale = _mm256_set1_ps(scale);
        let conjugate = _mm256_set1_ps(conjugate);
        for k in (0..count).step_by(LANES) {
            // SAFETY: k + LANES <= count, which all three hold.
            unsafe {
                let low = low.add(k).cast::<f32>();
                let high = high_end.sub(k + LANES).cast::<f32>();
                let a = _mm256_loadu_ps(low);
                let b = conjugated(reversed(_mm256_loadu_ps(high)));
                let w = _mm256_loadu_ps(w.add(k).cast::<f32>());
                let (even, odd) = (_mm256_add_ps(a, b), _mm256_sub_ps(a, b));
                let real = _mm256_moveldup_ps(w);
                let imaginary = _mm256_mul_ps(_mm256_movehdup_ps(w), conjugate);
                let turned = _mm256_addsub_ps(
                    _mm256_mul_ps(odd, real),
                    _mm256_mul_ps(swapped(odd), imaginary),
                );
                let mirrored = conjugated(_mm256_sub_ps(even, turned));
                _mm256_storeu_ps(low, _mm256_mul_ps(_mm256_add_ps(even, turned), scale));
                _mm256_storeu_ps(high, _mm256_mul_ps(reversed(mirrored), scale));
            }
        }
    }

    /// [`correlate`](super::correlate) for all pairs, `x` from both ends; as many as [`remainder`] leaves.
    pub fn correlate(
        [x_low, x_high]: [&[Complex32]; 2],
        low: &mut [Complex32],
        high: &mut [Complex32],
        w: &[Complex32],
    ) {
        let count = low.len();
        let all = [x_low.len(), x_high.len(), high.len(), w.len()];
        assert!(remainder(count) == 0 && all == [count; 4]);
        if count == 0 {
            return;
        }
        // SAFETY: the CPU has AVX2 and FMA, because pairs are left; all slices hold `count` values, which fill registers.
        unsafe {
            avx2_correlate(
                [x_low.as_ptr(), x_high.as_ptr().add(count)],
                low.as_mut_ptr(),
                high.as_mut_ptr().add(count),
                w.as_ptr(),
                count,
            )
        }
    }

    /// # Safety
    /// As for [`avx2`]; `x` and its end likewise.
    #[target_feature(enable = "avx2,fma")]
    unsafe fn avx2_correlate(
        [x, x_end]: [*const Complex32; 2],
        low: *mut Complex32,
        high_end: *mut Complex32,
        w: *const Complex32,
        count: usize,
    ) {
        for k in (0..count).step_by(LANES) {
            // SAFETY: k + LANES <= count, which all of them hold.
            unsafe {
                let low = low.add(k).cast::<f32>();
                let high = high_end.sub(k + LANES).cast::<f32>();
                let w = _mm256_loadu_ps(w.add(k).cast::<f32>());
                let x_low = _mm256_loadu_ps(x.add(k).cast::<f32>());
                let x_high = reversed(_mm256_loadu_ps(x_end.sub(k + LANES).cast::<f32>()));
                let a = _mm256_loadu_ps(low);
                let b = conjugated(reversed(_mm256_loadu_ps(high)));
                let (even, turned) = (_mm256_add_ps(a, b), times(_mm256_sub_ps(a, b), w));
                let a = times_conjugate(_mm256_add_ps(even, turned), x_low);
                let b = times(_mm256_sub_ps(even, turned), x_high);
                let (even, turned) = (_mm256_add_ps(a, b), times_conjugate(_mm256_sub_ps(a, b), w));
                _mm256_storeu_ps(low, _mm256_add_ps(even, turned));
                _mm256_storeu_ps(high, reversed(conjugated(_mm256_sub_ps(even, turned))));
            }
        }
    }

    /// The complex values in opposite order.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn reversed(v: __m256) -> __m256 {
        _mm256_castpd_ps(_mm256_permute4x64_pd::<0b00_01_10_11>(_mm256_castps_pd(v)))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn conjugated(v: __m256) -> __m256 {
        _mm256_xor_ps(v, _mm256_setr_ps(0.0, -0.0, 0.0, -0.0, 0.0, -0.0, 0.0, -0.0))
    }

    /// Imaginary and real parts exchanged.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn swapped(v: __m256) -> __m256 {
        _mm256_permute_ps::<0b10_11_00_01>(v)
    }

    /// v·w
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn times(v: __m256, w: __m256) -> __m256 {
        let crossed = _mm256_mul_ps(swapped(v), _mm256_movehdup_ps(w));
        _mm256_fmaddsub_ps(v, _mm256_moveldup_ps(w), crossed)
    }

    /// v·conj w
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn times_conjugate(v: __m256, w: __m256) -> __m256 {
        let crossed = _mm256_mul_ps(swapped(v), _mm256_movehdup_ps(w));
        _mm256_fmsubadd_ps(v, _mm256_moveldup_ps(w), crossed)
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod simd {
    use super::Complex32;

    /// Leaves all pairs to the plain loop.
    pub fn remainder(count: usize) -> usize {
        count
    }

    /// Has nothing to do.
    pub fn pairs(_: &mut [Complex32], _: &mut [Complex32], _: &[Complex32], _: f32, _: f32) {}

    /// The same.
    pub fn correlate(
        _: [&[Complex32]; 2],
        _: &mut [Complex32],
        _: &mut [Complex32],
        _: &[Complex32],
    ) {
    }
}
