//! Errors out: each error of the library as the Python exception of its kind.

use basilar::Error;
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

/// The exception for an error of the library.
pub fn exception(py: Python<'_>, error: &Error) -> PyErr {
    raised(py, class(error), error.kind(), &error.to_string())
}

/// The exception for an argument that cannot be used.
pub fn argument(py: Python<'_>, kind: &str, message: &str) -> PyErr {
    raised(py, "ArgumentError", kind, message)
}

fn raised(py: Python<'_>, class: &str, kind: &str, message: &str) -> PyErr {
    let made = py
        .import("basilar._errors")
        .and_then(|module| module.getattr(class)?.call1((message, kind)))
        .map(PyErr::from_value);
    made.unwrap_or_else(|broken| {
        let incomplete =
            PyImportError::new_err("basilar is not installed completely; reinstall it");
        incomplete.set_cause(py, Some(broken));
        incomplete
    })
}

/// What the user has to look at: an argument, a file, or what is recorded in it.
fn class(error: &Error) -> &'static str {
    use Error::*;
    match error {
        InvalidChannel { .. }
        | NoSuchChannel { .. }
        | InvalidEncoding { .. }
        | InvalidModel { .. }
        | UnknownModel { .. } => "ArgumentError",
        NotFound { .. } => "NotFoundError",
        IsDirectory { .. }
        | PermissionDenied { .. }
        | Unreadable { .. }
        | Empty { .. }
        | UnknownFormat { .. }
        | UnsupportedCoding { .. }
        | Corrupt { .. }
        | Truncated { .. }
        | ZeroChannels { .. }
        | NameTooLong { .. }
        | NotAFile { .. }
        | PipeTooLong { .. }
        | SilentPipe { .. }
        | TooLong { .. }
        | TooLarge { .. }
        | RawLength { .. } => "FileError",
        SampleRate { .. }
        | NoSamples { .. }
        | NotFinite { .. }
        | SampleTooLarge { .. }
        | SilentMix { .. }
        | TooShort { .. }
        | Silent { .. }
        | NoSpeech { .. }
        | NoOverlap { .. } => "SignalError",
        _ => "Error",
    }
}
