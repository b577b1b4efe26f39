//! Lanes in registers of x86.
//!
//! Their instructions are compiled into the versions of [`run`](super::run) for processors that have them; only those name
//! these types, so where a value of them is seen, the processor has the instructions.

use super::register::{Lanes, MOST};
use bytemuck::{Pod, Zeroable};
use std::arch::x86_64::*;

/// A register of AVX-512, for processors with AVX-512F, AVX2 and FMA.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Avx512(__m512);

/// A register of AVX, for processors with AVX2 and FMA.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Avx2(__m256);

// SAFETY: a register of floats may hold zeros.
unsafe impl Zeroable for Avx512 {}
// SAFETY: a register holds plain floats, and any bits are floats.
unsafe impl Pod for Avx512 {}
// SAFETY: a register of floats may hold zeros.
unsafe impl Zeroable for Avx2 {}
// SAFETY: a register holds plain floats, and any bits are floats.
unsafe impl Pod for Avx2 {}

/// Operations that are one instruction.
macro_rules! instructions {
    ($($operation:ident($($operand:ident),*): $instruction:ident;)*) => {$(
        #[inline(always)]
        fn $operation(self $(, $operand: Self)*) -> Self {
            // SAFETY: the processor has the instruction where a value of this type is seen.
            Self(unsafe { $instruction(self.0 $(, $operand.0)*) })
        }
    )*};
}

impl Lanes for Avx512 {
    const WIDTH: usize = 16;

    instructions! {
        add(other): _mm512_add_ps;
        sub(other): _mm512_sub_ps;
        mul(other): _mm512_mul_ps;
        mul_add(a, b): _mm512_fmadd_ps;
        mul_sub(a, b): _mm512_fmsub_ps;
        max(other): _mm512_max_ps;
        abs(): _mm512_abs_ps;
    }

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: only the version of `run` for AVX-512 names this type.
        Self(unsafe { _mm512_set1_ps(value) })
    }

    #[inline(always)]
    fn exceeds(self, other: Self) -> u32 {
        // SAFETY: the processor has the instruction where a value of this type is seen.
        u32::from(unsafe { _mm512_cmp_ps_mask::<_CMP_GT_OQ>(self.0, other.0) })
    }

    #[inline(always)]
    fn gather(signals: &[&[f32]; MOST], first: usize, out: &mut [Self; MOST]) {
        // SAFETY: the processor has the instructions; every load is from a slice of a register's length.
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

    instructions! {
        add(other): _mm256_add_ps;
        sub(other): _mm256_sub_ps;
        mul(other): _mm256_mul_ps;
        mul_add(a, b): _mm256_fmadd_ps;
        mul_sub(a, b): _mm256_fmsub_ps;
        max(other): _mm256_max_ps;
    }

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: only the version of `run` for AVX2 names this type.
        Self(unsafe { _mm256_set1_ps(value) })
    }

    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: the processor has the instructions where a value of this type is seen.
        Self(unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), self.0) })
    }

    #[inline(always)]
    fn exceeds(self, other: Self) -> u32 {
        // SAFETY: the processor has the instructions where a value of this type is seen.
        unsafe { _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(self.0, other.0)).cast_unsigned() }
    }

    #[inline(always)]
    fn gather(signals: &[&[f32]; MOST], first: usize, out: &mut [Self; MOST]) {
        // SAFETY: the processor has the instructions; every load is from a slice of a register's length.
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
