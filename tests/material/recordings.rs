//! The shipped recordings and the tables that describe them.

use basilar::Signal;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The shipped talkers at 48 kHz.
pub const TALKERS_48K: [&str; 3] = ["alsa-en", "horizons-de", "horizons-fr"];

/// The folder of the shipped recordings.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-samples")
}

/// A shipped recording.
pub fn open(path: &str) -> Signal {
    Signal::open(folder().join(path)).unwrap_or_else(|error| panic!("{error}"))
}

/// The samples of a shipped recording and its sample rate.
pub fn sample(path: &str) -> (Vec<f32>, u32) {
    let signal = open(path);
    (signal.samples().to_vec(), signal.sample_rate())
}

/// The rows of a table without quotes, by column name.
pub fn rows(table: &Path) -> Vec<HashMap<String, String>> {
    let text = std::fs::read_to_string(table)
        .unwrap_or_else(|error| panic!("{}: {error}", table.display()));
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let header: Vec<String> = lines.next().expect("a header").collect();
    lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
}
