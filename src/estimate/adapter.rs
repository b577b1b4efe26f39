//! What is told of a network: everything that its numbers depend on but its weights.

use crate::error::{Error, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The adapters that are built in.
const BUILT_IN: [&str; 5] = [
    include_str!("../../models/estimators/dnsmos-p835.json"),
    include_str!("../../models/estimators/dnsmos-p808.json"),
    include_str!("../../models/estimators/dnsmos-p835-personal.json"),
    include_str!("../../models/estimators/plcmos.json"),
    include_str!("../../models/estimators/aecmos.json"),
];

/// An estimator as its file describes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adapter {
    /// Its name in results.
    pub name: String,
    /// Its version; estimates are comparable within one.
    pub version: String,
    /// What it estimates.
    pub title: String,
    /// Where the network comes from.
    pub source: String,
    /// The network's licence.
    pub licence: String,
    /// The network's file: relative to the package `speechmos` if the adapter is built in, else to the adapter.
    pub(super) network: PathBuf,
    /// The network's SHA-256; without it any network is taken.
    #[serde(default)]
    pub(super) sha256: Option<String>,
    /// The rate it hears, in Hz.
    pub sample_rate: u32,
    pub(super) windows: Windows,
    /// The name of its input, which takes the features.
    pub(super) input: String,
    /// The signals it needs, in the order of its input's channels.
    #[serde(default = "alone")]
    pub(super) signals: Vec<Heard>,
    pub(super) features: Features,
    /// An input that is always zero.
    #[serde(default)]
    pub(super) zeros: Option<Zeros>,
    #[serde(default)]
    pub(super) shared: Option<Shared>,
    #[serde(default)]
    pub(super) raters: Option<Raters>,
    /// The name of its output.
    pub(super) output: String,
    /// What the output's values mean.
    pub scores: Vec<Scale>,
    /// Where relative paths begin; none for one that is built in.
    #[serde(skip)]
    pub(super) folder: Option<PathBuf>,
}

fn alone() -> Vec<Heard> {
    vec![Heard::Recording]
}

/// One of the values that an estimator gives.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// Its name in results.
    pub name: String,
    /// The scale it is on.
    pub scale: String,
    /// Its place in the output.
    pub(super) place: usize,
    /// Coefficients that make the estimate from the output, from the constant on; without any it is the output.
    #[serde(default)]
    pub(super) polynomial: Vec<f64>,
}

/// A signal that a network hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Heard {
    /// What is judged.
    Recording,
    /// What the far end said.
    FarEnd,
    /// What the microphone picked up, before the echo was cancelled.
    Microphone,
}

/// How a recording is cut into what the network hears at once, in samples.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Windows {
    pub length: usize,
    pub hop: usize,
    pub short: Short,
    /// The length in hops where the network's own program takes it as such: rounding makes it leave out some windows.
    #[serde(default)]
    pub length_hops: Option<f64>,
    /// The fewest samples that the network can take.
    #[serde(default)]
    pub least: usize,
    /// The most windows that are heard; all without it.
    #[serde(default)]
    pub most: Option<usize>,
}

/// What becomes of a recording that is shorter than a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Short {
    /// It is doubled until it is long enough.
    Repeat,
    /// It is heard as it is.
    Whole,
}

/// What the network is given of the samples.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Features {
    /// The samples themselves.
    Samples {},
    /// Levels in mel bands (Slaney), in dB below the loudest, 80 dB at most, scaled by (dB + 40) / 40.
    Mel {
        length: usize,
        hop: usize,
        bands: usize,
        /// Samples at the window's end that are left out.
        #[serde(default)]
        cut_samples: usize,
    },
    /// A twentieth of the logarithm of the power spectrum, with a Hamming window.
    LogPower { length: usize, hop: usize },
}

/// An input that is always zero.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Zeros {
    pub input: String,
    pub shape: Vec<usize>,
}

/// The part of the network that does the same wherever a window starts, so that windows that overlap share its work.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shared {
    /// The value that holds the window's frames of samples.
    pub input: String,
    pub frame_length: usize,
    pub frame_hop: usize,
    /// The value at which the part ends.
    pub output: String,
    /// Frames to one step of that value.
    pub frames_per_step: usize,
    /// Steps at either end of a window that depend on where it ends.
    pub edge_steps: usize,
}

/// Raters of whom the network takes one at a time, as a point in a space of raters; the estimate is the mean over many.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raters {
    pub input: String,
    pub width: usize,
    pub count: usize,
    /// The values that do not depend on the rater.
    pub body: Vec<String>,
}

