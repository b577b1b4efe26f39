//! From pitch power densities to loudness densities, after Zwicker (P.862 clause 10.2).

use super::Setup;
use crate::dsp::power::pow;
use multiversion::{multiversion, target::target_cfg_f};

/// Per-band terms of Zwicker's law, and the loudness function they make.
pub(super) struct LoudnessScale {
    bands: Vec<Band>,
    scale: f32,
}

#[derive(Clone, Copy)]
struct Band {
    threshold: f32,
    exponent: f64,
    /// (threshold / 0.5)^exponent.
    factor: f64,
    /// Half of 1 / threshold.
    slope: f64,
}

impl LoudnessScale {
    pub fn new(setup: Setup) -> Self {
        let p = &setup.p.perceptual;
        let band = |band: &crate::model::BarkBand| {
            let raised = if band.centre_bark < p.low_band_bark {
                (p.low_band_numerator / (band.centre_bark + p.low_band_offset))
                    .min(p.low_band_limit)
            } else {
                1.0
            };
            let exponent = p.zwicker_power * f64::from(raised.powf(p.low_band_exponent) as f32);
            let threshold = f64::from(band.threshold_power);
            Band {
                threshold: band.threshold_power,
                exponent,
                factor: (threshold / 0.5).powf(exponent),
                slope: 0.5 / threshold,
            }
        };
        Self {
            bands: setup.rate.bands.iter().map(band).collect(),
            scale: setup.rate.loudness_scale as f32,
        }
    }

    /// The loudness density of a frame, in sone per Bark.
    pub fn loudness(&self, powers: &[f32], loudness: &mut [f32]) {
        evaluate(&self.bands, self.scale, powers, loudness);
    }
}

#[multiversion(targets("x86_64+avx2+fma", "aarch64+neon"))]
fn evaluate(bands: &[Band], scale: f32, powers: &[f32], loudness: &mut [f32]) {
    const FUSED: bool = target_cfg_f!(target_feature = "fma");
    for ((band, &power), loudness) in bands.iter().zip(powers).zip(loudness) {
        // At or below the threshold the base is at most 1; the selection comes last so that the loop vectorises.
        let base = 0.5 + band.slope * f64::from(power);
        let heard = (band.factor * (pow::<FUSED>(base, band.exponent) - 1.0)) as f32 * scale;
        *loudness = if power > band.threshold { heard } else { 0.0 };
    }
}
