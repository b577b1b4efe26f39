//! From pitch power densities to loudness densities, after Zwicker (P.862 clause 10.2).

use super::setup::Setup;
use crate::dsp::power::pow;
use crate::model::BarkBand;

/// The number of bands that are evaluated at once.
pub(super) const LANES: usize = 8;

/// Terms of Zwicker's law for neighbouring bands, and the loudness function they make.
pub(super) struct LoudnessScale {
    threshold: [f32; LANES],
    exponent: [f64; LANES],
    /// (threshold / 0.5)^exponent.
    factor: [f64; LANES],
    /// Half of 1 / threshold.
    slope: [f64; LANES],
    scale: f32,
}

impl LoudnessScale {
    /// The law for the first [`LANES`] of `bands`; where there are fewer, nothing is heard in the other lanes.
    pub fn new(setup: Setup, bands: &[BarkBand]) -> Self {
        let p = &setup.p.perceptual;
        let mut law = Self {
            threshold: [f32::INFINITY; LANES],
            exponent: [0.0; LANES],
            factor: [0.0; LANES],
            slope: [0.0; LANES],
            scale: setup.rate.loudness_scale as f32,
        };
        for (lane, band) in bands.iter().take(LANES).enumerate() {
            let raised = if band.centre_bark < p.low_band_bark {
                (p.low_band_numerator / (band.centre_bark + p.low_band_offset))
                    .min(p.low_band_limit)
            } else {
                1.0
            };
            let exponent = p.zwicker_power * f64::from(raised.powf(p.low_band_exponent) as f32);
            let threshold = f64::from(band.threshold_power);
            law.threshold[lane] = band.threshold_power;
            law.exponent[lane] = exponent;
            law.factor[lane] = (threshold / 0.5).powf(exponent);
            law.slope[lane] = 0.5 / threshold;
        }
        law
    }

    /// Adds the powers above the threshold of hearing to `sums`.
    #[inline(always)]
    pub fn add_audible(&self, powers: &[f32; LANES], sums: &mut [f64; LANES]) {
        for lane in 0..LANES {
            let audible = powers[lane] > self.threshold[lane];
            sums[lane] += if audible { f64::from(powers[lane]) } else { 0.0 };
        }
    }

    /// The loudness density, in sone per Bark.
    #[inline(always)]
    pub fn loudness<const FUSED: bool>(&self, powers: &[f32; LANES]) -> [f32; LANES] {
        let mut loudness = [0.0; LANES];
        for lane in 0..LANES {
            // At or below the threshold the base is at most 1; the selection comes last so that the loop vectorises.
            let power = powers[lane];
            let base = 0.5 + self.slope[lane] * f64::from(power);
            let excess = pow::<FUSED>(base, self.exponent[lane]) - 1.0;
            let heard = (self.factor[lane] * excess) as f32 * self.scale;
            loudness[lane] = if power > self.threshold[lane] { heard } else { 0.0 };
        }
        loudness
    }
}
