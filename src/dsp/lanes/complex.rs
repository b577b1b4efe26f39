//! Complex values in lanes.

use super::register::Lanes;
use bytemuck::{Pod, cast_slice_mut};

/// A complex value in each lane.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct ComplexLanes<L> {
    pub re: L,
    pub im: L,
}

// SAFETY: two fields of one type that may be all zero.
unsafe impl<L: Lanes> bytemuck::Zeroable for ComplexLanes<L> {}
// SAFETY: two fields of one plain type stand in a row without a gap.
unsafe impl<L: Lanes> Pod for ComplexLanes<L> {}

impl<L: Lanes> ComplexLanes<L> {
    /// Memory seen as complex values.
    ///
    /// # Panics
    /// If its length or alignment does not fit them; that of [`Memory`](crate::dsp::memory::Memory) always does.
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
    pub fn add_i_times(self, other: Self) -> Self {
        Self { re: self.re.sub(other.im), im: self.im.add(other.re) }
    }

    /// self − i·other
    #[inline(always)]
    pub fn sub_i_times(self, other: Self) -> Self {
        Self { re: self.re.add(other.im), im: self.im.sub(other.re) }
    }

    /// self·w
    #[inline(always)]
    pub fn times(self, w: Self) -> Self {
        Self {
            re: self.re.mul_sub(w.re, self.im.mul(w.im)),
            im: self.re.mul_add(w.im, self.im.mul(w.re)),
        }
    }

    /// self·conj w
    #[inline(always)]
    pub fn times_conjugate(self, w: Self) -> Self {
        Self {
            re: self.re.mul_add(w.re, self.im.mul(w.im)),
            im: self.im.mul_sub(w.re, self.re.mul(w.im)),
        }
    }

    /// The value of each lane times that lane's real factor.
    #[inline(always)]
    pub fn scaled(self, factors: L) -> Self {
        Self { re: self.re.mul(factors), im: self.im.mul(factors) }
    }

    #[inline(always)]
    pub fn conjugate(self) -> Self {
        Self { re: self.re, im: L::splat(0.0).sub(self.im) }
    }
}
