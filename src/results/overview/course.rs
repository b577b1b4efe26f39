//! Scores over time, where a column of the table holds dates.

use super::columns::OverviewColumn;
use crate::results::rows::Row;
use crate::statistics::Mean;
use crate::table::text;
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use std::collections::BTreeMap;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// How long an interval may be, in seconds, with what it is called.
const LENGTHS: [(i64, &str); 7] = [
    (MINUTE, "minute"),
    (10 * MINUTE, "10 minutes"),
    (HOUR, "hour"),
    (6 * HOUR, "6 hours"),
    (DAY, "day"),
    (7 * DAY, "week"),
    (28 * DAY, "4 weeks"),
];
/// More points than these are no longer told apart.
const MOST_INTERVALS: i64 = 80;
/// The first Monday of the epoch: weeks begin on Mondays, and days at midnight.
const MONDAY: i64 = 4 * DAY;

/// Scores over time.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Course {
    /// The column that holds the dates.
    pub column: String,
    /// How long an interval is, in words.
    pub each: String,
    /// The intervals in which there are rows.
    pub intervals: Vec<Interval>,
}

/// The rows of one interval of time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Interval {
    /// Its start, in seconds since 1970; of dates without a zone, as if they were of UTC.
    pub start_s: i64,
    /// Its rows.
    pub rows: usize,
    /// The mean of their scores; none where no row was scored.
    pub mos_lqo: Option<Mean>,
}

/// The course by the first column of dates.
pub(super) fn of(rows: &[Row], columns: &[OverviewColumn]) -> Option<Course> {
    let dates = |column: &&OverviewColumn| {
        let cells = rows.iter().map(|row| text(row.cells.get(&column.name)));
        cells
            .map(|cell| if cell.is_empty() { Some(None) } else { moment(&cell).map(Some) })
            .collect::<Option<Vec<Option<i64>>>>()
    };
    let filled = columns.iter().filter(|column| column.is_filled && !column.is_number);
    let (column, dates) = filled.filter_map(|column| Some((column, dates(&column)?))).next()?;
    let known = || dates.iter().flatten().copied();
    let (first, last) = (known().min()?, known().max()?);
    if first == last {
        return None;
    }
    let (length, each) = length(last - first);
    let mut intervals: BTreeMap<i64, (usize, Vec<f64>)> = BTreeMap::new();
    for (row, date) in rows.iter().zip(&dates) {
        let Some(date) = date else { continue };
        let (count, scores) = intervals.entry((date - MONDAY).div_euclid(length)).or_default();
        *count += 1;
        scores.extend(row.mos_lqo);
    }
    let interval = |(index, (rows, scores)): (i64, (usize, Vec<f64>))| Interval {
        start_s: index * length + MONDAY,
        rows,
        mos_lqo: Mean::of(&scores).map(Mean::on_the_mos_scale),
    };
    let intervals = intervals.into_iter().map(interval).collect();
    Some(Course { column: column.name.clone(), each, intervals })
}

/// The shortest interval of which not too many cover so many seconds.
fn length(seconds: i64) -> (i64, String) {
    let suits = |(length, _): &&(i64, &str)| seconds / length < MOST_INTERVALS;
    match LENGTHS.iter().find(suits) {
        Some((length, name)) => (*length, (*name).to_owned()),
        None => {
            let weeks = 4 * (seconds / (28 * DAY * MOST_INTERVALS) + 1);
            (weeks * 7 * DAY, format!("{weeks} weeks"))
        }
    }
}

/// A date as ISO 8601 writes it, with or without a time, in seconds since 1970.
fn moment(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(date) = DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)) {
        return Some(date.timestamp());
    }
    let forms =
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let time = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    Some(time.or_else(day)?.and_utc().timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_with_and_without_time_and_zone() {
        let read = |text| moment(text);
        assert_eq!(read("1970-01-02"), Some(86_400));
        assert_eq!(read("1970-01-01 00:10"), Some(600));
        assert_eq!(read("1970-01-01T01:00:00.250+01:00"), Some(0));
        assert_eq!(read("1970-01-01 00:00:05Z"), Some(5));
        assert_eq!(["20260501", "3.41", "call 7", ""].map(read), [None; 4]);
    }

    #[test]
    fn intervals_are_as_long_as_the_course_asks() {
        assert_eq!(length(3600).1, "minute");
        assert_eq!(length(60 * DAY).1, "day");
        assert_eq!(length(36_500 * DAY).1, "68 weeks");
    }
}
