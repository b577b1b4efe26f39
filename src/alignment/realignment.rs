//! Re-alignment where waveforms were kept: envelopes miss short words between a jump and the next pause, or the end of
//! the speech, and misplace a jump in a steady vowel; waveforms find both to a few milliseconds.

use super::constant::Constant;
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

/// Whether the waveforms are kept well enough to tell, and those of all speech follow the constant delay, so that neither
/// jumps nor drift need to be sought.
pub(crate) fn follows_throughout(
    pair: &Pair,
    constant: &Constant,
    parameters: &AlignmentParameters,
) -> bool {
    let Measured { coherence, remaining, .. } = &constant.measured;
    if *coherence < parameters.drift.fitting
        || remaining.value.abs() >= parameters.drift.left_at_most
    {
        return false;
    }
    let realigner = Realigner::new(pair, parameters);
    let Some(candidate) = realigner.constant(constant) else { return false };
    let explained = realigner.explained(|_| Some(candidate.delay));
    explained.tells && explained.gaps.is_empty()
}

/// The path with short stretches put where their waveforms fit and jumps where the waveforms change; `None` where that is
/// the path as it was, or the connection kept no waveform. A `constant` delay may be heard anywhere.
pub(crate) fn realigned(
    pair: &Pair,
    runs: &[Run],
    measured: &Measured,
    constant: Option<&Constant>,
    parameters: &AlignmentParameters,
) -> Option<Vec<Run>> {
    // Not the mean: a missed jump leaves much of the speech without its waveform.
    let kept = |measured: &Measured| {
        measured.waveform.upper_quartile() >= parameters.realignment.coherence
    };
    let constant = constant.filter(|constant| kept(&constant.measured));
    if constant.is_none() && !kept(measured) {
        return None;
    }
    let realigner = Realigner::new(pair, parameters);
    let mut candidates = realigner.known(runs, measured);
    if let Some(constant) = constant.and_then(|constant| realigner.constant(constant)) {
        let same = parameters.delays.same_delay_s * pair.reference.sample_rate;
        let known = candidates.iter_mut().find(|known| (known.delay - constant.delay).abs() < same);
        match known {
            Some(known) => known.allowed = constant.allowed,
            None => candidates.push(constant),
        }
    }
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

/// How well waveforms follow the delays that are given to them.
struct Explained {
    /// Whether they do so well enough that the loss of a short stretch would show.
    tells: bool,
    /// Short stretches of speech whose waveforms do not.
    gaps: Vec<Range<usize>>,
}

struct Realigner<'a> {
    pair: &'a Pair,
    parameters: &'a AlignmentParameters,
    waveforms: Waveforms<'a>,
    speech: Speech,
}

impl<'a> Realigner<'a> {
    fn new(pair: &'a Pair, parameters: &'a AlignmentParameters) -> Self {
        let waveforms = Waveforms::new(pair, parameters);
        Self { pair, parameters, waveforms, speech: Speech::new(pair, parameters) }
    }

    /// The constant delay, allowed throughout.
    fn constant(&self, constant: &Constant) -> Option<DelayCandidate> {
        let waveform = &constant.measured.waveform;
        let peak = waveform.peak(0..waveform.curves.len(), 0.0, 0.0)?;
        let allowed = 0..self.speech.at.len();
        Some(DelayCandidate {
            runs: constant.runs(self.pair),
            delay: peak.delay,
            slope: 0.0,
            allowed,
        })
    }

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

    /// How well waveforms follow the delay of each frame, given in samples.
    fn explained(&self, delay: impl Fn(usize) -> Option<f64>) -> Explained {
        let evidence = |frame: usize| {
            let told = |delay: f64| self.waveforms.evidence(frame, delay);
            self.speech.at[frame].then(|| delay(frame).map_or(0.0, told))
        };
        let evidence: Vec<Option<f64>> = (0..self.speech.at.len()).map(evidence).collect();
        let spoken = evidence.iter().flatten();
        let mean = spoken.clone().sum::<f64>() / spoken.count().max(1) as f64;
        let least = self.parameters.realignment.evidence_s / self.pair.frame_s();
        let length = (self.parameters.realignment.candidate_s / self.pair.frame_s()) as usize;
        let starts = (0..evidence.len()).step_by((length / 2).max(1));
        let stretches = starts.map(|start| start..(start + length).min(evidence.len()));
        let gap = |frames: &Range<usize>| {
            let spoken = evidence[frames.clone()].iter().flatten();
            let expected = mean * spoken.clone().count() as f64;
            let found = spoken.sum::<f64>();
            found <= expected / 2.0 && expected - found >= least
        };
        Explained {
            tells: mean * length as f64 >= 2.0 * least,
            gaps: stretches.filter(gap).collect(),
        }
    }

    /// Delays at which short stretches fit whose waveforms do not follow `chosen`.
    fn local_candidates(
        &self,
        candidates: &[DelayCandidate],
        chosen: &[Option<usize>],
    ) -> Vec<DelayCandidate> {
        let delay = |frame: usize| Some(candidates[chosen[frame]?].sample_delay(frame));
        let mut local_candidates: Vec<DelayCandidate> = Vec::new();
        let mut correlator = Correlator::default();
        for frames in self.explained(delay).gaps {
            let near = frames.clone().find_map(delay);
            let local_candidate = near.and_then(|near| {
                self.local_candidate(frames.clone(), near.round() as i64, &mut correlator)
            });
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
        let fit = self.waveforms.best(&frames, delays, correlator)?;
        // Steady tones fit nearly as well at other delays: that one fits best tells nothing.
        let explained = |correlation: f64| self.waveforms.explained(correlation);
        let lead = (explained(fit.correlation) - explained(fit.rival)) * frames.len() as f64;
        let least = self.parameters.realignment.lead_s / self.pair.frame_s();
        let frame_delay = (fit.delay as f64 / hop as f64).round() as i64;
        let found = fit.correlation >= self.parameters.realignment.coherence && lead >= least;
        found.then(|| DelayCandidate {
            allowed: self.speech.around(frames.clone()),
            runs: vec![Run { frames, delay: Some(frame_delay) }],
            delay: fit.delay as f64,
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
