//! The horizontal axis: numbers, bit-rates on a logarithmic scale, or dates.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use std::ops::Range;

/// Bit-rates that differ by more than this are drawn on a logarithmic scale.
const LOGARITHMIC_FROM: f64 = 4.0;

/// From this number on a bit-rate without a unit is one in bit/s.
const BITS_FROM: f64 = 2000.0;

/// Width of a letter of a label, in pixels.
const LETTER_WIDTH: f64 = 9.0;

/// Seconds of a day.
const DAY_S: f64 = 86_400.0;

/// What a name ends in, and the unit that it stands for.
const UNITS: [(&str, &str); 13] = [
    ("kbps", "kbit/s"),
    ("kbit", "kbit/s"),
    ("mbps", "Mbit/s"),
    ("bps", "bit/s"),
    ("khz", "kHz"),
    ("hz", "Hz"),
    ("ms", "ms"),
    ("s", "s"),
    ("db", "dB"),
    ("dbov", "dBov"),
    ("percent", "%"),
    ("ppm", "ppm"),
    ("mos", "MOS"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Linear,
    Logarithmic,
    /// In seconds since 1970.
    Dates,
}

/// The axis of a column.
#[derive(Debug)]
pub(super) struct Axis {
    scale: Scale,
    title: String,
    /// Where something was measured, rising, in the axis's own coordinate, and what is written there.
    places: Vec<(f64, String)>,
}

impl Axis {
    /// The axis for these cells; none where no cell has a place on one.
    pub fn of<'a>(column: &str, cells: impl Iterator<Item = &'a str>) -> Option<Self> {
        let cells: Vec<&str> = cells.collect();
        let numbers: Vec<f64> = cells.iter().filter_map(|cell| number(cell)).collect();
        let dates = cells.iter().filter(|cell| date(cell).is_some()).count();
        let lower = column.to_ascii_lowercase();
        let is_rate = ["bitrate", "bit_rate", "bit-rate", "kbps", "bps"];
        let is_rate = is_rate.iter().any(|name| lower.contains(name));
        let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let most = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let scale = match numbers.is_empty() || dates > numbers.len() {
            true => Scale::Dates,
            false if is_rate && least > 0.0 && most >= LOGARITHMIC_FROM * least => {
                Scale::Logarithmic
            }
            false => Scale::Linear,
        };
        let mut axis = Self { scale, title: title(&lower, column, is_rate, most), places: vec![] };
        axis.places = cells
            .iter()
            .filter_map(|cell| Some((axis.place(cell)?, cell.trim().to_owned())))
            .collect();
        axis.places.sort_by(|a, b| a.0.total_cmp(&b.0));
        axis.places.dedup_by(|a, b| a.0 == b.0);
        (!axis.places.is_empty()).then_some(axis)
    }

    /// Where a cell is on the axis.
    pub fn place(&self, cell: &str) -> Option<f64> {
        match self.scale {
            Scale::Linear => number(cell),
            Scale::Logarithmic => number(cell).filter(|&number| number > 0.0).map(f64::ln),
            Scale::Dates => date(cell),
        }
    }

    /// What it shows, with the unit.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// From a little before the first place to a little behind the last; numbers that are not negative begin at 0.
    pub fn range(&self) -> Range<f64> {
        let (first, last) = (self.places[0].0, self.places[self.places.len() - 1].0);
        let margin = match (last > first, self.scale) {
            (true, _) => 0.06 * (last - first),
            (false, Scale::Dates) => DAY_S,
            (false, _) => 0.5 * last.abs().max(1.0),
        };
        match self.scale {
            Scale::Linear if first >= 0.0 && first < last / 2.0 => 0.0..last + margin,
            _ => first - margin..last + margin,
        }
    }

    /// The places that are labelled: as many as fit into so many pixels, the last one always.
    pub fn ticks(&self, pixels: f64) -> Vec<(f64, String)> {
        let range = self.range();
        let per_unit = pixels / (range.end - range.start);
        let width = |label: &str| label.chars().count() as f64 * LETTER_WIDTH;
        let mut ticks: Vec<(f64, String)> = Vec::new();
        for (place, label) in self.places.iter().rev() {
            let label = self.label(label);
            let is_free = ticks.last().is_none_or(|(next, next_label)| {
                (next - place) * per_unit > (width(&label) + width(next_label)) / 2.0
            });
            if is_free {
                ticks.push((*place, label));
            }
        }
        ticks.reverse();
        ticks
    }

    /// A cell as it is written at the axis: of a time of day at midnight the date is enough.
    fn label(&self, cell: &str) -> String {
        match self.scale {
            Scale::Dates => cell.replace(['T', 't'], " ").trim_end_matches(" 00:00:00").to_owned(),
            _ => cell.to_owned(),
        }
    }
}

fn number(cell: &str) -> Option<f64> {
    cell.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Seconds since 1970 of a date, or of a date with a time of day and an offset if any, as ISO 8601 writes them.
fn date(cell: &str) -> Option<f64> {
    let cell = cell.trim();
    if let Ok(moment) = DateTime::parse_from_rfc3339(cell) {
        return Some(moment.timestamp() as f64);
    }
    let moments =
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let moment = moments.iter().find_map(|form| NaiveDateTime::parse_from_str(cell, form).ok());
    let day = || NaiveDate::parse_from_str(cell, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    Some(moment.or_else(day)?.and_utc().timestamp() as f64)
}

/// A column's name in words, with the unit that it names or that its numbers have.
fn title(lower: &str, column: &str, is_rate: bool, most: f64) -> String {
    let parts: Vec<&str> = column.split(['_', ' ']).filter(|part| !part.is_empty()).collect();
    let last = lower.split(['_', ' ']).next_back().unwrap_or_default();
    let unit = UNITS.iter().find(|(ending, _)| last == *ending);
    match unit {
        Some((_, unit)) if parts.len() > 1 => {
            format!("{} ({unit})", parts[..parts.len() - 1].join(" "))
        }
        Some((_, unit)) => format!("bit-rate ({unit})"),
        None if is_rate && most >= BITS_FROM => format!("{} (bit/s)", parts.join(" ")),
        None if is_rate => format!("{} (kbit/s)", parts.join(" ")),
        None => parts.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bit_rates_are_logarithmic_with_a_unit_and_dates_are_in_their_order() {
        let axis = Axis::of("bitrate", ["6", "12", "64", "x"].into_iter()).unwrap();
        assert_eq!((axis.scale, axis.title()), (Scale::Logarithmic, "bitrate (kbit/s)"));
        assert!((axis.place("12").unwrap() - axis.place("6").unwrap() - 2_f64.ln()).abs() < 1e-12);
        let axis = Axis::of("delay_ms", ["0", "20"].into_iter()).unwrap();
        assert_eq!((axis.scale, axis.title()), (Scale::Linear, "delay (ms)"));
        let dates = ["2026-11-02", "2026-11-01T12:00:00Z", "2026-11-01 18:30"];
        let axis = Axis::of("night", dates.into_iter()).unwrap();
        assert_eq!(axis.scale, Scale::Dates);
        let places = dates.map(|cell| axis.place(cell).unwrap());
        assert!(places[1] < places[2] && places[2] < places[0]);
        assert_eq!(axis.ticks(2000.0).len(), 3);
        assert!(Axis::of("codec", ["opus"].into_iter()).is_none());
    }
}
