//! Re-alignment where waveforms were kept: envelopes miss short words between a jump and the next pause, or the end of
//! the speech, and misplace a jump in a steady vowel; waveforms find both to a few milliseconds.

use super::delay_selection::{DelayCandidate, select_delays};
use super::fine::stretches;
use super::path::{Run, runs_of, without_excursions};
use super::refine::Measured;
use super::waveforms::Waveforms;
use super::{AlignmentParameters, Pair};
use crate::dsp::correlation::Correlator;
use crate::dsp::scales::ratio;
use crate::dsp::sums::energy;
use std::ops::Range;

/// The path with short stretches put where their waveforms fit and jumps where the waveforms change; `None` where that is
/// the path as it was, or the connection kept no waveform.
pub(crate) fn realigned(
    pair: &Pair,
    runs: &[Run],
    measured: &Measured,
    parameters: &AlignmentParameters,
) -> Option<Vec<Run>> {
    // Not the mean: a missed jump leaves much of the speech without its waveform.
    if measured.waveform.upper_quartile() < parameters.realignment.coherence {
        return None;
    }
    let realigner = Realigner {
        pair,
        parameters,
        waveforms: Waveforms::new(pair, parameters),
        speech: Speech::new(pair, parameters),
    };
    let mut candidates = realigner.known(runs, measured);
    let mut chosen = realigner.select_delays(&candidates);
    let local_candidates = realigner.local_candidates(&candidates, &chosen);
    if !local_candidates.is_empty() {
        candidates.extend(local_candidates);
        chosen = realigner.select_delays(&candidates);
    }
    let delay = |(frame, chosen): (usize, &Option<usize>)| {
        chosen.map(|chosen| candidates[chosen].frame_delay(frame))
    };
    let delays: Vec<Option<i64>> = chosen.iter().enumerate().map(delay).collect();
    let longest = (parameters.path.excursion_s / pair.frame_s()) as usize;
    let realigned = without_excursions(runs_of(&delays), longest);
    let heard = realigned.iter().any(|run| run.delay.is_some());
    (heard && realigned != runs).then_some(realigned)
}

struct Realigner<'a> {
    pair: &'a Pair,
    parameters: &'a AlignmentParameters,
    waveforms: Waveforms<'a>,
    speech: Speech,
}

