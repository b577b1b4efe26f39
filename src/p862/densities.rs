//! One frame's loudness and disturbance densities, and their norms (P.862 clause 10.2).
//!
//! Bands stand in lanes: what is computed of some of them stays in registers up to the norms. Where no lane can reach the
//! floor of the asymmetry factor, which is nearly everywhere, the factor is not computed.

use super::loudness::{LANES, LoudnessScale};
use super::setup::Setup;
use crate::dsp::power::pow;
use crate::model;
use multiversion::{multiversion, target::target_cfg_f};

/// The factor by which the power of the degraded signal is brought to the reference's, smoothed from frame to frame.
#[derive(Default)]
pub(super) struct Gain {
    /// The factor of the previous frame, if there is one.
    smoothed: Option<f64>,
}

impl Gain {
    /// The state after a frame that was left as loud as it is.
    pub fn unity() -> Self {
        Self { smoothed: Some(1.0) }
    }

    /// The factor of the next frame, from the audible powers of both signals in it.
    fn next(&mut self, setup: Setup, reference: f32, degraded: f32) -> f32 {
        let p = &setup.p.perceptual;
        let gain = f64::from(reference + p.gain_offset) / f64::from(degraded + p.gain_offset);
        let smoothed = self
            .smoothed
            .map_or(gain, |previous| p.gain_smoothing * previous + (1.0 - p.gain_smoothing) * gain);
        self.smoothed = Some(smoothed);
        (smoothed as f32).clamp(p.gain_range[0], p.gain_range[1])
    }
}

/// An ear that has got used to the degraded signal's frequency response.
pub(super) struct Ear {
    bands: Vec<Bands>,
    /// Width of all bands together, in Bark.
    width: f64,
    /// Ratio of the degraded power to the reference's below which the asymmetry factor is 0.
    least_ratio: f32,
    /// Powers of a frame, reference and degraded.
    working: [Vec<[f32; LANES]>; 2],
}

/// Neighbouring bands above the lowest, which norms and audible powers leave out.
struct Bands {
    loudness: LoudnessScale,
    /// Width of each band, in Bark.
    width: [f64; LANES],
    /// Factor of the reference's power in each band: the frequency response of the degraded signal.
    response: [f32; LANES],
}

impl Ear {
    /// An ear for signals with these averages.
    pub fn new(setup: Setup, reference: &[f32], degraded: &[f32]) -> Self {
        let p = &setup.p.perceptual;
        let response = |(degraded, reference): (&f32, &f32)| {
            ((degraded + p.response_offset) / (reference + p.response_offset))
                .clamp(p.response_range[0], p.response_range[1])
        };
        let response: Vec<f32> = degraded.iter().zip(reference).map(response).collect();
        let bands = setup.rate.bands[1..].chunks(LANES).zip(response[1..].chunks(LANES));
        let bands: Vec<Bands> = bands
            .map(|(bands, response)| Bands {
                loudness: LoudnessScale::new(setup, bands),
                width: filled(bands.iter().map(|band| band.width_bark)),
                response: filled(response.iter().copied()),
            })
            .collect();
        let powers = vec![[0.0; LANES]; bands.len()];
        Self {
            bands,
            width: setup.rate.bands[1..].iter().map(|band| band.width_bark).sum(),
            least_ratio: least_ratio(&setup.p.disturbance),
            working: [powers.clone(), powers],
        }
    }

    /// Audible power of a frame of the reference, with the response of the degraded signal.
    pub fn audible_reference(&mut self, powers: &[f32]) -> f32 {
        let [working, _] = &mut self.working;
        load(working, powers);
        compensate(&self.bands, working);
        audible(&self.bands, working)
    }

    /// Symmetric and asymmetric disturbance of a frame, from the powers of both signals and the reference's audible one.
    pub fn disturbance(
        &mut self,
        setup: Setup,
        [reference, degraded]: [&[f32]; 2],
        audible_reference: f32,
        gain: &mut Gain,
    ) -> [f32; 2] {
        let working = &mut self.working;
        load(&mut working[0], reference);
        load(&mut working[1], degraded);
        compensate(&self.bands, &mut working[0]);
        let audible_degraded = audible(&self.bands, &working[1]);
        let gain = gain.next(setup, audible_reference, audible_degraded);
        let [reference, degraded] = &self.working;
        let [squares, magnitudes] =
            norms(&setup.p.disturbance, &self.bands, self.least_ratio, reference, degraded, gain);
        [((squares / self.width).sqrt() * self.width) as f32, magnitudes as f32]
    }
}

