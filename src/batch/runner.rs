//! The workers: take a row, score it, hand on its result.

use super::journal::Entry;
use super::manifest::Task;
use super::queue::Queue;
use super::row;
use super::{Progress, Summary};
use crate::error::{Error, Result};
use crate::table::{Cells, text};
use std::any::Any;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

/// Scores all rows of the queue with so many workers; `keep` gets one result after the other.
pub(super) fn run(
    queue: &Queue,
    keep: &mut (dyn FnMut(Entry) -> Result<()> + Send),
    jobs: NonZeroUsize,
    score: &(impl Fn(&Task) -> Cells + Sync),
    on_row: &(dyn Fn(&Progress) + Sync),
    progress: Progress,
) -> Result<()> {
    let kept = Mutex::new((keep, progress));
    let work = || -> Result<()> {
        let mut group = None;
        while let Some(task) = queue.take(&mut group)? {
            // No panic is known; one that comes all the same costs its own row and nothing else.
            let outcome = catch_unwind(AssertUnwindSafe(|| score(&task)))
                .unwrap_or_else(|panic| row::failed(&defect(&task, panic.as_ref())));
            let row = task.index;
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            (kept.0)(Entry { row, carried: task.carried, outcome })?;
            kept.1.rows += 1;
            on_row(&kept.1);
            drop(kept);
            queue.finish(row);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let worker = || work().inspect_err(|_| queue.stop());
        let workers: Vec<_> = (0..jobs.get()).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

fn defect(task: &Task, panic: &(dyn Any + Send)) -> Error {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or(panic.downcast_ref::<&str>().copied());
    Error::Defect {
        name: text(task.carried.get("degraded")),
        reason: said.unwrap_or("no message").to_owned(),
    }
}

impl Summary {
    /// Counts a finished row.
    pub(super) fn count(&mut self, outcome: &Cells) {
        self.rows += 1;
        if let Some(kind) = outcome.get("error_kind") {
            *self.failed.entry(text(Some(kind))).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::journal::{Journal, Origin};

    #[test]
    fn a_panic_costs_its_own_row_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let origin =
            Origin { manifest: 0, model: "auto".into(), channel: "mono".into(), long_calls: false };
        let path = folder.path().join("results.csv.journal");
        let (mut journal, done) = Journal::open(path, &origin, false).unwrap();
        let task = |index: u64| {
            let degraded = ("degraded".to_owned(), format!("{index}.wav").into());
            let pair = Err(Error::MissingPath { column: "reference" });
            Ok(Task { index, carried: [degraded].into_iter().collect(), pair })
        };
        let queue = Queue::new(Box::new((0..9).map(task)), done);
        let score = |task: &Task| {
            assert!(task.index != 3, "the third does not work");
            Cells::new()
        };
        let jobs = NonZeroUsize::new(2).unwrap();
        let mut keep = |entry| journal.append(&entry);
        run(&queue, &mut keep, jobs, &score, &|_| {}, Progress::default()).unwrap();
        let rows: Vec<_> = journal.rows().unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.iter().map(|row| row.row).collect::<Vec<_>>(), (0..9).collect::<Vec<_>>());
        for row in rows {
            let kind = (row.row == 3).then(|| "defect".into());
            assert_eq!(row.outcome.get("error_kind").cloned(), kind);
            let message = text(row.outcome.get("error"));
            assert_eq!(message.contains("3.wav") && message.contains("third"), row.row == 3);
        }
    }
}
