//! Fine time alignment: frames of both signals are correlated, and each frame's best lags vote (P.862 clause 10.1).

use super::Setup;
use super::delay::Pair;
use crate::dsp::fft::{self, Complex32, Forward, Inverse};
use crate::dsp::window::multiply;
use crate::model::DelaySearch;
use multiversion::multiversion;

/// A histogram of lags, and what it takes to fill it frame by frame.
pub(super) struct LagVotes<'a> {
    p: &'a DelaySearch,
    length: usize,
    inverse: Inverse,
    reference: FrameSpectra,
    degraded: FrameSpectra,
    correlation: Vec<Complex32>,
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
            inverse: Inverse::new(length),
            reference: FrameSpectra::new(length),
            degraded: FrameSpectra::new(length),
            correlation: fft::buffer(length),
            histogram: vec![0.0; length],
            total: 0.0,
        }
    }

    /// To be called when the window is another than before.
    pub fn window_changed(&mut self) {
        self.reference.forget();
        self.degraded.forget();
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
            for_each_vote(fft::samples(&self.correlation), self.p, |lag, vote| {
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
        for_each_vote(fft::samples(&self.correlation), self.p, |lag, vote| {
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
        let reference = self.reference.at(&pair.reference.alignment, window, r as usize);
        let degraded = self.degraded.at(&pair.degraded.alignment, window, d as usize);
        cross_spectrum(&mut self.correlation, reference, degraded);
        self.inverse.run(&mut self.correlation);
    }
}

/// The spectra of windowed frames of one signal, the latest kept by position: the candidates of a split and both passes
/// over them meet the same frames again and again.
struct FrameSpectra {
    length: usize,
    forward: Forward,
    /// Position and spectrum; frames lie on a grid of voice-activity windows, mostly.
    kept: Vec<Option<(usize, Box<[Complex32]>)>>,
}

impl FrameSpectra {
    /// Frames kept; enough for 16 s of overlapping positions.
    const SLOTS: usize = 4096;
    /// Positions are told apart down to this part of a frame.
    const PARTS: usize = 16;

    fn new(length: usize) -> Self {
        Self { length, forward: Forward::new(length), kept: vec![None; Self::SLOTS] }
    }

    fn forget(&mut self) {
        for (position, _) in self.kept.iter_mut().flatten() {
            *position = usize::MAX;
        }
    }

    /// The spectrum of the frame at `position`.
    fn at(&mut self, samples: &[f32], window: &[f32], position: usize) -> &[Complex32] {
        let slot = position * Self::PARTS / self.length % Self::SLOTS;
        let length = self.length;
        let (kept, spectrum) = self.kept[slot]
            .get_or_insert_with(|| (usize::MAX, fft::buffer(length).into_boxed_slice()));
        if *kept != position {
            multiply(fft::samples_mut(spectrum), &samples[position..position + length], window);
            self.forward.run(spectrum);
            *kept = position;
        }
        spectrum
    }
}

/// conj(reference)·degraded.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn cross_spectrum(out: &mut [Complex32], reference: &[Complex32], degraded: &[Complex32]) {
    for ((out, x), y) in out.iter_mut().zip(reference).zip(degraded) {
        *out = x.conj() * y;
    }
}

/// Calls `cast` with each lag whose magnitude comes near the frame's largest, and its vote.
fn for_each_vote(correlation: &[f32], p: &DelaySearch, mut cast: impl FnMut(usize, f32)) {
    let threshold = p.peak_fraction * largest_magnitude(correlation);
    const BLOCK: usize = 32;
    for (block, values) in correlation.chunks(BLOCK).enumerate() {
        if largest_magnitude(values) <= threshold {
            continue;
        }
        for (i, value) in values.iter().enumerate().filter(|(_, value)| value.abs() > threshold) {
            cast(block * BLOCK + i, f64::from(value.abs()).powf(p.peak_exponent) as f32);
        }
    }
}

#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn largest_magnitude(values: &[f32]) -> f32 {
    let mut largest = [0.0f32; 16];
    let mut chunks = values.chunks_exact(largest.len());
    for chunk in &mut chunks {
        for (largest, value) in largest.iter_mut().zip(chunk) {
            let magnitude = value.abs();
            *largest = if magnitude > *largest { magnitude } else { *largest };
        }
    }
    chunks.remainder().iter().map(|value| value.abs()).chain(largest).fold(0.0, f32::max)
}
