//! The degraded recording with one cause taken back, to ask a model what that cause costs.

use super::Causes;
use super::coding_distortion;
use super::evidence::{Evidence, NOISE_PEAKS};
use super::frequency_response::FrequencyResponse;
use super::spectra::changed;
use crate::finding::Kind;

/// Cross-fades around what is replaced, in seconds.
const FADE_S: f64 = 0.004;

/// What would be heard without the findings of one kind; nothing where that is what is heard anyhow.
pub(super) fn without(kind: Kind, evidence: &Evidence, causes: &Causes) -> Option<Vec<f32>> {
    let Evidence { heard, expected, sample_rate, .. } = evidence;
    Some(match kind {
        Kind::LostSpeech | Kind::RepeatedSpeech => filled(evidence, causes, kind),
        Kind::LevelOffset => {
            let gain = 10f64.powf(-causes.response.level_db / 20.0) as f32;
            heard.iter().map(|sample| sample * gain).collect()
        }
        Kind::LevelPumping => causes.slow_gain.applied(heard, evidence.framing.hop, -1.0),
        Kind::Clipping => plus(heard, &causes.clipping.as_ref()?.cut_off(expected), 1.0),
        Kind::Noise => without_noise(evidence),
        Kind::Hum => {
            let hum = causes.hum.as_ref()?.within(&evidence.residual(), *sample_rate);
            plus(heard, &hum, -1.0)
        }
        Kind::BandLimit => plus(heard, &beyond_the_band(evidence, &causes.response), 1.0),
        Kind::Coloration => flat(evidence, &causes.response),
        Kind::Echo | Kind::Reverberation => plus(heard, evidence.late.as_ref()?, -1.0),
        Kind::CodingDistortion => {
            let explained = explained(evidence, causes);
            let mut clean = coding_distortion::undistorted(evidence, heard, &explained);
            // Moments that are lost or replaced are causes of their own.
            let events = [Kind::LostSpeech, Kind::RepeatedSpeech].map(|kind| causes.places(kind));
            replace(&mut clean, heard, events.iter().flatten(), *sample_rate);
            clean
        }
        _ => return None,
    })
}

/// What the findings let expect: the reference through the response, the gain and the limiter.
fn explained(evidence: &Evidence, causes: &Causes) -> Vec<f32> {
    let mut explained = evidence.expected.clone();
    if let Some(curve) = &causes.clipping {
        explained = plus(&explained, &curve.cut_off(&evidence.expected), -1.0);
    }
    if causes.has(Kind::LevelPumping) {
        explained = causes.slow_gain.applied(&explained, evidence.framing.hop, 1.0);
    }
    explained
}

/// Lost or repeated stretches filled from the reference.
fn filled(evidence: &Evidence, causes: &Causes, kind: Kind) -> Vec<f32> {
    let explained = if causes.has(Kind::LevelPumping) {
        causes.slow_gain.applied(&evidence.expected, evidence.framing.hop, 1.0)
    } else {
        evidence.expected.clone()
    };
    let mut filled = evidence.heard.clone();
    replace(&mut filled, &explained, causes.places(kind).iter(), evidence.sample_rate);
    filled
}

/// Replaces stretches, given in seconds, with cross-fades that lie outside them.
fn replace<'a>(
    samples: &mut [f32],
    by: &[f32],
    places_s: impl Iterator<Item = &'a [f64; 2]>,
    sample_rate: u32,
) {
    let rate = f64::from(sample_rate);
    let fade = FADE_S * rate;
    for [start_s, end_s] in places_s {
        let (start, end) = (start_s * rate, end_s * rate);
        let last = ((end + fade) as usize).min(samples.len());
        for at in ((start - fade).max(0.0) as usize)..last {
            let inside = (at as f64 - (start - fade)).min(end + fade - at as f64) / fade;
            let share = inside.clamp(0.0, 1.0) as f32;
            samples[at] += share * (by[at] - samples[at]);
        }
    }
}

fn plus(samples: &[f32], others: &[f32], factor: f32) -> Vec<f32> {
    samples.iter().zip(others).map(|(sample, other)| sample + factor * other).collect()
}

/// The residual without what the noise explains.
fn without_noise(evidence: &Evidence) -> Vec<f32> {
    let residual = changed(&evidence.residual(), evidence.framing, |_, spectrum| {
        for (value, noise) in spectrum.iter_mut().zip(&evidence.noise) {
            let power = f64::from(value.norm_sqr()).max(1e-30);
            *value *= (1.0 - NOISE_PEAKS * noise / power).max(0.0).sqrt() as f32;
        }
    });
    plus(&residual, &evidence.expected, 1.0)
}

/// What of the reference lies outside the band, at the level that the rest has.
fn beyond_the_band(evidence: &Evidence, response: &FrequencyResponse) -> Vec<f32> {
    let framing = evidence.framing;
    let gain = 10f64.powf(response.level_db / 20.0) as f32;
    let width = 3.0 * framing.bin_hz;
    changed(&evidence.reference, framing, |_, spectrum| {
        for (bin, value) in spectrum.iter_mut().enumerate() {
            let hz = bin as f64 * framing.bin_hz;
            let above =
                response.upper_hz.map_or(0.0, |upper| ((hz - upper) / width).clamp(0.0, 1.0));
            let below =
                response.lower_hz.map_or(0.0, |lower| ((lower - hz) / width).clamp(0.0, 1.0));
            *value *= gain * above.max(below) as f32;
        }
    })
}

/// What is heard with the response made even: within the band, the reference at one level in place of its direct
/// image.
fn flat(evidence: &Evidence, response: &FrequencyResponse) -> Vec<f32> {
    let framing = evidence.framing;
    let gain = 10f32.powf(response.level_db as f32 / 20.0);
    let direct = match &evidence.late {
        Some(late) => plus(&evidence.expected, late, -1.0),
        None => evidence.expected.clone(),
    };
    let unevenness: Vec<f32> =
        direct.iter().zip(&evidence.reference).map(|(heard, own)| gain * own - heard).collect();
    let inside: Vec<bool> =
        (0..framing.bins).map(|bin| response.is_inside(bin as f64 * framing.bin_hz)).collect();
    let evened = changed(&unevenness, framing, |_, spectrum| {
        let bins = spectrum.iter_mut().zip(&inside);
        bins.filter(|(_, inside)| !**inside).for_each(|(bin, _)| *bin = Default::default());
    });
    plus(&evidence.heard, &evened, 1.0)
}
