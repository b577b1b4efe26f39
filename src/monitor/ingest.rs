//! Taking calls into a store: each once, by its content; a part of a file at a time, all of it or nothing.

use super::aggregate::Aggregate;
use super::call::{Call, Issues, Reading};
use super::hours::{self, HourKey};
use super::retention;
use super::settings::Settings;
use super::store::Store;
use super::time::{HOUR_MS, now_ms};
use super::totals::{self, Totals};
use crate::error::{Error, Result};
use crate::table::Cells;
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::HashMap;

/// Calls that are written at once: enough that the disk does not wait, few enough that other writers do not.
const AT_ONCE: usize = 2000;

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Calls that are new.
    pub added: u64,
    /// Calls that the store held already.
    pub known: u64,
    /// Rows that could not be read, and calls that are older than what is kept.
    pub left_out: u64,
    /// Why the first of them was.
    pub first_reason: Option<String>,
    /// Whether the whole file was known from its content.
    pub file_known: bool,
    /// Rows without a time of their own, which have that of the file.
    pub without_time: u64,
}

impl Taken {
    pub(super) fn leave_out(&mut self, reason: impl FnOnce() -> String) {
        self.left_out += 1;
        self.first_reason.get_or_insert_with(reason);
    }
}

/// A file as the store remembers it.
#[derive(Debug, Clone)]
pub(super) struct FileFacts {
    pub fingerprint: i64,
    pub name: String,
    pub kind: &'static str,
    pub bytes: u64,
    pub changed_ms: i64,
}

/// A store to which calls are added.
#[derive(Debug)]
pub struct Ingest {
    store: Store,
    settings: Settings,
    words: HashMap<String, i64>,
    batch: Vec<Call>,
}

impl Ingest {
    /// Opens a store, or makes it. New settings are remembered; without any, those that the store knows hold.
    ///
    /// # Errors
    /// As [`Store::open`] and [`Settings::open`].
    pub fn open(store: &std::path::Path, settings: Option<&std::path::Path>) -> Result<Self> {
        let given = settings.map(Settings::open).transpose()?;
        let mut store = Store::open(store)?;
        let settings = match given {
            Some((settings, text)) => {
                if store.meta("settings")?.as_deref() != Some(&text) {
                    store.set_meta("settings", &text)?;
                }
                settings
            }
            None => store.settings()?,
        };
        Ok(Self { store, settings, words: HashMap::new(), batch: Vec::new() })
    }

    /// What holds for these calls.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// Takes rows of any table, such as those of `basilar batch` or `basilar calls`; rows that follow on one another with
    /// one `call_id` are the directions of one call.
    ///
    /// # Errors
    /// An end of the rows that is no fault of a single row, and what the store says; what came before is kept.
    pub fn rows(
        &mut self,
        rows: impl Iterator<Item = Result<Cells>>,
        otherwise_started_ms: i64,
    ) -> Result<Taken> {
        let mut taken = Taken::default();
        let settings = self.settings.clone();
        let salt = self.store.meta("salt")?.unwrap_or_default();
        let reading =
            Reading { settings: &settings, clock: settings.clock()?, salt, otherwise_started_ms };
        let kept_from_ms = retention::kept_from_ms(&self.store, &settings)?;
        let mut same: Option<(String, String)> = None;
        let mut together: Vec<Cells> = Vec::new();
        let mut failed = Ok(());
        for row in rows {
            let cells = match row {
                Ok(cells) => cells,
                Err(error @ Error::InvalidRow { .. }) => {
                    taken.leave_out(|| error.to_string());
                    continue;
                }
                Err(error) => {
                    failed = Err(error);
                    break;
                }
            };
            if Reading::is_part(&cells) {
                continue;
            }
            let call = reading.same_call(&cells);
            if call.is_none() || call != same {
                self.take(&reading, std::mem::take(&mut together), kept_from_ms, &mut taken)?;
            }
            same = call;
            together.push(cells);
        }
        self.take(&reading, together, kept_from_ms, &mut taken)?;
        self.commit(&mut taken)?;
        failed.map(|()| taken)
    }

    fn take(
        &mut self,
        reading: &Reading,
        rows: Vec<Cells>,
        kept_from_ms: i64,
        taken: &mut Taken,
    ) -> Result<()> {
        /// More directions than any conference has.
        const MOST_DIRECTIONS: usize = 64;
        if rows.is_empty() {
            return Ok(());
        }
        if rows.len() > MOST_DIRECTIONS {
            taken.leave_out(|| {
                format!("{} rows in a row have one call_id; give each call its own", rows.len())
            });
            return Ok(());
        }
        match reading.call(rows) {
            Ok(call) if call.started_ms < kept_from_ms => {
                taken.leave_out(|| "older than what the store keeps by its retention".to_owned());
            }
            Ok(call) => {
                taken.without_time += u64::from(call.started_ms == reading.otherwise_started_ms);
                self.batch.push(call);
            }
            Err(reason) => taken.leave_out(|| reason),
        }
        if self.batch.len() >= AT_ONCE { self.commit(taken) } else { Ok(()) }
    }