/// Values for the lanes, with zeros behind them.
fn filled<T: Copy + Default>(values: impl Iterator<Item = T>) -> [T; LANES] {
    let mut lanes = [T::default(); LANES];
    lanes.iter_mut().zip(values).for_each(|(lane, value)| *lane = value);
    lanes
}

/// Puts the powers of a frame without the lowest band's into the lanes.
fn load(lanes: &mut [[f32; LANES]], powers: &[f32]) {
    let powers = &powers[1..];
    lanes.as_flattened_mut()[..powers.len()].copy_from_slice(powers);
}

/// A little below the ratio of powers at which the asymmetry factor reaches its floor.
fn least_ratio(p: &model::Disturbance) -> f32 {
    if p.asymmetry_exponent > 0.0 && p.asymmetry_floor > 0.0 {
        (p.asymmetry_floor.powf(1.0 / p.asymmetry_exponent) * (1.0 - 1e-5)) as f32
    } else {
        f32::MIN
    }
}

/// Gives the reference the degraded signal's frequency response.
fn compensate(bands: &[Bands], powers: &mut [[f32; LANES]]) {
    for (bands, powers) in bands.iter().zip(powers) {
        for (power, gain) in powers.iter_mut().zip(&bands.response) {
            *power *= gain;
        }
    }
}

/// Power above the threshold of hearing.
#[multiversion(targets("x86_64+avx2+fma"))]
fn audible(bands: &[Bands], powers: &[[f32; LANES]]) -> f32 {
    let mut sums = [0.0; LANES];
    for (bands, powers) in bands.iter().zip(powers) {
        bands.loudness.add_audible(powers, &mut sums);
    }
    sums.iter().sum::<f64>() as f32
}

/// Sums of a frame's disturbance densities over the bands, each weighted by its width: the squares of the symmetric ones, and
/// the magnitudes of the asymmetric ones.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn norms(
    p: &model::Disturbance,
    bands: &[Bands],
    least_ratio: f32,
    reference: &[[f32; LANES]],
    degraded: &[[f32; LANES]],
    gain: f32,
) -> [f64; 2] {
    const FUSED: bool = target_cfg_f!(target_feature = "fma");
    let (mut squares, mut magnitudes) = ([0.0; LANES], [0.0; LANES]);
    for ((bands, reference), degraded) in bands.iter().zip(reference).zip(degraded) {
        let degraded = degraded.map(|power| power * gain);
        let heard = noticed(
            p.dead_zone,
            &bands.loudness.loudness::<FUSED>(reference),
            &bands.loudness.loudness::<FUSED>(&degraded),
        );
        let mut added = false;
        for lane in 0..LANES {
            let weighted = f64::from(heard[lane]) * bands.width[lane];
            squares[lane] += weighted * weighted;
            let floor = least_ratio * (reference[lane] + p.asymmetry_offset);
            added |= degraded[lane] + p.asymmetry_offset > floor;
        }
        if added {
            let factors = asymmetry::<FUSED>(p, reference, &degraded);
            for lane in 0..LANES {
                let density = (heard[lane] * factors[lane]).abs();
                magnitudes[lane] += f64::from(density) * bands.width[lane];
            }
        }
    }
    [squares, magnitudes].map(|sums| sums.iter().sum())
}

/// The symmetric disturbance densities: by how much differences of loudness density exceed the dead zone.
#[inline(always)]
fn noticed(dead_zone: f32, reference: &[f32; LANES], degraded: &[f32; LANES]) -> [f32; LANES] {
    let mut noticed = [0.0; LANES];
    for lane in 0..LANES {
        let (reference, degraded) = (reference[lane], degraded[lane]);
        let difference = degraded - reference;
        let zone = dead_zone * if degraded < reference { degraded } else { reference };
        let above = if difference > zone { difference - zone } else { 0.0 };
        noticed[lane] = if difference < -zone { difference + zone } else { above };
    }
    noticed
}

