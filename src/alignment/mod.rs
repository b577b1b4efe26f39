//! Alignment that follows real calls: where each moment of the reference is heard in the degraded signal.
//!
//! 1. Both signals are decimated to the telephone band, which every connection carries.
//! 2. `envelope`: band envelopes, which survive codecs that keep no waveform.
//! 3. `anchors`, `candidates`: stretches of the reference are sought in the whole degraded signal, so that no delay is
//!    too long.
//! 4. `path`: dynamic programming from frame to frame finds the best sequence of delays with few jumps.
//! 5. `drift`: the clocks' difference is told from the path and removed by resampling, and the path is found again.
//! 6. `fine`, `correlogram`: the delay of each segment to a fraction of a millisecond, from the waveform where it was
//!    kept.
//! 7. `realignment`, `delay_selection`, `waveforms`: jumps that the envelopes missed or misplaced, where the waveform
//!    was kept.
//! 8. `boundaries`, `boundary_evidence`: the sample at which one delay ends and the next begins, from waveforms of the
//!    whole band.
//! 9. `coverage`: what was not heard, what was heard twice, and how sure all this is.
//!
//! `belonging` asks before all this whether the two recordings hold the same at all.
//!
//! Stages 3 and 4 follow the idea of P.862 clause 10.1.4 to 10.1.6 (crude delay from envelopes, then fine delay of
//! utterances, then their splitting) without its limits: the delay is unbounded, and changes anywhere.

mod anchors;
mod belonging;
mod boundaries;
mod boundary_evidence;
mod candidates;
mod constant;
mod correlogram;
mod coverage;
mod delay_selection;
mod drift;
mod envelope;
mod fine;
mod path;
mod realignment;
mod refine;
mod warp;
mod waveforms;

pub use crate::model::alignment::AlignmentParameters;
pub use belonging::{Likeness, belong_together};
pub use coverage::Insertion;

use crate::dsp::decimate::Decimated;
use crate::dsp::interpolate::Interpolator;
use crate::model::alignment::PathCosts;
use anchors::{Favoured, find_anchors};
use candidates::Anchor;
use constant::Constant;
use envelope::Envelope;
use path::{Corridor, Path, costs_at, delay_path, without_excursions};
use realignment::{follows_throughout, realigned};
use refine::Measured;
use std::ops::Range;

/// Where each moment of a reference is heard in a degraded signal.
#[derive(Debug, Clone, PartialEq)]
pub struct Alignment {
    /// Stretches of the reference heard at one delay (but for drift), in order of time, without overlap.
    pub segments: Vec<Segment>,
    /// How much slower the degraded signal's clock makes it, in parts per million: 1000 turns 10 s into 10.01 s.
    /// Zero where none can be told.
    pub clock_drift_ppm: f64,
    /// Standard error of the drift, in parts per million; `None` where too little was heard to measure it.
    pub clock_drift_error_ppm: Option<f64>,
    /// How sure it is that the degraded signal holds the reference at all, 0 to 1.
    pub confidence: f64,
    /// Active stretches of the reference that are not in the degraded signal, in samples of the reference.
    pub unheard: Vec<Range<usize>>,
    /// Stretches of the degraded signal between two segments that are not in the reference there.
    pub inserted: Vec<Insertion>,
    /// Samples per second of both signals.
    pub sample_rate: u32,
}

impl Alignment {
    /// That of a signal with itself.
    pub(crate) fn on_time(length: usize, sample_rate: u32) -> Self {
        let whole = Segment { reference: 0..length, delay_samples: 0.0, confidence: 1.0 };
        Self {
            segments: vec![whole],
            clock_drift_ppm: 0.0,
            clock_drift_error_ppm: None,
            confidence: 1.0,
            unheard: Vec::new(),
            inserted: Vec::new(),
            sample_rate,
        }
    }
}

/// A stretch of the reference heard at one delay.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Samples of the reference.
    pub reference: Range<usize>,
    /// Samples by which the degraded signal is later at the segment's first sample; negative where it is earlier.
    pub delay_samples: f64,
    /// Correlation coefficient of the band envelopes in it, 0 to 1.
    pub confidence: f64,
}

