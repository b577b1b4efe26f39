//! Fine time alignment: frames of both signals are correlated, and each frame's best lags vote (P.862 clause 10.1).

use super::frame_votes::{FrameVotes, Pass};
use super::pair::Pair;
use super::setup::Setup;
use crate::dsp::argmax::argmax_above_zero;
use crate::model::DelaySearch;

/// A histogram of lags, and what it takes to fill it frame by frame.
pub(super) struct LagVotes<'a> {
    p: &'a DelaySearch,
    length: usize,
    frames: FrameVotes<'a>,
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
            frames: FrameVotes::new(&setup.p.delay, length),
            histogram: vec![0.0; length],
            total: 0.0,
        }
    }

    /// Forgets the votes of single frames; to be called when the window has changed.
    pub fn window_changed(&mut self) {
        self.frames.forget();
    }

    /// Samples from frame to frame.
    fn hop(&self) -> i64 {
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
        let mut r = search.0 * pair.setup.window();
        let mut d = r + seed;
        if d < 0 {
            (r, d) = (-seed, 0);
        }
        let mut pass = self.forwards(pair, (r, d), search.1 * pair.setup.window());
        while pass.frames > 0 {
            for vote in self.frames.votes(pair, window, pass) {
                self.histogram[vote.lag()] += vote.weight;
            }
            pass.advance();
        }
        self.smooth();
        let (lag, confidence) = self.best();
        (seed + lag, confidence)
    }

    /// The frames from `r` and `d` on that lie inside both signals and end before the reference's sample `end`.
    pub fn forwards(&self, pair: &Pair, (r, d): (i64, i64), end: i64) -> Pass {
        let [reference, degraded] = self.ends(pair);
        let room = (reference.min(end - self.length as i64) - r).min(degraded - d);
        self.pass((r, d), self.hop(), if r < 0 || d < 0 { -1 } else { room })
    }

    /// The frames from `r` and `d` backwards that lie inside both signals and begin no earlier than the reference's sample
    /// `begin`.
    pub fn backwards(&self, pair: &Pair, (r, d): (i64, i64), begin: i64) -> Pass {
        let [reference, degraded] = self.ends(pair);
        let room = (r - begin.max(0)).min(d);
        self.pass((r, d), -self.hop(), if r > reference || d > degraded { -1 } else { room })
    }

    /// The last sample at which a frame may begin in each signal.
    fn ends(&self, pair: &Pair) -> [i64; 2] {
        [pair.reference.alignment.len(), pair.degraded.length]
            .map(|length| length as i64 - self.length as i64)
    }

    /// The first frame and one for every hop that fits into `room` samples; none where that is negative.
    fn pass(&self, (r, d): (i64, i64), step: i64, room: i64) -> Pass {
        let frames = if room < 0 { 0 } else { room / self.hop() + 1 };
        Pass { r, d, step, frames: frames as usize }
    }

    /// Lets the pass's next frames vote, each vote spread by the triangle at once.
    pub fn add_smoothed(&mut self, pair: &Pair, window: &[f32], pass: Pass) {
        let (reach, wrap) = (self.reach(), self.length - 1);
        for vote in self.frames.votes(pair, window, pass) {
            let unit = vote.weight / reach as f32;
            for k in 1 - reach as isize..reach as isize {
                self.histogram[vote.lag().wrapping_add_signed(k) & wrap] +=
                    unit * (reach - k.unsigned_abs()) as f32;
            }
            self.total += unit * reach as f32;
        }
    }

    /// The lag of the largest value, the first of equals, and that value over the total of the votes.
    pub fn best(&self) -> (i64, f32) {
        let at = argmax_above_zero(&self.histogram).unwrap_or(0);
        let lag = if at >= self.length / 2 { at as i64 - self.length as i64 } else { at as i64 };
        if self.total > 0.0 { (lag, self.histogram[at] / self.total) } else { (0, 0.0) }
    }

    /// Smooths the whole histogram with the triangle.
    fn smooth(&mut self) {
        self.total = self.histogram.iter().sum();
        let reach = self.reach();
        let votes = std::mem::replace(&mut self.histogram, vec![0.0; self.length]);
        let circular = [&votes[self.length + 1 - reach..], &votes, &votes[..reach - 1]].concat();
        for (tap, shifted) in circular.windows(self.length).enumerate() {
            let weight = 1.0 - (tap + 1).abs_diff(reach) as f32 / reach as f32;
            for (smoothed, vote) in self.histogram.iter_mut().zip(shifted) {
                *smoothed += weight * vote;
            }
        }
    }
}
