//! What is told of a pair: the score, and what led to it.

use crate::finding::Diagnosis;
use crate::model::indicators::Indicators;
use crate::model::{Band, Model};
use crate::service_band::ServiceBand;
use crate::signal::Signal;
use serde::{Serialize, Serializer};

/// What every usable recording has.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Recording {
    /// Samples per second, in Hz.
    pub sample_rate: u32,
    /// Length in seconds.
    pub duration_s: f64,
}

impl Recording {
    pub(crate) fn new(sample_rate: u32, duration_s: f64) -> Self {
        Self { sample_rate, duration_s }
    }

    /// How many samples it has.
    pub fn samples(&self) -> usize {
        (self.duration_s * f64::from(self.sample_rate)).round() as usize
    }
}

impl From<&Signal> for Recording {
    fn from(signal: &Signal) -> Self {
        Self::new(signal.sample_rate(), signal.duration_s())
    }
}

/// A degraded recording with its score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Scored {
    /// The degraded recording.
    #[serde(flatten)]
    pub recording: Recording,
    /// Its score.
    #[serde(flatten)]
    pub score: Score,
}

/// How a degraded signal sounds against its reference, and what led to that.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Score {
    /// Mean opinion score, listening quality, objective (P.10, P.800.1): 1 bad to 5 excellent.
    pub mos_lqo: f64,
    /// How far it may lie from people's votes: the standard error found for such impairments in listening tests that took
    /// no part in the fit; basilar-fb only.
    pub mos_lqo_error: Option<f64>,
    /// The model's own scale before the mapping to MOS-LQO: P.862 from −0.5 to 4.5.
    pub raw: Option<f64>,
    /// The score in a word: its service band.
    pub quality: ServiceBand,
    /// Name of the model.
    pub model: String,
    /// Version of the model's numbers.
    pub model_version: String,
    /// The bandwidth that was judged.
    pub bandwidth: Band,
    /// In which ways the signal is impaired, on a common scale where the largest says why a score is low; basilar-fb only.
    pub impairments: Option<Indicators>,
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
    /// The kinds of those warnings, such as `clipped` or `wrong_recording`, each once.
    pub warning_kinds: Vec<&'static str>,
    /// What the connection did to time and level, where that was asked for or the model goes by it
    /// ([`PreparedReference::measure_connection`](crate::PreparedReference::measure_connection)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    /// What it fell for, where that was asked for
    /// ([`PreparedReference::explain`](crate::PreparedReference::explain)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<Diagnosis>,
}

/// Where the reference was found in the degraded signal.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Alignment {
    /// The delays in order of time, an entry a stretch of the reference.
    pub utterances: Vec<Utterance>,
    /// How much slower the degraded signal's clock makes it, in parts per million; none where it is not measured.
    pub clock_drift_ppm: Option<f64>,
    /// Stretches of the reference's speech that were never heard, start and end in seconds.
    pub unheard_s: Vec<[f64; 2]>,
}

impl Alignment {
    /// The delay of the longest utterance, in seconds; positive where the degraded signal is late.
    pub fn delay_s(&self) -> f64 {
        let longest =
            self.utterances.iter().max_by(|a, b| a.duration_s().total_cmp(&b.duration_s()));
        longest.map_or(0.0, |utterance| utterance.delay_s)
    }

    /// How sure the alignment is, 0 to 1: the utterances' confidences, weighed by their length.
    pub fn confidence(&self) -> f64 {
        let total: f64 = self.utterances.iter().map(Utterance::duration_s).sum();
        let sum: f64 = self
            .utterances
            .iter()
            .map(|utterance| utterance.confidence * utterance.duration_s())
            .sum();
        if total > 0.0 { sum / total } else { 0.0 }
    }

    /// The smallest and largest delay, in seconds.
    pub fn delay_range_s(&self) -> (f64, f64) {
        let delays = || self.utterances.iter().map(|utterance| utterance.delay_s);
        let range =
            (delays().fold(f64::INFINITY, f64::min), delays().fold(f64::NEG_INFINITY, f64::max));
        if self.utterances.is_empty() { (0.0, 0.0) } else { range }
    }
}

impl Serialize for Alignment {
    /// The fields, and what follows from them.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Told<'a> {
            delay_s: f64,
            delay_range_s: (f64, f64),
            confidence: f64,
            clock_drift_ppm: Option<f64>,
            unheard_s: &'a [[f64; 2]],
            utterances: &'a [Utterance],
        }
        Told {
            delay_s: self.delay_s(),
            delay_range_s: self.delay_range_s(),
            confidence: self.confidence(),
            clock_drift_ppm: self.clock_drift_ppm,
            unheard_s: &self.unheard_s,
            utterances: &self.utterances,
        }
        .serialize(serializer)
    }
}

