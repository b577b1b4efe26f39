//! Calls as Parquet, partitioned by day and site as Hive, DuckDB, ClickHouse and Spark know it; schema version 1.

use super::call::Call;
use super::ingest::{STORED, stored};
use super::store::Store;
use super::time::{Clock, DAY_MS};
use crate::draft::Draft;
use crate::error::{Error, Result};
use crate::table::{self, Cells, Column, Format, Kind, Writer};
use serde_json::json;
use std::fs;
use std::io;
use std::path::Path;

/// The columns of the files; `day` and `site` are in their paths.
const COLUMNS: [(&str, Kind); 15] = [
    ("call", Kind::Text),
    ("started_ms", Kind::Integer),
    ("duration_s", Kind::Number),
    ("trunk", Kind::Text),
    ("codec", Kind::Text),
    ("endpoint", Kind::Text),
    ("scale", Kind::Text),
    ("mos", Kind::Number),
    ("verdict", Kind::Text),
    ("one_way", Kind::Boolean),
    ("not_set_up", Kind::Boolean),
    ("dropped", Kind::Boolean),
    ("loss_pct", Kind::Number),
    ("jitter_ms", Kind::Number),
    ("details", Kind::Text),
];

/// The directory of calls without a site, by Hive's custom.
const NO_SITE: &str = "__HIVE_DEFAULT_PARTITION__";

/// Writes `DIR/day=2026-03-01/site=Leeds/calls.parquet` for each day (UTC) and site with calls between two times, whole
/// days; files of the same day and site are replaced. How many calls and files that were.
///
/// # Errors
/// [`Error::Unwritable`] for the files, and what the store says.
pub fn parquet(
    store: &Store,
    folder: &Path,
    from_ms: Option<i64>,
    to_ms: Option<i64>,
) -> Result<(u64, u64)> {
    let ends = "SELECT min(started), max(started) FROM calls";
    let (first, last): (Option<i64>, Option<i64>) = store
        .read(|connection| connection.query_row(ends, [], |row| Ok((row.get(0)?, row.get(1)?))))?;
    let (Some(first), Some(last)) = (first, last) else { return Ok((0, 0)) };
    let first = first.max(from_ms.unwrap_or(i64::MIN)).div_euclid(DAY_MS);
    let last = last.min(to_ms.map_or(i64::MAX, |to| to - 1)).div_euclid(DAY_MS);
    let (mut calls, mut files) = (0, 0);
    for day in first..=last {
        let (of_day, files_of_day) = one_day(store, folder, day)?;
        calls += of_day;
        files += files_of_day;
    }
    Ok((calls, files))
}

/// A file under way, which stands under its name only when it is whole.
struct Partition {
    site: i64,
    draft: Draft,
    writer: Box<dyn Writer>,
}

impl Partition {
    fn begin(folder: &Path, day: i64, site: i64, name: &str) -> io::Result<Self> {
        let date = Clock::default().date(day * DAY_MS);
        let name = if name.is_empty() { NO_SITE.to_owned() } else { encoded(name) };
        let folder = folder.join(format!("day={date}")).join(format!("site={name}"));
        fs::create_dir_all(&folder)?;
        let draft = Draft::claim(folder.join("calls.parquet")).map_err(io::Error::other)?;
        let columns = COLUMNS.map(|(name, kind)| Column { name: name.to_owned(), kind });
        let writer = table::write(draft.begin()?, Format::Parquet, &columns)?;
        Ok(Self { site, draft, writer })
    }

    fn finish(self) -> io::Result<()> {
        self.writer.finish()?;
        self.draft.finish()
    }
}

/// The partitions of a day, of which one is open at a time.
struct Day<'a> {
    folder: &'a Path,
    day: i64,
    open: Option<Partition>,
    files: u64,
}

impl Day<'_> {
    /// Writes a call, which comes behind all others of its site.
    fn write(&mut self, site: i64, name: &str, cells: &Cells) -> io::Result<()> {
        let mut partition = match self.open.take() {
            Some(partition) if partition.site == site => partition,
            before => {
                before.map_or(Ok(()), Partition::finish)?;
                self.files += 1;
                Partition::begin(self.folder, self.day, site, name)?
            }
        };
        partition.writer.write(cells)?;
        self.open = Some(partition);
        Ok(())
    }
}

fn one_day(store: &Store, folder: &Path, day: i64) -> Result<(u64, u64)> {
    let words = store.words()?;
    let word = |number: &i64| words.get(number).map_or("", String::as_str);
    let sql = format!(
        "SELECT {STORED}, calls.key, columns FROM calls JOIN details USING (id)
         WHERE started >= ? AND started < ? ORDER BY site, started, calls.key"
    );
    let mut written = Day { folder, day, open: None, files: 0 };
    let mut calls = 0;
    // What the disk says apart from what the store says.
    let done = store.read(|connection| {
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([day * DAY_MS, (day + 1) * DAY_MS])?;
        while let Some(row) = rows.next()? {
            let (call, numbers) = stored(row)?;
            let cells = cells(&call, row.get(13)?, numbers.each_ref().map(word), row.get(14)?);
            if let Err(error) = written.write(numbers[0], word(&numbers[0]), &cells) {
                return Ok(Err(error));
            }
            calls += 1;
        }
        Ok(written.open.take().map_or(Ok(()), Partition::finish))
    })?;
    done.map_err(|source| Error::Unwritable { name: folder.display().to_string(), source })?;
    Ok((calls, written.files))
}

fn cells(
    call: &Call,
    key: i64,
    [_, trunk, codec, endpoint, scale]: [&str; 5],
    details: String,
) -> Cells {
    let cells = json!({
        "call": format!("{key:016x}"), "started_ms": call.started_ms, "duration_s": call.duration_s, "trunk": trunk,
        "codec": codec, "endpoint": endpoint, "scale": scale, "mos": call.mos, "verdict": call.verdict.name(),
        "one_way": call.issues.one_way, "not_set_up": call.issues.not_set_up, "dropped": call.issues.dropped,
        "loss_pct": call.loss_pct, "jitter_ms": call.jitter_ms, "details": details,
    });
    match cells {
        serde_json::Value::Object(cells) => cells,
        _ => Cells::new(),
    }
}

/// A name as it stands in the path of a partition.
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    name.bytes()
        .map(|byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
