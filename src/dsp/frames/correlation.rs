//! Circular cross-correlations of many pairs of frames at once, and their peaks.

use super::transform::{FrameTransform, part};
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
    pub lag: usize,
    /// Of Σ x[i]·y[i + lag].
    pub magnitude: f32,
}

impl FrameCorrelation {
    /// For frames of `length` samples, a power of two of at least 32.
    pub fn new(length: usize) -> Self {
        let transform = FrameTransform::of(length);
        let [x, y] = [Memory::new(transform.room()), Memory::new(transform.room())];
        Self { transform, x, y, peaks: Default::default() }
    }

    /// The lags of each of the first [`lanes::width`] pairs at which the magnitude exceeds this fraction of the
    /// pair's largest, in order; x and y begin with their frames.
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
        find(y, self.fraction, peaks);
    }
}

/// Rows of y become those of the correlation, times 4·length: both spectra are parted into the real frames', conj(X)·Y is
/// formed, and that is joined again, at once.
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
        let turn = ComplexLanes::splat(pair.turn);
        let (x_low, x_high) = part(x[pair.low], x[pair.high], turn);
        let (y_low, y_high) = part(y[pair.low], y[pair.high], turn);
        let (a, b) = (y_low.times_conjugate(x_low), y_high.times_conjugate(x_high));
        let (even, odd) = (a.add(b), a.sub(b).times_conjugate(turn));
        y[pair.low] = even.add(odd);
        y[pair.high] = even.sub(odd).conjugate();
    }
}

/// Notes the high places of each lane of what [`multiply`] led to.
#[inline(always)]
fn find<L: Lanes>(rows: &[ComplexLanes<L>], fraction: f32, peaks: &mut [Vec<Peak>; MOST]) {
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
            note(row.re.abs(), threshold, lag, scale, peaks);
            note(row.im.abs(), threshold, lag + 1, scale, peaks);
        }
    }
}

#[inline(always)]
fn largest_magnitude<L: Lanes>(rows: &[ComplexLanes<L>]) -> L {
    let mut largest = [L::splat(0.0); 2];
    for row in rows {
        largest[0] = largest[0].max(row.re.abs());
        largest[1] = largest[1].max(row.im.abs());
    }
    largest[0].max(largest[1])
}

/// Notes one lag in the lanes where it is high.
#[inline(always)]
fn note<L: Lanes>(
    magnitudes: L,
    threshold: L,
    lag: usize,
    scale: f32,
    peaks: &mut [Vec<Peak>; MOST],
) {
    let mut high = magnitudes.exceeds(threshold);
    while high != 0 {
        let lane = high.trailing_zeros() as usize;
        let magnitude = cast_slice::<L, f32>(&[magnitudes])[lane] * scale;
        peaks[lane].push(Peak { lag, magnitude });
        high &= high - 1;
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
