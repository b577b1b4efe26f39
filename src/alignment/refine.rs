//! From the frames' path to the alignment: drift, segments and their delays.

use super::correlogram::Correlogram;
use super::coverage::{self, Heard};
use super::drift::{Slope, fitted_slope};
use super::fine::{envelope_correlogram, stretches, waveform_correlogram};
use super::path::Run;
use super::{Alignment, AlignmentParameters, Pair, Segment};
use std::ops::Range;

/// What was measured along a path.
pub(crate) struct Measured {
    pub waveform: Correlogram,
    envelope: Correlogram,
    /// Drift that is still in the signals.
    pub remaining: Slope,
    /// Whether waveforms tell that drift, not only envelopes.
    pub told_by_waveforms: bool,
    /// Mean correlation coefficient of the waveforms along it.
    pub coherence: f64,
}

impl Measured {
    /// The drift that is left in the signals of `pair`. What envelopes alone tell is drift only where some was removed,
    /// because that had to win; what waveforms tell must make them fit better than none does.
    fn drift_of(&self, pair: &Pair, parameters: &AlignmentParameters) -> Slope {
        let gain = self.coherence - self.waveform.correlation_along(0.0);
        if pair.drift != 0.0 || (self.told_by_waveforms && gain >= parameters.drift.gain_at_least) {
            self.remaining
        } else {
            Slope { value: 0.0, ..self.remaining }
        }
    }
}

/// Measures delays and drift along `runs`.
pub(crate) fn measure(pair: &Pair, runs: &[Run], parameters: &AlignmentParameters) -> Measured {
    let waveform = waveform_correlogram(pair, runs, parameters.delays.waveform_block_s, parameters);
    let envelope = envelope_correlogram(pair, runs, parameters);
    let (remaining, told_by_waveforms) =
        remaining_drift(&waveform, &envelope, pair, runs, parameters);
    let coherence = waveform.correlation_along(remaining.value);
    Measured { waveform, envelope, remaining, told_by_waveforms, coherence }
}

/// The drift along a path, and whether waveforms tell it.
fn remaining_drift(
    waveform: &Correlogram,
    envelope: &Correlogram,
    pair: &Pair,
    runs: &[Run],
    parameters: &AlignmentParameters,
) -> (Slope, bool) {
    let drift = &parameters.drift;
    let found = WaveformDrift::new(waveform, pair, runs, parameters);
    if found.coherence >= drift.fitting.max(parameters.delays.coherent) {
        return (found.fitted(waveform, pair, parameters), true);
    }
    let slope = envelope.best_slope(drift.at_most, Correlogram::STEPS, drift.envelope_precision);
    let gain_over =
        |other: f64| envelope.correlation_along(slope) - envelope.correlation_along(other);
    let coherent = found.coherence >= parameters.delays.coherent && found.halves_agree;
    if coherent && gain_over(found.slope) < drift.gain_at_least {
        return (found.fitted(waveform, pair, parameters), true);
    }
    if gain_over(0.0) < drift.gain_at_least {
        return (Slope { value: 0.0, standard_error: None }, false);
    }
    let tolerance = parameters.envelope.hop_s * pair.reference.sample_rate;
    (fitted_slope(envelope, slope, tolerance, drift.weight_limit), false)
}

/// The drift that waveforms show.
struct WaveformDrift {
    slope: f64,
    /// Their mean correlation coefficient along it.
    coherence: f64,
    /// Whether every other block shows the same.
    halves_agree: bool,
}

impl WaveformDrift {
    /// Envelopes tell of drift that moves them by some 15 ms from end to end; of less, only waveforms do, so short
    /// recordings are searched further, in blocks so short that such drift does not blur them.
    fn new(
        waveform: &Correlogram,
        pair: &Pair,
        runs: &[Run],
        parameters: &AlignmentParameters,
    ) -> Self {
        let drift = &parameters.drift;
        let near = drift.at_most * drift.waveform_share;
        let found = Self::within(waveform, near, Correlogram::STEPS, parameters);
        let duration_s = pair.reference.samples.len() as f64 / pair.reference.sample_rate;
        let far = (drift.envelope_tells_s / duration_s).min(drift.at_most);
        if found.coherence >= drift.fitting || far <= near {
            return found;
        }
        let block_s = parameters.delays.waveform_block_s / drift.short_blocks;
        let blocks = waveform_correlogram(pair, runs, block_s, parameters);
        let steps = (f64::from(Correlogram::STEPS) * far / near).ceil() as i32;
        let further = Self::within(&blocks, far, steps, parameters);
        let least = blocks.correlation_along(found.slope) + drift.waveform_gain_at_least;
        if further.coherence >= least { further } else { found }
    }

    fn within(
        waveform: &Correlogram,
        limit: f64,
        steps: i32,
        parameters: &AlignmentParameters,
    ) -> Self {
        let drift = &parameters.drift;
        let precision = drift.waveform_precision;
        let slope = waveform.best_slope(limit, steps, precision);
        let coherence = waveform.correlation_along(slope);
        let doubtful = (parameters.delays.coherent..drift.fitting).contains(&coherence);
        let halves_agree =
            doubtful && waveform.halves_agree(limit, steps, precision, drift.halves_share);
        Self { slope, coherence, halves_agree }
    }

