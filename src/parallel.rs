//! Work on several cores: as many threads as there are jobs, of which each takes the next piece.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Builder;

/// The most jobs that run at once, on however many cores: more threads cost memory and bring nothing.
pub const MOST_JOBS: NonZeroUsize = NonZeroUsize::new(512).unwrap();

/// As many jobs as asked for, or one for each core, but no more than [`MOST_JOBS`].
pub fn jobs(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    let jobs = asked.or(std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
    jobs.min(MOST_JOBS)
}

/// Runs `work` once on each of so many threads, one of them the caller's, or on as many as the system gives; a panic in one
/// is the caller's too.
pub fn on_each<T: Send>(jobs: NonZeroUsize, work: impl Fn() -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let start = |_| Builder::new().spawn_scoped(scope, &work).ok();
        let others: Vec<_> = (1..jobs.get()).map_while(start).collect();
        let mut done = vec![work()];
        for other in others {
            done.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    })
}

/// `work` of the numbers from 0 to `count`, in order, by so many threads.
pub fn map<T: Send>(count: usize, jobs: NonZeroUsize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let jobs = jobs.min(NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN));
    let done = on_each(jobs, || {
        let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&index| index < count);
        std::iter::from_fn(take).map(|index| (index, work(index))).collect::<Vec<_>>()
    });
    let mut done: Vec<_> = done.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order_whatever_the_number_of_threads() {
        for (count, jobs) in [(0, 3), (1, 3), (2, 1), (100, 3)] {
            let jobs = NonZeroUsize::new(jobs).unwrap();
            let squares = map(count, jobs, |index| index * index);
            assert_eq!(squares, (0..count).map(|index| index * index).collect::<Vec<_>>());
        }
    }
}
