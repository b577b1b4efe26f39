//! The one door to code that may panic on bytes from outside: what it leaves behind is an error, and nothing is printed.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use crate::error::{Error, Result};

thread_local! {
    /// Whether this thread is inside such code, whose panics are told as errors.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Calls a decoder. It comes from a crate that knows no panic by design, but overflows and out-of-range indices are found
/// in all of them sooner or later; such a file breaks its format's rules.
pub(crate) fn guarded<T>(name: &str, decode: impl FnOnce() -> Result<T>) -> Result<T> {
    let decoded = caught(decode);
    decoded.unwrap_or_else(|| Err(Error::corrupt(name, CONTRADICTION)))
}

/// What is said of bytes that led to a panic.
pub(crate) const CONTRADICTION: &str = "its data contradict its header";

/// Calls what may panic; nothing where it did.
pub(crate) fn caught<T>(call: impl FnOnce() -> T) -> Option<T> {
    silence_guarded_panics();
    let outer = GUARDED.replace(true);
    // What the closure leaves in a broken state is not used after its panic.
    let done = panic::catch_unwind(AssertUnwindSafe(call));
    GUARDED.set(outer);
    done.ok()
}

/// Keeps what the program does about panics, except for those that are caught here.
fn silence_guarded_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                usual(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_that_names_the_file() {
        let empty: &[u8] = &[];
        let index = empty.len();
        let result = guarded("speech.ogg", || Ok(empty[index]));
        assert!(result.unwrap_err().to_string().starts_with("speech.ogg: "));
        assert!(!GUARDED.get());
        assert_eq!(guarded("speech.ogg", || Ok(1)).unwrap(), 1);
    }
}