impl Adapter {
    /// The adapters that are built in.
    pub fn built_in() -> Vec<Self> {
        let read = |json| {
            serde_json::from_str(json).expect("the adapters that are built in are read by a test")
        };
        BUILT_IN.into_iter().map(read).collect()
    }

    /// The adapter of a name that is built in, or in a `.json` file.
    ///
    /// # Errors
    /// [`Error::UnknownEstimator`], [`Error::InvalidEstimator`], or that the file cannot be read.
    pub fn named(word: &str) -> Result<Self> {
        let mut built_in = Self::built_in();
        if let Some(place) = built_in.iter().position(|adapter| adapter.name == word) {
            return Ok(built_in.swap_remove(place));
        }
        if !word.to_ascii_lowercase().ends_with(".json") {
            let known: Vec<String> = built_in.into_iter().map(|adapter| adapter.name).collect();
            return Err(Error::UnknownEstimator { word: word.to_owned(), known: known.join(", ") });
        }
        let json = std::fs::read_to_string(word).map_err(|error| Error::from_io(word, error))?;
        let mut adapter: Self = serde_json::from_str(&json).map_err(|error| {
            Error::InvalidEstimator { name: word.to_owned(), reason: error.to_string() }
        })?;
        adapter.folder = Some(Path::new(word).parent().unwrap_or(Path::new("")).to_owned());
        adapter.check(word)?;
        Ok(adapter)
    }

    /// Refuses numbers with which nothing can be estimated.
    fn check(&self, name: &str) -> Result<()> {
        let Windows { length, hop, .. } = self.windows;
        let frames = match self.features {
            Features::Samples {} => [1, 1, 1],
            Features::Mel { length, hop, bands, .. } => [length, hop, bands],
            Features::LogPower { length, hop } => [length, hop, 1],
        };
        let shared = self.shared.as_ref().map_or([1; 3], |shared| {
            [shared.frame_length, shared.frame_hop, shared.frames_per_step]
        });
        let numbers = [length, hop, self.signals.len(), self.scores.len()];
        let mut all = numbers.into_iter().chain(frames).chain(shared);
        let reason = if !crate::signal::SAMPLE_RATES.contains(&self.sample_rate) {
            format!("a sample_rate of {} Hz", self.sample_rate)
        } else if all.any(|number| number == 0) {
            "lengths, hops, bands, signals and scores must not be 0 or empty".to_owned()
        } else {
            return Ok(());
        };
        Err(Error::InvalidEstimator { name: name.to_owned(), reason })
    }
}

impl Scale {
    /// The estimate that an output means.
    pub(super) fn estimate(&self, output: f64) -> f64 {
        match self.polynomial.as_slice() {
            [] => output,
            terms => terms.iter().rev().fold(0.0, |sum, term| sum * output + term),
        }
    }
}

impl Windows {
    /// Where windows start in so many samples, which are one window at least.
    pub fn starts(&self, samples: usize) -> impl Iterator<Item = usize> {
        // As whole hops count: a window begins with each that has all of its length before the last whole one.
        let more = (samples / self.hop).saturating_sub(self.length.div_ceil(self.hop));
        let count = (more + 1).min(self.most.unwrap_or(usize::MAX));
        let Self { length, hop, length_hops, .. } = *self;
        let is_heard = move |place: &usize| {
            let end = |hops: f64| ((*place as f64 + hops) * hop as f64) as usize;
            length_hops.is_none_or(|hops| end(hops) - place * hop >= length)
        };
        (0..count).filter(is_heard).map(move |place| place * hop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_adapters_that_are_built_in_can_be_used() {
        for adapter in Adapter::built_in() {
            assert!(adapter.check(&adapter.name).is_ok(), "{adapter:?}");
            assert_eq!(Adapter::named(&adapter.name).unwrap(), adapter);
        }
    }

    #[test]
    fn windows_start_by_whole_hops() {
        let windows = Windows {
            length: 144_160,
            length_hops: None,
            hop: 16_000,
            short: Short::Repeat,
            least: 0,
            most: None,
        };
        for (samples, count) in
            [(144_160, 1), (160_000, 1), (175_999, 1), (176_000, 2), (279_662, 8)]
        {
            assert_eq!(windows.starts(samples).count(), count, "{samples}");
            assert!(windows.starts(samples).all(|start| start + windows.length <= samples));
        }
        // (7 + 9.01) · 16000 is less than 256160 in f64.
        let rounded = Windows { length_hops: Some(9.01), ..windows };
        assert_eq!(rounded.starts(279_662).count(), 7);
    }
}
