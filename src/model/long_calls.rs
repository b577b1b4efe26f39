//! Every number with which long calls are cut and followed, of `models/long-calls.json`, which gives each its reason.

use super::section::section;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The numbers of long calls, one struct a section of the file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LongCallParameters {
    pub outline: Outline,
    pub pauses: Pauses,
    pub cuts: Cuts,
    pub course: Course,
    pub stretches: Stretches,
}

section! {
    /// What is kept of a recording after the first pass: a few band powers a frame.
    pub(crate) Outline {
        /// Lower edge of the lowest band, in Bark.
        lowest_bark: f64,
        /// Upper edge of the highest band, in Bark.
        highest_bark: f64,
        /// Powers of frames are taken from here on, in Hz.
        lowest_hz: f64,
        /// How far below a band's speech level its power is still followed, in dB.
        floor_db: f64,
    }
}

section! {
    /// Where the reference speaks and where it pauses.
    pub(crate) Pauses {
        /// Levels are compared with those of this time on either side, in seconds.
        surroundings_s: f64,
        /// Speech is above its mean level less this, in dB,
        below_surroundings_db: f64,
        /// and above the level of the whole recording less this, in dB,
        below_whole_db: f64,
        /// and above the quietest tenth of a second around by this, in dB.
        above_background_db: f64,
        /// Shorter pauses are parts of words, in seconds.
        shortest_pause_s: f64,
        /// Shorter sounds are no speech, in seconds.
        shortest_speech_s: f64,
    }
}

section! {
    /// How the reference is cut into stretches. A cut at the edge of a pause costs 1, one deep in it nothing.
    pub(crate) Cuts {
        /// Shortest stretch, in seconds.
        shortest_s: f64,
        /// Longest stretch, in seconds.
        longest_s: f64,
        /// Silence that a stretch should begin and end with, in seconds.
        margin_s: f64,
        /// What a stretch of the shortest or longest length costs more than one of the middle length.
        length_cost: f32,
        /// Least cost of a cut in speech.
        cut_in_speech: f32,
        /// Decades of power below the loudest frame over which a cut in speech becomes dearer, by 1 each.
        cut_in_speech_decades: f32,
        /// Cost of a stretch without speech.
        no_speech: f32,
    }
}

section! {
    /// Where each stretch is heard, over the whole recording.
    pub(crate) Course {
        /// Fine frames in a coarse one.
        decimation: usize,
        /// Length of the long stretches that are sought everywhere, in seconds.
        long_stretch_s: f64,
        /// Number of long stretches at most.
        long_stretches: usize,
        /// A long stretch that correlates less was not found,
        found: f32,
        /// nor was one that correlates less than this share of the best.
        found_of_best: f32,
        /// The delay may leave those of the long stretches around by this, in seconds.
        search_s: f64,
        /// Frames are taken relative to their mean over this many on either side.
        modulation_frames: usize,
        /// Where the degraded recording has less than this share of the energy of a stretch, that share counts.
        floor_share: f64,
        /// What a change of delay costs by the frame, in units of correlation.
        slip_cost: f32,
        /// What a change of delay costs at most, in units of correlation.
        jump_cost: f32,
    }
}

section! {
    /// What of the degraded recording goes with each stretch.
    pub(crate) Stretches {
        /// How much before and behind the place that the course tells is looked at, in seconds.
        margin_s: f64,
        /// A neighbour whose delay is so far away does not widen the look, in seconds.
        leap_s: f64,
        /// An alignment of less confidence is worse than the course.
        sure: f64,
        /// A stretch of which less was recorded is not scored, as a share.
        recorded_share: f64,
        /// Less than this missing at an end is not cut off the reference, in seconds.
        slack_s: f64,
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema")]
    _schema: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "held to the numbers by tests"))]
    name: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "held to the numbers by tests"))]
    version: String,
    #[serde(rename = "title")]
    _title: String,
    #[serde(rename = "source")]
    _source: String,
    parameters: LongCallParameters,
}

static BUILT_IN: LazyLock<File> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../models/long-calls.json"))
        .expect("the numbers that are compiled in are valid, as the tests show")
});

impl LongCallParameters {
    /// The numbers that are compiled in.
    pub fn built_in() -> &'static Self {
        &BUILT_IN.parameters
    }

    /// Name, version and fingerprint.
    #[cfg(test)]
    pub fn identity() -> [String; 3] {
        let print = super::fingerprint::fingerprint(&BUILT_IN.parameters);
        [BUILT_IN.name.clone(), BUILT_IN.version.clone(), print]
    }
}
