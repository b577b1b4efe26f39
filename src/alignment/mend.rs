//! Mending of the path where waveforms were kept: envelopes miss short words between a jump and the next pause, or the
//! end of the speech, and misplace a jump in a steady vowel; waveforms tell both to a few milliseconds.

use super::fine::stretches;
use super::handover::{Candidate, hand_over};
use super::path::{Run, runs_of, without_excursions};
use super::refine::Measured;
use super::waveforms::Waveforms;
use super::{AlignmentParameters, Pair};
use crate::dsp::correlation::Correlator;
use crate::dsp::scales::ratio;
use crate::dsp::sums::energy;
use std::ops::Range;

/// The path with strays put where their waveforms fit and jumps where the waveforms change over; `None` where there is
/// nothing to mend or the connection kept no waveform.
pub(crate) fn mended(
    pair: &Pair,
    runs: &[Run],
    measured: &Measured,
    parameters: &AlignmentParameters,
) -> Option<Vec<Run>> {
    // Not the mean: a missed jump leaves much of the speech without its waveform.
    if measured.waveform.upper_quartile() < parameters.mend_coherence {
        return None;
    }
    let mender = Mender {
        pair,
        parameters,
        waveforms: Waveforms::new(pair, parameters),
        speech: Speech::new(pair, parameters),
    };
    let mut candidates = mender.known(runs, measured);
    let mut chosen = mender.hand_over(&candidates);
    let strays = mender.strays(&candidates, &chosen);
    if !strays.is_empty() {
        candidates.extend(strays);
        chosen = mender.hand_over(&candidates);
    }
    let delay = |(frame, chosen): (usize, &Option<usize>)| {
        chosen.map(|chosen| candidates[chosen].frame_delay(frame))
    };
    let delays: Vec<Option<i64>> = chosen.iter().enumerate().map(delay).collect();
    let longest = (parameters.excursion_s / pair.frame_s()) as usize;
    let mended = without_excursions(runs_of(&delays), longest);
    let heard = mended.iter().any(|run| run.delay.is_some());
    (heard && mended != runs).then_some(mended)
}

struct Mender<'a> {
    pair: &'a Pair,
    parameters: &'a AlignmentParameters,
    waveforms: Waveforms<'a>,
    speech: Speech,
}

impl Mender<'_> {
    /// The delays between the jumps of the path.
    fn known(&self, runs: &[Run], measured: &Measured) -> Vec<Candidate> {
        let drift = measured.remaining.value;
        // More than that is removed first, or is a jump mistaken for drift.
        let drift = if drift.abs() < self.parameters.drift_left_at_most { drift } else { 0.0 };
        let hop = self.pair.hop as f64;
        let candidate = |runs: Vec<Run>, number: usize| {
            let span = Candidate::span(&runs);
            let curves = &measured.waveform.curves;
            let first = curves.partition_point(|curve| curve.stretch < number);
            let end = curves.partition_point(|curve| curve.stretch <= number);
            let middle = (span.start + span.end) as f64 / 2.0 * hop;
            let delay = measured.waveform.peak(first..end, middle, drift)?.delay;
            let allowed = self.speech.around(span);
            Some(Candidate { runs, delay, slope: drift * hop, allowed })
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
    fn hand_over(&self, candidates: &[Candidate]) -> Vec<Option<usize>> {
        if let [only] = candidates {
            let frames = 0..self.speech.at.len();
            return frames.map(|frame| only.allowed.contains(&frame).then_some(0)).collect();
        }
        let (own, other) = (&self.pair.reference_envelope, &self.pair.degraded_envelope);
        let evidence = |frame: usize, candidate: &Candidate| {
            let heard = frame as i64 + candidate.frame_delay(frame);
            let envelopes = f64::from(own.product(frame, other, heard));
            self.waveforms.evidence(frame, candidate.sample_delay(frame))
                + self.parameters.envelope_evidence * envelopes
        };
        let cost = self.parameters.mend_evidence_s / self.pair.frame_s();
        hand_over(candidates, own.len(), cost, evidence)
    }

    /// Delays at which short stretches fit whose waveforms do not follow `chosen`.
    fn strays(&self, candidates: &[Candidate], chosen: &[Option<usize>]) -> Vec<Candidate> {
        let delay = |frame: usize| Some(candidates[chosen[frame]?].sample_delay(frame));
        let evidence = |frame: usize| {
            let told = |delay: i64| self.waveforms.evidence(frame, delay);
            self.speech.at[frame].then(|| delay(frame).map_or(0.0, told))
        };
        let evidence: Vec<Option<f64>> = (0..chosen.len()).map(evidence).collect();
        let spoken = evidence.iter().flatten();
        let mean = spoken.clone().sum::<f64>() / spoken.count().max(1) as f64;
        let least = self.parameters.mend_evidence_s / self.pair.frame_s();
        let length = (self.parameters.stray_s / self.pair.frame_s()) as usize;
        let mut strays: Vec<Candidate> = Vec::new();
        let mut correlator = Correlator::default();
        for start in (0..chosen.len()).step_by((length / 2).max(1)) {
            let frames = start..(start + length).min(chosen.len());
            let spoken = evidence[frames.clone()].iter().flatten();
            let (usual, told) = (mean * spoken.clone().count() as f64, spoken.sum::<f64>());
            if told > usual / 2.0 || usual - told < least {
                continue;
            }
            let near = frames.clone().find_map(delay);
            let stray = near.and_then(|near| self.stray(frames.clone(), near, &mut correlator));
            let Some(stray) = stray else { continue };
            match strays.last_mut() {
                Some(last) if last.delay == stray.delay => {
                    last.runs[0].frames.end = frames.end;
                    last.allowed.end = stray.allowed.end;
                }
                _ => strays.push(stray),
            }
        }
        strays
    }

    /// Where `frames` fit, within reach of the delay `near`.
    fn stray(
        &self,
        frames: Range<usize>,
        near: i64,
        correlator: &mut Correlator,
    ) -> Option<Candidate> {
        let hop = self.pair.hop as i64;
        let reach = (self.parameters.search_s / self.pair.frame_s()) as i64 * hop;
        let delays = near - reach..near + reach + 1;
        let (delay, correlation) = self.waveforms.best(&frames, delays, correlator)?;
        let frame_delay = (delay as f64 / hop as f64).round() as i64;
        (correlation >= self.parameters.mend_coherence).then(|| Candidate {
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
        let least = mean * ratio(-parameters.faint_speech_db);
        let speaks = |frame: usize| {
            let end = ((frame + 1) * pair.hop).min(samples.len());
            samples.get(frame * pair.hop..end).is_some_and(|frame| energy(frame) > least)
        };
        Self {
            at: (0..pair.reference_envelope.len()).map(speaks).collect(),
            reach: (parameters.seam_search_s / pair.frame_s()) as usize,
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
