//! The one way in: a scorer, a reference prepared once, and the score of each degraded signal.

use crate::error::Result;
use crate::model::{Band, Model};
use crate::p862::{Outcome, Prepared};
use crate::signal::Signal;
use serde::Serialize;

/// Scores degraded signals against references with one model.
#[derive(Debug, Clone)]
pub struct Scorer {
    model: Model,
}

impl Scorer {
    /// A scorer with this model.
    pub fn new(model: Model) -> Self {
        Self { model }
    }

    /// Does the reference's part of the work, once for any number of degraded signals.
    ///
    /// # Errors
    /// A reference that is too short, silent or without speech.
    pub fn prepare(&self, reference: &Signal) -> Result<PreparedReference> {
        reference.validate()?;
        Ok(PreparedReference {
            prepared: Prepared::new(&self.model, reference)?,
            model: self.model.clone(),
            warnings: warnings(reference),
        })
    }

    /// Scores one pair.
    ///
    /// # Errors
    /// What [`Scorer::prepare`] and [`PreparedReference::score`] refuse.
    pub fn score(&self, reference: &Signal, degraded: &Signal) -> Result<Score> {
        self.prepare(reference)?.score(degraded)
    }
}

/// A reference that is ready to be compared with; `Send + Sync`, for use from many threads at once.
pub struct PreparedReference {
    model: Model,
    prepared: Prepared,
    warnings: Vec<String>,
}

impl PreparedReference {
    /// Scores a degraded signal; the same pair gives the same bits whatever else runs.
    ///
    /// # Errors
    /// A degraded signal that is too short, silent, or does not overlap the reference's speech.
    pub fn score(&self, degraded: &Signal) -> Result<Score> {
        degraded.validate()?;
        let outcome = self.prepared.score(degraded)?;
        let warnings = self.warnings.iter().cloned().chain(warnings(degraded)).collect();
        Ok(Score::new(&self.model, outcome, warnings))
    }
}

/// How a degraded signal sounds against its reference, and what led to that.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Mean opinion score, listening quality, objective (P.10, P.800.1): 1 bad to 5 excellent.
    pub mos_lqo: f64,
    /// The model's own scale before the mapping to MOS-LQO: P.862 from −0.5 to 4.5.
    pub raw: Option<f64>,
    /// The score in a word.
    pub quality: Quality,
    /// Name of the model.
    pub model: String,
    /// Version of the model's numbers.
    pub model_version: String,
    /// The bandwidth that was judged.
    pub bandwidth: Band,
    /// Where the reference was found in the degraded signal.
    pub alignment: Alignment,
    /// The quality over time.
    pub timeline: Timeline,
    /// Levels and activity of the reference.
    pub reference: Levels,
    /// Levels and activity of the degraded signal.
    pub degraded: Levels,
    /// What a careful listener should know about the inputs.
    pub warnings: Vec<String>,
}

/// A MOS-LQO in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// Below 3.0.
    Bad,
    /// 3.0 and above.
    Poor,
    /// 3.5 and above.
    Fair,
    /// 4.0 and above.
    Good,
    /// 4.5 and above.
    Excellent,
}

impl Quality {
    /// The word for a MOS-LQO.
    pub fn of(mos_lqo: f64) -> Self {
        match mos_lqo {
            4.5.. => Self::Excellent,
            4.0.. => Self::Good,
            3.5.. => Self::Fair,
            3.0.. => Self::Poor,
            _ => Self::Bad,
        }
    }
}

impl std::fmt::Display for Quality {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Bad => "Bad",
            Self::Poor => "Poor",
            Self::Fair => "Fair",
            Self::Good => "Good",
            Self::Excellent => "Excellent",
        })
    }
}

/// Where the reference was found in the degraded signal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alignment {
    /// The utterance's delays in order; at least one.
    pub utterances: Vec<Utterance>,
}

impl Alignment {
    /// The delay of the longest utterance, in seconds; positive where the degraded signal is late.
    pub fn delay_s(&self) -> f64 {
        let longest =
            self.utterances.iter().max_by(|a, b| a.duration_s().total_cmp(&b.duration_s()));
        longest.map_or(0.0, |utterance| utterance.delay_s)
    }

