//! What else than the score may not change: delay, its jitter, clocks, level, and speech that is not heard.

use crate::rounding::{fixed, signed};
use serde::{Serialize, Serializer};
use strum::{EnumIter, IntoEnumIterator};

/// A measure of the connection that a comparison may hold to a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter)]
pub enum Measure {
    /// The delay, in ms: how far it moved since the baseline.
    Delay,
    /// By how much the delay goes up and down within a recording, in ms.
    DelayJitter,
    /// The change of the active speech level (P.56), in dB: how far it moved since the baseline.
    Level,
    /// By how much the gain goes up and down within a recording, in dB.
    Pumping,
    /// The clocks' difference, in parts per million.
    Drift,
    /// Speech of the reference that is not heard, in ms.
    Unheard,
}

/// What is known of a measure.
struct Described {
    /// Its key in a file of limits; with dashes, the option.
    key: &'static str,
    column: &'static str,
    words: &'static str,
    unit: &'static str,
    decimals: usize,
    /// Whether only a change since the baseline counts, not the size itself.
    of_change: bool,
    /// What is usual for a device, and told even where no limit was asked for.
    usual: f64,
    /// The units in which a limit may be given, and what each is in `unit`.
    units: &'static [(&'static str, f64)],
}

const MS: &[(&str, f64)] = &[("ms", 1.0), ("s", 1000.0)];
const DB: &[(&str, f64)] = &[("db", 1.0)];
const PPM: &[(&str, f64)] = &[("ppm", 1.0), ("%", 10_000.0)];

impl Measure {
    fn described(self) -> Described {
        let described = |key, column, words, (unit, decimals), of_change, usual, units| Described {
            key,
            column,
            words,
            unit,
            decimals,
            of_change,
            usual,
            units,
        };
        match self {
            Self::Delay => {
                described("max_delay_change", "delay_ms", "delay", ("ms", 0), true, 20.0, MS)
            }
            Self::DelayJitter => described(
                "max_delay_jitter",
                "delay_jitter_ms",
                "delay jitter",
                ("ms", 0),
                false,
                20.0,
                MS,
            ),
            Self::Level => {
                let key = "max_level_change";
                described(key, "level_change_db", "level change", ("dB", 1), true, 2.0, DB)
            }
            Self::Pumping => {
                described("max_pumping", "gain_range_db", "gain range", ("dB", 1), false, 6.0, DB)
            }
            Self::Drift => {
                let (key, column) = ("max_drift", "clock_drift_ppm");
                described(key, column, "clock drift", ("ppm", 0), false, 100.0, PPM)
            }
            Self::Unheard => {
                let (key, column) = ("max_unheard", "unheard_speech_ms");
                described(key, column, "unheard speech", ("ms", 0), false, 100.0, MS)
            }
        }
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// Its key in a file of limits, such as `max_drift`.
    pub fn key(self) -> &'static str {
        self.described().key
    }