    /// The drift to which the delays of single blocks fit, unless waveforms agree less along it: those of steady tones
    /// are off by periods.
    fn fitted(
        &self,
        waveform: &Correlogram,
        pair: &Pair,
        parameters: &AlignmentParameters,
    ) -> Slope {
        let drift = &parameters.drift;
        let tolerance = drift.tolerance_s * pair.reference.sample_rate;
        let fitted = fitted_slope(waveform, self.slope, tolerance, drift.weight_limit);
        let along = |slope: f64| waveform.correlation_along(slope);
        if along(fitted.value) >= along(self.slope) - drift.gain_at_least {
            fitted
        } else {
            Slope { value: self.slope, standard_error: None }
        }
    }
}

/// A piece of the path, in samples of the decimated reference.
struct Piece {
    samples: Range<usize>,
    waveform_curves: Range<usize>,
    envelope_curves: Range<usize>,
}

impl Piece {
    fn centre(&self) -> f64 {
        (self.samples.start + self.samples.end) as f64 / 2.0
    }

    /// Delay at `moment` and envelope correlation, given the drift.
    fn delay(
        &self,
        measured: &Measured,
        moment: f64,
        drift: f64,
        parameters: &AlignmentParameters,
    ) -> (f64, f64) {
        let envelope = measured.envelope.peak(self.envelope_curves.clone(), moment, drift);
        let waveform = measured.waveform.peak(self.waveform_curves.clone(), moment, drift);
        let confidence = envelope.map_or(0.0, |peak| peak.correlation.max(0.0));
        // A faint word in noise has little correlation, but its waveform as all others.
        let kept = measured.coherence >= parameters.realignment.coherence;
        match (waveform, envelope) {
            (Some(peak), _) if kept || peak.correlation >= parameters.delays.coherent => {
                (peak.delay, confidence)
            }
            (_, Some(peak)) => (peak.delay, confidence),
            _ => (
                measured.envelope.curves.get(self.envelope_curves.start).map_or(0.0, |curve| {
                    curve.first_delay + (curve.values.len() / 2) as f64 * measured.envelope.step
                }),
                0.0,
            ),
        }
    }
}

fn pieces(pair: &Pair, runs: &[Run], measured: &Measured) -> Vec<Piece> {
    let within = |correlogram: &Correlogram, samples: &Range<usize>| {
        let at = |sample: usize| {
            correlogram.curves.partition_point(|curve| curve.centre < sample as f64)
        };
        at(samples.start)..at(samples.end)
    };
    let piece = |(frames, ..): (Range<usize>, i64, usize)| {
        let samples = frames.start * pair.hop..frames.end * pair.hop;
        let (waveform_curves, envelope_curves) =
            (within(&measured.waveform, &samples), within(&measured.envelope, &samples));
        Piece { samples, waveform_curves, envelope_curves }
    };
    stretches(runs).into_iter().map(piece).collect()
}

/// Neighbours whose delays are the same but for drift become one.
fn joined(
    pieces: Vec<Piece>,
    measured: &Measured,
    drift: f64,
    same: f64,
    parameters: &AlignmentParameters,
) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        if let Some(last) = joined.last_mut() {
            let moment = piece.samples.start as f64;
            let (before, _) = last.delay(measured, moment, drift, parameters);
            let (after, _) = piece.delay(measured, moment, drift, parameters);
            if (before - after).abs() < same {
                last.samples.end = piece.samples.end;
                last.waveform_curves.end = piece.waveform_curves.end;
                last.envelope_curves.end = piece.envelope_curves.end;
                continue;
            }
        }
        joined.push(piece);
    }
    joined
}

/// The alignment that `runs` amount to.
pub(crate) fn alignment(
    pair: &Pair,
    runs: &[Run],
    measured: &Measured,
    reference_length: usize,
    sample_rate: u32,
    parameters: &AlignmentParameters,
) -> Alignment {
    let rate = pair.reference.sample_rate;
    let duration_s = reference_length as f64 / f64::from(sample_rate);
    let Slope { value, standard_error } = measured.drift_of(pair, parameters);
    let drift = (1.0 + pair.drift) * (1.0 + value) - 1.0;
    let told = drift.abs() * duration_s >= parameters.drift.reported_from_s
        && standard_error.is_none_or(|error| drift.abs() > parameters.drift.significance * error);
    let (drift, remaining) =
        if told { (drift, value) } else { (0.0, 1.0 / (1.0 + pair.drift) - 1.0) };
    let pieces = joined(
        pieces(pair, runs, measured),
        measured,
        remaining,
        parameters.delays.same_delay_s * rate,
        parameters,
    );
    let segment = |piece: &Piece| {
        let moment = piece.centre();
        let (delay, confidence) = piece.delay(measured, moment, remaining, parameters);
        let at_centre = (moment + delay) * (1.0 + pair.drift) - moment;
        let at_start = at_centre + drift * (piece.samples.start as f64 - moment);
        let end = (piece.samples.end * pair.reference.factor).min(reference_length);
        let reference = piece.samples.start * pair.reference.factor..end;
        Segment { reference, delay_samples: at_start * pair.reference.factor as f64, confidence }
    };
    let Heard { unheard, inserted, confidence } = coverage::heard(pair, runs, parameters);
    Alignment {
        segments: pieces.iter().map(segment).collect(),
        clock_drift_ppm: drift * 1e6,
        clock_drift_error_ppm: standard_error.map(|error| error * 1e6),
        confidence,
        unheard,
        inserted,
        sample_rate,
    }
}