    /// The smallest and largest delay, in seconds.
    pub fn delay_range_s(&self) -> (f64, f64) {
        let delays = || self.utterances.iter().map(|utterance| utterance.delay_s);
        (delays().fold(f64::INFINITY, f64::min), delays().fold(f64::NEG_INFINITY, f64::max))
    }
}

/// A stretch of the reference with one delay; times are from the reference's start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Utterance {
    /// Where it starts, in seconds.
    pub start_s: f64,
    /// Where it ends, in seconds.
    pub end_s: f64,
    /// How late the degraded signal is, in seconds.
    pub delay_s: f64,
    /// The same in samples of the model's rate, exactly.
    pub delay_samples: i64,
    /// How sure the alignment is of it, 0 to 1.
    pub confidence: f64,
}

impl Utterance {
    fn duration_s(&self) -> f64 {
        self.end_s - self.start_s
    }
}

/// The quality over time, on the reference's time axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// Rate that the model worked at, in Hz; the unit of delays in samples.
    pub sample_rate: u32,
    /// Seconds from the start of one frame to the next. A frame is twice as long.
    pub frame_hop_s: f64,
    /// Disturbance of each frame (P.862: symmetric).
    pub disturbance: Vec<f32>,
    /// Disturbance by what was added, of each frame (P.862: asymmetric).
    pub asymmetric_disturbance: Vec<f32>,
    /// Whether the reference is silent in the frame.
    pub silent: Vec<bool>,
    /// The score over split-second intervals.
    pub intervals: Vec<LocalScore>,
}

/// The score that a recording would have that was all like this interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LocalScore {
    /// Where the interval starts, in seconds.
    pub start_s: f64,
    /// Where it ends, in seconds.
    pub end_s: f64,
    /// Its MOS-LQO.
    pub mos_lqo: f64,
}

/// Level and activity of one signal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Levels {
    /// Level in the speech band over the pair's longer duration, in dB relative to full scale (dBov).
    pub speech_band_dbov: f64,
    /// Share of the time with speech, 0 to 1, in 4 ms windows.
    pub speech_activity: f64,
}

impl Score {
    fn new(model: &Model, outcome: Outcome, warnings: Vec<String>) -> Self {
        let rate = f64::from(outcome.sample_rate);
        let frame_hop_s = outcome.frame_hop as f64 / rate;
        let levels = |i: usize| Levels {
            speech_band_dbov: outcome.speech_band_level_dbov[i],
            speech_activity: outcome.speech_activity[i],
        };
        let interval = |interval: &crate::p862::Interval| LocalScore {
            start_s: interval.first_frame as f64 * frame_hop_s,
            end_s: (interval.first_frame + interval.frames + 1) as f64 * frame_hop_s,
            mos_lqo: interval.mos_lqo,
        };
        Self {
            mos_lqo: outcome.mos_lqo,
            raw: Some(outcome.raw),
            quality: Quality::of(outcome.mos_lqo),
            model: model.name().to_owned(),
            model_version: model.version().to_owned(),
            bandwidth: model.band(),
            reference: levels(0),
            degraded: levels(1),
            alignment: Alignment {
                utterances: outcome.utterances.iter().map(|u| utterance(u, rate)).collect(),
            },
            timeline: Timeline {
                sample_rate: outcome.sample_rate,
                frame_hop_s,
                intervals: outcome.intervals.iter().map(interval).collect(),
                disturbance: outcome.disturbance,
                asymmetric_disturbance: outcome.asymmetric_disturbance,
                silent: outcome.silent,
            },
            warnings,
        }
    }
}

/// What was noticed when a signal was read, with its name.
fn warnings(signal: &Signal) -> Vec<String> {
    signal.warnings().iter().map(|warning| format!("{}: {warning}", signal.name())).collect()
}

fn utterance(utterance: &crate::p862::Stretch, rate: f64) -> Utterance {
    Utterance {
        start_s: utterance.start as f64 / rate,
        end_s: utterance.end as f64 / rate,
        delay_s: utterance.delay as f64 / rate,
        delay_samples: utterance.delay,
        confidence: f64::from(utterance.confidence).clamp(0.0, 1.0),
    }
}
