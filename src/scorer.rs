//! The one way in: a scorer, a reference prepared once, and the score of each degraded signal.

use crate::alignment;
use crate::error::Result;
use crate::fullband::{self, Indicators};
use crate::model::{Band, Model, Parameters};
use crate::p862;
use crate::signal::Signal;
use serde::Serialize;

/// Alignment confidence below which two recordings may have nothing to do with each other. Unrelated speech, tones and
/// noise stay below it; of the shipped degradations only vocoders below 5 kbit/s do.
const UNRELATED_BELOW: f64 = 0.3;

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
    /// A reference that is too short or silent, or has samples that are not finite.
    pub fn prepare(&self, reference: &Signal) -> Result<PreparedReference> {
        reference.validate()?;
        Ok(PreparedReference {
            prepared: match self.model.parameters() {
                Parameters::P862(p862) => {
                    Prepared::P862(Box::new(p862::Prepared::new(p862, reference)?))
                }
                Parameters::Fullband(fullband) => {
                    Prepared::Fullband(Box::new(FullbandReference::new(fullband, reference)?))
                }
            },
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

enum Prepared {
    P862(Box<p862::Prepared>),
    Fullband(Box<FullbandReference>),
}

/// The reference for basilar-fb, with what the alignment hears.
struct FullbandReference {
    signal: Signal,
    reference: fullband::Reference,
}

impl PreparedReference {
    /// Scores a degraded signal; the same pair gives the same bits whatever else runs.
    ///
    /// # Errors
    /// A degraded signal that has samples which are not finite. P.862 also refuses one that is too short or silent, a
    /// reference without speech, and one whose speech the degraded signal does not overlap.
    pub fn score(&self, degraded: &Signal) -> Result<Score> {
        degraded.validate()?;
        let mut score = match &self.prepared {
            Prepared::P862(prepared) => Score::of_outcome(&self.model, prepared.score(degraded)?),
            Prepared::Fullband(prepared) => prepared.score(&self.model, degraded)?,
        };
        score.warnings = self.warnings.iter().cloned().chain(warnings(degraded)).collect();
        let confidence = score.alignment.confidence();
        if confidence < UNRELATED_BELOW {
            score.warnings.push(format!(
                "{}: hardly resembles the reference (alignment confidence {confidence:.2}); check that the two belong together",
                degraded.name()
            ));
        }
        Ok(score)
    }
}

impl FullbandReference {
    fn new(parameters: &fullband::Parameters, reference: &Signal) -> Result<Self> {
        let signal = reference.resampled(parameters.sample_rate())?.into_owned();
        let reference =
            fullband::Reference::new(signal.name(), signal.samples(), parameters.clone())?;
        Ok(Self { signal, reference })
    }

    fn score(&self, model: &Model, degraded: &Signal) -> Result<Score> {
        let rate = self.signal.sample_rate();
        let resampled = degraded.resampled(rate)?;
        let reference = self.signal.samples();
        let parameters = model.alignment();
        let found = alignment::align(reference, resampled.samples(), rate, parameters);
        let aligned = found.warp(resampled.samples(), reference, parameters);
        let recorded = found.recorded(reference.len(), resampled.samples().len());
        let assessment = self.reference.compare_recorded(&aligned, recorded);
        Ok(Score::of_assessment(model, &assessment, &found, [&self.signal, &resampled].map(levels)))
    }
}

/// How a degraded signal sounds against its reference, and what led to that.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Mean opinion score, listening quality, objective (P.10, P.800.1): 1 bad to 5 excellent.
    pub mos_lqo: f64,
    /// How far it may lie from people's votes: the standard error found for such impairments in listening tests that took
    /// no part in the fit; basilar-fb only.
    pub mos_lqo_error: Option<f64>,
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
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
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

/// A stretch of the reference with one delay; times are from the reference's start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
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
    fn duration_s(&self) -> f64 {
        self.end_s - self.start_s
    }
}

/// The quality over time, on the reference's time axis.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
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
pub struct Levels {
    /// In dB relative to full scale (dBov). P.862: in the speech band, over the pair's longer duration; basilar-fb: active
    /// speech level (P.56).
    pub level_dbov: f64,
    /// Share of the time with speech, 0 to 1.
    pub speech_activity: f64,
}

impl Score {
    fn of_outcome(model: &Model, outcome: p862::Outcome) -> Self {
        let rate = f64::from(outcome.sample_rate);
        let frame_hop_s = outcome.frame_hop as f64 / rate;
        let levels = |i: usize| Levels {
            level_dbov: outcome.speech_band_level_dbov[i],
            speech_activity: outcome.speech_activity[i],
        };
        let interval = |interval: &p862::Interval| LocalScore {
            start_s: interval.first_frame as f64 * frame_hop_s,
            end_s: (interval.first_frame + interval.frames + 1) as f64 * frame_hop_s,
            mos_lqo: interval.mos_lqo,
        };
        let utterance = |stretch: &p862::Stretch| {
            Utterance::new(
                stretch.start..stretch.end,
                stretch.delay as f64,
                f64::from(stretch.confidence),
                rate,
            )
        };
        Self {
            raw: Some(outcome.raw),
            reference: levels(0),
            degraded: levels(1),
            alignment: Alignment {
                utterances: outcome.utterances.iter().map(utterance).collect(),
                clock_drift_ppm: None,
                unheard_s: Vec::new(),
            },
            timeline: Timeline {
                sample_rate: outcome.sample_rate,
                frame_hop_s,
                intervals: outcome.intervals.iter().map(interval).collect(),
                disturbance: outcome.disturbance,
                asymmetric_disturbance: outcome.asymmetric_disturbance,
                silent: outcome.silent,
            },
            ..Self::bare(model, outcome.mos_lqo)
        }
    }

    fn of_assessment(
        model: &Model,
        assessment: &fullband::Assessment,
        found: &alignment::Alignment,
        [reference, degraded]: [Levels; 2],
    ) -> Self {
        let rate = f64::from(found.sample_rate);
        let frame_hop_s = assessment.frame_hop_s;
        let interval = |(frame, moment): (usize, &fullband::Moment)| LocalScore {
            start_s: frame as f64 * frame_hop_s,
            end_s: (frame + 2) as f64 * frame_hop_s,
            mos_lqo: moment.mos_lqo,
        };
        let utterance = |segment: &alignment::Segment| {
            Utterance::new(
                segment.reference.clone(),
                segment.delay_samples,
                segment.confidence,
                rate,
            )
        };
        let frames = || assessment.timeline.iter();
        Self {
            mos_lqo_error: assessment.mos_lqo_error,
            impairments: Some(assessment.impairments),
            reference,
            degraded,
            alignment: Alignment {
                utterances: found.segments.iter().map(utterance).collect(),
                clock_drift_ppm: Some(found.clock_drift_ppm),
                unheard_s: found
                    .unheard
                    .iter()
                    .map(|range| [range.start, range.end].map(|x| x as f64 / rate))
                    .collect(),
            },
            timeline: Timeline {
                sample_rate: found.sample_rate,
                frame_hop_s,
                disturbance: frames()
                    .map(|f| (f.indicators.missing + f.indicators.added) as f32)
                    .collect(),
                asymmetric_disturbance: frames().map(|f| f.indicators.added as f32).collect(),
                silent: frames().map(|f| !f.active).collect(),
                intervals: frames().enumerate().map(interval).collect(),
            },
            ..Self::bare(model, assessment.mos_lqo)
        }
    }

    /// What every model's score says, and nothing else.
    fn bare(model: &Model, mos_lqo: f64) -> Self {
        Self {
            mos_lqo,
            raw: None,
            quality: Quality::of(mos_lqo),
            model: model.name().to_owned(),
            model_version: model.version().to_owned(),
            bandwidth: model.band(),
            mos_lqo_error: None,
            impairments: None,
            alignment: Alignment::default(),
            timeline: Timeline::default(),
            reference: Levels::default(),
            degraded: Levels::default(),
            warnings: Vec::new(),
        }
    }
}

impl Utterance {
    fn new(
        samples: std::ops::Range<usize>,
        delay_samples: f64,
        confidence: f64,
        rate: f64,
    ) -> Self {
        Self {
            start_s: samples.start as f64 / rate,
            end_s: samples.end as f64 / rate,
            delay_s: delay_samples / rate,
            delay_samples: delay_samples.round() as i64,
            confidence: confidence.clamp(0.0, 1.0),
        }
    }
}

/// Active speech level and activity factor (P.56).
fn levels(signal: &Signal) -> Levels {
    let level = signal.speech_level();
    Levels { level_dbov: level.active_dbov, speech_activity: level.activity_factor }
}

/// What was noticed when a signal was read, with its name.
fn warnings(signal: &Signal) -> Vec<String> {
    signal.warnings().iter().map(|warning| format!("{}: {warning}", signal.name())).collect()
}
