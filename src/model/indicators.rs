//! The ways in which a signal can be impaired.

use serde::{Deserialize, Serialize};

/// One number for each way in which a signal can be impaired; zero where it is not.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Indicators {
    /// How little the loudness patterns resemble each other, 0 to 2.
    pub dissimilarity: f64,
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
    /// The indicators in the order of their declaration.
    pub fn to_array(self) -> [f64; 5] {
        [self.dissimilarity, self.lost_periodicity, self.missing, self.added, self.lost_bandwidth]
    }

    /// The reverse of [`Indicators::to_array`].
    pub fn from_array(
        [dissimilarity, lost_periodicity, missing, added, lost_bandwidth]: [f64; 5],
    ) -> Self {
        Self { dissimilarity, lost_periodicity, missing, added, lost_bandwidth }
    }
}
