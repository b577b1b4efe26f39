//! Periodicity: whether a voice still has its pitch.
//!
//! The autocorrelation of a compressed spectrum peaks at the period of a voiced sound (Meddis and O'Mard, J. Acoust.
//! Soc. Am. 102, 1811, 1997; compression after Tolonen and Karjalainen, IEEE Trans. Speech Audio Process. 8, 708,
//! 2000). A peak that is lower than in the reference means a hoarse, rough or noisy voice, which band powers alone
//! do not show: it is what coders that synthesise speech anew get wrong.

use super::grid::Grid;
use crate::dsp::fft::{Buffer, Complex32, Inverse};
use crate::dsp::power::pow;
use crate::model::fullband::{Parameters, Periodicity};
use std::ops::Range;

/// Turns power spectra into autocorrelations.
pub(crate) struct Correlogram {
    transform: Inverse,
    spectrum: Buffer,
    compression: f64,
    first_bin: usize,
    /// Weight of each bin from the first one.
    weights: Vec<f32>,
    lags: Range<usize>,
}

impl Correlogram {
    pub fn new(parameters: &Parameters) -> Self {
        let Periodicity { compression, range_hz, transform, period_ms, .. } =
            parameters.periodicity;
        let bin_hz = f64::from(parameters.frames.sample_rate_hz) / parameters.frames.length as f64;
        let bins = range_hz.map(|hz| (hz / bin_hz).round() as usize);
        let lag = period_ms.map(|ms| (ms / 1000.0 * transform as f64 * bin_hz).round() as usize);
        let fade = bins[1] / 4;
        let weight = |bin: usize| {
            let into_fade = (bin + fade).saturating_sub(bins[1]) as f32 / fade.max(1) as f32;
            0.5 + 0.5 * (std::f32::consts::PI * into_fade).cos()
        };
        Self {
            transform: Inverse::new(transform),
            spectrum: Buffer::new(transform),
            compression,
            first_bin: bins[0],
            weights: (bins[0]..bins[1]).map(weight).collect(),
            lags: lag[0]..lag[1],
        }
    }

    /// How many lags an autocorrelation has.
    pub fn lags(&self) -> usize {
        self.lags.len()
    }

    /// The autocorrelation of a frame, relative to lag zero.
    pub fn run(&mut self, power: &[f32], correlogram: &mut [f32]) {
        self.spectrum.fill(Complex32::default());
        let bins = self.spectrum[self.first_bin..].iter_mut().zip(&power[self.first_bin..]);
        for ((bin, &power), weight) in bins.zip(&self.weights) {
            // Far below any sound; keeps silence out of the logarithm.
            bin.re = weight * pow::<false>(f64::from(power).max(1e-30), self.compression) as f32;
        }
        self.transform.run(&mut self.spectrum);
        let correlation = self.spectrum.samples();
        let scale = 1.0 / correlation[0];
        let lags = &correlation[self.lags.clone()];
        correlogram.iter_mut().zip(lags).for_each(|(to, lag)| *to = lag * scale);
    }
}

/// Weight of a frame and the share of its periodicity that is lost.
pub(crate) struct Loss {
    /// How much of a voice there is in the reference; zero where there is none.
    pub voicing: f64,
    /// Peak of the reference's autocorrelation.
    pub peak: f64,
    /// How much lower the degraded one is there.
    pub lost: f64,
}

/// What each active frame lost.
pub(crate) fn lost_periodicity(
    reference: &Grid,
    degraded: &Grid,
    active: &[bool],
    parameters: &Periodicity,
) -> Vec<Loss> {
    let frames = reference.rows().zip(degraded.rows()).zip(active);
    let loss = |((reference, degraded), &active): ((&[f32], &[f32]), &bool)| {
        let (lag, peak) = peak(reference);
        let first = lag.saturating_sub(parameters.tolerance);
        let last = (lag + parameters.tolerance + 1).min(degraded.len());
        let kept = degraded[first..last].iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let voicing =
            if active { (f64::from(peak) - parameters.voiced_above).max(0.0) } else { 0.0 };
        Loss { voicing, peak: f64::from(peak), lost: f64::from((peak - kept).max(0.0)) }
    };
    frames.map(loss).collect()
}

fn peak(correlation: &[f32]) -> (usize, f32) {
    let higher = |best: (usize, f32), next: (usize, f32)| if next.1 > best.1 { next } else { best };
    correlation.iter().copied().enumerate().fold((0, f32::NEG_INFINITY), higher)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_harmonic_sound_peaks_at_its_period() {
        let parameters = Parameters::built_in();
        let mut correlate = Correlogram::new(&parameters);
        let mut power = vec![1e-9; 1025];
        (1..20).for_each(|harmonic| power[harmonic * 8] = 1e-3); // 187.5 Hz
        let mut correlation = vec![0.0; correlate.lags()];
        correlate.run(&power, &mut correlation);
        let lag = peak(&correlation).0 + correlate.lags.start;
        assert_eq!(lag, 64); // of 512 lags over 1 / 23.4375 Hz
    }
}
