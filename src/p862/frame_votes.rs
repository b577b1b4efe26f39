//! The lags that a pair of frames votes for: those at which it correlates best (P.862 clause 10.1).
//!
//! The candidates of a split meet the same frames again and again. Votes are kept by the positions of both frames, and
//! spectra by that of the reference's, because many a frame returns with another delay.

use super::delay::Pair;
use crate::dsp::fft::{Buffer, Correlation};
use crate::dsp::window::multiply;
use crate::model::DelaySearch;
use multiversion::multiversion;
use std::ops::Range;

/// A lag, circular in the frame, and the weight that a frame gives it.
#[derive(Clone, Copy)]
pub(super) struct Vote {
    lag: u32,
    pub weight: f32,
}

impl Vote {
    pub fn lag(self) -> usize {
        self.lag as usize
    }
}

/// Votes of frames, made where they are not kept.
pub(super) struct FrameVotes<'a> {
    p: &'a DelaySearch,
    length: usize,
    correlation: Correlation,
    reference: KeptSpectra,
    /// The degraded frame, then the correlation.
    frame: Buffer,
    /// Largest magnitude in each block of the correlation.
    maxima: Vec<f32>,
    /// Where the votes of frames at a pair of positions stand; one pair a slot.
    known: Vec<Known>,
    votes: Vec<Vote>,
}

#[derive(Clone)]
struct Known {
    positions: (i64, i64),
    votes: Range<usize>,
}

impl Known {
    /// 64 s of a pass, more than most pairs come to in all.
    const SLOTS: usize = 1 << 12;
    /// No frames' positions.
    const NONE: Self = Self { positions: (-1, -1), votes: 0..0 };

    fn slot((r, d): (i64, i64)) -> usize {
        // Multiplicative hashing: passes go in even steps.
        let mixed = (r as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ (d as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
        (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 52) as usize
    }
}

/// Votes kept; 8 MiB.
const MOST_VOTES: usize = 1 << 20;

impl<'a> FrameVotes<'a> {
    pub fn new(p: &'a DelaySearch, length: usize) -> Self {
        Self {
            p,
            length,
            correlation: Correlation::new(length),
            reference: KeptSpectra::new(),
            frame: Buffer::new(length),
            maxima: vec![0.0; length / BLOCK],
            known: vec![Known::NONE; Known::SLOTS],
            votes: Vec::new(),
        }
    }

    /// To be called when the window is another than before.
    pub fn forget(&mut self) {
        self.reference.forget();
        self.forget_votes();
    }

    fn forget_votes(&mut self) {
        self.known.fill(Known::NONE);
        self.votes.clear();
    }

    /// The votes of the frames at `r` and `d`.
    pub fn votes(&mut self, pair: &Pair, window: &[f32], r: i64, d: i64) -> &[Vote] {
        let positions = (r, d);
        let slot = Known::slot(positions);
        if self.known[slot].positions != positions {
            if self.votes.len() > MOST_VOTES {
                self.forget_votes();
            }
            let start = self.votes.len();
            self.correlate(pair, window, r, d);
            cast(self.p, self.frame.samples(), &mut self.maxima, &mut self.votes);
            self.known[slot] = Known { positions, votes: start..self.votes.len() };
        }
        &self.votes[self.known[slot].votes.clone()]
    }

    /// The circular cross-correlation of two windowed frames.
    fn correlate(&mut self, pair: &Pair, window: &[f32], r: i64, d: i64) {
        let reference = self.reference.at(r, self.length, |spectrum| {
            multiply(spectrum.samples_mut(), &pair.reference.alignment[r as usize..], window);
            self.correlation.spectrum(spectrum);
        });
        multiply(self.frame.samples_mut(), &pair.degraded.alignment[d as usize..], window);
        self.correlation.run(reference, &mut self.frame);
    }
}

/// The spectra of reference frames by position, the latest kept.
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

/// Casts a vote for each lag whose magnitude comes near the frame's largest.
fn cast(p: &DelaySearch, correlation: &[f32], maxima: &mut [f32], votes: &mut Vec<Vote>) {
    block_maxima(correlation, maxima);
    let threshold = p.peak_fraction * maxima.iter().fold(0.0, |a: f32, &b| a.max(b));
    for (block, _) in maxima.iter().enumerate().filter(|(_, maximum)| **maximum > threshold) {
        let first = block * BLOCK;
        let near = correlation[first..].iter().take(BLOCK).map(|value| value.abs()).enumerate();
        for (i, magnitude) in near.filter(|(_, magnitude)| *magnitude > threshold) {
            let weight = f64::from(magnitude).powf(p.peak_exponent) as f32;
            votes.push(Vote { lag: (first + i) as u32, weight });
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
