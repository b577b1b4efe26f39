//! Pairs whose results stay in memory, for what needs all of them at once and has no more than that allows.

use super::journal::Entry;
use super::manifest::{Pair, Task};
use super::queue::{Done, Queue};
use super::references::References;
use super::{Progress, row, runner};
use crate::error::Result;
use crate::table::Cells;
use std::num::NonZeroUsize;

/// The cells of each pair's result, in order; a pair that cannot be scored costs its own only.
pub(crate) fn score_pairs(
    pairs: Vec<Pair>,
    jobs: NonZeroUsize,
    on_row: &(dyn Fn(&Progress) + Sync),
) -> Result<Vec<Cells>> {
    let mut results = vec![Cells::new(); pairs.len()];
    let progress = Progress { expected: pairs.len() as u64, ..Progress::default() };
    let tasks = (0..).zip(pairs).map(|(index, pair)| {
        let degraded = pair.degraded.display().to_string();
        let carried = [("degraded".to_owned(), degraded.into())].into_iter().collect();
        Ok(Task { index, carried, pair: Ok(pair) })
    });
    let queue = Queue::new(Box::new(tasks), Done::default());
    let references = References::default();
    let score = |task: &Task| match &task.pair {
        Ok(pair) => references.score(pair),
        Err(error) => row::failed(error),
    };
    let mut keep = |entry: Entry| {
        results[entry.row as usize] = entry.outcome;
        Ok(())
    };
    runner::run(&queue, &mut keep, jobs, &score, on_row, progress)?;
    Ok(results)
}
