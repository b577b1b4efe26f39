//! The parts of a long recording: its beginning, middle and end, and the whole.

use super::score::{LongScore, Part, Stretch};
use super::survey::Survey;
use crate::error::Error;
use crate::service_band::ServiceBand;

impl LongScore {
    pub(super) fn new(stretches: Vec<Stretch>, reference: &Survey, degraded: &Survey) -> Self {
        let duration_s = reference.duration_s();
        let third = |k: f64| Part::of(&stretches, [k, k + 1.0].map(|k| k * duration_s / 3.0));
        let not_recorded = stretches
            .iter()
            .filter(|stretch| matches!(stretch.outcome, Err(Error::NotRecorded { .. })));
        Self {
            whole: Part::of(&stretches, [0.0, duration_s]),
            beginning: third(0.0),
            middle: third(1.0),
            end: third(2.0),
            not_recorded_s: not_recorded.map(|stretch| [stretch.start_s, stretch.end_s]).collect(),
            warnings: [reference, degraded]
                .iter()
                .flat_map(|survey| survey.warnings())
                .chain(warnings(&stretches, &degraded.name()))
                .collect(),
            stretches,
        }
    }
}

impl Part {
    fn of(stretches: &[Stretch], [start_s, end_s]: [f64; 2]) -> Self {
        let (mut sum, mut weight) = (0.0, 0.0);
        for stretch in stretches {
            let Some(mos_lqo) = stretch.mos_lqo else { continue };
            let inside_s = stretch.end_s.min(end_s) - stretch.start_s.max(start_s);
            sum += inside_s.max(0.0) * mos_lqo;
            weight += inside_s.max(0.0);
        }
        let mos_lqo = (weight > 0.0).then(|| sum / weight);
        Self { start_s, end_s, mos_lqo, quality: mos_lqo.map(ServiceBand::of) }
    }
}

/// What the stretches that have no score of their own, or a doubtful one, do to the means.
fn warnings(stretches: &[Stretch], name: &str) -> Vec<String> {
    let tell = |what: &str, concerns: &dyn Fn(&Stretch) -> bool| {
        let durations_s =
            || stretches.iter().filter(|stretch| concerns(stretch)).map(Stretch::duration_s);
        let (count, all, sum_s) =
            (durations_s().count(), stretches.len(), durations_s().sum::<f64>());
        (count > 0).then(|| format!("{name}: {what}: {count} of {all} stretches, {sum_s:.1} s"))
    };
    [
        tell("before its start or behind its end, and so not scored", &|stretch| {
            matches!(stretch.outcome, Err(Error::NotRecorded { .. }))
        }),
        tell("nothing is heard, which counts as the lowest MOS-LQO", &|stretch| {
            matches!(stretch.outcome, Err(Error::NotHeard { .. }))
        }),
        tell("not scored, for the reasons that stand with them", &|stretch| {
            stretch.mos_lqo.is_none() && !matches!(stretch.outcome, Err(Error::NotRecorded { .. }))
        }),
        tell("doubtful, for the reasons that stand with them", &|stretch| {
            stretch.outcome.as_ref().is_ok_and(|score| !score.warnings.is_empty())
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}
