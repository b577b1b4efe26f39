//! Fine time alignment: frames of both signals are correlated, and each frame's best lags vote (P.862 clause 10.1).

use super::Setup;
use super::delay::Pair;
use crate::dsp::correlation::cross_spectrum;
use crate::dsp::fft::{Buffer, Forward, Inverse};
use crate::dsp::window::multiply;
use crate::model::DelaySearch;
use multiversion::multiversion;

/// A histogram of lags, and what it takes to fill it frame by frame.
pub(super) struct LagVotes<'a> {
    p: &'a DelaySearch,
    length: usize,
    forward: Forward,
    inverse: Inverse,
    reference: KeptSpectra,
    /// The degraded frame's spectrum, then the correlation.
    correlation: Buffer,
    /// Largest magnitude in each block of the correlation.
    maxima: Vec<f32>,
    /// Votes for each lag, circular.
    histogram: Vec<f32>,
    /// All votes cast.
    total: f32,
}

impl<'a> LagVotes<'a> {
    pub fn new(setup: Setup<'a>) -> Self {
        let length = setup.rate.align_fft;
        Self {
            p: &setup.p.delay,
            length,
            forward: Forward::new(length),
            inverse: Inverse::new(length),
            reference: KeptSpectra::new(),
            correlation: Buffer::new(length),
            maxima: vec![0.0; length / BLOCK],
            histogram: vec![0.0; length],
            total: 0.0,
        }
    }

    /// To be called when the window is another than before.
    pub fn window_changed(&mut self) {
        self.reference.forget();
    }

    /// Samples from frame to frame.
    pub fn hop(&self) -> i64 {
        (self.length / self.p.hop_divisor) as i64
    }

    /// Half the width of the triangle that a vote is smoothed with.
    fn reach(&self) -> usize {
        self.length / self.p.smoothing_divisor
    }

    pub fn clear(&mut self) {
        self.histogram.fill(0.0);
        self.total = 0.0;
    }

    /// Delay and confidence over the reference windows `search`, from the delay `seed`.
    pub fn fine_delay(
        &mut self,
        pair: &Pair,
        window: &[f32],
        search: (i64, i64),
        seed: i64,
    ) -> (i64, f32) {
        self.clear();
        let end = search.1 * pair.setup.window();
        let mut r = search.0 * pair.setup.window();
        let mut d = r + seed;
        if d < 0 {
            (r, d) = (-seed, 0);
        }
        while self.fits(pair, r, d) && r + self.length as i64 <= end {
            self.correlate(pair, window, r, d);
            for_each_vote(self.correlation.samples(), &mut self.maxima, self.p, |lag, vote| {
                self.histogram[lag] += vote
            });
            r += self.hop();
            d += self.hop();
        }
        self.smooth();
        let (lag, confidence) = self.best();
        (seed + lag, confidence)
    }

    /// Whether a frame lies inside both signals.
    pub fn fits(&self, pair: &Pair, r: i64, d: i64) -> bool {
        let length = self.length as i64;
        r >= 0
            && d >= 0
            && r + length <= pair.reference.alignment.len() as i64
            && d + length <= pair.degraded.length as i64
    }

    /// Lets the frames at `r` and `d` vote, each vote spread by the triangle at once.
    pub fn add_smoothed(&mut self, pair: &Pair, window: &[f32], r: i64, d: i64) {
        self.correlate(pair, window, r, d);
        let (reach, wrap) = (self.reach(), self.length - 1);
        for_each_vote(self.correlation.samples(), &mut self.maxima, self.p, |lag, vote| {
            let unit = vote / reach as f32;
            for k in 1 - reach as isize..reach as isize {
                self.histogram[lag.wrapping_add_signed(k) & wrap] +=
                    unit * (reach - k.unsigned_abs()) as f32;
            }
            self.total += unit * reach as f32;
        });
    }

    /// The lag of the largest value, the first of equals, and that value over the total of the votes.
    pub fn best(&self) -> (i64, f32) {
        let mut at = 0;
        for (lag, &votes) in self.histogram.iter().enumerate() {
            if votes > self.histogram[at] {
                at = lag;
            }
        }
        let lag = if at >= self.length / 2 { at as i64 - self.length as i64 } else { at as i64 };
        if self.total > 0.0 { (lag, self.histogram[at] / self.total) } else { (0, 0.0) }
    }

