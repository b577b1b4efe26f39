//! Lanes on any processor: arrays.

use super::register::{Lanes, MOST};
use bytemuck::{Pod, Zeroable};

/// An array of values, which the compiler may find registers for.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Plain([f32; 8]);

impl Plain {
    /// The operation lane by lane.
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
