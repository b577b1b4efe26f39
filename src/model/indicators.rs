//! The ways in which a signal can be impaired.

use serde::{Deserialize, Serialize};

/// One number for each way in which a signal can be impaired; zero where it is not, or where the model does not listen
/// for it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Indicators {
    /// How little the loudness patterns resemble each other, 0 to 2.
    pub dissimilarity: f64,
    /// By how much the levels of bands differ from the reference's, in dB: root mean square over bands.
    pub spectral_distance: f64,
    /// How much less deeply the envelopes of bands are modulated, 2 to 16 times a second, in dB: noise, reverberation,
    /// smearing.
    pub lost_modulation: f64,
    /// Rise of the depth to which envelopes flutter, 30 to 90 times a second: a voice that buzzes or is hoarse.
    pub roughness: f64,
    /// Share of the voice's periodicity that is lost, 0 to 1: hoarse, rough or noisy voices.
    pub lost_periodicity: f64,
    /// Share of the speech that is missing, 0 to 1: lost, or filled by repeating what was just heard.
    pub missing: f64,
    /// Loudness that was added, in speech and in pauses, relative to the reference's.
    pub added: f64,
    /// Audible bandwidth that was lost, in Bark.
    pub lost_bandwidth: f64,
}

impl Indicators {
    /// How many there are.
    pub const COUNT: usize = 8;

    /// The indicators in the order of their declaration.
    pub fn to_array(self) -> [f64; Self::COUNT] {
        [
            self.dissimilarity,
            self.spectral_distance,
            self.lost_modulation,
            self.roughness,
            self.lost_periodicity,
            self.missing,
            self.added,
            self.lost_bandwidth,
        ]
    }

    /// The reverse of [`Indicators::to_array`].
    pub fn from_array(values: [f64; Self::COUNT]) -> Self {
        let [
            dissimilarity,
            spectral_distance,
            lost_modulation,
            roughness,
            lost_periodicity,
            missing,
            added,
            lost_bandwidth,
        ] = values;
        Self {
            dissimilarity,
            spectral_distance,
            lost_modulation,
            roughness,
            lost_periodicity,
            missing,
            added,
            lost_bandwidth,
        }
    }
}
