//! From R to what users say, and back (G.107, Annex B and Appendix I; G.109).

use serde::Serialize;
use std::fmt;

/// Estimated MOS of an R on the narrowband scale; other scales divide R by their stretch first.
///
/// The polynomial dips below 1 between R 0 and 6.5, which is held at 1.
pub fn mos(r: f64) -> f64 {
    match r {
        r if r <= 0.0 => 1.0,
        r if r >= 100.0 => 4.5,
        r => (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).max(1.0),
    }
}

/// R on the narrowband scale that stands for a MOS between 1 and 4.5: G.107, Appendix I.
///
/// Values outside are taken for 1 or 4.5. R is between 6.5 and 100, for several R below have a MOS of 1.
pub fn r_of_mos(mos: f64) -> f64 {
    let mos = mos.clamp(1.0, 4.5);
    let root = (-903_522.0 + 1_113_960.0 * mos - 202_500.0 * mos * mos).max(0.0).sqrt();
    let h = (15.0 * root).atan2(18_566.0 - 6_750.0 * mos) / 3.0;
    20.0 / 3.0 * (8.0 - 226f64.sqrt() * (h + std::f64::consts::FRAC_PI_3).cos())
}

/// GoB: the share of users who call it good or better, in per cent.
pub fn good_or_better_pct(r: f64) -> f64 {
    100.0 * normal_distribution((r - 60.0) / 16.0)
}

/// PoW: the share of users who call it poor or worse, in per cent.
pub fn poor_or_worse_pct(r: f64) -> f64 {
    100.0 * normal_distribution((45.0 - r) / 16.0)
}

fn normal_distribution(x: f64) -> f64 {
    use statrs::distribution::{ContinuousCDF, Normal};
    Normal::standard().cdf(x)
}

/// Categories of speech transmission quality (G.109).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// R below 50.
    NotRecommended,
    /// R from 50.
    Poor,
    /// R from 60.
    Low,
    /// R from 70.
    Medium,
    /// R from 80.
    High,
    /// R from 90.
    Best,
}

impl Category {
    /// The category of an R on the narrowband scale.
    pub fn of(r: f64) -> Self {
        match r {
            90.0.. => Self::Best,
            80.0.. => Self::High,
            70.0.. => Self::Medium,
            60.0.. => Self::Low,
            50.0.. => Self::Poor,
            _ => Self::NotRecommended,
        }
    }

    /// How satisfied users are.
    pub fn users(self) -> &'static str {
        match self {
            Self::Best => "very satisfied",
            Self::High => "satisfied",
            Self::Medium => "some dissatisfied",
            Self::Low => "many dissatisfied",
            Self::Poor => "nearly all dissatisfied",
            Self::NotRecommended => "not recommended",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Best => "best",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Poor => "poor",
            Self::NotRecommended => "not recommended",
        })
    }
}