    /// The column of the results that holds it.
    pub fn column(self) -> &'static str {
        self.described().column
    }

    /// The option of the command line.
    pub(super) fn option(self) -> String {
        format!("--{}", self.key().replace('_', "-"))
    }

    /// A limit in words, such as `20ms`, `0.02 s` or a bare number, in this measure's unit.
    ///
    /// # Errors
    /// A sentence that says what may be given.
    pub fn limit(self, words: &str) -> Result<f64, String> {
        let Described { unit, units, .. } = self.described();
        let words = words.trim().to_ascii_lowercase();
        let end = words.find(|letter: char| letter.is_ascii_alphabetic() || letter == '%');
        let (number, named) = words.split_at(end.unwrap_or(words.len()));
        let factor = match named.trim() {
            "" => Some(1.0),
            named => units.iter().find(|(name, _)| *name == named).map(|(_, factor)| *factor),
        };
        let number = number.trim().parse::<f64>().ok();
        let limit = number.zip(factor).map(|(number, factor)| number * factor);
        limit.filter(|limit| limit.is_finite() && *limit >= 0.0).ok_or_else(|| {
            let names: Vec<&str> = units.iter().map(|(name, _)| *name).collect();
            format!(
                "give a number from 0 up, such as {}{unit}; units: {}",
                self.usual(),
                names.join(", ")
            )
        })
    }

    /// What is usual for a device, and told even where no limit was asked for.
    pub(super) fn usual(self) -> f64 {
        self.described().usual
    }

    /// The value by which a row is beyond `limit`: the change, or the size where that was not as large in the baseline
    /// already.
    pub(super) fn beyond(self, before: Option<f64>, now: f64, limit: f64) -> Option<Beyond> {
        let Described { of_change, .. } = self.described();
        // The last decimal of the results is rounded.
        let exceeds = |value: f64| value.abs() > limit + 1e-6;
        let change = before.map(|before| now - before);
        let fails = match change {
            Some(change) if of_change => exceeds(change),
            None if of_change => false,
            Some(change) => {
                exceeds(now) && (before.is_some_and(|then| !exceeds(then)) || exceeds(change))
            }
            None => exceeds(now),
        };
        fails.then(|| Beyond {
            measure: self,
            baseline: before,
            result: now,
            limit,
            message: self.told(before, now, limit),
        })
    }

    fn told(self, before: Option<f64>, now: f64, limit: f64) -> String {
        let Described { words, unit, decimals, of_change, .. } = self.described();
        let judged = if of_change { now - before.unwrap_or(0.0) } else { now };
        let decimals = decimals_beyond(judged, limit, decimals);
        let change = before.map(|before| {
            let then = fixed(before, decimals);
            format!(
                "{then} to {} {unit} ({})",
                fixed(now, decimals),
                signed(now - before, decimals)
            )
        });
        let change = change.unwrap_or_else(|| format!("{} {unit}", fixed(now, decimals)));
        format!("{words} {change}, more than the {limit} {unit} allowed")
    }
}

impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.column())
    }
}

/// A measure that is beyond its limit in one row.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Beyond {
    /// Which.
    pub measure: Measure,
    /// Its value in the baseline, in the unit of its column.
    pub baseline: Option<f64>,
    /// Its value in the results.
    pub result: f64,
    /// The limit.
    pub limit: f64,
    /// The same in words.
    pub message: String,
}

/// So many decimals, at least `least`, that a value beyond a limit is still beyond it as printed.
pub(super) fn decimals_beyond(value: f64, limit: f64, least: usize) -> usize {
    /// Enough for all that results hold.
    const MOST: usize = 6;
    let still_beyond = |decimals: &usize| {
        let printed = fixed(value, *decimals).parse().unwrap_or(value);
        (value.abs() > limit) == (printed.abs() > limit)
            && (value.abs() < limit) == (printed.abs() < limit)
    };
    (least..MOST).find(still_beyond).unwrap_or(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_given_with_units_or_without() {
        assert_eq!(Measure::Delay.limit("20ms"), Ok(20.0));
        assert_eq!(Measure::Delay.limit(" 0.02 s"), Ok(20.0));
        assert_eq!(Measure::Level.limit("2dB"), Ok(2.0));
        assert_eq!(Measure::Drift.limit("100"), Ok(100.0));
        for wrong in ["", "ms", "20 dB", "-1ms", "nan", "inf", "1e400", "20 ms ms"] {
            assert!(Measure::Delay.limit(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_size_fails_where_it_is_new_and_a_change_both_ways() {
        let fails = |measure: Measure, before, now| measure.beyond(before, now, 100.0).is_some();
        assert!(fails(Measure::Drift, Some(0.0), 500.0) && fails(Measure::Drift, None, -500.0));
        assert!(fails(Measure::Drift, Some(-500.0), 500.0));
        assert!(!fails(Measure::Drift, Some(480.0), 500.0), "it was so before");
        assert!(fails(Measure::Delay, Some(500.0), 100.0) && !fails(Measure::Delay, None, 900.0));
    }

    #[test]
    fn what_is_printed_as_beyond_a_limit_is_beyond_it() {
        let told = |now| Measure::Level.beyond(Some(0.0), now, 2.0).map(|beyond| beyond.message);
        let words = "level change 0.0 to 2.1 dB (+2.1), more than the 2 dB allowed";
        assert_eq!(told(2.1).as_deref(), Some(words));
        let words = "level change 0.00 to 2.01 dB (+2.01), more than the 2 dB allowed";
        assert_eq!(told(2.01).as_deref(), Some(words));
        assert_eq!(decimals_beyond(-0.1001, 0.1, 2), 4);
        assert_eq!(decimals_beyond(3.5996, 3.6, 2), 4);
    }
}
