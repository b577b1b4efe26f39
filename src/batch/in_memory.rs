//! Pairs whose results stay in memory, for what needs all of them at once and has no more than that allows.

use super::pair::Pair;
use super::progress::Progress;
use super::queue::Queue;
use super::scoring::Pairs;
use super::task::{Shared, Task};
use super::{done::Done, row, runner};
use crate::error::Result;
use crate::table::Cells;
use std::num::NonZeroUsize;

/// Each pair's MOS-LQO as it stands in results, in order; a pair that cannot be scored costs its own only.
pub(crate) fn score_pairs(
    pairs: Vec<Pair>,
    jobs: NonZeroUsize,
    on_row: &(dyn Fn(&Progress) + Sync),
) -> Result<Vec<Shared<f64>>> {
    let progress = Progress { expected: pairs.len() as u64, ..Progress::default() };
    let mut results = Vec::new();
    results.resize_with(pairs.len(), || Ok(f64::NAN));
    let tasks = (0..).zip(pairs).map(|(index, pair)| Ok(Task::new(index, Cells::new(), Ok(pair))));
    let queue = Queue::new(Box::new(tasks), Done::default());
    let references = Pairs::new(false);
    let score =
        |pair: &Pair| references.score(pair, |_, scored| row::mos_lqo(scored.score.mos_lqo));
    let mut keep = |task: Task, result| {
        results[task.index as usize] = result;
        Ok(())
    };
    let begin = |_: &Task| Ok(Ok(()));
    runner::run(&queue, &begin, &mut keep, jobs, &score, on_row, progress)?;
    Ok(results)
}
