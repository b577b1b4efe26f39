//! Any bytes, read as an audio file, give a usable signal or an error of one line.
#![no_main]

use std::io::Cursor;

use basilar::{OpenOptions, Signal};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match Signal::read(Cursor::new(bytes), "fuzzed", &OpenOptions::default()) {
        Ok(signal) => signal.validate().expect("what was read can be used"),
        Err(error) => assert_eq!(error.to_string().lines().count(), 1, "{error}"),
    }
});
