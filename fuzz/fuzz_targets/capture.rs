//! Whole captures: files, layers, calls.
#![no_main]

use basilar::network::{Analysis, Options, capture};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut analysis = Analysis::new("fuzz", Options::default());
    let input = std::io::Cursor::new(data.to_vec());
    let _ = capture::read("fuzz", input, |packet| analysis.take(packet, &mut |_| {}));
    analysis.finish(&mut |_| {});
});
