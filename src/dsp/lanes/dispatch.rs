//! The choice of registers: the widest that the processor has.

use super::plain::Plain;
use super::register::Lanes;
#[cfg(target_arch = "x86_64")]
use super::x86::{Avx2, Avx512};
use multiversion::multiversion;
use multiversion::target::match_target;

/// Arithmetic that runs on registers of any width.
pub(crate) trait OnLanes {
    /// What the arithmetic gives.
    type Output;

    /// To be compiled into its caller (`#[inline(always)]`, as all that it calls, and no closures): only there are the
    /// processor's instructions allowed.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// Runs `work` on the widest registers that the processor has.
#[multiversion(targets("x86_64+avx512f+avx2+fma", "x86_64+avx2+fma"))]
pub(crate) fn run<T: OnLanes>(work: T) -> T::Output {
    match_target! {
        "x86_64+avx512f+avx2+fma" => work.run::<Avx512>(),
        "x86_64+avx2+fma" => work.run::<Avx2>(),
        _ => work.run::<Plain>(),
    }
}

/// The number of lanes of the widest registers that the processor has.
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
    #[multiversion(targets("x86_64+avx2+fma"))]
    fn run_on_avx2<T: OnLanes>(work: T) -> T::Output {
        match_target! {
            "x86_64+avx2+fma" => work.run::<Avx2>(),
            _ => work.run::<Plain>(),
        }
    }
    vec![work().run::<Plain>(), run_on_avx2(work()), run(work())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::lanes::register::MOST;
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
