//! The score of the P.862 family.

use crate::model::Model;
use crate::p862;
use crate::score::{Alignment, Levels, LocalScore, Score, Timeline, Utterance};

impl Score {
    pub(super) fn of_outcome(model: &Model, outcome: p862::Outcome) -> Self {
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
}