/// A stretch of the reference with one delay; times are from the reference's start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Utterance {
    /// Where it starts, in seconds.
    pub start_s: f64,
    /// Where it ends, in seconds.
    pub end_s: f64,
    /// How late the degraded signal is, in seconds.
    pub delay_s: f64,
    /// The same in whole samples of the model's rate.
    pub delay_samples: i64,
    /// How sure the alignment is of it, 0 to 1.
    pub confidence: f64,
}

impl Utterance {
    /// Its length, in seconds.
    pub fn duration_s(&self) -> f64 {
        self.end_s - self.start_s
    }
}

/// The quality over time, on the reference's time axis.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Timeline {
    /// Rate that the model worked at, in Hz; the unit of delays in samples.
    pub sample_rate: u32,
    /// Seconds from the start of one frame to the next. A frame is twice as long.
    pub frame_hop_s: f64,
    /// Disturbance of each frame (P.862: symmetric; basilar-fb: loudness added, relative to that of the reference's speech, and the share of speech that is missing).
    pub disturbance: Vec<f32>,
    /// Disturbance by what was added, of each frame (P.862: asymmetric; basilar-fb: added loudness).
    pub asymmetric_disturbance: Vec<f32>,
    /// Whether the reference is silent in the frame.
    pub silent: Vec<bool>,
    /// The score over split-second intervals.
    pub intervals: Vec<LocalScore>,
}

/// The score that a recording would have that was all like this interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LocalScore {
    /// Where the interval starts, in seconds.
    pub start_s: f64,
    /// Where it ends, in seconds.
    pub end_s: f64,
    /// Its MOS-LQO.
    pub mos_lqo: f64,
}

/// Level and activity of one signal.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Levels {
    /// In dB relative to full scale (dBov). P.862: in the speech band, over the pair's longer duration; basilar-fb: active
    /// speech level (P.56).
    pub level_dbov: f64,
    /// Share of the time with speech, 0 to 1.
    pub speech_activity: f64,
}

/// What a connection did to time and level: measured in the same way whatever model scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Connection {
    /// The delay at the start, in seconds: that of the longest stretch at one delay; positive where the degraded recording
    /// is late.
    pub delay_s: f64,
    /// The smallest and largest delay, in seconds, without what the clocks move.
    pub delay_range_s: [f64; 2],
    /// How far those are apart, in seconds.
    pub delay_jitter_s: f64,
    /// How much slower the degraded recording's clock makes it, in parts per million; zero where none can be told.
    pub clock_drift_ppm: f64,
    /// How much of the reference's speech is not heard, in seconds.
    pub unheard_speech_s: f64,
    /// How much louder the degraded recording's active speech level (P.56) is, in dB.
    pub level_change_db: f64,
    /// Between which limits the gain goes up and down, in dB; none where too little speech is heard to tell.
    pub gain_range_db: Option<f64>,
    /// How sure the alignment is that the degraded recording holds the reference, 0 to 1.
    pub confidence: f64,
}

impl Score {
    /// What every model's score says, and nothing else.
    pub(crate) fn bare(model: &Model, mos_lqo: f64) -> Self {
        Self {
            mos_lqo,
            mos_lqo_error: None,
            raw: None,
            quality: ServiceBand::of(mos_lqo),
            model: model.name().to_owned(),
            model_version: model.version().to_owned(),
            bandwidth: model.band(),
            impairments: None,
            alignment: Alignment::default(),
            timeline: Timeline::default(),
            reference: Levels::default(),
            degraded: Levels::default(),
            warnings: Vec::new(),
            warning_kinds: Vec::new(),
            connection: None,
            diagnosis: None,
        }
    }
}

impl Utterance {
    /// Samples of the reference at `rate` Hz, heard later by so many samples.
    pub(crate) fn new(
        samples: std::ops::Range<usize>,
        delay_samples: f64,
        confidence: f64,
        rate: f64,
    ) -> Self {
        Self {
            start_s: samples.start as f64 / rate,
            end_s: samples.end as f64 / rate,
            // No delay has a sign where it is zero.
            delay_s: delay_samples / rate + 0.0,
            delay_samples: delay_samples.round() as i64,
            confidence: confidence.clamp(0.0, 1.0),
        }
    }
}
