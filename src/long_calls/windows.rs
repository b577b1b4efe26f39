//! The second pass over a recording: windows in about the order of time, from a stream that is kept no longer than needed.

use super::survey::Survey;
use crate::error::Result;
use crate::signal::Stream;
use std::ops::Range;

/// Samples of a stream from `start` on.
pub(super) struct Windows {
    stream: Stream,
    samples: Vec<f32>,
    start: usize,
    more: bool,
}

impl Windows {
    pub fn of(survey: &Survey) -> Result<Self> {
        Ok(Self { stream: survey.stream()?, samples: Vec::new(), start: 0, more: true })
    }

    /// The samples in `window`; what is before `needed`, and so before all later windows, is let go.
    pub fn cut(&mut self, window: Range<usize>, needed: usize) -> Result<Vec<f32>> {
        while self.more && self.start + self.samples.len() < window.end {
            self.more = self.stream.read(&mut self.samples)?;
            // What lies between two windows is not collected.
            self.let_go(needed.min(window.start));
        }
        let within = |sample: usize| sample.saturating_sub(self.start).min(self.samples.len());
        let samples = self.samples[within(window.start)..within(window.end)].to_vec();
        self.let_go(needed);
        Ok(samples)
    }

    fn let_go(&mut self, needed: usize) {
        let old = needed.saturating_sub(self.start).min(self.samples.len());
        // Seldom, because the rest is moved.
        if 2 * old > self.samples.len() {
            self.samples.drain(..old);
            self.start += old;
        }
    }
}
