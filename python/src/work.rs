//! Work without the GIL that Ctrl-C ends, and panics that become exceptions.

use crate::error::exception;
use basilar::Error;
use pyo3::prelude::*;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often Python is asked whether Ctrl-C was pressed.
const PATIENCE: Duration = Duration::from_millis(50);

/// Whether nobody waits for the work any more.
#[derive(Clone, Default)]
pub struct Stopped(Arc<AtomicBool>);

impl Stopped {
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

type Task = Box<dyn FnOnce() + Send>;

/// Threads that wait for work, of the process of this number: a forked one has none of them.
static IDLE: Mutex<(u32, Vec<Sender<Task>>)> = Mutex::new((0, Vec::new()));

/// Does work on another thread, without the GIL, while this one listens for Ctrl-C: then it returns at once, and work that
/// asks [`Stopped`] ends soon. A panic in it is an exception.
pub fn interruptible<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(&Stopped) -> T + Send + 'static,
) -> PyResult<T> {
    let stopped = Stopped::default();
    let (sender, done) = channel();
    let asked = stopped.clone();
    start(Box::new(move || {
        let result = catch_unwind(AssertUnwindSafe(|| work(&asked)));
        // Who was interrupted does not wait for it.
        let _ = sender.send(result);
    }));
    let done = Mutex::new(done);
    loop {
        let received = py.detach(|| {
            let done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.recv_timeout(PATIENCE)
        });
        match received {
            Ok(result) => return result.map_err(|panic| defect(py, panic.as_ref())),
            Err(RecvTimeoutError::Timeout) => py.check_signals().inspect_err(|_| {
                stopped.0.store(true, Ordering::Relaxed);
            })?,
            Err(RecvTimeoutError::Disconnected) => return Err(defect(py, &"its thread ended")),
        }
    }
}

/// Does work with the GIL; a panic in it is an exception.
pub fn protected<T>(py: Python<'_>, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    let done = catch_unwind(AssertUnwindSafe(work));
    done.unwrap_or_else(|panic| Err(defect(py, panic.as_ref())))
}

fn defect(py: Python<'_>, panic: &(dyn Any + Send)) -> PyErr {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or(panic.downcast_ref::<&str>().copied());
    let reason = said.unwrap_or("no message").to_owned();
    exception(py, &Error::Defect { name: "this call".to_owned(), reason })
}

/// Gives a task to a thread that is idle, or to a new one. Threads are kept because each keeps its transforms' plans.
fn start(task: Task) {
    let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    if idle.0 != std::process::id() {
        // Those of the parent are not here; their ends are not touched.
        std::mem::forget(std::mem::take(&mut idle.1));
        idle.0 = std::process::id();
    }
    match idle.1.pop() {
        Some(thread) => {
            if let Err(unsent) = thread.send(task) {
                begin_thread(unsent.0);
            }
        }
        None => begin_thread(task),
    }
}

fn begin_thread(task: Task) {
    let (sender, tasks) = channel::<Task>();
    std::thread::spawn(move || {
        task();
        loop {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            idle.1.push(sender.clone());
            drop(idle);
            let Ok(task) = tasks.recv() else { return };
            task();
        }
    });
}
