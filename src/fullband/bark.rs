//! The ear's frequency map: critical bands, the threshold in quiet, and excitation that spreads between bands.
//!
//! The critical-band rate is Zwicker's and Terhardt's (J. Acoust. Soc. Am. 68, 1523, 1980), the threshold in quiet
//! Terhardt's curve (Hearing Research 1, 155, 1979) through the values that ISO 389-7 gives for the free field, the
//! slopes of the excitation those of Zwicker and Fastl, *Psychoacoustics*, 3rd edition, section 6.2.

use crate::dsp::scales::ratio;
use crate::model::fullband::{Bands, MOST_BANDS};

/// Critical-band rate of a frequency in Hz, in Bark.
pub(crate) fn bark(frequency_hz: f64) -> f64 {
    13.0 * (0.76e-3 * frequency_hz).atan() + 3.5 * (frequency_hz / 7500.0).powi(2).atan()
}

/// Level of the softest audible tone at a frequency in Hz, in dB SPL.
pub(crate) fn threshold_in_quiet_db(frequency_hz: f64) -> f64 {
    let khz = frequency_hz / 1000.0;
    3.64 * khz.powf(-0.8) - 6.5 * (-0.6 * (khz - 3.3).powi(2)).exp() + 1e-3 * khz.powi(4)
}

/// Equally wide bands on the Bark scale.
#[derive(Debug, Clone)]
pub(crate) struct BarkBands {
    /// Centre of each band, in Bark.
    pub centre_bark: Vec<f64>,
    /// Threshold in quiet of each band, in dB SPL.
    pub threshold_db: Vec<f64>,
    /// Distance of two bands, in Bark.
    pub width_bark: f64,
    /// For each band its first FFT bin and the shares of the bins from there; a bin's shares add up to one.
    shares: Vec<(usize, Vec<f32>)>,
    /// Power that reaches the next higher and the next lower band.
    upward: f32,
    downward: f32,
}

impl BarkBands {
    /// Bands for spectra of `bins` bins, `bin_hz` apart.
    pub fn new(bins: usize, bin_hz: f64, parameters: &Bands) -> Self {
        let width_bark = parameters.width_bark;
        let centre_bark: Vec<f64> =
            (0..parameters.count).map(|band| (band as f64 + 0.5) * width_bark).collect();
        let threshold = |&centre: &f64| {
            threshold_in_quiet_db(frequency_hz(centre)).min(parameters.highest_threshold_db)
        };
        let position = |bin: usize| bark(bin as f64 * bin_hz) / width_bark - 0.5;
        let positions: Vec<f64> = (0..bins).map(position).collect();
        let slope = |db_per_bark: f64| ratio(-db_per_bark * width_bark) as f32;
        Self {
            threshold_db: centre_bark.iter().map(threshold).collect(),
            shares: (0..parameters.count).map(|band| band_shares(band, &positions)).collect(),
            centre_bark,
            width_bark,
            upward: slope(parameters.upper_slope_db_per_bark),
            downward: slope(parameters.lower_slope_db_per_bark),
        }
    }

    pub fn count(&self) -> usize {
        self.centre_bark.len()
    }

    /// The power of each band in a power spectrum.
    pub fn powers(&self, spectrum: &[f32], powers: &mut [f32]) {
        for (power, (first, shares)) in powers.iter_mut().zip(&self.shares) {
            let mut sums = [0.0f32; 8];
            let mut bins = spectrum[*first..][..shares.len()].chunks_exact(8);
            let mut weights = shares.chunks_exact(8);
            for (bins, weights) in (&mut bins).zip(&mut weights) {
                for i in 0..8 {
                    sums[i] += bins[i] * weights[i];
                }
            }
            let rest: f32 = bins
                .remainder()
                .iter()
                .zip(weights.remainder())
                .map(|(bin, share)| bin * share)
                .sum();
            *power = sums.iter().sum::<f32>() + rest;
        }
    }

    /// A value of each band, between the bands interpolated, at the first `bins` bins; zero below the lowest band.
    pub fn at_bins(&self, values: &[f64], bins: usize) -> Vec<f64> {
        let mut at_bins = vec![0.0; bins];
        for (value, (first, shares)) in values.iter().zip(&self.shares) {
            let near = at_bins.iter_mut().skip(*first).zip(shares);
            near.for_each(|(sum, &share)| *sum += f64::from(share) * value);
        }
        at_bins
    }

    /// Spreads band powers in place: flat towards higher bands, steep towards lower ones.
    pub fn spread(&self, powers: &mut [f32]) {
        let mut from_below = 0.0;
        let mut own = [0.0; MOST_BANDS];
        let own = &mut own[..powers.len()];
        own.copy_from_slice(powers);
        for power in powers.iter_mut() {
            let reaching = from_below * self.upward;
            from_below = *power + reaching;
            *power = from_below;
        }
        let mut from_above = 0.0;
        for (power, own) in powers.iter_mut().zip(own).rev() {
            let reaching = from_above * self.downward;
            from_above = *own + reaching;
            *power += reaching;
        }
    }
}

/// The frequency of a critical-band rate, by bisection of [`bark`].
pub(super) fn frequency_hz(rate_bark: f64) -> f64 {
    let (mut low, mut high) = (1.0, 48_000.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if bark(middle) < rate_bark { low = middle } else { high = middle }
    }
    low
}

/// The shares of a band in bins at these positions among the bands: full at its centre, none at its neighbours'.
fn band_shares(band: usize, positions: &[f64]) -> (usize, Vec<f32>) {
    let share = |position: f64| 1.0 - (position - band as f64).abs();
    let first = positions.partition_point(|&position| position <= band as f64 - 1.0).max(1);
    let inside =
        positions[first.min(positions.len())..].iter().map(|&position| share(position) as f32);
    (first, inside.take_while(|&share| share > 0.0).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fullband::Parameters;

    fn bands() -> BarkBands {
        BarkBands::new(1025, 48_000.0 / 2048.0, &Parameters::built_in().bands)
    }

    #[test]
    fn the_bark_scale_has_its_landmarks() {
        assert!((bark(1000.0) - 8.5).abs() < 0.1);
        assert!((bark(15_500.0) - 24.0).abs() < 0.3);
    }

    #[test]
    fn the_ear_is_keenest_between_three_and_four_kilohertz() {
        let keenest = (20..16_000).step_by(10).min_by(|&a, &b| {
            threshold_in_quiet_db(f64::from(a)).total_cmp(&threshold_in_quiet_db(f64::from(b)))
        });
        assert!((3000..4000).contains(&keenest.unwrap_or(0)));
        assert!((threshold_in_quiet_db(1000.0) - 3.4).abs() < 1.0);
    }

    #[test]
    fn every_bin_is_shared_out_in_full() {
        let bands = bands();
        let mut powers = vec![0.0; bands.count()];
        for bin in 10..700 {
            let mut spectrum = vec![0.0; 1025];
            spectrum[bin] = 1.0;
            bands.powers(&spectrum, &mut powers);
            assert!((powers.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{bin}");
        }
    }

    #[test]
    fn excitation_spreads_further_up_than_down() {
        let bands = bands();
        let mut powers = vec![0.0; bands.count()];
        powers[20] = 1.0;
        bands.spread(&mut powers);
        assert!(powers[22] > powers[18] && powers[18] > 0.0);
        let db = |power: f32| 10.0 * power.log10();
        assert!((db(powers[22]) + 10.0).abs() < 0.01 && (db(powers[18]) + 27.0).abs() < 0.01);
    }
}
