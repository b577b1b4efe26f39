//! Thousands of pairs: scored on all cores, each result safe as soon as it is there.

mod carried;
mod compare;
mod folders;
mod in_memory;
mod journal;
mod manifest;
mod model_choice;
mod output;
mod queue;
mod references;
mod results;
pub mod row;
mod runner;
mod statistics;
mod summarize;

pub use compare::{Comparison, GroupComparison, RowComparison, Rules, Verdict};
pub use folders::Folders;
pub(crate) use in_memory::score_pairs;
pub(crate) use manifest::Pair;
pub use manifest::{Defaults, Manifest};
pub use model_choice::ModelChoice;
pub use statistics::{Mean, PairedTest};
pub use summarize::{Bands, GroupSummary, Grouping, Over, Summaries, Worst};

use crate::error::Result;
use journal::{Journal, Origin};
use manifest::Task;
use output::{Output, Replaced};
use queue::Queue;
use references::{LongReferences, References};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// As many jobs as asked for, or one for each core.
pub fn jobs(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    asked.or(std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

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
}

/// How far a batch is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Finished rows, also those of the run that is continued.
    pub rows: u64,
    /// Rows that were already finished at the start.
    pub resumed: u64,
    /// About how many rows the manifest has.
    pub expected: u64,
}

/// What came of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows in the results.
    pub rows: u64,
    /// How many of them could not be scored, by the kind of error.
    pub failed: BTreeMap<String, u64>,
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
        let tasks = self.manifest.tasks(&self.defaults, Replaced::by(&self.outputs))?;
        let claims = self.outputs.iter().cloned().map(Output::claim);
        let outputs = claims.collect::<Result<Vec<_>>>()?;
        let origin = Origin {
            manifest,
            model: self.defaults.model.to_string(),
            channel: format!("{:?}", self.defaults.channel),
            long_calls: self.defaults.long_calls,
        };
        let path = journal::beside(&self.outputs[0]);
        let (mut journal, done) = Journal::open(path, &origin, self.resume)?;
        let progress = Progress { rows: done.count(), resumed: done.count(), expected };
        let queue = Queue::new(tasks, done);
        let (references, long) = (References::default(), LongReferences::default());
        let score = |task: &Task| match &task.pair {
            Ok(pair) if self.defaults.long_calls => long.score(pair),
            Ok(pair) => references.score(pair),
            Err(error) => row::failed(error),
        };
        let mut keep = |entry| journal.append(&entry);
        let scored = runner::run(&queue, &mut keep, self.jobs, &score, on_row, progress);
        if let Err(error) = scored {
            journal.abandon();
            return Err(error);
        }
        let summary = output::write(&journal, outputs, self.defaults.long_calls)?;
        journal.remove()?;
        Ok(summary)
    }
}
