//! The three scales of the E-model, which are never mixed.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The scale on which an R or an estimated MOS stands: 4.3 on one is not 4.3 on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// G.107: 300 to 3400 Hz, R up to 93.2 with the default inputs.
    Narrowband,
    /// G.107.1: 50 to 7000 Hz, R up to 129.
    Wideband,
    /// G.107.2: 20 to 20000 Hz, R up to 148.
    Fullband,
}

impl Scale {
    /// All three, from the narrowest band.
    pub const ALL: [Self; 3] = [Self::Narrowband, Self::Wideband, Self::Fullband];

    /// What R is divided by before it is mapped to MOS, and what pure delay is multiplied by.
    pub fn stretch(self) -> f64 {
        match self {
            Self::Narrowband => 1.0,
            Self::Wideband => 1.29,
            Self::Fullband => 1.48,
        }
    }

    /// R of a connection without any impairment; narrowband computes its own from loudness and noise (Ro).
    pub(super) fn highest_r(self) -> f64 {
        100.0 * self.stretch()
    }

    /// What Ie,eff tends to when everything is lost at random.
    pub fn loss_ceiling(self) -> f64 {
        match self {
            // G.107.1 prints 95 as G.107 does, not 129.
            Self::Narrowband | Self::Wideband => 95.0,
            Self::Fullband => 132.0,
        }
    }

    /// The name that P.800.1 gives to an estimated conversational MOS on this scale.
    pub fn conversational_name(self) -> &'static str {
        match self {
            Self::Narrowband => "mos_cqen",
            Self::Wideband => "mos_cqew",
            Self::Fullband => "mos_cqef",
        }
    }

    /// The name of an estimated listening MOS, which leaves delay out.
    pub fn listening_name(self) -> &'static str {
        match self {
            Self::Narrowband => "mos_lqen",
            Self::Wideband => "mos_lqew",
            Self::Fullband => "mos_lqef",
        }
    }

    /// The Recommendation that defines the scale.
    pub fn recommendation(self) -> &'static str {
        match self {
            Self::Narrowband => "ITU-T G.107 (06/2015)",
            Self::Wideband => "ITU-T G.107.1 (06/2019)",
            Self::Fullband => "ITU-T G.107.2 (06/2019)",
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Narrowband => "narrowband",
            Self::Wideband => "wideband",
            Self::Fullband => "fullband",
        })
    }
}