/// The asymmetry factors: what was added to the reference disturbs more than what was left out.
#[inline(always)]
fn asymmetry<const FUSED: bool>(
    p: &model::Disturbance,
    reference: &[f32; LANES],
    degraded: &[f32; LANES],
) -> [f32; LANES] {
    let mut factors = [0.0; LANES];
    for lane in 0..LANES {
        let ratio = (degraded[lane] + p.asymmetry_offset) / (reference[lane] + p.asymmetry_offset);
        let factor = pow::<FUSED>(f64::from(ratio), p.asymmetry_exponent);
        let factor = if factor > p.asymmetry_limit { p.asymmetry_limit } else { factor };
        factors[lane] = if factor < p.asymmetry_floor { 0.0 } else { factor as f32 };
    }
    factors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Model, P862, Parameters};
    use proptest::prelude::*;
    use std::sync::Arc;

    fn narrowband() -> Arc<P862> {
        match Model::narrowband().parameters() {
            Parameters::P862(p) => Arc::clone(p),
            _ => panic!("a P.862 model"),
        }
    }

    /// Symmetric and asymmetric disturbance by the formulas of clause 10.2, of powers that are compensated already.
    fn by_formula(setup: Setup, reference: &[f32], degraded: &[f32]) -> [f64; 2] {
        let p = &setup.p.perceptual;
        let loudness = |power: f32, band: &model::BarkBand| {
            let threshold = f64::from(band.threshold_power);
            let raised = (6.0 / (band.centre_bark + 2.0)).clamp(1.0, 2.0).powf(0.15);
            let exponent = p.zwicker_power * raised;
            let heard = (0.5 + 0.5 * f64::from(power) / threshold).powf(exponent) - 1.0;
            setup.rate.loudness_scale * (threshold / 0.5).powf(exponent) * heard.max(0.0)
        };
        let (mut squares, mut magnitudes, mut total) = (0.0, 0.0, 0.0);
        for (k, band) in setup.rate.bands.iter().enumerate().skip(1) {
            let sones = [reference[k], degraded[k]].map(|power| loudness(power, band));
            let (difference, zone) = (sones[1] - sones[0], 0.25 * sones[0].min(sones[1]));
            let noticed = difference.signum() * (difference.abs() - zone).max(0.0);
            let ratio = f64::from((degraded[k] + 50.0) / (reference[k] + 50.0)).powf(1.2);
            let factor = if ratio < 3.0 { 0.0 } else { ratio.min(12.0) };
            squares += (noticed * band.width_bark).powi(2);
            magnitudes += (noticed * factor).abs() * band.width_bark;
            total += band.width_bark;
        }
        [(squares / total).sqrt() * total, magnitudes]
    }

    proptest! {
        #[test]
        fn a_frame_is_disturbed_as_the_formulas_say(
            powers in prop::collection::vec((0f32..10.0, -1.5f32..1.5), 49),
            sample_rate in prop::sample::select(vec![8000, 16_000]),
        ) {
            let p = narrowband();
            let setup = Setup::new(&p, sample_rate);
            let bands = setup.rate.bands.len();
            let reference: Vec<f32> = powers[..bands].iter().map(|x| 10f32.powf(x.0) - 1.0).collect();
            let louder: Vec<f32> = powers[..bands].iter().map(|x| 10f32.powf(x.0 + x.1)).collect();
            let mut ear = Ear::new(setup, &vec![0.0; bands], &vec![0.0; bands]);
            let audible = ear.audible_reference(&reference);
            let heard = |(power, band): (&f32, &model::BarkBand)| {
                if *power > band.threshold_power { f64::from(*power) } else { 0.0 }
            };
            let sum = |powers: &[f32]| {
                powers.iter().zip(&setup.rate.bands).skip(1).map(heard).sum::<f64>() as f32
            };
            prop_assert!((audible - sum(&reference)).abs() <= 1e-6 * audible);
            let gain = (f64::from(audible + 5000.0) / f64::from(sum(&louder) + 5000.0)) as f32;
            let degraded: Vec<f32> =
                louder.iter().map(|power| power * gain.clamp(3e-4, 5.0)).collect();
            let found = ear.disturbance(setup, [&reference, &louder], audible, &mut Gain::default());
            let expected = by_formula(setup, &reference, &degraded);
            for (found, expected) in found.into_iter().zip(expected) {
                prop_assert!((f64::from(found) - expected).abs() < 1e-4 * (1.0 + expected));
            }
        }
    }
}
