//! The shipped 48 kHz recordings and what real codecs made of them.

use super::recordings::{folder, rows};
use basilar::Signal;
use basilar::fullband::{Parameters, Reference};
use std::path::{Path, PathBuf};

/// A row of the table of conditions.
pub struct Pair {
    pub reference: PathBuf,
    pub degraded: PathBuf,
    pub talker: String,
    pub codec: String,
    pub bitrate_kbps: Option<u32>,
    pub parameter: String,
}

/// Every 48 kHz pair.
pub fn pairs() -> Vec<Pair> {
    let wide = rows(&folder().join("conditions.csv")).into_iter();
    let wide = wide.filter(|row| row["reference"].starts_with("48k/"));
    wide.map(|row| Pair {
        reference: folder().join(&row["reference"]),
        degraded: folder().join(&row["degraded"]),
        talker: row["talker"].clone(),
        codec: row["codec"].clone(),
        bitrate_kbps: row["bitrate_kbps"].parse().ok(),
        parameter: row["parameter"].clone(),
    })
    .collect()
}

/// Every talker: name, samples and prepared reference.
pub fn voices() -> impl Iterator<Item = (String, Vec<f32>, Reference)> {
    let mut references: Vec<PathBuf> = pairs().into_iter().map(|pair| pair.reference).collect();
    references.dedup();
    references.sort();
    references.dedup();
    assert!(references.len() >= 3, "the shipped 48 kHz talkers");
    references.into_iter().map(|path| {
        let (voice, reference) = prepared(&path);
        (path.display().to_string(), voice, reference)
    })
}

/// Samples and prepared reference of a file.
pub fn prepared(path: &Path) -> (Vec<f32>, Reference) {
    let voice = open(path);
    let reference =
        Reference::new(&path.display().to_string(), &voice, Parameters::built_in()).unwrap();
    (voice, reference)
}

fn open(path: &Path) -> Vec<f32> {
    Signal::open(path).unwrap().resampled(48_000).unwrap().samples().to_vec()
}

/// A degraded file less the few samples that its codec delays it by.
pub fn aligned(voice: &[f32], degraded: &Path) -> Vec<f32> {
    let heard = open(degraded);
    let product = |delay: usize| {
        voice.iter().zip(&heard[delay..]).map(|(x, y)| f64::from(x * y)).sum::<f64>()
    };
    let delay = (0..200).max_by(|&a, &b| product(a).total_cmp(&product(b))).unwrap();
    heard[delay..].to_vec()
}
