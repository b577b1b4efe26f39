//! Filtering of whole signals by gains over their spectrum, with zero phase: a four-step transform (Bailey 1990) in the
//! lanes of SIMD registers.
//!
//! N samples are seen as R rows of C columns. A real transform of each column, many columns at once, gives bins p up to
//! R/2; value c of line p is multiplied by the twiddle exp(−2πi·p·c/N); a transform of each line, many lines at once, gives
//! the bins p + R·q of the signal. Both are those of short frames ([`frames`](super::frames)). Lines are filtered while they
//! are in the cache, and the inverse steps follow in opposite order. So the signal passes through the cache three times,
//! however long it is.

mod columns;
mod lines;
mod twiddles;

use super::frames::FrameTransform;
use super::lanes::{self, ComplexLanes, Lanes, OnLanes};
use super::memory::Memory;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use twiddles::Twiddles;

/// Samples of the shortest transform.
pub(crate) const SHORTEST: usize = 1024;

/// Samples from which on plans are made for one use and dropped.
const LONGEST_KEPT: usize = 1 << 20;

/// The transforms and twiddles for signals of one length.
pub(super) struct Plan {
    /// Samples of the transform.
    length: usize,
    rows: usize,
    columns: usize,
    /// Columns on the way back, where samples are left out.
    columns_back: usize,
    /// The transform of a column's samples.
    column: Rc<FrameTransform>,
    /// The transform of a line's complex values.
    line: Rc<FrameTransform>,
    line_back: Rc<FrameTransform>,
    /// Twiddles of the lines: that of the last bin of a column, the middle one, and those of its pairs in order.
    twiddles: Twiddles,
    twiddles_back: Twiddles,
}

thread_local! {
    static PLANS: RefCell<HashMap<[usize; 3], Rc<Plan>>> = RefCell::default();
}

impl Plan {
    /// For signals of `length` samples, a power of two of at least [`SHORTEST`], of which the way back gives every second
    /// one or `every` one, in registers of so many lanes.
    fn of(length: usize, every: usize, lanes: usize) -> Rc<Self> {
        let make = || Rc::new(Self::new(length, every, lanes));
        if length > LONGEST_KEPT {
            return make();
        }
        let key = [length, every, lanes];
        PLANS.with_borrow_mut(|plans| Rc::clone(plans.entry(key).or_insert_with(make)))
    }

    fn new(length: usize, every: usize, lanes: usize) -> Self {
        assert!(length.is_power_of_two() && length >= SHORTEST, "a signal of {length} samples");
        let columns = 1 << (length.trailing_zeros() / 2);
        let (rows, columns_back) = (length / columns, columns / every);
        let column = FrameTransform::of(rows);
        let half = rows / 2;
        let pairs = column.pairs.iter().flat_map(|pair| [pair.bin, half - pair.bin]);
        let lines: Vec<usize> = [half, half / 2].into_iter().chain(pairs).collect();
        Self {
            length,
            rows,
            columns,
            columns_back,
            line: FrameTransform::of(2 * columns),
            line_back: FrameTransform::of(2 * columns_back),
            twiddles: Twiddles::new(&lines, rows, columns, lanes),
            twiddles_back: Twiddles::new(&lines, rows, columns_back, lanes),
            column,
        }
    }

    /// Lines of rows up to the half, and zeros up to whole registers.
    fn lines<L: Lanes>(&self) -> usize {
        (self.rows / 2 + 1).next_multiple_of(L::WIDTH)
    }
}

/// A signal through a filter.
pub(crate) struct Filtered {
    /// Every sample or every second one, the first one too.
    pub samples: Memory<f32>,
    /// The sum of all samples' squares, from the spectrum.
    pub energy: f64,
}

/// Multiplies each bin of a signal, zeros behind it, by its gain; gives every sample or, `every` two, every second one.
pub(crate) struct Filter<'a> {
    /// At most as long as the transform.
    pub signal: &'a [f32],
    /// Samples of the transform, a power of two of at least [`SHORTEST`].
    pub length: usize,
    /// Of the bins up to `length / 2 / every`; those behind have none, nor has the last where samples are left out.
    pub gains: &'a [f32],
    pub every: usize,
    /// Samples of the outcome that may be left unspecified.
    pub skipped: Range<usize>,
}

impl Filter<'_> {
    pub fn run(self) -> Filtered {
        lanes::run(self)
    }
}

impl OnLanes for Filter<'_> {
    type Output = Filtered;

    #[inline(always)]
    fn run<L: Lanes>(self) -> Filtered {
        let plan = &*Plan::of(self.length, self.every, L::WIDTH);
        let mut lines = Memory::new(2 * plan.columns * plan.lines::<L>());
        let lines = ComplexLanes::<L>::of(&mut lines);
        columns::split(plan, self.signal, lines);
        let energy = lines::filter(plan, self.gains, lines);
        Filtered { samples: columns::merge(plan, lines, &self.skipped), energy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::TAU;

    /// The definition, in f64: bins of a real signal, filtered, and the signal that they make.
    fn definition(signal: &[f32], length: usize, gains: &[f32]) -> Vec<f64> {
        let twiddle =
            |k: usize, n: usize| (TAU * (k * n % length) as f64 / length as f64).sin_cos();
        let bins: Vec<(f64, f64)> = (0..gains.len())
            .map(|k| {
                let mirrored = if k == 0 || 2 * k == length { 1.0 } else { 2.0 };
                let scale = mirrored * f64::from(gains[k]) / length as f64;
                signal.iter().enumerate().fold((0.0, 0.0), |(re, im), (n, &x)| {
                    let ((sin, cos), x) = (twiddle(k, n), scale * f64::from(x));
                    (re + x * cos, im - x * sin)
                })
            })
            .collect();
        let at = |n| {
            bins.iter().enumerate().fold(0.0, |sum, (k, (re, im))| {
                let (sin, cos) = twiddle(k, n);
                sum + re * cos - im * sin
            })
        };
        (0..length).map(at).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn a_filter_is_that_of_the_definition(
            longer in 0usize..2,
            (samples, every) in (1usize..1025, 1usize..3),
            signal in prop::collection::vec(-1f32..1.0, 2048),
            gains in prop::collection::vec(-2f32..2.0, 1025),
        ) {
            let length = SHORTEST << longer;
            let signal = &signal[..samples << longer];
            let mut gains = gains[..length / 2 / every + 1].to_vec();
            if every == 2 {
                gains[length / 4] = 0.0;
            }
            let expected = definition(signal, length, &gains);
            let filter = || Filter { signal, length, gains: &gains, every, skipped: 0..0 };
            for found in lanes::run_on_each(filter) {
                prop_assert_eq!(found.samples.len(), length / every);
                for (found, expected) in found.samples.iter().zip(expected.iter().step_by(every)) {
                    prop_assert!((f64::from(*found) - expected).abs() < 1e-4);
                }
                let energy: f64 = expected.iter().map(|x| x * x).sum();
                prop_assert!((found.energy - energy).abs() <= 1e-6 * energy);
            }
        }
    }
}
