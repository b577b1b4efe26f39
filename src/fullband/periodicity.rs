//! Periodicity: whether a voice still has its pitch.
//!
//! The autocorrelation of a compressed spectrum peaks at the period of a voiced sound (Meddis and O'Mard, J. Acoust.
//! Soc. Am. 102, 1811, 1997; compression after Tolonen and Karjalainen, IEEE Trans. Speech Audio Process. 8, 708,
//! 2000). A peak that is lower than in the reference means a hoarse, rough or noisy voice, which band powers alone
//! do not show: it is what coders that synthesise speech anew get wrong. The reference is heard through the path's
//! linear response first, so that a telephone's filter is not mistaken for a hoarse voice.

use super::frames::{FrameBands, rows};
use crate::dsp::argmax::argmax_by;
use crate::dsp::fft::{Buffer, Inverse};
use crate::dsp::power::pow;
use crate::dsp::scales::ratio;
use crate::model::fullband::{Parameters, Periodicity};
use num_complex::Complex32;
use std::ops::Range;

/// Compresses power spectra as the ear does, in the range of voices.
pub(crate) struct Compression {
    exponent: f64,
    bins: Range<usize>,
}

impl Compression {
    pub fn new(parameters: &Parameters) -> Self {
        let bin_hz = parameters.frames.bin_hz();
        let [first, end] = parameters.periodicity.range_hz.map(|hz| (hz / bin_hz).round() as usize);
        Self { exponent: parameters.periodicity.compression, bins: first..end }
    }

    /// How many bins are compressed.
    pub fn bins(&self) -> usize {
        self.bins.len()
    }

    /// Compresses a frame.
    pub fn run(&self, power: &[f32], compressed: &mut [f32]) {
        for (to, &power) in compressed.iter_mut().zip(&power[self.bins.clone()]) {
            // Far below any sound; keeps silence out of the logarithm.
            *to = pow::<false>(f64::from(power).max(1e-30), self.exponent) as f32;
        }
    }
}

/// Turns compressed spectra into autocorrelations.
struct Correlogram {
    transform: Inverse,
    spectrum: Buffer,
    first_bin: usize,
    lags: Range<usize>,
}

impl Correlogram {
    fn new(parameters: &Parameters) -> Self {
        let Periodicity { transform, period_ms, .. } = parameters.periodicity;
        let per_ms = transform as f64 * parameters.frames.bin_hz() / 1000.0;
        let [first, end] = period_ms.map(|ms| (ms * per_ms).round() as usize);
        Self {
            transform: Inverse::new(transform),
            spectrum: Buffer::new(transform),
            first_bin: Compression::new(parameters).bins.start,
            lags: first..end,
        }
    }

    /// The autocorrelation of a frame whose bins are weighted, relative to lag zero.
    fn run(&mut self, compressed: &[f32], weights: &[f32], correlogram: &mut [f32]) {
        self.spectrum.fill(Complex32::default());
        let bins = self.spectrum[self.first_bin..].iter_mut();
        for ((bin, &power), &weight) in bins.zip(compressed).zip(weights) {
            bin.re = weight * power;
        }
        self.transform.run(&mut self.spectrum);
        let correlation = self.spectrum.samples();
        let scale = 1.0 / correlation[0];
        let lags = &correlation[self.lags.clone()];
        correlogram.iter_mut().zip(lags).for_each(|(to, lag)| *to = lag * scale);
    }
}

/// Weights of the compressed bins that fade the upper quarter of the range out.
fn fade(bins: &Range<usize>) -> Vec<f32> {
    let length = bins.end / 4;
    let weight = |bin: usize| {
        let into_fade = (bin + length).saturating_sub(bins.end) as f32 / length.max(1) as f32;
        0.5 + 0.5 * (std::f32::consts::PI * into_fade).cos()
    };
    bins.clone().map(weight).collect()
}

/// Weight of a frame and the share of its periodicity that is lost.
#[derive(Default)]
pub(crate) struct Loss {
    /// Whether the reference speaks.
    pub active: bool,
    /// How much of a voice there is in the reference; zero where there is none.
    pub voicing: f64,
    /// Peak of the reference's autocorrelation.
    pub peak: f64,
    /// How much lower the degraded one is there.
    pub lost: f64,
}

/// What each frame lost, if the reference is heard through the path's response, in dB for each bin.
pub(crate) fn lost_periodicity(
    reference: &FrameBands,
    degraded: &FrameBands,
    active: &[bool],
    response_db: &[f64],
    parameters: &Parameters,
) -> Vec<Loss> {
    let Periodicity { compression, tolerance, voiced_above, .. } = parameters.periodicity;
    let mut correlogram = Correlogram::new(parameters);
    let bins = Compression::new(parameters).bins;
    let plain = fade(&bins);
    let equalised: Vec<f32> = plain
        .iter()
        .zip(&response_db[bins])
        .map(|(weight, db)| weight * ratio(compression * db) as f32)
        .collect();
    let mut correlations = [vec![0.0; correlogram.lags.len()], vec![0.0; correlogram.lags.len()]];
    let frames = rows(reference).zip(rows(degraded)).zip(active);
    let loss = |((reference, degraded), &active): ((&[f32], &[f32]), &bool)| {
        if !active {
            return Loss::default();
        }
        let [expected, heard] = &mut correlations;
        correlogram.run(reference, &equalised, expected);
        correlogram.run(degraded, &plain, heard);
        let (lag, peak) = peak(expected);
        let first = lag.saturating_sub(tolerance);
        let last = (lag + tolerance + 1).min(heard.len());
        let kept = heard[first..last].iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let voicing = (f64::from(peak) - voiced_above).max(0.0);
        Loss { active, voicing, peak: f64::from(peak), lost: f64::from((peak - kept).max(0.0)) }
    };
    frames.map(loss).collect()
}

fn peak(correlation: &[f32]) -> (usize, f32) {
    argmax_by(correlation.iter().copied().enumerate(), |lag| lag.1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_harmonic_sound_peaks_at_its_period() {
        let parameters = Parameters::built_in();
        let compression = Compression::new(&parameters);
        let mut power = vec![1e-9; 1025];
        (1..20).for_each(|harmonic| power[harmonic * 8] = 1e-3); // 187.5 Hz
        let mut compressed = vec![0.0; compression.bins()];
        compression.run(&power, &mut compressed);
        let mut correlogram = Correlogram::new(&parameters);
        let mut correlation = vec![0.0; correlogram.lags.len()];
        correlogram.run(&compressed, &fade(&compression.bins), &mut correlation);
        let lag = peak(&correlation).0 + correlogram.lags.start;
        assert_eq!(lag, 64); // of 512 lags over 1 / 23.4375 Hz
    }
}
