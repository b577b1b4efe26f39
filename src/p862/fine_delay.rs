//! Fine time alignment: frames of both signals are correlated, and each frame's best lags vote (P.862 clause 10.1).

use super::Setup;
use super::delay::Pair;
use crate::dsp::fft::{Complex32, Forward, Inverse};
use crate::model::DelaySearch;
use multiversion::multiversion;

/// A histogram of lags, and what it takes to fill it frame by frame without allocation.
pub(super) struct LagVotes<'a> {
    p: &'a DelaySearch,
    length: usize,
    forward: Forward,
    inverse: Inverse,
    windowed: Vec<f32>,
    reference: Vec<Complex32>,
    degraded: Vec<Complex32>,
    correlation: Vec<f32>,
    /// Votes for each lag, circular.
    pub histogram: Vec<f32>,
    /// All votes cast.
    pub total: f32,
}

impl<'a> LagVotes<'a> {
    pub fn new(setup: Setup<'a>) -> Self {
        let length = setup.rate.align_fft;
        let bins = vec![Complex32::default(); length / 2 + 1];
        Self {
            p: &setup.p.delay,
            length,
            forward: Forward::new(length),
            inverse: Inverse::new(length),
            windowed: vec![0.0; length],
            reference: bins.clone(),
            degraded: bins,
            correlation: vec![0.0; length],
            histogram: vec![0.0; length],
            total: 0.0,
        }
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
            for_each_vote(&self.correlation, self.p, |lag, vote| self.histogram[lag] += vote);
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
        for_each_vote(&self.correlation, self.p, |lag, vote| {
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

    /// The magnitude of the circular cross-correlation of two windowed frames.
    fn correlate(&mut self, pair: &Pair, window: &[f32], r: i64, d: i64) {
        let (r, d) = (r as usize, d as usize);
        multiply(&mut self.windowed, &pair.reference.alignment[r..r + self.length], window);
        self.forward.run(&mut self.windowed, &mut self.reference);
        multiply(&mut self.windowed, &pair.degraded.alignment[d..d + self.length], window);
        self.forward.run(&mut self.windowed, &mut self.degraded);
        cross_spectrum(&mut self.reference, &self.degraded);
        self.inverse.run(&mut self.reference, &mut self.correlation);
    }
}

fn multiply(out: &mut [f32], samples: &[f32], window: &[f32]) {
    for ((out, sample), gain) in out.iter_mut().zip(samples).zip(window) {
        *out = sample * gain;
    }
}

#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn cross_spectrum(reference: &mut [Complex32], degraded: &[Complex32]) {
    for (x, y) in reference.iter_mut().zip(degraded) {
        *x = x.conj() * y;
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
