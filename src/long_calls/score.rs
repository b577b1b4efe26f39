//! What is told of a long call: the whole, its beginning, middle and end, and every stretch.

use crate::error::Result;
use crate::score::{Recording, Score};
use crate::service_band::ServiceBand;
use serde::{Serialize, Serializer};

/// A degraded recording with its scores.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct LongScored {
    /// The degraded recording.
    #[serde(flatten)]
    pub recording: Recording,
    /// Its scores.
    #[serde(flatten)]
    pub score: LongScore,
}

/// How a long recording sounds against its reference.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct LongScore {
    /// All of it.
    pub whole: Part,
    /// The first third of the reference.
    pub beginning: Part,
    /// The second third.
    pub middle: Part,
    /// The last third.
    pub end: Part,
    /// Stretches of the reference's speech that lie outside of what was recorded, start and end in seconds.
    pub not_recorded_s: Vec<[f64; 2]>,
    /// What the scores should be read with.
    pub warnings: Vec<String>,
    /// Stretch by stretch, in order of time.
    pub stretches: Vec<Stretch>,
}

/// A part of the reference and its score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Part {
    /// Where it starts, in seconds from the reference's start.
    pub start_s: f64,
    /// Where it ends.
    pub end_s: f64,
    /// Mean MOS-LQO of its stretches, each weighed by how much of it lies in the part; none where none was scored.
    pub mos_lqo: Option<f64>,
    /// The mean in a word: its service band.
    pub quality: Option<ServiceBand>,
}

/// A stretch of a long reference and how it is heard.
#[derive(Debug)]
#[non_exhaustive]
pub struct Stretch {
    /// Where it starts, in seconds from the reference's start.
    pub start_s: f64,
    /// Where it ends.
    pub end_s: f64,
    /// Its MOS-LQO; the model's lowest where nothing is heard of it, and none where it could not be scored.
    pub mos_lqo: Option<f64>,
    /// Its score but for the timeline, all times from the start of the recording; or why there is none.
    pub outcome: Result<Score>,
}

impl Stretch {
    /// Length in seconds.
    pub fn duration_s(&self) -> f64 {
        self.end_s - self.start_s
    }
}

impl LongScore {
    /// The stretch with the lowest MOS-LQO, the first of several, and that score.
    pub fn worst(&self) -> Option<(&Stretch, f64)> {
        let scored = self.stretches.iter().filter_map(|stretch| Some((stretch, stretch.mos_lqo?)));
        scored.reduce(|worst, next| if next.1 < worst.1 { next } else { worst })
    }

    /// The smallest and the largest delay, in seconds; none where no stretch has one.
    pub fn delay_range_s(&self) -> Option<(f64, f64)> {
        let scores = self.stretches.iter().filter_map(|stretch| stretch.outcome.as_ref().ok());
        let ranges = scores.map(|score| score.alignment.delay_range_s());
        ranges.reduce(|(low, high), (lower, higher)| (low.min(lower), high.max(higher)))
    }
}

impl Serialize for Stretch {
    /// What belongs to a stretch of a call; null where there is no value.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Told<'a> {
            start_s: f64,
            end_s: f64,
            mos_lqo: Option<f64>,
            raw: Option<f64>,
            quality: Option<ServiceBand>,
            delay_s: Option<f64>,
            delay_range_s: Option<(f64, f64)>,
            confidence: Option<f64>,
            error: Option<String>,
            warnings: &'a [String],
        }
        let score = self.outcome.as_ref().ok();
        let alignment = score.map(|score| &score.alignment);
        Told {
            start_s: self.start_s,
            end_s: self.end_s,
            mos_lqo: self.mos_lqo,
            raw: score.and_then(|score| score.raw),
            quality: self.mos_lqo.map(ServiceBand::of),
            delay_s: alignment.map(|alignment| alignment.delay_s()),
            delay_range_s: alignment.map(|alignment| alignment.delay_range_s()),
            confidence: alignment.map(|alignment| alignment.confidence()),
            error: self.outcome.as_ref().err().map(ToString::to_string),
            warnings: score.map_or(&[], |score| &score.warnings),
        }
        .serialize(serializer)
    }
}