    /// Smooths the whole histogram with the triangle.
    fn smooth(&mut self) {
        self.total = self.histogram.iter().sum();
        let (reach, wrap) = (self.reach(), self.length - 1);
        let smoothed = (0..self.length).map(|lag| {
            let taps = 1 - reach as isize..reach as isize;
            let tap = |k: isize| {
                let weight = 1.0 - k.unsigned_abs() as f32 / reach as f32;
                weight * self.histogram[lag.wrapping_add_signed(k) & wrap]
            };
            taps.map(tap).sum()
        });
        self.histogram = smoothed.collect();
    }

    /// The circular cross-correlation of two windowed frames.
    fn correlate(&mut self, pair: &Pair, window: &[f32], r: i64, d: i64) {
        let reference = self.reference.at(r, self.length, |spectrum| {
            transform(&mut self.forward, spectrum, &pair.reference.alignment[r as usize..], window);
        });
        transform(
            &mut self.forward,
            &mut self.correlation,
            &pair.degraded.alignment[d as usize..],
            window,
        );
        cross_spectrum(reference, &mut self.correlation);
        self.inverse.run(&mut self.correlation);
    }
}

/// The spectrum of the windowed frame that `samples` begin with.
fn transform(forward: &mut Forward, spectrum: &mut Buffer, samples: &[f32], window: &[f32]) {
    multiply(spectrum.samples_mut(), samples, window);
    forward.run(spectrum);
}

/// The spectra of reference frames by position, the latest kept: the candidates of a split meet the same frames again and
/// again, each with another delay.
struct KeptSpectra(Vec<(i64, Option<Buffer>)>);

impl KeptSpectra {
    /// Frames kept; 32 s of a pass.
    const SLOTS: usize = 2048;
    /// No frame's position.
    const NONE: i64 = -1;

    fn new() -> Self {
        Self(std::iter::repeat_with(|| (Self::NONE, None)).take(Self::SLOTS).collect())
    }

    fn forget(&mut self) {
        self.0.iter_mut().for_each(|(position, _)| *position = Self::NONE);
    }

    /// The spectrum of the frame at `position`, made where it is not kept.
    fn at(&mut self, position: i64, length: usize, make: impl FnOnce(&mut Buffer)) -> &Buffer {
        // Frames of one pass are a quarter of their length apart, mostly.
        let slot = 4 * position as usize / length % Self::SLOTS;
        let (kept, spectrum) = &mut self.0[slot];
        let spectrum = spectrum.get_or_insert_with(|| Buffer::new(length));
        if *kept != position {
            make(spectrum);
            *kept = position;
        }
        spectrum
    }
}

/// Lags whose magnitudes are looked at together.
const BLOCK: usize = 32;

/// Calls `cast` with each lag whose magnitude comes near the frame's largest, and its vote.
fn for_each_vote(
    correlation: &[f32],
    maxima: &mut [f32],
    p: &DelaySearch,
    mut cast: impl FnMut(usize, f32),
) {
    block_maxima(correlation, maxima);
    let threshold = p.peak_fraction * maxima.iter().fold(0.0, |a: f32, &b| a.max(b));
    for (block, _) in maxima.iter().enumerate().filter(|(_, maximum)| **maximum > threshold) {
        let first = block * BLOCK;
        let near = correlation[first..].iter().take(BLOCK).map(|value| value.abs()).enumerate();
        for (i, magnitude) in near.filter(|(_, magnitude)| *magnitude > threshold) {
            cast(first + i, f64::from(magnitude).powf(p.peak_exponent) as f32);
        }
    }
}

/// The largest magnitude of each block.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn block_maxima(values: &[f32], maxima: &mut [f32]) {
    for (values, maximum) in values.chunks(BLOCK).zip(maxima) {
        let mut largest = [0.0f32; 8];
        for lanes in values.chunks_exact(largest.len()) {
            for (largest, value) in largest.iter_mut().zip(lanes) {
                let magnitude = value.abs();
                *largest = if magnitude > *largest { magnitude } else { *largest };
            }
        }
        *maximum = largest.iter().fold(0.0, |a, &b| if b > a { b } else { a });
    }
}
