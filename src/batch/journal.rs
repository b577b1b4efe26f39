//! What was scored so far, a line a row in the order of finishing; it outlives the process that writes it.
//!
//! Every line begins with a number over the rest of it, so that a line that was damaged since is noticed. A line is written
//! before a row is scored and another when it is: rows that have the first only may be what ended the program.

use super::carried::Carried;
use super::done::{Done, Identity};
use super::outcome::Outcome;
use super::queue::WINDOW;
use crate::draft;
use crate::error::{Error, Result};
use crate::model::Model;
use crate::table::Cells;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use twox_hash::XxHash3_64;

/// How much work a power failure may cost; a killed process loses only what it was scoring.
const SYNC_INTERVAL: Duration = Duration::from_secs(1);

/// The format of a journal, which no other file begins with.
const FORMAT: &str = "basilar-journal/2";

/// The first line: what the rows below belong to.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    format: String,
    basilar: String,
    models: String,
    manifest: String,
    model: String,
    channel: String,
    long_calls: bool,
    explain: bool,
}

/// What a journal's rows depend on.
pub(super) struct Origin {
    pub manifest: u64,
    pub model: String,
    pub channel: String,
    pub long_calls: bool,
    pub explain: bool,
}

/// A line below the first.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line<E> {
    Started(u64),
    Finished(E),
}

/// A finished row.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub row: u64,
    pub identity: Identity,
    pub carried: Cells,
    pub outcome: Outcome,
}

/// What an unfinished run left.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Its finished rows.
    pub done: Done,
    /// How many of them could not be scored.
    pub failed: u64,
    /// How often each row was begun that is not finished.
    pub begun: BTreeMap<u64, u32>,
    /// Lines that are not as they were written.
    pub damaged: u64,
}

pub(super) struct Journal {
    path: PathBuf,
    file: File,
    length: u64,
    synced: Instant,
    carried: Carried,
    /// Where each row's last line begins; 0, where the heading is, for none.
    places: Vec<u64>,
}

impl Journal {
    /// Begins a journal, or with `resume` continues the one that is there, and says what it holds; with `retry_failed` the
    /// rows that could not be scored are not finished.
    pub fn open(
        path: PathBuf,
        origin: &Origin,
        resume: bool,
        retry_failed: bool,
    ) -> Result<(Self, Found)> {
        let heading = Heading {
            format: FORMAT.to_owned(),
            basilar: env!("CARGO_PKG_VERSION").to_owned(),
            models: Model::built_in().map(|(_, model)| model.fingerprint()).join(" "),
            manifest: format!("{:016x}", origin.manifest),
            model: origin.model.clone(),
            channel: origin.channel.clone(),
            long_calls: origin.long_calls,
            explain: origin.explain,
        };
        let file = draft::open_own(&path)?;
        let (length, synced, carried) = (0, Instant::now(), Carried::default());
        let mut journal = Self { path, file, length, synced, carried, places: Vec::new() };
        let found = journal.read_back(&heading, retry_failed)?;
        if journal.length > 0 && !resume {
            return Err(Error::UnfinishedRun { name: journal.name() });
        }
        // What follows the last whole line was being written when the run was stopped.
        journal.file.set_len(journal.length).map_err(|source| journal.unwritable(source))?;
        if journal.length == 0 {
            journal.write_line(&heading)?;
        }
        Ok((journal, found))
    }

    /// Notes that a row is about to be scored.
    pub fn begin(&mut self, row: u64) -> Result<()> {
        self.write_line(&Line::<Entry>::Started(row))
    }

    /// Adds a row; it is with the operating system when this returns.
    pub fn append(&mut self, entry: &Entry) -> Result<()> {
        let place = self.length;
        self.write_line(&Line::Finished(entry))?;
        self.note(entry, place);
        if self.synced.elapsed() >= SYNC_INTERVAL {
            self.file.sync_data().map_err(|source| self.unwritable(source))?;
            self.synced = Instant::now();
        }
        Ok(())
    }

    fn note(&mut self, entry: &Entry, place: u64) {
        let row = entry.row as usize;
        if self.places.len() <= row {
            self.places.resize(row + 1, 0);
        }
        self.places[row] = place;
        self.carried.insert(entry.row, &entry.carried);
    }

