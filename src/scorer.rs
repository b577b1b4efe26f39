//! The one way in: a scorer, a reference prepared once, and the score of each degraded signal.

use crate::alignment::{self, AlignmentParameters};
use crate::error::Result;
use crate::fullband;
use crate::model::{Model, Parameters};
use crate::p862;
use crate::score::{Alignment, Levels, LocalScore, Quality, Score, Timeline, Utterance};
use crate::signal::Signal;

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
        let parameters = AlignmentParameters::default();
        let found = alignment::align(reference, resampled.samples(), rate, &parameters);
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
            quality: Quality::of(mos_lqo),
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
