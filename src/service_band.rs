//! The service bands: what operators call a MOS-LQO. They are not the categories of P.800, which listeners choose from.

use serde::Serialize;
use std::fmt;

/// The service band of a MOS-LQO, spelled alike in text, CSV, JSON and Python.
///
/// The five categories of ITU-T P.800 that listeners choose from, 5 Excellent, 4 Good, 3 Fair, 2 Poor and 1 Bad, are
/// something else: a mean of 2.97 is near their Fair, and here Bad, because no service should sound so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum ServiceBand {
    /// Below 3.0.
    Bad,
    /// 3.0 and above.
    Poor,
    /// 3.5 and above.
    Fair,
    /// 4.0 and above.
    Good,
    /// 4.5 and above.
    Excellent,
}

impl ServiceBand {
    /// All of them, from the worst to the best.
    pub const ALL: [Self; 5] = [Self::Bad, Self::Poor, Self::Fair, Self::Good, Self::Excellent];

    /// The service band of a MOS-LQO.
    pub fn of(mos_lqo: f64) -> Self {
        let reached = |band: &&Self| mos_lqo >= band.lowest();
        Self::ALL.iter().rev().find(reached).copied().unwrap_or(Self::Bad)
    }

    /// The lowest MOS-LQO that is in it.
    pub fn lowest(self) -> f64 {
        match self {
            Self::Bad => f64::NEG_INFINITY,
            Self::Poor => 3.0,
            Self::Fair => 3.5,
            Self::Good => 4.0,
            Self::Excellent => 4.5,
        }
    }

    /// Its limit in words: `from 4.5`, or of the last `below 3.0`.
    pub fn limit(self) -> String {
        match self {
            Self::Bad => format!("below {:.1}", Self::Poor.lowest()),
            band => format!("from {:.1}", band.lowest()),
        }
    }
}

impl fmt::Display for ServiceBand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Bad => "Bad",
            Self::Poor => "Poor",
            Self::Fair => "Fair",
            Self::Good => "Good",
            Self::Excellent => "Excellent",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_at_a_limit_is_in_the_better_band_and_one_without_a_value_in_the_worst() {
        let bands = [2.999, 3.0, 3.499, 3.5, 4.0, 4.499, 4.5, 5.0, f64::NAN].map(ServiceBand::of);
        let words = bands.map(|band| band.to_string()).join(" ");
        assert_eq!(words, "Bad Poor Poor Fair Good Good Excellent Excellent Bad");
        let limits = ServiceBand::ALL.map(ServiceBand::limit).join(", ");
        assert_eq!(limits, "below 3.0, from 3.0, from 3.5, from 4.0, from 4.5");
    }
}
