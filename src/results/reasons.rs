//! Why a score changed: the measures of the diagnosis that differ between two rows.

use crate::rounding::fixed;
use crate::table::{Cells, number};

/// More would hide what matters.
const NAMED: usize = 3;

/// A measure: its column, how a person calls it, its unit and decimals, what stands for an empty cell, and the least
/// difference that counts, as a part of the larger value.
struct Measure {
    column: &'static str,
    words: &'static str,
    unit: &'static str,
    decimals: usize,
    without: &'static str,
    least: f64,
}

const fn measure(
    column: &'static str,
    words: &'static str,
    unit: &'static str,
    decimals: usize,
    without: &'static str,
    least: f64,
) -> Measure {
    Measure { column, words, unit, decimals, without, least }
}

/// In the order in which they are told.
const MEASURES: [Measure; 15] = [
    measure("lost_speech_ms", "lost speech", "ms", 0, "0", 0.1),
    measure("repeated_speech_ms", "repeated speech", "ms", 0, "0", 0.1),
    measure("inserted_ms", "inserted sound", "ms", 0, "0", 0.1),
    measure("delay_jumps", "delay jumps", "", 0, "0", 0.1),
    measure("band_upper_hz", "band", "Hz", 0, "full", 0.1),
    measure("noise_snr_db", "speech above noise", "dB", 0, "clean", 0.1),
    measure("clipping_percent", "clipping", "%", 1, "none", 0.2),
    measure("hum_snr_db", "speech above hum", "dB", 0, "clean", 0.1),
    measure("echo_ms", "echo after", "ms", 0, "none", 0.1),
    measure("reverberation_s", "reverberation", "s", 1, "none", 0.2),
    measure("coloration_db", "coloration", "dB", 0, "none", 0.2),
    measure("level_pumping_db", "level pumping", "dB", 0, "none", 0.2),
    measure("level_offset_db", "level offset", "dB", 0, "none", 0.2),
    measure("drift_ppm", "clock drift", "ppm", 0, "none", 0.2),
    measure("coding_distortion_db", "speech above coding distortion", "dB", 0, "clean", 0.1),
];

/// What changed from one row to the other, in a few words; empty where neither was explained or nothing changed.
pub(super) fn reasons(before: &Cells, after: &Cells) -> String {
    let known = |cells: &Cells| cells.contains_key("main_cause");
    if !known(before) || !known(after) {
        return String::new();
    }
    let changes = MEASURES.iter().filter_map(|measure| measure.change(before, after));
    changes.take(NAMED).collect::<Vec<_>>().join(", ")
}

impl Measure {
    fn change(&self, before: &Cells, after: &Cells) -> Option<String> {
        let [then, now] = [before, after].map(|cells| number(cells.get(self.column)));
        let differs = match (then, now) {
            (Some(then), Some(now)) => (then - now).abs() > self.least * then.abs().max(now.abs()),
            (then, now) => then.is_some() != now.is_some(),
        };
        let told = |value: Option<f64>| {
            value.map_or(self.without.to_owned(), |value| fixed(value, self.decimals))
        };
        let unit = if self.unit.is_empty() { String::new() } else { format!(" {}", self.unit) };
        let unit = if now.is_some() { unit } else { String::new() };
        differs.then(|| format!("{} {} to {}{unit}", self.words, told(then), told(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn row(cells: Value) -> Cells {
        let Value::Object(cells) = cells else { return Cells::new() };
        cells.into_iter().collect()
    }

    #[test]
    fn what_changed_is_told_and_nothing_else() {
        let before = row(json!({
            "main_cause": null, "lost_speech_ms": 0.0, "band_upper_hz": 7000.0, "noise_snr_db": 30.0,
        }));
        let after = row(json!({
            "main_cause": "lost_speech", "lost_speech_ms": 280.0, "band_upper_hz": 3400.0,
            "noise_snr_db": 29.0, "clipping_percent": 2.5,
        }));
        let told = reasons(&before, &after);
        assert_eq!(told, "lost speech 0 to 280 ms, band 7000 to 3400 Hz, clipping none to 2.5 %");
        assert_eq!(reasons(&before, &before), "");
        assert_eq!(reasons(&row(json!({})), &after), "");
    }
}
