//! The lags that a pair of frames votes for: those at which it correlates best (P.862 clause 10.1).
//!
//! Frames are correlated many at once, those that a pass will come to next. The candidates of a split meet the same frames
//! again and again, so votes are kept by the positions of both frames.

use super::pair::Pair;
use crate::dsp::frames::correlation::{FrameCorrelation, Peak};
use crate::dsp::lanes;
use crate::dsp::power::pow;
use crate::model::DelaySearch;
use multiversion::{multiversion, target::target_cfg_f};
use std::ops::Range;

/// A lag in samples, circular in the frame, and the weight that a frame gives it.
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

/// Frames of both signals that a pass is to visit, in even steps.
#[derive(Clone, Copy)]
pub(super) struct Pass {
    /// Where the next frame of the reference begins.
    pub r: i64,
    /// Where that of the degraded signal begins.
    pub d: i64,
    /// From frame to frame, forwards or backwards.
    pub step: i64,
    /// How many frames are still to be visited.
    pub frames: usize,
}

impl Pass {
    /// Goes on to the next frame.
    pub fn advance(&mut self) {
        self.r += self.step;
        self.d += self.step;
        self.frames -= 1;
    }

    /// Positions of the frames to visit.
    fn positions(self) -> impl Iterator<Item = (i64, i64)> {
        let at = move |n: i64| (self.r + n * self.step, self.d + n * self.step);
        (0..self.frames as i64).map(at)
    }
}

/// Votes of frames, made where they are not kept.
pub(super) struct FrameVotes<'a> {
    p: &'a DelaySearch,
    correlation: FrameCorrelation,
    /// How many frames are correlated at once.
    abreast: usize,
    /// Where the votes of frames at a pair of positions stand; one pair a slot.
    known: Vec<Known>,
    votes: Vec<Vote>,
}

/// Where the votes of the frames at a pair of positions stand.
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
            correlation: FrameCorrelation::new(length),
            abreast: lanes::width(),
            known: vec![Known::NONE; Known::SLOTS],
            votes: Vec::new(),
        }
    }

    /// Forgets all votes; to be called when the window has changed.
    pub fn forget(&mut self) {
        self.known.fill(Known::NONE);
        self.votes.clear();
    }

    /// The votes of the pass's next frames.
    pub fn votes(&mut self, pair: &Pair, window: &[f32], pass: Pass) -> &[Vote] {
        let positions = (pass.r, pass.d);
        let slot = Known::slot(positions);
        if !self.knows(positions) {
            if self.votes.len() > MOST_VOTES {
                self.forget();
            }
            self.look_ahead(pair, window, pass);
        }
        &self.votes[self.known[slot].votes.clone()]
    }

    fn knows(&self, positions: (i64, i64)) -> bool {
        self.known[Known::slot(positions)].positions == positions
    }

    /// Makes the votes of the frames that the pass comes to first, of those that are not kept.
    fn look_ahead(&mut self, pair: &Pair, window: &[f32], pass: Pass) {
        let unknown = pass.positions().filter(|&positions| !self.knows(positions));
        let positions: Vec<_> = unknown.take(self.abreast).collect();
        let Some(&last) = positions.last() else { return };
        // The last stands for those that are missing.
        let at = |lane: usize| positions.get(lane).copied().unwrap_or(last);
        let x = std::array::from_fn(|lane| &pair.reference.alignment[at(lane).0 as usize..]);
        let y = std::array::from_fn(|lane| &pair.degraded.alignment[at(lane).1 as usize..]);
        let first = self.votes.len();
        let peaks = self.correlation.peaks(&x, &y, window, self.p.peak_fraction);
        // The last is the one that is asked for, whose slot another may have.
        for (positions, peaks) in positions.into_iter().zip(peaks).rev() {
            let start = self.votes.len();
            self.votes.extend(
                peaks
                    .iter()
                    .map(|&Peak { lag, magnitude }| Vote { lag: lag as u32, weight: magnitude }),
            );
            self.known[Known::slot(positions)] =
                Known { positions, votes: start..self.votes.len() };
        }
        weigh(&mut self.votes[first..], self.p.peak_exponent);
    }
}

/// Turns magnitudes into weights.
#[multiversion(targets("x86_64+avx2+fma"))]
fn weigh(votes: &mut [Vote], exponent: f64) {
    const FUSED: bool = target_cfg_f!(target_feature = "fma");
    for vote in votes {
        vote.weight = pow::<FUSED>(f64::from(vote.weight), exponent) as f32;
    }
}