    fn write_line(&mut self, line: &impl Serialize) -> Result<()> {
        let line = checked_line(line);
        let written = line.and_then(|line| {
            self.file.write_all(&line)?;
            Ok(line.len() as u64)
        });
        self.length += written.map_err(|source| self.unwritable(source))?;
        Ok(())
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn unwritable(&self, source: io::Error) -> Error {
        Error::Unwritable { name: self.name(), source }
    }

    /// The columns that its rows carry.
    pub fn carried(&self) -> &Carried {
        &self.carried
    }

    /// The rows in the manifest's order, each as it was last scored.
    pub fn rows(&self) -> Result<impl Iterator<Item = Result<Entry>>> {
        let name = self.name();
        let unreadable = |error| Error::from_io(&name, error);
        let mut reader = BufReader::new(self.file.try_clone().map_err(unreadable)?);
        let mut position = reader.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let name = self.name();
        let mut line = Vec::new();
        Ok(self.places.iter().map(move |&place| {
            line.clear();
            reader
                .seek_relative(place.cast_signed() - position.cast_signed())
                .and_then(|()| reader.read_until(b'\n', &mut line))
                .map_err(|error| Error::from_io(&name, error))?;
            position = place + line.len() as u64;
            match content(&line) {
                Some(Line::Finished(entry)) => Ok(entry),
                _ => Err(Error::DamagedJournal { name: name.clone() }),
            }
        }))
    }

    /// Leaves the journal for `--resume`, if there is anything in it.
    pub fn abandon(self) {
        if self.places.is_empty() {
            // What cannot be removed is said to be an unfinished run, which it is.
            let _ = self.remove();
        }
    }

    /// Removes the journal, when all of it stands in the results.
    pub fn remove(self) -> Result<()> {
        std::fs::remove_file(&self.path).map_err(|source| self.unwritable(source))
    }

    /// Takes up what is there, up to the end of the last whole line.
    fn read_back(&mut self, heading: &Heading, retry_failed: bool) -> Result<Found> {
        let name = self.name();
        let unreadable = |error| Error::from_io(&name, error);
        let mut reader = BufReader::new(self.file.try_clone().map_err(unreadable)?);
        reader.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let mut found = Found::default();
        let mut rows = 0;
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(unreadable)? as u64;
            let place = self.length;
            let is_whole = line.ends_with(b"\n");
            if place == 0 && read > 0 {
                check_heading(&line, is_whole, &name, heading)?;
            }
            if !is_whole {
                return Ok(found);
            }
            self.length += read;
            // Rows finish out of order by less than the window.
            let is_near = |row: u64| row < rows + WINDOW;
            match content::<Line<Entry>>(&line) {
                _ if place == 0 => {}
                Some(Line::Started(row)) if is_near(row) => {
                    *found.begun.entry(row).or_default() += 1;
                }
                Some(Line::Finished(entry)) if is_near(entry.row) => {
                    rows += 1;
                    found.begun.remove(&entry.row);
                    self.note(&entry, place);
                    let has_failed = entry.outcome.error_kind().is_some();
                    match has_failed && retry_failed {
                        true => found.done.remove(entry.row),
                        false => found.done.insert(entry.row, entry.identity),
                    }
                    found.failed += u64::from(has_failed && !retry_failed);
                }
                _ => found.damaged += 1,
            }
        }
    }
}

/// Refuses a journal of another run, and a file that is no journal; the start of a heading is one that was being written.
fn check_heading(line: &[u8], is_whole: bool, name: &str, heading: &Heading) -> Result<()> {
    let name = name.to_owned();
    if !is_whole {
        let expected = checked_line(heading).unwrap_or_default();
        return if expected.starts_with(line) { Ok(()) } else { Err(Error::InTheWay { name }) };
    }
    match content::<Heading>(line) {
        Some(found) if found == *heading => Ok(()),
        Some(_) => Err(Error::ChangedRun { name }),
        None => {
            let text = String::from_utf8_lossy(line);
            let is_journal = ["basilar-journal/", "\"basilar\":", "\"manifest\":"]
                .iter()
                .any(|mark| text.contains(mark));
            Err(match is_journal {
                true => Error::DamagedJournal { name },
                false => Error::InTheWay { name },
            })
        }
    }
}

/// A line with the number over it.
fn checked_line(content: &impl Serialize) -> io::Result<Vec<u8>> {
    let content = serde_json::to_vec(content)?;
    let mut line = format!("{:016x} ", XxHash3_64::oneshot(&content)).into_bytes();
    line.extend(content);
    line.push(b'\n');
    Ok(line)
}

/// What stands in a line, unless it was damaged.
fn content<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Option<T> {
    let (number, content) = line.strip_suffix(b"\n")?.split_at_checked(17)?;
    let is_whole = format!("{:016x} ", XxHash3_64::oneshot(content)).as_bytes() == number;
    is_whole.then(|| serde_json::from_slice(content).ok()).flatten()
}

/// The journal's place beside the first output.
pub(super) fn beside(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".journal");
    name.into()
}
