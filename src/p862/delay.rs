//! Utterances and their delays (P.862 clause 10.1, envelope-based alignment and fine time alignment).

use super::fine_delay::LagVotes;
use super::level::Levelled;
use super::pair::Pair;
use super::setup::Setup;
use super::splitting;
use super::utterance::Utterance;
use super::voice_activity::runs;
use crate::dsp::correlation::Correlator;
use crate::dsp::window::hann;

/// The utterances of the reference with their delays in the degraded signal; none where the two do not overlap.
pub(super) fn align(
    setup: Setup,
    reference: &Levelled,
    degraded: &Levelled,
) -> Option<Vec<Utterance>> {
    let pair = Pair { setup, reference, degraded };
    let mut correlator = Correlator::default();
    let mut votes = LagVotes::new(setup);
    let mut utterances = located(&pair, &mut correlator, &mut votes);
    if utterances.is_empty() {
        return None;
    }
    share_boundaries(&pair, &mut utterances);
    splitting::split(&pair, &mut correlator, votes, &mut utterances);
    Some(utterances)
}

/// The utterances that the degraded signal overlaps, each with the delay found in its search window.
fn located(pair: &Pair, correlator: &mut Correlator, votes: &mut LagVotes) -> Vec<Utterance> {
    let crude = pair.crude_delay(correlator);
    let window = hann(pair.setup.rate.align_fft);
    let searched = utterance_runs(pair, crude).into_iter().map(|(start, end)| {
        let margin = pair.setup.p.delay.search_margin;
        let last = pair.reference.activity.energy.len() as i64 - 1;
        let search = ((start - margin).max(0), (end + margin).min(last));
        let coarse = pair.coarse_delay(correlator, search, crude, |_| {});
        let (delay, confidence) = votes.fine_delay(pair, &window, search, coarse);
        Utterance { start, end, coarse, delay, confidence }
    });
    searched.collect()
}

/// Runs of reference speech that are long enough and overlap the degraded signal enough.
fn utterance_runs(pair: &Pair, crude: i64) -> Vec<(i64, i64)> {
    let shortest = pair.setup.p.delay.shortest_utterance;
    let windows = pair.reference.activity.energy.len() as i64;
    let first_end = shortest - crude / pair.setup.window();
    let last_start = (pair.degraded.length as i64 - crude) / pair.setup.window() - shortest;
    runs(&pair.reference.activity.energy)
        .into_iter()
        .map(|run| (run.start as i64, (run.end as i64).min(windows - 1)))
        .filter(|(start, end)| end - start >= shortest && *start < last_start && *end > first_end)
        .collect()
}

/// Lets the utterances meet in the middle of the pauses and keeps them, delayed, inside the degraded signal.
fn share_boundaries(pair: &Pair, utterances: &mut [Utterance]) {
    let window = pair.setup.window();
    let margin = pair.setup.p.framing.margin_windows as i64;
    let last = utterances.len() - 1;
    utterances[0].start = margin;
    utterances[last].end = pair.reference.activity.energy.len() as i64 - margin;
    for u in 1..utterances.len() {
        let middle = (utterances[u].start + utterances[u - 1].end) / 2;
        utterances[u].start = middle;
        utterances[u - 1].end = middle;
    }
    let first = &mut utterances[0];
    if first.start * window + first.delay < margin * window {
        first.start = pair.earliest_start(first.delay);
    }
    let end = &mut utterances[last];
    if pair.overruns(end.end, end.delay) {
        end.end = pair.latest_end(end.delay);
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
