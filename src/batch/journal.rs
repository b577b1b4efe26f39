//! What was scored so far, a line a row in the order of finishing; it outlives the process that writes it.
//!
//! Rows finish out of order by less than the queue's window, so that reading them in
//! the manifest's order holds no more than that in memory.

use super::carried::Carried;
use super::done::Done;
use super::outcome::Outcome;
use crate::error::{Error, Result};
use crate::table::Cells;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How much work a power failure may cost; a killed process loses only what it was scoring.
const SYNC_INTERVAL: Duration = Duration::from_secs(1);

/// The first line: what the rows below belong to.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    basilar: String,
    manifest: String,
    model: String,
    channel: String,
    long_calls: bool,
}

/// What a journal's rows depend on.
pub(super) struct Origin {
    pub manifest: u64,
    pub model: String,
    pub channel: String,
    pub long_calls: bool,
}

/// A finished row.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub row: u64,
    pub carried: Cells,
    pub outcome: Outcome,
}

pub(super) struct Journal {
    path: PathBuf,
    file: File,
    synced: Instant,
    carried: Carried,
}

impl Journal {
    /// Begins a journal, or with `resume` continues the one that is there, and says what it holds.
    pub fn open(path: PathBuf, origin: &Origin, resume: bool) -> Result<(Self, Done)> {
        let heading = Heading {
            basilar: env!("CARGO_PKG_VERSION").to_owned(),
            manifest: format!("{:016x}", origin.manifest),
            model: origin.model.clone(),
            channel: origin.channel.clone(),
            long_calls: origin.long_calls,
        };
        let name = path.display().to_string();
        let opened = OpenOptions::new().read(true).append(true).create(true).open(&path);
        let file = opened.map_err(|source| Error::Unwritable { name: name.clone(), source })?;
        let (done, carried, valid) = read_back(&file, &name, &heading)?;
        if valid > 0 && !resume {
            return Err(Error::UnfinishedRun { name });
        }
        let mut journal = Self { path, file, synced: Instant::now(), carried };
        // What follows the last whole row was being written when the run was stopped.
        journal.file.set_len(valid).map_err(|source| journal.unwritable(source))?;
        if valid == 0 {
            journal.write_line(&heading)?;
        }
        Ok((journal, done))
    }

    /// Adds a row; it is with the operating system when this returns.
    pub fn append(&mut self, entry: &Entry) -> Result<()> {
        self.write_line(entry)?;
        self.carried.insert(entry.row, &entry.carried);
        if self.synced.elapsed() >= SYNC_INTERVAL {
            self.file.sync_data().map_err(|source| self.unwritable(source))?;
            self.synced = Instant::now();
        }
        Ok(())
    }

    fn write_line(&mut self, line: &impl Serialize) -> Result<()> {
        let line = serde_json::to_vec(line).map_err(io::Error::from);
        let written = line.and_then(|mut line| {
            line.push(b'\n');
            self.file.write_all(&line)
        });
        written.map_err(|source| self.unwritable(source))
    }

    fn unwritable(&self, source: io::Error) -> Error {
        Error::Unwritable { name: self.path.display().to_string(), source }
    }

    /// The columns that its rows carry.
    pub fn carried(&self) -> &Carried {
        &self.carried
    }

    /// The rows in the manifest's order.
    pub fn rows(&self) -> Result<impl Iterator<Item = Result<Entry>>> {
        let name = self.path.display().to_string();
        let file = File::open(&self.path).map_err(|error| Error::from_io(&name, error))?;
        let mut lines = BufReader::new(file).lines().skip(1);
        let mut early: BTreeMap<u64, Entry> = BTreeMap::new();
        let mut next = 0;
        Ok(std::iter::from_fn(move || {
            while !early.contains_key(&next) {
                let entry: io::Result<Entry> =
                    lines.next()?.and_then(|line| Ok(serde_json::from_str(&line)?));
                match entry {
                    Ok(entry) => early.insert(entry.row, entry),
                    Err(error) => return Some(Err(Error::from_io(&name, error))),
                };
            }
            next += 1;
            early.remove(&(next - 1)).map(Ok)
        }))
    }

    /// Leaves the journal for `--resume`, if there is anything in it.
    pub fn abandon(self) {
        if self.rows().is_ok_and(|mut rows| rows.next().is_none()) {
            // What cannot be removed is said to be an unfinished run, which it is.
            let _ = self.remove();
        }
    }

    /// Removes the journal, when all of it stands in the results.
    pub fn remove(self) -> Result<()> {
        std::fs::remove_file(&self.path).map_err(|source| self.unwritable(source))
    }
}

/// The rows of a journal, the columns that they carry, and its length up to the end of the last whole one.
fn read_back(file: &File, name: &str, heading: &Heading) -> Result<(Done, Carried, u64)> {
    let unreadable = |error| Error::from_io(name, error);
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let (mut done, mut carried) = (Done::default(), Carried::default());
    let (mut valid, mut line) = (0, Vec::new());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).map_err(unreadable)? as u64;
        if !line.ends_with(b"\n") {
            return Ok((done, carried, valid));
        }
        if valid == 0 {
            if serde_json::from_slice::<Heading>(&line).ok().as_ref() != Some(heading) {
                return Err(Error::ChangedRun { name: name.to_owned() });
            }
        } else {
            match serde_json::from_slice::<Entry>(&line) {
                Ok(entry) => {
                    carried.insert(entry.row, &entry.carried);
                    done.insert(entry.row);
                }
                Err(_) => return Ok((done, carried, valid)),
            }
        }
        valid += read;
    }
}

/// The journal's place beside the first output.
pub(super) fn beside(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".journal");
    name.into()
}
