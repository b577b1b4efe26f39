//! SIMD registers behind one trait: the same arithmetic on as many values as the processor's widest registers hold, or on
//! arrays where it has none that are known here.
//!
//! [`run`] is the only way to a register, and hands out those that the processor has.

use bytemuck::{Pod, cast_slice_mut};

/// Values side by side, one a lane.
pub(crate) trait Lanes: Pod {
    /// How many.
    const WIDTH: usize;

    fn splat(value: f32) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    /// self·a + b, rounded once where the processor has an instruction for it.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// self·a − b, likewise.
    fn mul_sub(self, a: Self, b: Self) -> Self;
    fn max(self, other: Self) -> Self;
    fn abs(self) -> Self;
    /// A bit for each lane in which `self` is larger.
    fn exceeds(self, other: Self) -> u32;
    /// The samples `first..first + WIDTH` of the first WIDTH signals, a signal a lane, into the first elements of `out`.
    fn gather(signals: &[&[f32]; MOST], first: usize, out: &mut [Self; MOST]);
}

/// Lanes of the widest registers.
pub(crate) const MOST: usize = 16;

/// Arithmetic that runs on registers of any width.
pub(crate) trait OnLanes {
    type Output;

    /// To be compiled into its caller (`#[inline(always)]`, as all that it calls, and no closures): only there are the
    /// processor's instructions allowed.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// Runs on the widest registers that the processor has.
pub(crate) fn run<T: OnLanes>(work: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has AVX-512, as asked on the line above.
            return unsafe { x86::on_avx512(work) };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has both, as asked on the line above.
            return unsafe { x86::on_avx2(work) };
        }
    }
    work.run::<Plain>()
}

/// Lanes of the widest registers that the processor has.
pub(crate) fn width() -> usize {
    run(Width)
}

struct Width;

impl OnLanes for Width {
    type Output = usize;

    #[inline(always)]
    fn run<L: Lanes>(self) -> usize {
        L::WIDTH
    }
}

/// Runs on each kind of registers that the processor has, plain arrays too.
#[cfg(test)]
pub(crate) fn run_on_each<T: OnLanes>(mut work: impl FnMut() -> T) -> Vec<T::Output> {
    let mut outputs = vec![work().run::<Plain>()];
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has AVX-512, as asked on the line above.
            outputs.push(unsafe { x86::on_avx512(work()) });
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has both, as asked on the line above.
            outputs.push(unsafe { x86::on_avx2(work()) });
        }
    }
    outputs
}

/// A complex value in each lane.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct ComplexLanes<L> {
    pub re: L,
    pub im: L,
}

// SAFETY: two of the same plain type in a row leave no gap.
unsafe impl<L: Lanes> bytemuck::Zeroable for ComplexLanes<L> {}
// SAFETY: the same.
unsafe impl<L: Lanes> Pod for ComplexLanes<L> {}

impl<L: Lanes> ComplexLanes<L> {
    /// Memory as complex values, which it holds a whole number of at the right alignment.
    #[inline(always)]
    pub fn of(values: &mut [f32]) -> &mut [Self] {
        cast_slice_mut(values)
    }

    /// The same value in all lanes.
    #[inline(always)]
    pub fn splat([re, im]: [f32; 2]) -> Self {
        Self { re: L::splat(re), im: L::splat(im) }
    }

    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self { re: self.re.add(other.re), im: self.im.add(other.im) }
    }

    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        Self { re: self.re.sub(other.re), im: self.im.sub(other.im) }
    }

    /// self + i·other
    #[inline(always)]
    pub fn add_turned(self, other: Self) -> Self {
        Self { re: self.re.sub(other.im), im: self.im.add(other.re) }
    }

    /// self − i·other
    #[inline(always)]
    pub fn sub_turned(self, other: Self) -> Self {
        Self { re: self.re.add(other.im), im: self.im.sub(other.re) }
    }

    #[inline(always)]
    pub fn times(self, w: Self) -> Self {
        Self {
            re: self.re.mul_sub(w.re, self.im.mul(w.im)),
            im: self.re.mul_add(w.im, self.im.mul(w.re)),
        }
    }

    #[inline(always)]
    pub fn times_conjugate(self, w: Self) -> Self {
        Self {
            re: self.re.mul_add(w.re, self.im.mul(w.im)),
            im: self.im.mul_sub(w.re, self.re.mul(w.im)),
        }
    }

    #[inline(always)]
    pub fn conjugate(self) -> Self {
        Self { re: self.re, im: L::splat(0.0).sub(self.im) }
    }
}

/// An array of values, which the compiler may find registers for.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct Plain([f32; 8]);

