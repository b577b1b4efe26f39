//! The score of basilar-fb, which compares what the alignment has laid on one time axis.

use crate::alignment;
use crate::error::Result;
use crate::fullband;
use crate::model::Model;
use crate::score::{Alignment, Connection, Levels, LocalScore, Score, Timeline, Utterance};
use crate::signal::Signal;

/// The reference for basilar-fb, with what the alignment hears.
pub(super) struct FullbandReference {
    signal: Signal,
    reference: fullband::Reference,
}

impl FullbandReference {
    pub fn new(parameters: &fullband::Parameters, reference: &Signal) -> Result<Self> {
        let signal = reference.resampled(parameters.sample_rate())?.into_owned();
        let reference =
            fullband::Reference::new(signal.name(), signal.samples(), parameters.clone())?;
        Ok(Self { signal, reference })
    }

    /// The alignment of what is on the reference's time axis already.
    pub fn on_time(&self) -> alignment::Alignment {
        alignment::Alignment::on_time(self.signal.samples().len(), self.signal.sample_rate())
    }

    pub fn score(
        &self,
        model: &Model,
        degraded: &Signal,
        known: Option<alignment::Alignment>,
    ) -> Result<Score> {
        let rate = self.signal.sample_rate();
        let resampled = degraded.resampled(rate)?;
        let reference = self.signal.samples();
        let parameters = model.alignment();
        let known = known.filter(|known| known.sample_rate == rate);
        let align = || alignment::align(reference, resampled.samples(), rate, parameters);
        let found = known.unwrap_or_else(align);
        let aligned = found.warp(resampled.samples(), reference, parameters);
        let recorded = found.recorded(reference.len(), resampled.samples().len());
        let assessment = self.reference.compare_recorded(&aligned, recorded);
        let levels = [&self.signal, &resampled].map(levels);
        let level_change_db = levels[1].level_dbov - levels[0].level_dbov;
        let samples = [reference, resampled.samples()];
        Ok(Score {
            connection: Some(Connection::of(&found, samples, level_change_db)),
            ..Score::of_assessment(model, &assessment, &found, levels)
        })
    }
}

impl Score {
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
}

/// Active speech level and activity factor (P.56).
fn levels(signal: &Signal) -> Levels {
    let level = signal.speech_level();
    Levels { level_dbov: level.active_dbov, speech_activity: level.activity_factor }
}
