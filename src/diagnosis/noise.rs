//! Noise: what is heard while the reference is silent.

use super::evidence::Evidence;
use crate::dsp::scales::{decibels, ratio};
use crate::finding::{Finding, Kind};

/// Noise that is further below the speech is not worth a word, in dB.
const AUDIBLE_DB: f64 = 36.0;
/// Share of what the reference does not explain in pauses by which they must be louder.
const ADDED: f64 = 0.5;
/// Silence, in dBov.
const SILENCE_DBOV: f64 = -100.0;

/// How strong the noise is, and whether that is worth a word; hum, given as its level, is told on its own.
pub(super) fn noise(evidence: &Evidence, hum_dbov: Option<f64>) -> Option<Finding> {
    let hum = hum_dbov.map_or(0.0, ratio);
    let level = decibels((power(evidence) - hum).max(ratio(SILENCE_DBOV)));
    let snr = evidence.heard_speech_dbov() - level;
    // A codec that puts its own noise in place of the recording's adds none.
    if added(evidence) < ADDED * power(evidence) {
        return None;
    }
    // Hum leaks into the bins around it: what is far below it may be nothing else.
    let covered = hum_dbov.is_some_and(|hum| level < hum - 6.0);
    (snr < AUDIBLE_DB && !covered)
        .then(|| Finding::whole(Kind::Noise, snr, 0.6 + 0.05 * (AUDIBLE_DB - snr)))
}

/// By how much pauses are louder than the recording's own, as a mean square. Its own are taken by their power, as codecs
/// keep of noise.
fn added(evidence: &Evidence) -> f64 {
    let (pauses, speech) =
        (|frame: usize| evidence.pauses[frame], |frame: usize| evidence.followed[frame]);
    let [own, heard] = [&evidence.reference_powers, &evidence.heard_powers];
    let (own_speech, heard_speech) = (own.mean(speech), heard.mean(speech));
    let gain = ratio(evidence.heard_speech_dbov() - evidence.speech_dbov);
    let bins = own.mean(pauses).into_iter().zip(heard.mean(pauses)).enumerate().skip(1);
    let added = bins.map(|(bin, (own, heard))| {
        // Where a band was cut off, little of the recording's own is left.
        heard - own * gain.min(heard_speech[bin] / own_speech[bin].max(f64::MIN_POSITIVE))
    });
    added.sum::<f64>() * evidence.framing.power_scale()
}

/// Mean square of the noise.
fn power(evidence: &Evidence) -> f64 {
    evidence.noise[1..].iter().sum::<f64>() * evidence.framing.power_scale()
}
