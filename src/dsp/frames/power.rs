//! Power spectra of many frames at once.

use super::transform::{FrameTransform, split};
use crate::dsp::lanes::{self, ComplexLanes, Lanes, MOST, OnLanes};
use crate::dsp::memory::Memory;
use std::rc::Rc;

/// Power spectra of frames of one length.
pub(crate) struct FramePower {
    transform: Rc<FrameTransform>,
    rows: Memory<f32>,
    /// A row a bin, a value a frame.
    powers: Memory<f32>,
}

impl FramePower {
    /// For frames of `length` samples, a power of two of at least 32.
    pub fn new(length: usize) -> Self {
        let transform = FrameTransform::of(length);
        let rows = Memory::new(transform.room());
        Self { transform, rows, powers: Memory::zeroed(length / 2 * MOST) }
    }

    /// The squared magnitude of the bins from 0 to length / 2 − 1, a row a bin and a value a frame, of the first
    /// [`lanes::width`] frames under `window`; that of bin 0 is left 0. Only the first `length` samples of each are read.
    pub fn powers(&mut self, frames: &[&[f32]; MOST], window: &[f32]) -> &[[f32; MOST]] {
        lanes::run(Powers { of: self, frames, window });
        self.powers.as_chunks().0
    }
}

struct Powers<'a> {
    of: &'a mut FramePower,
    frames: &'a [&'a [f32]; MOST],
    window: &'a [f32],
}

impl OnLanes for Powers<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let FramePower { transform, rows, powers } = self.of;
        let (powers, _) = powers.as_chunks_mut::<MOST>();
        let rows = transform.load::<L>(rows, self.frames, self.window);
        transform.forward(rows);
        let bins = rows.len();
        powers[0] = [0.0; MOST];
        store_power(&mut powers[bins / 2], rows[transform.middle()], 1.0);
        for pair in &transform.pairs {
            let twiddle = ComplexLanes::splat(pair.twiddle);
            let (low, high) = split(rows[pair.low], rows[pair.high], twiddle);
            store_power(&mut powers[pair.bin], low, 0.25);
            store_power(&mut powers[bins - pair.bin], high, 0.25);
        }
    }
}

/// Stores the squared magnitudes of a bin, times `scale`.
#[inline(always)]
fn store_power<L: Lanes>(row: &mut [f32; MOST], bin: ComplexLanes<L>, scale: f32) {
    bin.re.mul_add(bin.re, bin.im.mul(bin.im)).mul(L::splat(scale)).store(row);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::TAU;

    struct All<'a>(&'a [&'a [f32]; MOST], &'a [f32]);

    impl OnLanes for All<'_> {
        type Output = (usize, Vec<[f32; MOST]>);

        #[inline(always)]
        fn run<L: Lanes>(self) -> Self::Output {
            let mut power = FramePower::new(self.1.len());
            Powers { of: &mut power, frames: self.0, window: self.1 }.run::<L>();
            (L::WIDTH, power.powers.as_chunks().0.to_vec())
        }
    }

    proptest! {
        #[test]
        fn every_bin_is_that_of_the_definition(
            power in 5u32..8,
            samples in prop::collection::vec(-1f32..1.0, MOST * 10 + 128),
        ) {
            let length = 1 << power;
            let frames = std::array::from_fn(|frame| &samples[10 * frame..]);
            let window = vec![0.5; length];
            for (width, powers) in lanes::run_on_each(|| All(&frames, &window)) {
                prop_assert_eq!(powers[0], [0.0; MOST]);
                for (frame, k) in (0..width).flat_map(|f| (1..length / 2).map(move |k| (f, k))) {
                    let angle = |n: usize| TAU * (k * n) as f64 / length as f64;
                    let terms = frames[frame][..length].iter().enumerate().map(|(n, &x)| {
                        let (sin, cos) = angle(n).sin_cos();
                        (0.5 * f64::from(x) * cos, 0.5 * f64::from(x) * sin)
                    });
                    let (re, im) = terms.fold((0.0, 0.0), |sum, x| (sum.0 + x.0, sum.1 + x.1));
                    prop_assert!((f64::from(powers[k][frame]) - (re * re + im * im)).abs() < 1e-4);
                }
            }
        }
    }
}
