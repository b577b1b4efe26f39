//! What a register can do, whatever its width.

use bytemuck::{Pod, cast_slice, pod_read_unaligned};

/// Lanes of the widest registers there are.
pub(crate) const MOST: usize = 16;

/// Values side by side, one a lane.
pub(crate) trait Lanes: Pod {
    /// The number of lanes, [`MOST`] at most.
    const WIDTH: usize;

    /// The same value in all lanes.
    fn splat(value: f32) -> Self;

    /// The first WIDTH values of a slice, a lane each.
    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        pod_read_unaligned(cast_slice(&values[..Self::WIDTH]))
    }

    /// Writes the lanes to the first WIDTH values of a slice.
    #[inline(always)]
    fn store(self, values: &mut [f32]) {
        values[..Self::WIDTH].copy_from_slice(cast_slice(&[self]));
    }

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    /// self·a + b, rounded once where the processor has an instruction for it.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// self·a − b, rounded once where the processor has an instruction for it.
    fn mul_sub(self, a: Self, b: Self) -> Self;
    fn max(self, other: Self) -> Self;
    fn abs(self) -> Self;
    /// A bit for each lane, the lowest for the first, set where `self` is larger than `other`.
    fn exceeds(self, other: Self) -> u32;
    /// The value of the first lane.
    #[inline(always)]
    fn first(self) -> f32 {
        cast_slice::<Self, f32>(&[self])[0]
    }

    /// Transposes: writes the samples `first..first + WIDTH` of the first WIDTH signals to the first WIDTH elements of
    /// `out`, a sample an element and a signal a lane.
    fn gather(signals: &[&[f32]; MOST], first: usize, out: &mut [Self; MOST]);
}
