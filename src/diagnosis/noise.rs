//! Noise: what is heard while the reference is silent.

use super::evidence::Evidence;
use crate::dsp::scales::{decibels, ratio};
use crate::finding::{Finding, Kind};

/// Noise that is further below the speech is not worth a word, in dB.
const AUDIBLE_DB: f64 = 36.0;
/// Silence, in dBov.
const SILENCE_DBOV: f64 = -100.0;

/// How strong the noise is, and whether that is worth a word; hum, given as its level, is told on its own.
pub(super) fn noise(evidence: &Evidence, hum_dbov: Option<f64>) -> Option<Finding> {
    let hum = hum_dbov.map_or(0.0, ratio);
    let level = decibels((power(evidence) - hum).max(ratio(SILENCE_DBOV)));
    let snr = evidence.heard_speech_dbov() - level;
    // Hum leaks into the bins around it: what is far below it may be nothing else.
    let covered = hum_dbov.is_some_and(|hum| level < hum - 6.0);
    (snr < AUDIBLE_DB && !covered)
        .then(|| Finding::whole(Kind::Noise, snr, 0.6 + 0.05 * (AUDIBLE_DB - snr)))
}

/// Mean square of the noise.
fn power(evidence: &Evidence) -> f64 {
    evidence.noise[1..].iter().sum::<f64>() * evidence.framing.power_scale()
}
