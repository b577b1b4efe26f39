//! Circular cross-correlations of many pairs of frames at once, and their peaks.

use super::transform::{FrameTransform, split};
use crate::dsp::lanes::{self, ComplexLanes, Lanes, MOST, OnLanes};
use crate::dsp::memory::Memory;
use bytemuck::cast_slice;
use std::rc::Rc;

/// Correlates frames of one length.
pub(crate) struct FrameCorrelation {
    transform: Rc<FrameTransform>,
    x: Memory<f32>,
    y: Memory<f32>,
    peaks: [Vec<Peak>; MOST],
}

/// A lag, circular in the frame, with a high magnitude of the correlation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Peak {
    /// In samples, from 0 to the frame's length − 1.
    pub lag: usize,
    /// |Σ x[i]·y[i + lag]|, both under the window.
    pub magnitude: f32,
}

impl FrameCorrelation {
    /// For frames of `length` samples, a power of two of at least 32.
    pub fn new(length: usize) -> Self {
        let transform = FrameTransform::of(length);
        let [x, y] = [Memory::new(transform.room()), Memory::new(transform.room())];
        Self { transform, x, y, peaks: Default::default() }
    }

    /// For each of the first [`lanes::width`] pairs of frames, the lags, rising, at which the magnitude of the correlation
    /// exceeds this fraction of the pair's largest. Only the first samples of x and y, a frame of them, are read.
    pub fn peaks(
        &mut self,
        x: &[&[f32]; MOST],
        y: &[&[f32]; MOST],
        window: &[f32],
        fraction: f32,
    ) -> &[Vec<Peak>; MOST] {
        lanes::run(Peaks { correlation: self, frames: [x, y], window, fraction });
        &self.peaks
    }
}

struct Peaks<'a> {
    correlation: &'a mut FrameCorrelation,
    frames: [&'a [&'a [f32]; MOST]; 2],
    window: &'a [f32],
    fraction: f32,
}

impl OnLanes for Peaks<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let FrameCorrelation { transform, x, y, peaks } = self.correlation;
        let x = transform.load::<L>(x, self.frames[0], self.window);
        let y = transform.load::<L>(y, self.frames[1], self.window);
        transform.forward(x);
        transform.forward(y);
        multiply(transform, x, y);
        transform.inverse(y);
        find_peaks(y, self.fraction, peaks);
    }
}

/// Turns the bins y into those of the circular cross-correlation of x and y, times 4·length: at once, both are split into
/// the bins X and Y of the real frames, conj(X)·Y is formed, and its pairs are merged into bins of a complex transform.
#[inline(always)]
fn multiply<L: Lanes>(
    transform: &FrameTransform,
    x: &[ComplexLanes<L>],
    y: &mut [ComplexLanes<L>],
) {
    let eight = L::splat(8.0);
    let four = L::splat(4.0);
    let first = x[0].re.add(x[0].im).mul(y[0].re.add(y[0].im)).mul(four);
    let last = x[0].re.sub(x[0].im).mul(y[0].re.sub(y[0].im)).mul(four);
    y[0] = ComplexLanes { re: first.add(last), im: first.sub(last) };
    let middle = y[transform.middle()].times_conjugate(x[transform.middle()]);
    y[transform.middle()] = ComplexLanes { re: middle.re.mul(eight), im: middle.im.mul(eight) };
    for pair in &transform.pairs {
        let twiddle = ComplexLanes::splat(pair.twiddle);
        let (x_low, x_high) = split(x[pair.low], x[pair.high], twiddle);
        let (y_low, y_high) = split(y[pair.low], y[pair.high], twiddle);
        let (a, b) = (y_low.times_conjugate(x_low), y_high.times_conjugate(x_high));
        let (even, odd) = (a.add(b), a.sub(b).times_conjugate(twiddle));
        y[pair.low] = even.add(odd);
        y[pair.high] = even.sub(odd).conjugate();
    }
}