    /// Writes what was taken so far.
    fn commit(&mut self, taken: &mut Taken) -> Result<()> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        let words = &mut self.words;
        let added = self.store.write(|transaction| add(transaction, words, &batch));
        // Numbers of words that were not written in the end are none.
        let added = added.inspect_err(|_| self.words.clear())?;
        taken.added += added;
        taken.known += batch.len() as u64 - added;
        Ok(())
    }

    /// Whether all of a file of this content was taken before.
    pub(super) fn knows_file(&self, fingerprint: i64) -> Result<bool> {
        self.store.read(|connection| {
            let whole = "SELECT whole FROM files WHERE fingerprint = ?";
            let whole = connection
                .query_row(whole, [fingerprint], |row| row.get::<_, bool>(0))
                .optional()?;
            Ok(whole == Some(true))
        })
    }

    /// Notes what became of a file.
    pub(super) fn note_file(&mut self, file: &FileFacts, done: &Result<Taken>) -> Result<()> {
        self.store.write(|transaction| {
            let (taken, error) = match done {
                Ok(taken) => (taken.clone(), None),
                Err(error) => (Taken::default(), Some(error)),
            };
            if let Some(error) = error {
                totals::failure(transaction, error.kind(), 1)?;
            }
            if taken.left_out > 0 {
                totals::failure(transaction, "invalid_row", taken.left_out)?;
            }
            let write = "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
            transaction.execute(
                write,
                params![
                    file.fingerprint,
                    file.name,
                    file.kind,
                    file.bytes,
                    now_ms(),
                    error.is_none(),
                    taken.added,
                    taken.known,
                    taken.left_out,
                    error.map(ToString::to_string)
                ],
            )?;
            Ok(())
        })
    }

    /// Deletes what is older, or more, than is to be kept; how many calls that were.
    ///
    /// # Errors
    /// What the store says.
    pub fn enforce_retention(&mut self) -> Result<u64> {
        retention::enforce(&mut self.store, &self.settings, now_ms())
    }
}

impl Store {
    /// The settings that the store remembers.
    ///
    /// # Errors
    /// As [`Settings::parse`].
    pub fn settings(&self) -> Result<Settings> {
        let text = self.meta("settings")?;
        text.map_or_else(
            || Ok(Settings::default()),
            |text| Settings::parse(&self.path().display().to_string(), &text),
        )
    }
}

/// Adds the calls that are new; how many they are.
fn add(
    transaction: &Transaction,
    words: &mut HashMap<String, i64>,
    calls: &[Call],
) -> rusqlite::Result<u64> {
    let mut insert = transaction
        .prepare_cached("INSERT OR IGNORE INTO calls VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")?;
    let mut details = transaction.prepare_cached("INSERT INTO details VALUES (?, ?)")?;
    let mut of_hours: HashMap<HourKey, Aggregate> = HashMap::new();
    let mut totals = Totals::default();
    let (mut added, taken_ms) = (0, now_ms());
    for call in calls {
        let mut numbers = [0; 5];
        for (number, word) in numbers.iter_mut().zip(&call.words) {
            *number = match words.get(word) {
                Some(number) => *number,
                None => new_word(transaction, words, word)?,
            };
        }
        let [site, trunk, codec, endpoint, scale] = numbers;
        let verdict = call.verdict as i64;
        let new = insert.execute(params![
            call.key,
            call.started_ms,
            call.duration_s,
            site,
            trunk,
            codec,
            endpoint,
            scale,
            call.mos,
            verdict,
            call.issues.to_number(),
            call.loss_pct,
            call.jitter_ms,
            taken_ms
        ])?;
        if new == 0 {
            continue;
        }
        added += 1;
        details.execute(params![transaction.last_insert_rowid(), call.details])?;
        let hour = call.started_ms.div_euclid(HOUR_MS);
        of_hours.entry((hour, numbers)).or_default().add(call);
        totals.add(call, &numbers);
    }
    for (key, sum) in &of_hours {
        hours::add(transaction, key, sum)?;
    }
    totals.write(transaction)?;
    Ok(added)
}

fn new_word(
    transaction: &Transaction,
    words: &mut HashMap<String, i64>,
    word: &str,
) -> rusqlite::Result<i64> {
    transaction.prepare_cached("INSERT OR IGNORE INTO words (word) VALUES (?)")?.execute([word])?;
    let mut find = transaction.prepare_cached("SELECT id FROM words WHERE word = ?")?;
    let number = find.query_row([word], |row| row.get(0))?;
    words.insert(word.to_owned(), number);
    Ok(number)
}

/// A call as it stands in the store, without its details and words.
pub(super) fn stored(row: &rusqlite::Row) -> rusqlite::Result<(Call, [i64; 5])> {
    let mut words = [0; 5];
    for (place, word) in (3..).zip(&mut words) {
        *word = row.get(place)?;
    }
    let call = Call {
        key: 0,
        started_ms: row.get(1)?,
        duration_s: row.get(2)?,
        words: Default::default(),
        mos: row.get(8)?,
        verdict: super::call::Verdict::from_number(row.get(9)?),
        issues: Issues::from_number(row.get(10)?),
        loss_pct: row.get(11)?,
        jitter_ms: row.get(12)?,
        details: String::new(),
    };
    Ok((call, words))
}

/// The columns that [`stored`] reads.
pub(super) const STORED: &str = "calls.id, started, duration, site, trunk, codec, endpoint, scale, mos, verdict, issues, loss, jitter";
