//! What losses cost: the score over time joined to the packets that were missing.

use super::heard::Heard;
use crate::network::call::{Moment, SoundInterval};
use crate::network::decode::Rendered;
use crate::score::LocalScore;

/// Moments that are told of a direction: the dearest.
const MOST_TOLD: usize = 5;
/// What costs less is lost in the scatter of local scores.
const LEAST_COST: f64 = 0.2;

/// The packets of a direction, by when they were played or should have been.
pub(super) struct Packets<'a> {
    part: &'a Heard,
    /// In seconds since the direction began.
    played_s: Vec<f64>,
    gaps: Vec<Gap>,
}

/// Missing packets, which share the time between the two that were played.
#[derive(Debug, Clone, Copy)]
struct Gap {
    start_s: f64,
    step_s: f64,
    missing: u64,
}

impl Gap {
    /// How many of them should have been played between two times.
    fn between(&self, start_s: f64, end_s: f64) -> u64 {
        if self.step_s <= 0.0 {
            return if (start_s..end_s).contains(&self.start_s) { self.missing } else { 0 };
        }
        let before = |time_s: f64| {
            let steps = ((time_s - self.start_s) / self.step_s).ceil();
            steps.clamp(1.0, (self.missing + 1) as f64) as u64
        };
        before(end_s).saturating_sub(before(start_s))
    }
}

/// Packets between two times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counted {
    /// That never came or came too late.
    pub missing: u64,
    /// All that were sent.
    pub expected: u64,
}

impl<'a> Packets<'a> {
    pub fn of(rendered: &Rendered, part: &'a Heard) -> Self {
        let seconds = |sample: usize| sample as f64 / f64::from(rendered.rate_hz);
        let gaps = rendered.places.windows(2).filter(|pair| pair[1].missing > 0).map(|pair| {
            let (start_s, end_s) = (seconds(pair[0].sample), seconds(pair[1].sample));
            let missing = pair[1].missing;
            Gap { start_s, step_s: (end_s - start_s) / (missing + 1) as f64, missing }
        });
        Self {
            part,
            gaps: gaps.collect(),
            played_s: rendered.places.iter().map(|place| seconds(place.sample)).collect(),
        }
    }

    /// Where in the prompt the part begins that was heard, in seconds.
    pub fn prompt_start_s(&self) -> f64 {
        self.part.prompt_s.0
    }

    /// The packets between two times of the prompt, in seconds.
    pub fn between(&self, start_s: f64, end_s: f64) -> Counted {
        let (start_s, end_s) = (self.part.heard_at(start_s), self.part.heard_at(end_s));
        let within = |time_s: &&f64| (start_s..end_s).contains(*time_s);
        let played = self.played_s.iter().filter(within).count() as u64;
        let missing = self.gaps.iter().map(|gap| gap.between(start_s, end_s)).sum();
        Counted { missing, expected: missing + played }
    }
}

/// The local scores in seconds of the prompt, each with its packets.
pub(super) fn timeline(scores: &[LocalScore], packets: &Packets) -> Vec<SoundInterval> {
    let prompt_s = packets.prompt_start_s();
    let interval = |score: &LocalScore| {
        let (start_s, end_s) = (prompt_s + score.start_s, prompt_s + score.end_s);
        let Counted { missing, expected } = packets.between(start_s, end_s);
        SoundInterval { start_s, end_s, mos_lqo: score.mos_lqo, missing, expected }
    };
    scores.iter().map(interval).collect()
}

/// Neighbouring intervals with losses, and how much worse than those without they sounded.
pub(super) fn dearest(timeline: &[SoundInterval], packets: &Packets) -> Vec<Moment> {
    let mut sound: Vec<f64> = Vec::new();
    let mut stretches: Vec<Vec<&SoundInterval>> = Vec::new();
    let mut last_lossy = false;
    for interval in timeline {
        if interval.missing == 0 {
            sound.push(interval.mos_lqo);
        } else if let Some(stretch) = stretches.last_mut().filter(|_| last_lossy) {
            stretch.push(interval);
        } else {
            stretches.push(vec![interval]);
        }
        last_lossy = interval.missing > 0;
    }
    sound.sort_by(f64::total_cmp);
    let Some(usual) = sound.get(sound.len() / 2) else { return Vec::new() };
    let mut moments: Vec<_> =
        stretches.iter().filter_map(|stretch| moment(stretch, *usual, packets)).collect();
    moments.retain(|moment| moment.cost >= LEAST_COST);
    moments.sort_by(|a, b| b.cost.total_cmp(&a.cost));
    moments.truncate(MOST_TOLD);
    moments
}

fn moment(stretch: &[&SoundInterval], usual: f64, packets: &Packets) -> Option<Moment> {
    let (first, last) = (stretch.first()?, stretch.last()?);
    // The intervals of P.862 overlap by half: their packets cannot be added up.
    let Counted { missing, expected } = packets.between(first.start_s, last.end_s);
    let sum: f64 = stretch.iter().map(|interval| interval.mos_lqo).sum();
    let mos_lqo = sum / stretch.len() as f64;
    Some(Moment {
        start_s: first.start_s,
        end_s: last.end_s,
        loss_pct: 100.0 * missing as f64 / expected as f64,
        mos_lqo,
        cost: usual - mos_lqo,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_packets_lie_evenly_between_the_two_that_were_played() {
        // Played at 1.00 and 1.10 s, and four should have been between.
        let gap = Gap { start_s: 1.0, step_s: 0.02, missing: 4 };
        assert_eq!(gap.between(0.0, 2.0), 4);
        assert_eq!((gap.between(1.0, 1.05), gap.between(1.05, 1.1)), (2, 2));
        assert_eq!((gap.between(0.0, 1.0), gap.between(1.1, 2.0)), (0, 0));
        let skipped = Gap { step_s: 0.0, ..gap };
        assert_eq!((skipped.between(0.5, 1.5), skipped.between(1.5, 2.0)), (4, 0));
    }
}
