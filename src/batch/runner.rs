//! The workers: take a row, score it, hand on its result.

use super::pair::Pair;
use super::progress::Progress;
use super::queue::Queue;
use super::task::{Shared, Task};
use crate::error::{Error, Result};
use crate::parallel;
use std::any::Any;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Scores all rows of the queue with so many workers, as far as `begin` lets them; `keep` gets one result after the other.
pub(super) fn run<T>(
    queue: &Queue,
    begin: &(dyn Fn(&Task) -> Result<Shared<()>> + Sync),
    keep: &mut (dyn FnMut(Task, Shared<T>) -> Result<()> + Send),
    jobs: NonZeroUsize,
    score: &(impl Fn(&Pair) -> Shared<T> + Sync),
    on_row: &(dyn Fn(&Progress) + Sync),
    progress: Progress,
) -> Result<()> {
    let kept = Mutex::new((keep, progress));
    let work = || -> Result<()> {
        let mut group = None;
        while let Some(task) = queue.take(&mut group)? {
            let result = match &task.pair {
                Ok(pair) => begin(&task)?.and_then(|()| caught(pair, score)),
                Err(error) => Err(Arc::clone(error)),
            };
            let (row, is_new, has_failed) = (task.index, !task.again, result.is_err());
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            (kept.0)(task, result)?;
            kept.1.rows += u64::from(is_new);
            kept.1.failed += u64::from(has_failed);
            on_row(&kept.1);
            drop(kept);
            queue.finish(row);
        }
        Ok(())
    };
    parallel::on_each(jobs, || work().inspect_err(|_| queue.stop())).into_iter().collect()
}

/// No panic is known; one that comes all the same costs its own row and nothing else.
fn caught<T>(pair: &Pair, score: &impl Fn(&Pair) -> Shared<T>) -> Shared<T> {
    catch_unwind(AssertUnwindSafe(|| score(pair)))
        .unwrap_or_else(|panic| Err(Arc::new(defect(pair, panic.as_ref()))))
}

fn defect(pair: &Pair, panic: &(dyn Any + Send)) -> Error {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or(panic.downcast_ref::<&str>().copied());
    Error::Defect {
        name: pair.degraded.display().to_string(),
        reason: said.unwrap_or("no message").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::done::Done;
    use crate::model::ModelChoice;
    use crate::signal::Channel;
    use crate::table::Cells;

    #[test]
    fn a_panic_costs_its_own_row_and_nothing_else() {
        let task = |index: u64| {
            let (reference, degraded) = ("reference.wav".into(), format!("{index}.wav").into());
            let (model, channel) = (ModelChoice::Auto, Channel::Mono);
            let pair = Ok(Pair { reference, degraded, model, channel });
            Ok(Task::new(index, Cells::new(), pair))
        };
        let queue = Queue::new(Box::new((0..9).map(task)), Done::default());
        let score = |pair: &Pair| {
            assert!(!pair.degraded.ends_with("3.wav"), "the third does not work");
            Ok(())
        };
        let mut rows = Vec::new();
        let mut keep = |task: Task, result: Shared<()>| {
            rows.push((task.index, result));
            Ok(())
        };
        let jobs = NonZeroUsize::new(2).unwrap();
        let begin = |_: &Task| Ok(Ok(()));
        run(&queue, &begin, &mut keep, jobs, &score, &|_| {}, Progress::default()).unwrap();
        rows.sort_by_key(|(row, _)| *row);
        assert!(rows.iter().map(|(row, _)| *row).eq(0..9));
        for (row, result) in rows {
            let error = result.err();
            assert_eq!(error.as_ref().map(|error| error.kind()), (row == 3).then_some("defect"));
            let message = error.map_or(String::new(), |error| error.to_string());
            assert_eq!(message.contains("3.wav") && message.contains("third"), row == 3);
        }
    }
}