impl Plain {
    #[inline(always)]
    fn each(self, other: Self, operation: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|lane| operation(self.0[lane], other.0[lane])))
    }
}

impl Lanes for Plain {
    const WIDTH: usize = 8;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([value; 8])
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.each(other, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.each(other, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.each(other, |a, b| a * b)
    }

    #[inline(always)]
    fn mul_add(self, a: Self, b: Self) -> Self {
        self.mul(a).add(b)
    }

    #[inline(always)]
    fn mul_sub(self, a: Self, b: Self) -> Self {
        self.mul(a).sub(b)
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.each(other, |a, b| if b > a { b } else { a })
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(self.0.map(f32::abs))
    }

    #[inline(always)]
    fn exceeds(self, other: Self) -> u32 {
        (0..8).map(|lane| u32::from(self.0[lane] > other.0[lane]) << lane).sum()
    }

    #[inline(always)]
    fn gather(signals: &[&[f32]; MOST], first: usize, out: &mut [Self; MOST]) {
        for (lane, signal) in signals.iter().enumerate().take(Self::WIDTH) {
            for (out, sample) in out.iter_mut().zip(&signal[first..first + Self::WIDTH]) {
                out.0[lane] = *sample;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Lanes, MOST, OnLanes};
    use std::arch::x86_64::*;

    /// # Safety
    /// The processor has AVX-512.
    #[target_feature(enable = "avx512f,avx2,fma")]
    pub unsafe fn on_avx512<T: OnLanes>(work: T) -> T::Output {
        work.run::<Avx512>()
    }

    /// # Safety
    /// The processor has AVX2 and FMA.
    #[target_feature(enable = "avx2,fma")]
    pub unsafe fn on_avx2<T: OnLanes>(work: T) -> T::Output {
        work.run::<Avx2>()
    }

    /// A register of AVX-512, which is there where one is seen: only [`on_avx512`] names them.
    #[derive(Clone, Copy)]
    #[repr(transparent)]
    struct Avx512(__m512);

    /// A register of AVX2, which is there where one is seen: only [`on_avx2`] names them.
    #[derive(Clone, Copy)]
    #[repr(transparent)]
    struct Avx2(__m256);

    // SAFETY: registers hold plain values, and any bits are such.
    unsafe impl bytemuck::Zeroable for Avx512 {}
    // SAFETY: the same.
    unsafe impl bytemuck::Pod for Avx512 {}
    // SAFETY: the same.
    unsafe impl bytemuck::Zeroable for Avx2 {}
    // SAFETY: the same.
    unsafe impl bytemuck::Pod for Avx2 {}

    impl Lanes for Avx512 {
        const WIDTH: usize = 16;

        #[inline(always)]
        fn splat(value: f32) -> Self {
            // SAFETY: the processor has AVX-512, as for all methods.
            Self(unsafe { _mm512_set1_ps(value) })
        }

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm512_add_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm512_sub_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm512_mul_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn mul_add(self, a: Self, b: Self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm512_fmadd_ps(self.0, a.0, b.0) })
        }

        #[inline(always)]
        fn mul_sub(self, a: Self, b: Self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm512_fmsub_ps(self.0, a.0, b.0) })
        }