/// Aligns `degraded` with `reference`, both at `sample_rate` Hz.
///
/// Takes any signals, silent and empty ones too; what cannot be aligned has a low [`Alignment::confidence`].
pub fn align(
    reference: &[f32],
    degraded: &[f32],
    sample_rate: u32,
    parameters: &AlignmentParameters,
) -> Alignment {
    let decimated =
        |samples| Decimated::new(samples, sample_rate, parameters.envelope.working_rate_hz);
    let pair = Pair::new(decimated(reference), decimated(degraded), parameters);
    let favoured = pair.anchors(parameters);
    let constant = Constant::best(&pair, &favoured, parameters);
    let track = match constant {
        Some(constant) if follows_throughout(&pair, &constant, parameters) => {
            DelayTrack::constant(pair, constant)
        }
        constant => {
            let jumping =
                DelayTrack::jumping(pair, favoured.anchors, constant.as_ref(), parameters);
            let drifting = jumping.without_drift(parameters);
            drifting.filter(|drifting| drifting.beats(&jumping, parameters)).unwrap_or(jumping)
        }
    };
    let alignment = track.alignment(reference.len(), sample_rate, parameters);
    alignment.with_boundaries_placed(reference, degraded, parameters)
}

/// A delay track: a path once some drift is removed, and what was measured along it.
///
/// There are three hypotheses, each of which must explain what the one before it cannot: the delay is constant, it jumps,
/// and the clocks drift.
struct DelayTrack {
    pair: Pair,
    anchors: Vec<Anchor>,
    path: Path,
    measured: Measured,
}

impl DelayTrack {
    /// One delay throughout.
    fn constant(pair: Pair, constant: Constant) -> Self {
        let path = Path { runs: constant.runs(&pair), total: 0.0 };
        Self { pair, anchors: Vec::new(), path, measured: constant.measured }
    }

    /// The best path near the anchors, jumps included; where waveforms were kept, after they chose between its delays, the
    /// `constant` one and others near by.
    fn jumping(
        pair: Pair,
        anchors: Vec<Anchor>,
        constant: Option<&Constant>,
        parameters: &AlignmentParameters,
    ) -> Self {
        let mut path = pair.path(&anchors, parameters.path.following, parameters);
        path.runs =
            without_excursions(path.runs, (parameters.path.excursion_s / pair.frame_s()) as usize);
        let mut measured = refine::measure(&pair, &path.runs, parameters);
        if let Some(realigned) = realigned(&pair, &path.runs, &measured, constant, parameters) {
            path.runs = realigned;
            measured = refine::measure(&pair, &path.runs, parameters);
        }
        Self { pair, anchors, path, measured }
    }

    /// Whether this track, with drift removed, explains more than one without drift by what drift must earn. Missed jumps
    /// may look like drift to the envelopes, not to the waveforms.
    fn beats(&self, steady: &Self, parameters: &AlignmentParameters) -> bool {
        let drift = &parameters.drift;
        let gain = self.measured.coherence - steady.measured.coherence;
        let total_gain = self.path.total - steady.path.total;
        let waveforms_tell = self.measured.told_by_waveforms && gain >= drift.gain_at_least;
        let envelopes_tell = total_gain > drift.evidence && gain > -drift.coherence_loss_at_most;
        total_gain > 0.0 && (waveforms_tell || envelopes_tell)
    }

    fn alignment(
        &self,
        reference_length: usize,
        sample_rate: u32,
        parameters: &AlignmentParameters,
    ) -> Alignment {
        let Self { pair, path, measured, .. } = self;
        refine::alignment(pair, &path.runs, measured, reference_length, sample_rate, parameters)
    }

