//! The one way in: a scorer, a reference prepared once, and the score of each degraded signal.

use crate::alignment::{self, AlignmentParameters};
use crate::error::Result;
use crate::fullband;
use crate::model::{ChosenModel, Model, ModelChoice, Parameters};
use crate::p862;
use crate::score::{Alignment, Levels, LocalScore, Recording, Score, Scored, Timeline, Utterance};
use crate::service_band::ServiceBand;
use crate::signal::{OpenOptions, Signal};
use std::path::Path;

/// Scores degraded signals against references with one model, or with the one that suits the reference.
#[derive(Debug, Clone, Default)]
pub struct Scorer {
    choice: ModelChoice,
}

impl Scorer {
    /// A scorer with a model, or with the choice of one.
    pub fn new(model: impl Into<ModelChoice>) -> Self {
        Self { choice: model.into() }
    }

    /// Does the reference's part of the work, once for any number of degraded signals.
    ///
    /// # Errors
    /// A reference that is too short or silent, or has samples that are not finite.
    pub fn prepare(&self, reference: &Signal) -> Result<PreparedReference> {
        reference.validate()?;
        let chosen = self.choice.for_sample_rate(reference.sample_rate());
        Ok(PreparedReference {
            prepared: match chosen.model.parameters() {
                Parameters::P862(p862) => {
                    Prepared::P862(Box::new(p862::Prepared::new(p862, reference)?))
                }
                Parameters::Fullband(fullband) => {
                    Prepared::Fullband(Box::new(FullbandReference::new(fullband, reference)?))
                }
            },
            chosen,
            recording: reference.into(),
            warnings: warnings(reference),
        })
    }

    /// Opens a reference, of which a single channel goes with any choice of channel, and prepares it.
    ///
    /// # Errors
    /// As [`Signal::open_reference`] and [`prepare`](Self::prepare).
    pub fn open(&self, path: impl AsRef<Path>, options: &OpenOptions) -> Result<PreparedReference> {
        self.prepare(&Signal::open_reference(path, options)?)
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
    chosen: ChosenModel,
    recording: Recording,
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
    /// The model that it is ready for, and who chose it.
    pub fn chosen(&self) -> &ChosenModel {
        &self.chosen
    }

    /// Rate and length of the reference.
    pub fn recording(&self) -> Recording {
        self.recording
    }

    /// Opens a degraded recording and scores it.
    ///
    /// # Errors
    /// As [`Signal::open_with`] and [`score`](Self::score).
    pub fn open(&self, path: impl AsRef<Path>, options: &OpenOptions) -> Result<Scored> {
        self.compare(&Signal::open_with(path, options)?)
    }

    /// Scores a degraded signal and keeps its rate and length beside the score.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn compare(&self, degraded: &Signal) -> Result<Scored> {
        Ok(Scored { recording: degraded.into(), score: self.score(degraded)? })
    }

    /// Scores a degraded signal; the same pair gives the same bits whatever else runs.
    ///
    /// # Errors
    /// A degraded signal that has samples which are not finite. P.862 also refuses one that is too short or silent, a
    /// reference without speech, and one whose speech the degraded signal does not overlap.
    pub fn score(&self, degraded: &Signal) -> Result<Score> {
        self.score_aligned(degraded, None)
    }

    /// The same where the alignment of the two at the model's rate may be known already. P.862 has its own.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub(crate) fn score_aligned(
        &self,
        degraded: &Signal,
        known: Option<alignment::Alignment>,
    ) -> Result<Score> {
        degraded.validate()?;
        let mut score = match &self.prepared {
            Prepared::P862(prepared) => {
                Score::of_outcome(&self.chosen.model, prepared.score(degraded)?)
            }
            Prepared::Fullband(prepared) => prepared.score(&self.chosen.model, degraded, known)?,
        };
        score.warnings = self.warnings.iter().cloned().chain(warnings(degraded)).collect();
        let confidence = score.alignment.confidence();
        if confidence < Alignment::UNRELATED_BELOW {
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

    fn score(
        &self,
        model: &Model,
        degraded: &Signal,
        known: Option<alignment::Alignment>,
    ) -> Result<Score> {
        let rate = self.signal.sample_rate();
        let resampled = degraded.resampled(rate)?;
        let reference = self.signal.samples();
        let parameters = AlignmentParameters::default();
        let known = known.filter(|known| known.sample_rate == rate);
        let align = || alignment::align(reference, resampled.samples(), rate, &parameters);
        let found = known.unwrap_or_else(align);
        let aligned = found.warp(resampled.samples(), reference, &parameters);
        let recorded = found.recorded(reference.len(), resampled.samples().len());
        let assessment = self.reference.compare_recorded(&aligned, recorded);
        Ok(Score::of_assessment(model, &assessment, &found, [&self.signal, &resampled].map(levels)))
    }
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
            // No delay has a sign where it is zero.
            delay_s: delay_samples / rate + 0.0,
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
