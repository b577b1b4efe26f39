//! Both signals as the time alignment hears them, and the delays that their envelopes tell (P.862 clause 10.1,
//! envelope-based alignment).

use super::level::Levelled;
use super::setup::Setup;
use crate::dsp::argmax::argmax_above_zero;
use crate::dsp::correlation::Correlator;

/// Reference and degraded signal at the level of the pair.
pub(super) struct Pair<'a> {
    pub setup: Setup<'a>,
    pub reference: &'a Levelled,
    pub degraded: &'a Levelled,
}

impl Pair<'_> {
    /// Delay of the whole degraded signal by its envelope, in samples.
    pub fn crude_delay(&self, correlator: &mut Correlator) -> i64 {
        let (reference, degraded) = (&self.reference.activity.log, &self.degraded.activity.log);
        best_lag(correlator.correlate(reference, degraded), reference.len() as i64)
            * self.setup.window()
    }

    /// Delay by the envelopes of the reference windows `range` around the delay `seed`, in samples. `seen` gets the
    /// correlation, where there is one.
    pub fn coarse_delay(
        &self,
        correlator: &mut Correlator,
        range: (i64, i64),
        seed: i64,
        seen: impl FnOnce(&[f32]),
    ) -> i64 {
        let Some((x, y)) = self.envelopes(range, seed) else { return seed };
        let correlation = correlator.correlate(x, y);
        seen(correlation);
        best_lag(correlation, x.len() as i64) * self.setup.window() + seed
    }

    /// The log envelopes that [`coarse_delay`](Self::coarse_delay) correlates, reference and degraded, a value a window;
    /// none where the signals have fewer than two windows there.
    pub fn envelopes(&self, (start, end): (i64, i64), seed: i64) -> Option<(&[f32], &[f32])> {
        let shift = seed / self.setup.window();
        let start_degraded = (start + shift).max(0);
        let start = if start + shift < 0 { -shift } else { start };
        let overlap = (end - start).min(self.degraded.activity.log.len() as i64 - start_degraded);
        let x = slice(&self.reference.activity.log, start, end - start)?;
        Some((x, slice(&self.degraded.activity.log, start_degraded, overlap)?))
    }

    /// The first window that, delayed by `delay` samples, lies behind the margin.
    pub fn earliest_start(&self, delay: i64) -> i64 {
        self.setup.p.framing.margin_windows as i64
            + (self.setup.window() - 1 - delay) / self.setup.window()
    }

    /// The last window that, delayed by `delay` samples, lies before the closing margin.
    pub fn latest_end(&self, delay: i64) -> i64 {
        (self.degraded.length as i64 - delay) / self.setup.window()
            - self.setup.p.framing.margin_windows as i64
    }

    /// Whether the window `end`, delayed by `delay` samples, lies in the closing margin.
    pub fn overruns(&self, end: i64, delay: i64) -> bool {
        end * self.setup.window() + delay > self.degraded.length as i64 - self.setup.margin() as i64
    }
}

/// The lag of the highest correlation above zero, in windows; 0 without one.
fn best_lag(correlation: &[f32], reference_length: i64) -> i64 {
    argmax_above_zero(correlation).map_or(0, |k| k as i64 - (reference_length - 1))
}

/// `length` values from `start`; none where that is fewer than two or not there.
fn slice(values: &[f32], start: i64, length: i64) -> Option<&[f32]> {
    let (start, length) = (usize::try_from(start).ok()?, usize::try_from(length).ok()?);
    if length < 2 { None } else { values.get(start..start.checked_add(length)?) }
}
