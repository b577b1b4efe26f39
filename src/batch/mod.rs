//! Thousands of pairs: scored on all cores, each result safe as soon as it is there.

mod carried;
mod done;
mod folders;
mod in_memory;
mod journal;
mod manifest;
mod outcome;
mod output;
mod pair;
mod pattern;
mod progress;
mod queue;
mod references;
pub mod row;
mod runner;
mod scoring;
mod task;

pub use folders::Folders;
pub(crate) use in_memory::score_pairs;
pub use manifest::{Defaults, Manifest};
pub(crate) use pair::Pair;
pub use progress::{Progress, Summary};
pub use references::References;

use crate::draft::Replaced;
use crate::error::{Error, Result};
use journal::{Entry, Journal, Origin};
use outcome::Outcome;
use output::Output;
use queue::Queue;
use scoring::{LongCalls, Pairs};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use task::{Shared, Task, Tasks};

/// How often a row may have been begun, by runs that ended before it did, until it counts as what ended them.
const MOST_BEGINNINGS: u32 = 8;

/// A batch: what to score, how, and where the results go.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The pairs.
    pub manifest: Manifest,
    /// What holds for rows that do not say otherwise.
    pub defaults: Defaults,
    /// Where the results go, the format by the extension; the journal lies beside the first.
    pub outputs: Vec<PathBuf>,
    /// How many pairs are scored at once.
    pub jobs: NonZeroUsize,
    /// Whether to continue an unfinished run.
    pub resume: bool,
    /// Whether the rows that could not be scored in that run are tried again.
    pub retry_failed: bool,
    /// Whether a manifest without rows is scored, to results without rows; otherwise it is refused.
    pub allow_empty: bool,
    /// Asks another process whether it survives scoring a row, which it does by [`rehearse`](Self::rehearse); asked of rows
    /// that an earlier run began and did not live to finish. Without it such rows are tried a few times.
    pub rehearsal: Option<fn(u64) -> bool>,
}

impl Batch {
    /// Scores every row and writes the results: the same bytes whatever the number of jobs, and
    /// however often the run was stopped and resumed.
    ///
    /// # Errors
    /// A manifest, journal or output that cannot be used. A recording that cannot be scored is no
    /// error here but a row of the results.
    pub fn run(&self, on_row: &(dyn Fn(&Progress) + Sync)) -> Result<Summary> {
        let (manifest, expected) = self.manifest.fingerprint()?;
        // Before anything is written.
        let replaced = Replaced::by(self.outputs.iter().map(PathBuf::as_path));
        self.manifest.is_spared(&replaced)?;
        self.defaults.model.path().map_or(Ok(()), |model| replaced.spares(model))?;
        let mut tasks = self.manifest.tasks(&self.defaults)?.peekable();
        if tasks.peek().is_none() && !self.allow_empty {
            return Err(self.manifest.empty());
        }
        let claims = self.outputs.iter().cloned().map(Output::claim);
        let mut outputs = claims.collect::<Result<Vec<_>>>()?;
        let path = journal::beside(&self.outputs[0]);
        if !path.exists() {
            outputs.iter_mut().try_for_each(Output::refuse_content)?;
        }
        let origin = self.origin(manifest);
        let (journal, found) = Journal::open(path, &origin, self.resume, self.retry_failed)?;
        let (rows, failed) = (found.done.count(), found.failed);
        let progress = Progress { rows, resumed: rows, expected, failed };
        let queue = Queue::new(Box::new(tasks), found.done);
        let journal = Mutex::new(journal);
        let begin = |task: &Task| {
            let begun = found.begun.get(&task.index).filter(|_| !self.retry_failed);
            if begun.is_some_and(|&times| self.is_fatal(task.index, times)) {
                let pair = task.pair.as_ref().map_err(Arc::clone);
                let name = pair.map(|pair| pair.degraded.display().to_string());
                return Ok(name.and_then(|name| Err(Arc::new(Error::KilledTheProgram { name }))));
            }
            locked(&journal).begin(task.index)?;
            Ok(Ok(()))
        };
        let mut changed = 0;
        let long_calls = self.defaults.long_calls;
        let mut keep = |task: Task, result: Shared<Outcome>| {
            changed += u64::from(task.again);
            let identity = task.identity.unwrap_or_else(|| task.identify());
            let outcome = result.unwrap_or_else(|error| Outcome::failed(&error, long_calls));
            let entry = Entry { row: task.index, identity, carried: task.carried, outcome };
            locked(&journal).append(&entry)
        };
        let scored = self.score(&queue, &begin, &mut keep, on_row, progress);
        let journal = journal.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = scored {
            journal.abandon();
            return Err(error);
        }
        let summary = output::write(&journal, outputs, self.defaults.form())?;
        journal.remove()?;
        Ok(Summary { changed, damaged: found.damaged, ..summary })
    }

    /// Scores one row, counted from 0, and keeps nothing of it: whoever calls this survives it, or not.
    ///
    /// # Errors
    /// A manifest that cannot be used.
    pub fn rehearse(&self, row: u64) -> Result<()> {
        let tasks = self.manifest.tasks(&self.defaults)?.skip(row as usize).take(1);
        let queue = Queue::new(Box::new(tasks) as Tasks, done::Done::default());
        let begin = |_: &Task| Ok(Ok(()));
        let mut keep = |_: Task, _: Shared<Outcome>| Ok(());
        self.score(&queue, &begin, &mut keep, &|_| {}, Progress::default())
    }

    /// Whether a row that so many runs began and none finished is what ended them.
    fn is_fatal(&self, row: u64, times: u32) -> bool {
        times >= MOST_BEGINNINGS || self.rehearsal.is_some_and(|survives| !survives(row))
    }

    fn origin(&self, manifest: u64) -> Origin {
        Origin {
            manifest,
            model: self.defaults.model.to_string(),
            channel: self.defaults.channel.to_string(),
            long_calls: self.defaults.long_calls,
            explain: self.defaults.explain,
        }
    }

    fn score(
        &self,
        queue: &Queue,
        begin: &(dyn Fn(&Task) -> Result<Shared<()>> + Sync),
        keep: &mut (dyn FnMut(Task, Shared<Outcome>) -> Result<()> + Send),
        on_row: &(dyn Fn(&Progress) + Sync),
        progress: Progress,
    ) -> Result<()> {
        if self.defaults.long_calls {
            let calls = LongCalls::new();
            let score = |pair: &Pair| calls.score(pair);
            return runner::run(queue, begin, keep, self.jobs, &score, on_row, progress);
        }
        let pairs = Pairs::new(self.defaults.explain);
        let score = |pair: &Pair| {
            pairs.score(pair, |reference, scored| Outcome::scored(reference.recording(), &scored))
        };
        runner::run(queue, begin, keep, self.jobs, &score, on_row, progress)
    }
}

fn locked(journal: &Mutex<Journal>) -> std::sync::MutexGuard<'_, Journal> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}
