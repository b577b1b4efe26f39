//! Lanes in registers of x86.

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
        unsafe { _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(self.0, other.0)).cast_unsigned() }
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
