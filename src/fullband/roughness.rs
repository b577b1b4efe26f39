//! Roughness: envelopes that flutter between 30 and 90 times a second where the reference's do not.
//!
//! Such modulation is heard as roughness, most around 70 Hz (Zwicker and Fastl, *Psychoacoustics*, 3rd edition, chapter
//! 11). Voices have some of their own; coders that get the excitation wrong buzz or sound hoarse, which shows as a rise
//! of its depth, band by band. Frames of 43 ms are too long to see it, so this stage has a filter bank of its own.

use super::bark::BarkBands;
use super::frames::{FrameBands, mean_where, raised_cosine, rows, rows_mut, smoothed};
use super::spectrum::each_spectrum;
use crate::dsp::scales::decibels;
use crate::model::fullband::{Frames, Roughness};
use ndarray::{Axis, Zip};

/// How strongly each band's envelope is modulated around the middle of each frame of the other stages.
#[derive(Debug, Clone)]
pub(crate) struct Flutter {
    /// Amplitude of the envelope's fast modulations.
    fast: FrameBands,
    /// The envelope itself, smoothed alike.
    slow: FrameBands,
}

impl Flutter {
    /// The modulation of a signal in `count` frames; the signal goes on with zeros where it is shorter.
    pub fn new(signal: &[f32], count: usize, frames: &Frames, parameters: &Roughness) -> Self {
        let &Roughness { length, hop, modulation_frames: [shortest, longest], .. } = parameters;
        let bands = bands(frames, parameters);
        let samples = (count.max(1) - 1) * frames.hop + frames.length;
        let mut envelopes = FrameBands::zeros(((samples - length) / hop + 1, bands.count()));
        let mut rows = rows_mut(&mut envelopes);
        each_spectrum(signal, rows.len(), length, hop, |power| {
            if let Some(row) = rows.next() {
                bands.powers(power, row);
            }
        });
        drop(rows);
        envelopes.mapv_inplace(f32::sqrt);
        let along_time =
            |array: &FrameBands, frames| smoothed(array, &raised_cosine(frames), &[1.0]);
        let slow = along_time(&envelopes, longest);
        let mut fast = along_time(&envelopes, shortest) - &slow;
        fast.mapv_inplace(|value| value * value);
        let middle = |frame: usize| (frame * frames.hop + (frames.length - length) / 2) / hop;
        let middles: Vec<usize> = (0..count).map(middle).collect();
        let around = |array| along_time(array, parameters.smooth_frames).select(Axis(0), &middles);
        Self { fast: around(&fast).mapv_into(f32::sqrt), slow: around(&slow) }
    }
}

/// Bands for the short frames of this stage.
fn bands(frames: &Frames, parameters: &Roughness) -> BarkBands {
    let bin_hz = f64::from(frames.sample_rate_hz) / parameters.length as f64;
    BarkBands::new(parameters.length / 2 + 1, bin_hz, &parameters.bands)
}

/// The modulation of a reference, and how much it can be heard.
#[derive(Debug, Clone)]
pub(crate) struct Smoothness {
    flutter: Flutter,
    /// Weight of each band in each frame: the envelope where the reference speaks and its band can be heard. The
    /// weights of a frame that speaks add up to one on average.
    weights: FrameBands,
    /// Tells envelopes from silence.
    floor: f32,
}

impl Smoothness {
    /// Of a reference whose mean squares times `calibration` are powers relative to 0 dB SPL.
    pub fn new(
        signal: &[f32],
        active: &[bool],
        calibration: f32,
        frames: &Frames,
        parameters: &Roughness,
    ) -> Self {
        let flutter = Flutter::new(signal, active.len(), frames, parameters);
        let slow = &flutter.slow;
        let thresholds = bands(frames, parameters).threshold_db;
        let mean = mean_where(slow, active);
        let audible = |(&envelope, threshold): (&f64, &f64)| {
            let power = envelope.powi(2) * f64::from(calibration);
            decibels(power.max(1e-9)) > threshold - parameters.audible_margin_db
        };
        let audible: Vec<bool> = mean.iter().zip(&thresholds).map(audible).collect();
        let mut weights = slow.clone();
        for (mut row, active) in weights.outer_iter_mut().zip(active) {
            let bands = row.iter_mut().zip(&audible);
            bands
                .filter(|(_, audible)| !(*active && **audible))
                .for_each(|(weight, _)| *weight = 0.0);
        }
        let speech = active.iter().filter(|active| **active).count();
        weights *= speech as f32 / weights.sum().max(1e-30);
        let floor = parameters.floor_share * mean.iter().sum::<f64>() / mean.len() as f64;
        Self { flutter, weights, floor: (floor as f32).max(1e-12) }
    }

    /// By how much the modulation's depth rises in each frame, if the path's gain in power is taken from the degraded
    /// signal.
    pub fn rise(&self, degraded: &Flutter, gain: f64) -> Vec<f64> {
        let scale = (1.0 / gain.sqrt()) as f32;
        let mut rise = self.weights.clone();
        Zip::from(&mut rise)
            .and(&self.flutter.fast)
            .and(&self.flutter.slow)
            .and(&degraded.fast)
            .and(&degraded.slow)
            .for_each(|weight, fast, slow, heard_fast, heard_slow| {
                let expected = fast / (slow + self.floor);
                let heard = scale * heard_fast / (scale * heard_slow + self.floor);
                *weight *= (heard - expected).max(0.0);
            });
        rows(&rise).map(|row| f64::from(row.iter().sum::<f32>())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fullband::Parameters;
    use std::f64::consts::TAU;

    /// By how much a tone's roughness rises when its level goes up and down so often a second.
    fn rise(modulation_hz: f64) -> f64 {
        let parameters = Parameters::built_in();
        let roughness = parameters.roughness.unwrap();
        let tone = |depth: f64| -> Vec<f32> {
            let at = |n: usize| n as f64 / 48_000.0;
            let wave =
                |t: f64| (TAU * 1000.0 * t).sin() * (1.0 + depth * (TAU * modulation_hz * t).sin());
            (0..48_000).map(|n| (0.1 * wave(at(n))) as f32).collect()
        };
        let active = [true; 40];
        let smooth = Smoothness::new(&tone(0.0), &active, 1e9, &parameters.frames, &roughness);
        let heard = Flutter::new(&tone(0.7), 40, &parameters.frames, &roughness);
        let rise = smooth.rise(&heard, 1.0);
        rise.iter().sum::<f64>() / rise.len() as f64
    }

    #[test]
    fn flutter_is_rough_and_slow_changes_are_not() {
        let [slow, rough] = [5.0, 70.0].map(rise);
        assert!(rough > 0.05 && rough > 5.0 * slow, "{slow} {rough}");
    }
}
