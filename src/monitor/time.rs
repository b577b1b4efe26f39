//! Times as people and programs write them, as milliseconds since 1970.

use crate::error::{Error, Result};
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Unit};

/// A second, minute, hour, day and week in ms.
pub(super) const SECOND_MS: i64 = 1000;
pub(super) const MINUTE_MS: i64 = 60 * SECOND_MS;
pub(super) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;
pub(super) const WEEK_MS: i64 = 7 * DAY_MS;

/// Times from here on, in seconds, are taken for milliseconds: the year 5138, or March 1973.
const SECONDS_BELOW: f64 = 1e11;

/// What local times and days are.
#[derive(Debug, Clone)]
pub struct Clock(TimeZone);

impl Default for Clock {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl Clock {
    /// The clock of a time zone, such as `Europe/Berlin`.
    ///
    /// # Errors
    /// [`Error::InvalidQuestion`] for a zone that the system does not know.
    pub fn of(zone: &str) -> Result<Self> {
        TimeZone::get(zone).map(Self).map_err(|_| Error::InvalidQuestion {
            given: zone.to_owned(),
            reason: "not a time zone of this system; give one such as Europe/Berlin or UTC".into(),
        })
    }

    /// Now, in ms since 1970.
    pub fn now_ms() -> i64 {
        now_ms()
    }

    /// A time: ISO 8601 with or without an offset, a date, or seconds or milliseconds since 1970.
    pub(super) fn parse(&self, text: &str) -> Option<i64> {
        let text = text.trim();
        if let Ok(number) = text.parse::<f64>() {
            // Years and days of compact dates are no seconds since 1970.
            let ms = if number < SECONDS_BELOW { number * 1e3 } else { number };
            let possible = number.is_finite() && number >= 1e8 && ms < 2.5e14;
            return possible.then_some(ms as i64);
        }
        if let Ok(timestamp) = text.parse::<Timestamp>() {
            return Some(timestamp.as_millisecond());
        }
        let local: DateTime = text.parse().ok()?;
        self.0.to_timestamp(local).ok().map(Timestamp::as_millisecond)
    }

    /// A time, or a span such as `24h` before `now_ms`.
    ///
    /// # Errors
    /// [`Error::InvalidQuestion`] for what is neither.
    pub fn moment(&self, text: &str, now_ms: i64) -> Result<i64> {
        if text == "now" {
            return Ok(now_ms);
        }
        let time = self.parse(text).or_else(|| span(text).map(|span| now_ms.saturating_sub(span)));
        time.ok_or_else(|| Error::InvalidQuestion {
            given: text.to_owned(),
            reason: "not a time; give one such as 2026-03-01, 2026-03-01T14:00Z or 7d".to_owned(),
        })
    }

    /// When the day of a time began.
    pub(super) fn day(&self, ms: i64) -> i64 {
        self.start(ms, |time| time.start_of_day())
    }

    /// When the week of a time began, a Monday.
    pub(super) fn week(&self, ms: i64) -> i64 {
        self.start(ms, |time| {
            let days = i64::from(time.weekday().since(Weekday::Monday));
            time.checked_sub(days.days())?.start_of_day()
        })
    }

    fn start(
        &self,
        ms: i64,
        start: impl Fn(&jiff::Zoned) -> std::result::Result<jiff::Zoned, jiff::Error>,
    ) -> i64 {
        let Ok(timestamp) = Timestamp::from_millisecond(ms) else { return ms };
        start(&timestamp.to_zoned(self.0.clone()))
            .map_or(ms, |zoned| zoned.timestamp().as_millisecond())
    }

    /// The date of a time, such as `2026-03-01`.
    pub(super) fn date(&self, ms: i64) -> String {
        let timestamp = Timestamp::from_millisecond(ms).unwrap_or_default();
        timestamp.to_zoned(self.0.clone()).date().to_string()
    }
}

/// A span such as `90s`, `15m`, `24h`, `7d` or `4w`, in ms.
///
/// # Errors
/// [`Error::InvalidQuestion`] for anything else.
pub fn parse_span(text: &str) -> Result<i64> {
    span(text).ok_or_else(|| Error::InvalidQuestion {
        given: text.to_owned(),
        reason: "not a span of time; give one such as 90s, 15m, 24h, 7d or 4w".to_owned(),
    })
}

fn span(text: &str) -> Option<i64> {
    let text = text.trim();
    let unit_ms = match text.chars().last()? {
        's' => SECOND_MS,
        'm' => MINUTE_MS,
        'h' => HOUR_MS,
        'd' => DAY_MS,
        'w' => WEEK_MS,
        _ => return None,
    };
    let count: f64 = text[..text.len() - 1].trim().parse().ok()?;
    let ms = count * unit_ms as f64;
    (count >= 0.0 && ms < 1e13).then_some(ms as i64)
}

/// A time as ISO 8601 in UTC, to the second.
pub fn iso(ms: i64) -> String {
    let timestamp = Timestamp::from_millisecond(ms).unwrap_or_default();
    timestamp.round(Unit::Second).unwrap_or(timestamp).to_string()
}

/// Now.
pub(super) fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// When a file was last changed.
pub(super) fn changed_ms(metadata: &std::fs::Metadata) -> i64 {
    let changed = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    changed.map_or_else(now_ms, Timestamp::as_millisecond)
}

/// A span in ms for [`std::thread::sleep`].
pub(super) fn duration(ms: i64) -> std::time::Duration {
    SignedDuration::from_millis(ms.max(0)).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        let berlin = Clock::of("Europe/Berlin").unwrap_or_default();
        let time = Some(1_772_366_400_000);
        assert_eq!(berlin.parse("2026-03-01T12:00:00.000000Z"), time);
        assert_eq!(berlin.parse("2026-03-01T13:00:00+01:00"), time);
        assert_eq!(berlin.parse("2026-03-01 13:00:00"), time);
        assert_eq!(berlin.parse("1772366400"), time);
        assert_eq!(berlin.parse("1772366400000"), time);
        for wrong in ["", "noon", "2026-13-01", "20260301", "NaN", "inf", "-5", "1e300"] {
            assert_eq!(berlin.parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn spans_have_a_unit() {
        assert_eq!(parse_span("15m").unwrap(), 15 * MINUTE_MS);
        assert_eq!(parse_span("1.5h").unwrap(), 90 * MINUTE_MS);
        for wrong in ["", "15", "m", "-3d", "9e99w", "1é"] {
            assert!(parse_span(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_and_weeks_begin_where_people_live() {
        let berlin = Clock::of("Europe/Berlin").unwrap();
        let time = berlin.parse("2026-03-29 23:30").unwrap(); // the Sunday on which summer begins
        assert_eq!(iso(berlin.day(time)), "2026-03-28T23:00:00Z");
        assert_eq!(iso(berlin.week(time)), "2026-03-22T23:00:00Z");
        assert_eq!(berlin.date(time), "2026-03-29");
    }
}