    /// The same call without the drift that a path of cheap slips and dear jumps shows, if it shows any. Whether it
    /// was drift or jumps, the better of the two tracks tells.
    fn without_drift(&self, parameters: &AlignmentParameters) -> Option<Self> {
        // Waveforms that fit have none left.
        let Measured { coherence, remaining, .. } = &self.measured;
        if *coherence >= parameters.drift.fitting
            && remaining.value.abs() < parameters.drift.left_at_most
        {
            return None;
        }
        let (mut pair, mut anchors) = (self.pair.clone(), self.anchors.clone());
        for _ in 0..parameters.drift.passes {
            let path = pair.path(&anchors, parameters.path.tracking, parameters);
            let drift = refine::measure(&pair, &path.runs, parameters).remaining;
            if drift.value.abs() < parameters.drift.left_at_most {
                break;
            }
            pair.remove_drift(drift.value, parameters);
            anchors.iter_mut().for_each(|anchor| anchor.remove_drift(drift.value));
            let sure =
                |error: f64| parameters.drift.significance * error < parameters.drift.left_at_most;
            if drift.standard_error.is_some_and(sure) {
                break;
            }
        }
        let drifts = pair.drift != 0.0
            && pair.drift.abs() <= parameters.drift.overshoot * parameters.drift.at_most;
        drifts.then(|| Self::jumping(pair, anchors, None, parameters))
    }
}

/// The two signals as they are compared.
#[derive(Clone)]
pub(crate) struct Pair {
    reference: Decimated,
    /// The degraded signal as recorded.
    recorded: Decimated,
    /// The degraded signal without the drift found so far.
    degraded: Vec<f32>,
    /// That drift, as a fraction.
    drift: f64,
    reference_envelope: Envelope,
    degraded_envelope: Envelope,
    /// Samples between two frames.
    hop: usize,
}

impl Pair {
    fn new(reference: Decimated, recorded: Decimated, parameters: &AlignmentParameters) -> Self {
        let hop = ((parameters.envelope.hop_s * reference.sample_rate).round() as usize).max(1);
        let reference_envelope =
            Envelope::new(&reference.samples, reference.sample_rate, hop, parameters);
        let degraded_envelope =
            Envelope::new(&recorded.samples, recorded.sample_rate, hop, parameters);
        let degraded = recorded.samples.clone();
        Self {
            reference,
            recorded,
            degraded,
            drift: 0.0,
            reference_envelope,
            degraded_envelope,
            hop,
        }
    }

    /// Distance of frames, in seconds.
    fn frame_s(&self) -> f64 {
        self.hop as f64 / self.reference.sample_rate
    }

    fn anchors(&self, parameters: &AlignmentParameters) -> Favoured {
        let coarser = parameters.anchors.decimation;
        let (reference, degraded) =
            (self.reference_envelope.coarser(coarser), self.degraded_envelope.coarser(coarser));
        let mut favoured =
            find_anchors(&reference, &degraded, self.frame_s() * coarser as f64, parameters);
        for anchor in &mut favoured.anchors {
            anchor.centre *= coarser as f64;
            anchor.delay *= coarser as f64;
        }
        favoured.delays.iter_mut().for_each(|delay| *delay *= coarser as f64);
        favoured
    }

    fn path(&self, anchors: &[Anchor], costs: PathCosts, parameters: &AlignmentParameters) -> Path {
        let margin = (parameters.path.search_s / self.frame_s()) as i64;
        let corridor = Corridor::around(anchors, self.reference_envelope.len(), margin);
        // The best anchor, as a jump spoils those that it lies in.
        let match_score = anchors.iter().map(|anchor| anchor.correlation).fold(0.0, f32::max);
        delay_path(
            &self.reference_envelope,
            &self.degraded_envelope,
            &corridor,
            costs_at(costs, match_score, &parameters.path),
        )
    }

    fn remove_drift(&mut self, drift: f64, parameters: &AlignmentParameters) {
        self.drift = (1.0 + self.drift) * (1.0 + drift) - 1.0;
        self.degraded = Interpolator::new().stretched(&self.recorded.samples, 1.0 + self.drift);
        self.degraded_envelope =
            Envelope::new(&self.degraded, self.reference.sample_rate, self.hop, parameters);
    }
}