impl Realigner<'_> {
    /// The delays between the jumps of the path.
    fn known(&self, runs: &[Run], measured: &Measured) -> Vec<DelayCandidate> {
        let drift = measured.remaining.value;
        // More than that is removed first, or is a jump mistaken for drift.
        let drift = if drift.abs() < self.parameters.drift.left_at_most { drift } else { 0.0 };
        let hop = self.pair.hop as f64;
        let candidate = |runs: Vec<Run>, number: usize| {
            let span = DelayCandidate::span(&runs);
            let curves = &measured.waveform.curves;
            let first = curves.partition_point(|curve| curve.stretch < number);
            let end = curves.partition_point(|curve| curve.stretch <= number);
            let middle = (span.start + span.end) as f64 / 2.0 * hop;
            let delay = measured.waveform.peak(first..end, middle, drift)?.delay;
            let allowed = self.speech.around(span);
            Some(DelayCandidate { runs, delay, slope: drift * hop, allowed })
        };
        let found = stretches(runs);
        let same = found.chunk_by(|a, b| a.2 == b.2);
        let run = |(frames, delay, _): &(Range<usize>, i64, usize)| Run {
            frames: frames.clone(),
            delay: Some(*delay),
        };
        same.filter_map(|same| candidate(same.iter().map(run).collect(), same[0].2)).collect()
    }

    /// The candidate that each frame is heard at by its waveform, and, where that tells little, by its envelopes.
    fn select_delays(&self, candidates: &[DelayCandidate]) -> Vec<Option<usize>> {
        if let [only] = candidates {
            let frames = 0..self.speech.at.len();
            return frames.map(|frame| only.allowed.contains(&frame).then_some(0)).collect();
        }
        let (own, other) = (&self.pair.reference_envelope, &self.pair.degraded_envelope);
        let evidence = |frame: usize, candidate: &DelayCandidate| {
            let heard = frame as i64 + candidate.frame_delay(frame);
            let envelopes = f64::from(own.product(frame, other, heard));
            self.waveforms.evidence(frame, candidate.sample_delay(frame))
                + self.parameters.realignment.envelope_evidence * envelopes
        };
        let cost = self.parameters.realignment.evidence_s / self.pair.frame_s();
        select_delays(candidates, own.len(), cost, evidence)
    }

    /// Delays at which short stretches fit whose waveforms do not follow `chosen`.
    fn local_candidates(
        &self,
        candidates: &[DelayCandidate],
        chosen: &[Option<usize>],
    ) -> Vec<DelayCandidate> {
        let delay = |frame: usize| Some(candidates[chosen[frame]?].sample_delay(frame));
        let evidence = |frame: usize| {
            let told = |delay: i64| self.waveforms.evidence(frame, delay);
            self.speech.at[frame].then(|| delay(frame).map_or(0.0, told))
        };
        let evidence: Vec<Option<f64>> = (0..chosen.len()).map(evidence).collect();
        let spoken = evidence.iter().flatten();
        let mean = spoken.clone().sum::<f64>() / spoken.count().max(1) as f64;
        let least = self.parameters.realignment.evidence_s / self.pair.frame_s();
        let length = (self.parameters.realignment.candidate_s / self.pair.frame_s()) as usize;
        let mut local_candidates: Vec<DelayCandidate> = Vec::new();
        let mut correlator = Correlator::default();
        for start in (0..chosen.len()).step_by((length / 2).max(1)) {
            let frames = start..(start + length).min(chosen.len());
            let spoken = evidence[frames.clone()].iter().flatten();
            let expected = mean * spoken.clone().count() as f64;
            let found = spoken.sum::<f64>();
            if found > expected / 2.0 || expected - found < least {
                continue;
            }
            let near = frames.clone().find_map(delay);
            let local_candidate =
                near.and_then(|near| self.local_candidate(frames.clone(), near, &mut correlator));
            let Some(local_candidate) = local_candidate else { continue };
            match local_candidates.last_mut() {
                Some(last) if last.delay == local_candidate.delay => {
                    last.runs[0].frames.end = frames.end;
                    last.allowed.end = local_candidate.allowed.end;
                }
                _ => local_candidates.push(local_candidate),
            }
        }
        local_candidates
    }

    /// Where `frames` fit, within reach of the delay `near`.
    fn local_candidate(
        &self,
        frames: Range<usize>,
        near: i64,
        correlator: &mut Correlator,
    ) -> Option<DelayCandidate> {
        let hop = self.pair.hop as i64;
        let reach = (self.parameters.path.search_s / self.pair.frame_s()) as i64 * hop;
        let delays = near - reach..near + reach + 1;
        let (delay, correlation) = self.waveforms.best(&frames, delays, correlator)?;
        let frame_delay = (delay as f64 / hop as f64).round() as i64;
        (correlation >= self.parameters.realignment.coherence).then(|| DelayCandidate {
            allowed: self.speech.around(frames.clone()),
            runs: vec![Run { frames, delay: Some(frame_delay) }],
            delay: delay as f64,
            slope: 0.0,
        })
    }
}

/// Where the reference speaks.
struct Speech {
    at: Vec<bool>,
    /// Frames of speech by which a delay may go on beyond those that it was found in.
    reach: usize,
}

impl Speech {
    fn new(pair: &Pair, parameters: &AlignmentParameters) -> Self {
        let samples = &pair.reference.samples;
        let mean = energy(samples) / samples.len().max(1) as f64 * pair.hop as f64;
        let least = mean * ratio(-parameters.realignment.faint_speech_db);
        let speaks = |frame: usize| {
            let end = ((frame + 1) * pair.hop).min(samples.len());
            samples.get(frame * pair.hop..end).is_some_and(|frame| energy(frame) > least)
        };
        Self {
            at: (0..pair.reference_envelope.len()).map(speaks).collect(),
            reach: (parameters.boundaries.search_s / pair.frame_s()) as usize,
        }
    }

    /// `frames`, the speech within reach of them and the pauses in between.
    fn around(&self, frames: Range<usize>) -> Range<usize> {
        let spoken = |frame: &usize| self.at[*frame];
        let first = (0..frames.start).rev().filter(spoken).nth(self.reach);
        let last = (frames.end..self.at.len()).filter(spoken).nth(self.reach);
        first.map_or(0, |frame| frame + 1)..last.unwrap_or(self.at.len())
    }
}
