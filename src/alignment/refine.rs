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
    /// Mean correlation coefficient of the waveforms along it.
    pub coherence: f64,
}

/// Measures delays and drift along `runs`.
pub(crate) fn measure(pair: &Pair, runs: &[Run], parameters: &AlignmentParameters) -> Measured {
    let waveform = waveform_correlogram(pair, runs, parameters.delays.waveform_block_s, parameters);
    let envelope = envelope_correlogram(pair, runs, parameters);
    let remaining = remaining_drift(&waveform, &envelope, pair, runs, parameters);
    let coherence = waveform.correlation_along(remaining.value);
    Measured { waveform, envelope, remaining, coherence }
}

fn remaining_drift(
    waveform: &Correlogram,
    envelope: &Correlogram,
    pair: &Pair,
    runs: &[Run],
    parameters: &AlignmentParameters,
) -> Slope {
    let (wave_slope, coherent) = wave_slope(waveform, pair, runs, parameters);
    let told = || {
        let tolerance = parameters.drift.tolerance_s * pair.reference.sample_rate;
        fitted_slope(waveform, wave_slope, tolerance, parameters.drift.weight_limit)
    };
    if coherent >= parameters.drift.fitting.max(parameters.delays.coherent) {
        return told();
    }
    let slope = envelope.best_slope(
        parameters.drift.at_most,
        Correlogram::STEPS,
        parameters.drift.envelope_precision,
    );
    let gain_over =
        |other: f64| envelope.correlation_along(slope) - envelope.correlation_along(other);
    if coherent >= parameters.delays.coherent
        && gain_over(wave_slope) < parameters.drift.gain_at_least
    {
        return told();
    }
    if gain_over(0.0) < parameters.drift.gain_at_least {
        return Slope { value: 0.0, standard_error: None };
    }
    let tolerance = parameters.envelope.hop_s * pair.reference.sample_rate;
    fitted_slope(envelope, slope, tolerance, parameters.drift.weight_limit)
}

/// The slope that the waveforms tell, and their correlation coefficient along it. Envelopes tell of drift that moves them
/// by some 15 ms from end to end; of less, only waveforms do, so short recordings are searched further, in blocks so
/// short that such drift does not blur them.
fn wave_slope(
    waveform: &Correlogram,
    pair: &Pair,
    runs: &[Run],
    parameters: &AlignmentParameters,
) -> (f64, f64) {
    let drift = &parameters.drift;
    let near = drift.at_most * drift.waveform_share;
    let slope = waveform.best_slope(near, Correlogram::STEPS, drift.waveform_precision);
    let found = (slope, waveform.correlation_along(slope));
    let duration_s = pair.reference.samples.len() as f64 / pair.reference.sample_rate;
    let far = (drift.envelope_tells_s / duration_s).min(drift.at_most);
    if found.1 >= drift.fitting || far <= near {
        return found;
    }
    let blocks = waveform_correlogram(
        pair,
        runs,
        parameters.delays.waveform_block_s / drift.short_blocks,
        parameters,
    );
    let steps = (f64::from(Correlogram::STEPS) * far / near).ceil() as i32;
    let further = blocks.best_slope(far, steps, drift.waveform_precision);
    let coherent = blocks.correlation_along(further);
    let gains = coherent >= blocks.correlation_along(slope) + drift.waveform_gain_at_least;
    if gains { (further, coherent) } else { found }
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
    let Slope { value, standard_error } = measured.remaining;
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
