//! SIMD registers behind one trait: the same arithmetic on as many values as the processor's widest registers hold, or on
//! arrays where it has none that are known here.
//!
//! [`run`] is the only way to a register, and hands out those that the processor has.

mod complex;
mod plain;
#[cfg(target_arch = "x86_64")]
mod x86;

use bytemuck::{Pod, cast_slice, pod_read_unaligned};
use plain::Plain;

pub(crate) use complex::ComplexLanes;

/// Values side by side, one a lane.
pub(crate) trait Lanes: Pod {
    /// How many.
    const WIDTH: usize;

    fn splat(value: f32) -> Self;

    /// The values that a slice begins with.
    #[inline(always)]
    fn load(values: &[f32]) -> Self {
        pod_read_unaligned(cast_slice(&values[..Self::WIDTH]))
    }

    /// To where a slice begins.
    #[inline(always)]
    fn store(self, values: &mut [f32]) {
        values[..Self::WIDTH].copy_from_slice(cast_slice(&[self]));
    }

    /// That of the first lane.
    #[inline(always)]
    fn first(self) -> f32 {
        cast_slice::<Self, f32>(&[self])[0]
    }

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

#[cfg(test)]
mod tests {
    use super::*;

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
