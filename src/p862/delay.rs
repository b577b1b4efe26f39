//! Utterances and their delays (P.862 clause 10.1, envelope-based alignment and fine time alignment).

use super::Setup;
use super::fine_delay::LagVotes;
use super::level::Levelled;
use super::splitting;
use super::voice_activity::runs;
use crate::dsp::argmax::argmax_above_zero;
use crate::dsp::correlation::Correlator;
use crate::dsp::window::hann;

/// A stretch of the reference with one delay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Utterance {
    /// First voice-activity window, margins included.
    pub start: i64,
    /// The window after the last.
    pub end: i64,
    /// Delay from the envelopes, in samples.
    pub coarse: i64,
    /// Delay of the degraded signal, in samples.
    pub delay: i64,
    /// Share of the correlation votes at that delay, 0 to 1.
    pub confidence: f32,
}

/// Both signals as the alignment hears them.
pub(super) struct Pair<'a> {
    pub setup: Setup<'a>,
    pub reference: &'a Levelled,
    pub degraded: &'a Levelled,
}

/// The utterances of the reference with their delays in the degraded signal; none where the two do not overlap.
pub(super) fn align(
    setup: Setup,
    reference: &Levelled,
    degraded: &Levelled,
) -> Option<Vec<Utterance>> {
    let pair = Pair { setup, reference, degraded };
    let mut correlator = Correlator::default();
    let mut votes = LagVotes::new(setup);
    let mut utterances = pair.located(&mut correlator, &mut votes);
    if utterances.is_empty() {
        return None;
    }
    pair.share_boundaries(&mut utterances);
    splitting::split(&pair, &mut correlator, votes, &mut utterances);
    Some(utterances)
}

impl Pair<'_> {
    /// Delay of the whole degraded signal by its envelope, in samples.
    pub fn crude_delay(&self, correlator: &mut Correlator) -> i64 {
        let (reference, degraded) = (&self.reference.activity.log, &self.degraded.activity.log);
        self.lag(correlator.correlate(reference, degraded), reference.len() as i64)
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
        self.lag(correlation, x.len() as i64) * self.setup.window() + seed
    }

    /// What [`coarse_delay`](Self::coarse_delay) correlates; none where that is not there.
    pub fn envelopes(&self, (start, end): (i64, i64), seed: i64) -> Option<(&[f32], &[f32])> {
        let shift = seed / self.setup.window();
        let start_degraded = (start + shift).max(0);
        let start = if start + shift < 0 { -shift } else { start };
        let overlap = (end - start).min(self.degraded.activity.log.len() as i64 - start_degraded);
        let x = slice(&self.reference.activity.log, start, end - start)?;
        Some((x, slice(&self.degraded.activity.log, start_degraded, overlap)?))
    }

    fn lag(&self, correlation: &[f32], reference_length: i64) -> i64 {
        argmax_above_zero(correlation).map_or(0, |k| k as i64 - (reference_length - 1))
    }

    /// The utterances that the degraded signal overlaps, each with the delay found in its search window.
    fn located(&self, correlator: &mut Correlator, votes: &mut LagVotes) -> Vec<Utterance> {
        let crude = self.crude_delay(correlator);
        let window = hann(self.setup.rate.align_fft);
        let searched = self.utterance_runs(crude).into_iter().map(|(start, end)| {
            let margin = self.setup.p.delay.search_margin;
            let last = self.reference.activity.energy.len() as i64 - 1;
            let search = ((start - margin).max(0), (end + margin).min(last));
            let coarse = self.coarse_delay(correlator, search, crude, |_| {});
            let (delay, confidence) = votes.fine_delay(self, &window, search, coarse);
            Utterance { start, end, coarse, delay, confidence }
        });
        searched.collect()
    }

    /// Runs of reference speech that are long enough and overlap the degraded signal enough.
    fn utterance_runs(&self, crude: i64) -> Vec<(i64, i64)> {
        let shortest = self.setup.p.delay.shortest_utterance;
        let windows = self.reference.activity.energy.len() as i64;
        let first_end = shortest - crude / self.setup.window();
        let last_start = (self.degraded.length as i64 - crude) / self.setup.window() - shortest;
        runs(&self.reference.activity.energy)
            .into_iter()
            .map(|run| (run.start as i64, (run.end as i64).min(windows - 1)))
            .filter(|(start, end)| {
                end - start >= shortest && *start < last_start && *end > first_end
            })
            .collect()
    }

    /// Lets the utterances meet in the middle of the pauses and keeps them, delayed, inside the degraded signal.
    fn share_boundaries(&self, utterances: &mut [Utterance]) {
        let window = self.setup.window();
        let margin = self.setup.p.framing.margin_windows as i64;
        let last = utterances.len() - 1;
        utterances[0].start = margin;
        utterances[last].end = self.reference.activity.energy.len() as i64 - margin;
        for u in 1..utterances.len() {
            let middle = (utterances[u].start + utterances[u - 1].end) / 2;
            utterances[u].start = middle;
            utterances[u - 1].end = middle;
        }
        let first = &mut utterances[0];
        if first.start * window + first.delay < margin * window {
            first.start = self.earliest_start(first.delay);
        }
        let end = &mut utterances[last];
        if self.overruns(end.end, end.delay) {
            end.end = self.latest_end(end.delay);
        }
        for u in 1..utterances.len() {
            let (left, right) = (utterances[u - 1], utterances[u]);
            let from = right.start * window + right.delay;
            let to = left.end * window + left.delay;
            if from < to {
                let middle = (from + to) / 2;
                utterances[u].start = (window - 1 + middle - right.delay) / window;
                utterances[u - 1].end = (middle - left.delay) / window;
            }
        }
    }

    /// The first window that, delayed, lies behind the margin.
    pub fn earliest_start(&self, delay: i64) -> i64 {
        self.setup.p.framing.margin_windows as i64
            + (self.setup.window() - 1 - delay) / self.setup.window()
    }

    /// The last window that, delayed, lies before the closing margin.
    pub fn latest_end(&self, delay: i64) -> i64 {
        (self.degraded.length as i64 - delay) / self.setup.window()
            - self.setup.p.framing.margin_windows as i64
    }

    /// Whether the window `end`, delayed, lies in the closing margin.
    pub fn overruns(&self, end: i64, delay: i64) -> bool {
        end * self.setup.window() + delay > self.degraded.length as i64 - self.setup.margin() as i64
    }
}

/// `length` values from `start`; none where that is fewer than two or not there.
fn slice(values: &[f32], start: i64, length: i64) -> Option<&[f32]> {
    let (start, length) = (usize::try_from(start).ok()?, usize::try_from(length).ok()?);
    if length < 2 { None } else { values.get(start..start.checked_add(length)?) }
}