        #[inline(always)]
        fn max(self, other: Self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm512_max_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn abs(self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm512_abs_ps(self.0) })
        }

        #[inline(always)]
        fn exceeds(self, other: Self) -> u32 {
            // SAFETY: the same.
            u32::from(unsafe { _mm512_cmp_ps_mask::<_CMP_GT_OQ>(self.0, other.0) })
        }

        #[inline(always)]
        fn gather(signals: &[&[f32]; MOST], first: usize, out: &mut [Self; MOST]) {
            // SAFETY: the same; every load is from a slice of a register's length.
            unsafe {
                let mut rows = [_mm512_setzero_ps(); 16];
                for i in 0..16 {
                    rows[i] = _mm512_loadu_ps(signals[i][first..first + 16].as_ptr());
                }
                // Transposed in squares of 2, 4, 8 and 16.
                let mut twos = rows;
                for i in 0..8 {
                    twos[2 * i] = _mm512_unpacklo_ps(rows[2 * i], rows[2 * i + 1]);
                    twos[2 * i + 1] = _mm512_unpackhi_ps(rows[2 * i], rows[2 * i + 1]);
                }
                let mut fours = [_mm512_setzero_pd(); 16];
                for i in 0..4 {
                    for half in 0..2 {
                        let a = _mm512_castps_pd(twos[4 * i + half]);
                        let b = _mm512_castps_pd(twos[4 * i + half + 2]);
                        fours[4 * i + 2 * half] = _mm512_unpacklo_pd(a, b);
                        fours[4 * i + 2 * half + 1] = _mm512_unpackhi_pd(a, b);
                    }
                }
                for column in 0..4 {
                    let mut quads = [_mm512_setzero_ps(); 4];
                    for (quad, rows) in quads.iter_mut().zip(fours.chunks_exact(4)) {
                        *quad = _mm512_castpd_ps(rows[column]);
                    }
                    let [a, b, c, d] = quads;
                    let even = _mm512_shuffle_f32x4::<0b10_00_10_00>(a, b);
                    let odd = _mm512_shuffle_f32x4::<0b11_01_11_01>(a, b);
                    let even_below = _mm512_shuffle_f32x4::<0b10_00_10_00>(c, d);
                    let odd_below = _mm512_shuffle_f32x4::<0b11_01_11_01>(c, d);
                    out[column].0 = _mm512_shuffle_f32x4::<0b10_00_10_00>(even, even_below);
                    out[column + 4].0 = _mm512_shuffle_f32x4::<0b10_00_10_00>(odd, odd_below);
                    out[column + 8].0 = _mm512_shuffle_f32x4::<0b11_01_11_01>(even, even_below);
                    out[column + 12].0 = _mm512_shuffle_f32x4::<0b11_01_11_01>(odd, odd_below);
                }
            }
        }
    }

    impl Lanes for Avx2 {
        const WIDTH: usize = 8;

        #[inline(always)]
        fn splat(value: f32) -> Self {
            // SAFETY: the processor has AVX2 and FMA, as for all methods.
            Self(unsafe { _mm256_set1_ps(value) })
        }

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm256_add_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm256_sub_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm256_mul_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn mul_add(self, a: Self, b: Self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm256_fmadd_ps(self.0, a.0, b.0) })
        }

        #[inline(always)]
        fn mul_sub(self, a: Self, b: Self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm256_fmsub_ps(self.0, a.0, b.0) })
        }

        #[inline(always)]
        fn max(self, other: Self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm256_max_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn abs(self) -> Self {
            // SAFETY: the same.
            Self(unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), self.0) })
        }

        #[inline(always)]
        fn exceeds(self, other: Self) -> u32 {
            // SAFETY: the same.
            unsafe {
                _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(self.0, other.0)).cast_unsigned()
            }
        }

        #[inline(always)]
        fn gather(signals: &[&[f32]; MOST], first: usize, out: &mut [Self; MOST]) {
            // SAFETY: the same; every load is from a slice of a register's length.
            unsafe {
                let mut rows = [_mm256_setzero_ps(); 8];
                for i in 0..8 {
                    rows[i] = _mm256_loadu_ps(signals[i][first..first + 8].as_ptr());
                }
                // Transposed in squares of 2, 4 and 8.
                let mut twos = rows;
                for i in 0..4 {
                    twos[2 * i] = _mm256_unpacklo_ps(rows[2 * i], rows[2 * i + 1]);
                    twos[2 * i + 1] = _mm256_unpackhi_ps(rows[2 * i], rows[2 * i + 1]);
                }
                let mut fours = [_mm256_setzero_ps(); 8];
                for i in 0..2 {
                    for half in 0..2 {
                        let (a, b) = (twos[4 * i + half], twos[4 * i + half + 2]);
                        fours[4 * i + 2 * half] = _mm256_shuffle_ps::<0b01_00_01_00>(a, b);
                        fours[4 * i + 2 * half + 1] = _mm256_shuffle_ps::<0b11_10_11_10>(a, b);
                    }
                }
                for column in 0..4 {
                    let (a, b) = (fours[column], fours[column + 4]);
                    out[column].0 = _mm256_permute2f128_ps::<0b10_0000>(a, b);
                    out[column + 4].0 = _mm256_permute2f128_ps::<0b11_0001>(a, b);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::cast_slice;

    struct Transposition<'a>([&'a [f32]; MOST]);

    impl OnLanes for Transposition<'_> {
        type Output = (usize, Vec<f32>);

        #[inline(always)]
        fn run<L: Lanes>(self) -> Self::Output {
            let mut out = [L::splat(0.0); MOST];
            L::gather(&self.0, 3, &mut out);
            (L::WIDTH, cast_slice(&out[..L::WIDTH]).to_vec())
        }
    }

    #[test]
    fn each_signal_has_its_lane() {
        let signals: Vec<Vec<f32>> =
            (0..MOST).map(|s| (0..20).map(|n| (100 * s + n) as f32).collect()).collect();
        let work = || Transposition(std::array::from_fn(|s| &*signals[s]));
        for (width, values) in run_on_each(work) {
            for (i, value) in values.iter().enumerate() {
                assert_eq!(*value, signals[i % width][3 + i / width]);
            }
        }
    }
}
