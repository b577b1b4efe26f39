//! Compensation of what listeners adapt to: level, linear frequency response, and gain that changes slowly.
//!
//! As in P.862 clauses 10.2.5 and 10.2.6 the reference is given the path's response and the degraded signal the
//! reference's level, so that neither counts as distortion; here the gains come from regression of the bands'
//! envelopes. Noise adds to the degraded envelope but not to the slope, so that it is not mistaken for gain.

use super::bark::BarkBands;
use super::frames::{FrameBands, mean_where, raised_cosine, rows, rows_mut};
use super::level::Activity;
use super::loudness::specific_loudness;
use crate::dsp::scales::{decibels, ratio};
use crate::model::fullband::{Loudness, Parameters, Response, SlowGain};
use crate::statistics::weighted_quantile;

/// What the path does to levels.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    /// Gain in speech, as a ratio of powers.
    pub gain: f64,
    /// Gain of each band relative to it, in dB.
    pub response_db: Vec<f64>,
}

impl Path {
    /// The path between band powers of both signals, relative to 0 dB SPL.
    pub fn between(
        reference: &FrameBands,
        degraded: &FrameBands,
        activity: &Activity,
        recorded: &[bool],
        bands: &BarkBands,
        parameters: &Parameters,
    ) -> Self {
        let means = [reference, degraded].map(|powers| mean_where(powers, recorded));
        // Digital silence still has a gain, far below anything that can be heard.
        let share = (means[1].iter().sum::<f64>() / means[0].iter().sum::<f64>()).max(1e-12);
        let mut gains = regression(reference, degraded, recorded, &means);
        gains
            .iter_mut()
            .for_each(|gain| *gain = gain.max(parameters.response.lowest_share * share));
        let speech = mean_where(reference, &activity.active);
        let gain = overall_gain(&gains, &speech, share, bands, parameters);
        Self { gain, response_db: gains.iter().map(|band| decibels(band / gain)).collect() }
    }

    /// The response that the reference is given, in dB.
    pub fn equalisation_db(&self, parameters: &Response) -> Vec<f64> {
        let [lowest, highest] = parameters.equalise_db;
        self.response_db.iter().map(|db| db.clamp(lowest, highest)).collect()
    }

    /// Gives the reference the path's response.
    pub fn equalise(&self, reference: &mut FrameBands, parameters: &Response) {
        let gains: Vec<f32> =
            self.equalisation_db(parameters).iter().map(|&db| ratio(db) as f32).collect();
        for row in rows_mut(reference) {
            row.iter_mut().zip(&gains).for_each(|(power, gain)| *power *= gain);
        }
    }

    /// Takes the path's gain from the degraded signal.
    pub fn level(&self, degraded: &mut FrameBands) {
        let factor = (1.0 / self.gain) as f32;
        *degraded *= factor;
    }
}

/// Slope of the degraded envelope over the reference's in the frames that were recorded, by band.
fn regression(
    reference: &FrameBands,
    degraded: &FrameBands,
    recorded: &[bool],
    means: &[Vec<f64>; 2],
) -> Vec<f64> {
    let mut covariance = vec![0.0f64; reference.ncols()];
    let mut variance = vec![0.0f64; reference.ncols()];
    let frames = rows(reference).zip(rows(degraded)).zip(recorded);
    for ((reference, degraded), _) in frames.filter(|(_, recorded)| **recorded) {
        for band in 0..reference.len() {
            let deviation = f64::from(reference[band]) - means[0][band];
            covariance[band] += deviation * (f64::from(degraded[band]) - means[1][band]);
            variance[band] += deviation * deviation;
        }
    }
    covariance.iter().zip(&variance).map(|(c, v)| c / v.max(1e-9)).collect()
}

/// The gain of the bands that carry speech: their median, weighted with the loudness of the reference.
fn overall_gain(
    gains: &[f64],
    speech: &[f64],
    share: f64,
    bands: &BarkBands,
    parameters: &Parameters,
) -> f64 {
    let [lowest, highest] = parameters.response.gain_bark;
    let weighted = gains
        .iter()
        .zip(loudness_of(speech, bands, &parameters.loudness))
        .zip(&bands.centre_bark)
        .filter(|(_, centre)| (lowest..highest).contains(centre))
        .map(|((&gain, weight), _)| (gain, f64::from(weight)));
    let median = weighted_quantile(weighted.collect(), 0.5);
    let [down, up] = parameters.response.gain_range_db.map(|db| ratio(db) * share);
    // Where no band carries anything, that is a gain, not a response.
    let best_band = gains.iter().copied().fold(0.0, f64::max);
    median.map_or(share, |gain| gain.clamp(down, up)).min(best_band)
}

fn loudness_of(powers: &[f64], bands: &BarkBands, parameters: &Loudness) -> Vec<f32> {
    let frame = FrameBands::from_shape_fn((1, powers.len()), |(_, band)| powers[band] as f32);
    specific_loudness(frame, bands, parameters).into_iter().collect()
}

/// Takes from the degraded signal the gain that changes slowly against the equalised reference.
pub(crate) fn follow_slow_gain(
    reference: &FrameBands,
    degraded: &mut FrameBands,
    bands: &BarkBands,
    parameters: &SlowGain,
    loudness: &Loudness,
) {
    let weights: Vec<f64> = rows(&specific_loudness(reference.clone(), bands, loudness))
        .map(|row| f64::from(row.iter().sum::<f32>()))
        .collect();
    let gains_db: Vec<f64> =
        rows(reference).zip(rows(degraded)).map(|(x, y)| frame_gain_db(x, y, parameters)).collect();
    let inertia = parameters.inertia * weights.iter().sum::<f64>() / weights.len() as f64;
    let window = raised_cosine(parameters.smooth_frames);
    for (frame, row) in rows_mut(degraded).enumerate() {
        let first = (frame + window.len() / 2 + 1).saturating_sub(window.len());
        let skipped = window.len().saturating_sub(frame + window.len() / 2 + 1);
        let (mut sum, mut total) = (0.0, inertia);
        for ((gain, weight), &window) in
            gains_db[first..].iter().zip(&weights[first..]).zip(&window[skipped..])
        {
            sum += gain * weight * f64::from(window);
            total += weight * f64::from(window);
        }
        let factor = if total > 0.0 { ratio(-sum / total) as f32 } else { 1.0 };
        row.iter_mut().for_each(|power| *power *= factor);
    }
}

/// Regression of one frame's powers through the origin, in dB.
fn frame_gain_db(reference: &[f32], degraded: &[f32], parameters: &SlowGain) -> f64 {
    let product = |a: &[f32], b: &[f32]| {
        a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>()
    };
    let slope = (product(reference, degraded) + parameters.floor)
        / (product(reference, reference) + parameters.floor);
    decibels(slope).clamp(-parameters.limit_db, parameters.limit_db)
}
