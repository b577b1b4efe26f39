//! The methods of listening tests, and the scales of their votes.

use super::formats::Ballot;
use serde::Serialize;
use std::ops::RangeInclusive;

/// How listeners vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Absolute category rating (P.800, P.808): 1 to 5.
    Acr,
    /// Degradation category rating (P.800 Annex D): 1 to 5, 5 for an inaudible degradation.
    Dcr,
    /// Comparison category rating (P.800 Annex E): −3 to 3.
    Ccr,
    /// Speech, background and overall quality apart (P.835): 1 to 5.
    P835,
    /// Several stimuli with hidden reference and anchor (BS.1534): 0 to 100.
    Mushra,
}

impl Method {
    /// The votes that there can be.
    pub fn range(self) -> RangeInclusive<f64> {
        match self {
            Self::Acr | Self::Dcr | Self::P835 => 1.0..=5.0,
            Self::Ccr => -3.0..=3.0,
            Self::Mushra => 0.0..=100.0,
        }
    }

    /// What the mean of the votes is called.
    pub fn mean_name(self) -> &'static str {
        match self {
            Self::Acr | Self::P835 => "MOS",
            Self::Dcr => "DMOS",
            Self::Ccr => "CMOS",
            Self::Mushra => "MUSHRA score",
        }
    }

    /// The scale as `basilar validate` reads it.
    pub fn scale(self) -> &'static str {
        match self {
            Self::Acr => "ACR 1-5",
            Self::Dcr => "DCR 1-5",
            Self::Ccr => "CCR -3 to 3",
            Self::P835 => "P.835 1-5",
            Self::Mushra => "MUSHRA 0-100",
        }
    }

    /// The method that such votes are of.
    pub(super) fn of(ballot: &Ballot) -> Self {
        let scores = || ballot.entries.iter().map(|entry| entry.score);
        if ballot.entries.iter().any(|entry| entry.scale.as_deref() == Some("sig")) {
            Self::P835
        } else if scores().all(|score| (-3.0..=3.0).contains(&score))
            && scores().any(|score| score <= 0.0)
            || scores().any(|score| score < 0.0)
        {
            Self::Ccr
        } else if scores().filter(|score| *score > 5.0).count() * 4 > scores().count() {
            Self::Mushra
        } else {
            Self::Acr
        }
    }
}
