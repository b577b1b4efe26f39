//! Hands out the rows: a reference's rows to one worker, the most work first, so that all end together.
//!
//! Only a window of the manifest is in memory; a worker waits where the window's first row is
//! still being scored.

use super::done::Done;
use super::pair::{Pair, ReferenceKey};
use super::task::{Task, Tasks};
use crate::error::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many rows a row may be ahead of the first unfinished one.
pub(super) const WINDOW: u64 = 4096;

/// Rows of one reference that wait, and their sizes in bytes.
#[derive(Default)]
struct Group {
    tasks: Vec<(u64, Task)>,
    size: u64,
    workers: usize,
}

impl Group {
    fn take_largest(&mut self) -> Option<Task> {
        let sizes = self.tasks.iter().enumerate().map(|(place, (size, _))| (*size, place));
        let (_, place) = sizes.max()?;
        let (size, task) = self.tasks.swap_remove(place);
        self.size -= size;
        Some(task)
    }
}

struct State {
    tasks: Peekable<Tasks>,
    done: Done,
    unfinished: BTreeSet<u64>,
    groups: BTreeMap<Option<ReferenceKey>, Group>,
    stopped: bool,
}

/// The rows of a manifest, for workers to take.
pub(super) struct Queue {
    state: Mutex<State>,
    finished: Condvar,
}

impl Queue {
    /// All rows but those that are done.
    pub fn new(tasks: Tasks, done: Done) -> Self {
        let (unfinished, groups) = Default::default();
        let tasks = tasks.peekable();
        let state = State { tasks, done, unfinished, groups, stopped: false };
        Self { state: Mutex::new(state), finished: Condvar::new() }
    }

    /// The next row for the worker that last took one of `group`; nothing when all are taken.
    pub fn take(&self, group: &mut Option<Option<ReferenceKey>>) -> Result<Option<Task>> {
        let mut state = self.lock();
        loop {
            state.fill()?;
            if state.stopped {
                return Ok(None);
            }
            if let Some(task) = state.take(group) {
                return Ok(Some(task));
            }
            if state.unfinished.is_empty() || state.tasks.peek().is_none() {
                return Ok(None);
            }
            state = self.finished.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A row is finished and the window may move on.
    pub fn finish(&self, row: u64) {
        self.lock().unfinished.remove(&row);
        self.finished.notify_all();
    }

    /// No worker gets another row.
    pub fn stop(&self) {
        self.lock().stopped = true;
        self.finished.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Reads the manifest up to the window's end.
    fn fill(&mut self) -> Result<()> {
        loop {
            let end = self.unfinished.first().map(|first| first + WINDOW);
            let inside = |task: &Result<Task>| match (task, end) {
                (Ok(task), Some(end)) => task.index < end,
                _ => true,
            };
            let Some(task) = self.tasks.next_if(inside) else { return Ok(()) };
            let mut task = task?;
            let done = self.done.identity(task.index);
            let identity = task.identify();
            if done != Some(identity) {
                task.identity = Some(identity);
                task.again = done.is_some();
                self.unfinished.insert(task.index);
                let key = task.pair.as_ref().ok().map(Pair::reference_key);
                let degraded = task.pair.as_ref().ok().map(|pair| pair.degraded.metadata());
                let size = degraded.and_then(std::io::Result::ok).map_or(0, |file| file.len());
                let group = self.groups.entry(key).or_default();
                group.tasks.push((size, task));
                group.size += size;
            }
        }
    }

    /// Goes on with a worker's group, or turns to the one with the most work for each of its workers.
    fn take(&mut self, current: &mut Option<Option<ReferenceKey>>) -> Option<Task> {
        if let Some(key) = current.take()
            && let Some(group) = self.groups.get_mut(&key)
        {
            if let Some(task) = group.take_largest() {
                *current = Some(key);
                return Some(task);
            }
            group.workers -= 1;
            if group.workers == 0 {
                self.groups.remove(&key);
            }
        }
        let waiting = self.groups.iter_mut().filter(|(_, group)| !group.tasks.is_empty());
        let share = |group: &Group| (group.size / (group.workers as u64 + 1), group.tasks.len());
        let (key, group) = waiting.max_by_key(|(_, group)| share(group))?;
        group.workers += 1;
        *current = Some(key.clone());
        group.take_largest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::table::Cells;
    use std::sync::Arc;

    fn task(index: u64) -> Result<Task> {
        let pair = Err(Arc::new(Error::MissingPath { column: "reference" }));
        Ok(Task::new(index, Cells::new(), pair))
    }

    #[test]
    fn the_window_moves_on_when_its_first_row_is_finished() {
        let queue = Queue::new(Box::new((0..2 * WINDOW).map(task)), Done::default());
        let mut group = None;
        let mut next = || queue.take(&mut group).unwrap().map(|task| task.index);
        let taken: BTreeSet<u64> = (0..WINDOW).filter_map(|_| next()).collect();
        assert_eq!(taken, (0..WINDOW).collect());
        (1..WINDOW).for_each(|row| queue.finish(row));
        queue.finish(0);
        assert!(next().is_some_and(|row| row >= WINDOW));
    }

    #[test]
    fn rows_that_are_done_are_not_handed_out_again() {
        let mut done = Done::default();
        for row in [0, 1, 2, 5] {
            done.insert(row, task(row).unwrap().identify());
        }
        assert_eq!(done.count(), 4);
        let queue = Queue::new(Box::new((0..7).map(task)), done);
        let mut group = None;
        let taken = std::iter::from_fn(|| queue.take(&mut group).unwrap().map(|task| task.index));
        assert_eq!(taken.collect::<BTreeSet<_>>(), BTreeSet::from([3, 4, 6]));
    }
}
