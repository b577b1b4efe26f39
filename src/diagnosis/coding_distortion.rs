//! What no other finding explains: the distortion of codecs, noise suppressors and the like.

use super::evidence::{Evidence, NOISE_PEAKS};
use super::spectra::{Spectra, changed};
use crate::dsp::scales::decibels;
use crate::finding::{Finding, Kind};

/// A price that is worth a word: what good codecs cost is less.
const COST_MOS: f64 = 0.5;
/// Distortion that is further below the speech is masked, in dB.
const MASKED_DB: f64 = 22.0;
/// How much stronger than its coherent part a band may be made, as a factor of amplitude.
const STRONGEST: f64 = 10.0;

/// The finding, if taking the distortion back is worth enough.
pub(super) fn finding(evidence: &Evidence, cost_mos: f64) -> Option<Finding> {
    let ratio_db = speech_above_distortion_db(evidence)?;
    let confidence = 0.5 + 0.3 * cost_mos;
    (cost_mos >= COST_MOS && ratio_db < MASKED_DB)
        .then(|| Finding::whole(Kind::CodingDistortion, ratio_db, confidence))
}

/// The median over frames of speech, frequencies weighed by their number so that low ones do not hide the rest.
pub(super) fn speech_above_distortion_db(evidence: &Evidence) -> Option<f64> {
    let weighted = |row: &[f32], less: &[f64]| {
        let bins = row.iter().zip(less).enumerate();
        bins.map(|(bin, (&power, noise))| (f64::from(power) - noise).max(0.0) * bin as f64)
            .sum::<f64>()
    };
    let nothing = vec![0.0; evidence.framing.bins];
    let mut ratios: Vec<f64> = (0..evidence.followed.len())
        .filter(|&frame| evidence.followed[frame])
        .map(|frame| {
            let speech = weighted(evidence.expected_powers.frame(frame), &nothing);
            let distortion = weighted(evidence.residual_powers.frame(frame), &evidence.noise);
            decibels(speech.max(1e-30) / distortion.max(1e-6 * speech).max(1e-30))
        })
        .collect();
    if ratios.is_empty() {
        return None;
    }
    let middle = ratios.len() / 2;
    Some(*ratios.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// What is heard with the distortion taken out and the noise left in: `explained` is what the other findings let
/// expect.
pub(super) fn undistorted(evidence: &Evidence, heard: &[f32], explained: &[f32]) -> Vec<f32> {
    let framing = evidence.framing;
    let gains = gains(evidence);
    let residual: Vec<f32> = heard.iter().zip(explained).map(|(a, b)| a - b).collect();
    let mut expected = Spectra::of(explained, framing);
    let frames = framing.frames(explained.len());
    changed(&residual, framing, |frame, spectrum| {
        let speech = (frame < frames).then(|| expected.frame(frame));
        for (bin, value) in spectrum.iter_mut().enumerate() {
            let power = f64::from(value.norm_sqr());
            let kept = (NOISE_PEAKS * evidence.noise[bin] / power.max(1e-30)).sqrt().min(1.0);
            *value *= kept as f32;
            if let Some(speech) = speech {
                *value += speech[bin] * (gains[bin] - 1.0) as f32;
            }
        }
    })
    .iter()
    .zip(explained)
    .map(|(rest, explained)| rest + explained)
    .collect()
}

/// How much stronger each bin is heard than its coherent part.
fn gains(evidence: &Evidence) -> Vec<f64> {
    let followed = |frame: usize| evidence.followed[frame];
    let heard = evidence.heard_powers.mean(followed);
    let expected = evidence.expected_powers.mean(followed);
    let reach = |bin: usize| (bin / 8).max(2);
    (0..heard.len())
        .map(|bin| {
            let around = bin.saturating_sub(reach(bin))..(bin + reach(bin) + 1).min(heard.len());
            let noise: f64 = evidence.noise[around.clone()].iter().sum();
            let [heard, expected] =
                [&heard, &expected].map(|powers| powers[around.clone()].iter().sum::<f64>());
            ((heard - noise) / expected.max(1e-30)).max(1.0).sqrt().min(STRONGEST)
        })
        .collect()
}