/// Writes the peaks of each lane from rows of lags, 4·length times as large as the correlation.
#[inline(always)]
fn find_peaks<L: Lanes>(rows: &[ComplexLanes<L>], fraction: f32, peaks: &mut [Vec<Peak>; MOST]) {
    const BLOCKS: usize = 16;
    let block = rows.len() / BLOCKS;
    let mut largest = [L::splat(0.0); BLOCKS];
    let mut threshold = L::splat(0.0);
    for (largest, rows) in largest.iter_mut().zip(rows.chunks_exact(block)) {
        *largest = largest_magnitude(rows);
        threshold = threshold.max(*largest);
    }
    let threshold = threshold.mul(L::splat(fraction));
    for peaks in &mut *peaks {
        peaks.clear();
    }
    let scale = 1.0 / (8 * rows.len()) as f32;
    for (i, (largest, rows)) in largest.iter().zip(rows.chunks_exact(block)).enumerate() {
        if largest.exceeds(threshold) == 0 {
            continue;
        }
        for (n, row) in rows.iter().enumerate() {
            let lag = 2 * (i * block + n);
            add_peaks(row.re.abs(), threshold, lag, scale, peaks);
            add_peaks(row.im.abs(), threshold, lag + 1, scale, peaks);
        }
    }
}

/// The largest magnitude in each lane.
#[inline(always)]
fn largest_magnitude<L: Lanes>(rows: &[ComplexLanes<L>]) -> L {
    let mut largest = [L::splat(0.0); 2];
    for row in rows {
        largest[0] = largest[0].max(row.re.abs());
        largest[1] = largest[1].max(row.im.abs());
    }
    largest[0].max(largest[1])
}

/// Adds one lag to the peaks of the lanes in which it exceeds the threshold.
#[inline(always)]
fn add_peaks<L: Lanes>(
    magnitudes: L,
    threshold: L,
    lag: usize,
    scale: f32,
    peaks: &mut [Vec<Peak>; MOST],
) {
    let mut exceeding = magnitudes.exceeds(threshold);
    while exceeding != 0 {
        let lane = exceeding.trailing_zeros() as usize;
        let magnitude = cast_slice::<L, f32>(&[magnitudes])[lane] * scale;
        peaks[lane].push(Peak { lag, magnitude });
        exceeding &= exceeding - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, in f64.
    fn correlation(x: &[f32], y: &[f32], window: &[f32]) -> Vec<f64> {
        let windowed = |signal: &[f32]| -> Vec<f64> {
            signal.iter().zip(window).map(|(&x, &w)| f64::from(x * w)).collect()
        };
        let (x, y) = (windowed(x), windowed(y));
        let at = |lag: usize| (0..x.len()).map(|i| x[i] * y[(i + lag) % y.len()]).sum();
        (0..x.len()).map(at).collect()
    }

    /// All lags of a frame a lane.
    struct All<'a>([&'a [&'a [f32]; MOST]; 2], &'a [f32]);

    impl OnLanes for All<'_> {
        type Output = Vec<Vec<Peak>>;

        #[inline(always)]
        fn run<L: Lanes>(self) -> Self::Output {
            let mut correlation = FrameCorrelation::new(self.1.len());
            let (frames, window) = (self.0, self.1);
            // Every magnitude exceeds what is below zero.
            Peaks { correlation: &mut correlation, frames, window, fraction: -1.0 }.run::<L>();
            correlation.peaks[..L::WIDTH].to_vec()
        }
    }

    proptest! {
        #[test]
        fn every_lag_is_that_of_the_definition(
            power in 5u32..9,
            samples in prop::collection::vec(-1f32..1.0, 2 * MOST * 40 + 256),
            window in prop::collection::vec(0f32..1.0, 256),
        ) {
            let length = 1 << power;
            let window = &window[..length];
            let frames = |first: usize| -> [&[f32]; MOST] {
                std::array::from_fn(|frame| &samples[first + 40 * frame..])
            };
            let (x, y) = (frames(0), frames(40 * MOST));
            for found in lanes::run_on_each(|| All([&x, &y], window)) {
                for ((x, y), peaks) in x.iter().zip(&y).zip(found) {
                    let expected = correlation(&x[..length], &y[..length], window);
                    prop_assert_eq!(peaks.len(), length);
                    for (lag, (peak, expected)) in peaks.iter().zip(expected).enumerate() {
                        prop_assert_eq!(peak.lag, lag);
                        prop_assert!((f64::from(peak.magnitude) - expected.abs()).abs() < 1e-4);
                    }
                }
            }
        }
    }
}
