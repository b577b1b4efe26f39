//! Thousands of pairs: scored on all cores, each result safe as soon as it is there.

pub mod alone;
mod carried;
mod done;
mod folders;
mod in_memory;
mod journal;
mod manifest;
mod outcome;
mod output;
mod pair;
mod progress;
mod queue;
mod references;
mod replaced;
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

use crate::error::Result;
use journal::{Entry, Journal, Origin};
use outcome::Outcome;
use output::Output;
use queue::Queue;
use replaced::Replaced;
use scoring::{LongCalls, Pairs};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use task::{Shared, Task};

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
    /// Whether a manifest without rows is scored, to results without rows; otherwise it is refused.
    pub allow_empty: bool,
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
        self.manifest.is_spared(&Replaced::by(&self.outputs))?;
        let mut tasks = self.manifest.tasks(&self.defaults)?.peekable();
        if tasks.peek().is_none() && !self.allow_empty {
            return Err(self.manifest.empty());
        }
        let tasks: task::Tasks = Box::new(tasks);
        let claims = self.outputs.iter().cloned().map(Output::claim);
        let outputs = claims.collect::<Result<Vec<_>>>()?;
        let origin = Origin {
            manifest,
            model: self.defaults.model.to_string(),
            channel: self.defaults.channel.to_string(),
            long_calls: self.defaults.long_calls,
            explain: self.defaults.explain,
        };
        let path = journal::beside(&self.outputs[0]);
        let (mut journal, done) = Journal::open(path, &origin, self.resume)?;
        let progress = Progress { rows: done.count(), resumed: done.count(), expected };
        let queue = Queue::new(tasks, done);
        let long_calls = self.defaults.long_calls;
        let mut keep = |task: Task, result: Shared<Outcome>| {
            let outcome = result.unwrap_or_else(|error| Outcome::failed(&error, long_calls));
            journal.append(&Entry { row: task.index, carried: task.carried, outcome })
        };
        let scored = self.score(&queue, &mut keep, on_row, progress);
        if let Err(error) = scored {
            journal.abandon();
            return Err(error);
        }
        let summary = output::write(&journal, outputs, self.defaults.form())?;
        journal.remove()?;
        Ok(summary)
    }

    fn score(
        &self,
        queue: &Queue,
        keep: &mut (dyn FnMut(Task, Shared<Outcome>) -> Result<()> + Send),
        on_row: &(dyn Fn(&Progress) + Sync),
        progress: Progress,
    ) -> Result<()> {
        if self.defaults.long_calls {
            let calls = LongCalls::new();
            let score = |pair: &Pair| calls.score(pair);
            return runner::run(queue, keep, self.jobs, &score, on_row, progress);
        }
        let pairs = Pairs::new(self.defaults.explain);
        let score = |pair: &Pair| {
            pairs.score(pair, |reference, scored| Outcome::scored(reference.recording(), &scored))
        };
        runner::run(queue, keep, self.jobs, &score, on_row, progress)
    }
}
