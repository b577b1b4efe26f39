//! What losses cost: the score over time joined to the packets that were missing.

use super::call::Moment;
use super::decode::Rendered;
use crate::score::LocalScore;

/// Moments that are told of a direction: the dearest.
const MOST_TOLD: usize = 5;
/// What costs less is lost in the scatter of local scores.
const LEAST_COST: f64 = 0.2;

/// Packets that were missing or played, by when, in seconds since the direction began.
struct Packets {
    played_s: Vec<f64>,
    missing_s: Vec<(f64, u64)>,
}

impl Packets {
    fn of(rendered: &Rendered) -> Self {
        let seconds = |sample: usize| sample as f64 / f64::from(rendered.rate_hz);
        let gaps = rendered.places.windows(2).filter_map(|pair| {
            let missing = pair[1].0.saturating_sub(pair[0].0 + 1);
            (missing > 0).then(|| (seconds(pair[1].1), missing))
        });
        Self {
            missing_s: gaps.collect(),
            played_s: rendered.places.iter().map(|(_, sample)| seconds(*sample)).collect(),
        }
    }

    /// Packets missing between two times, and all that were expected there.
    fn between(&self, start_s: f64, end_s: f64) -> (u64, u64) {
        let within = |time_s: f64| (start_s..end_s).contains(&time_s);
        let missing = self.missing_s.iter().filter(|(time_s, _)| within(*time_s));
        let missing: u64 = missing.map(|(_, count)| count).sum();
        let played = self.played_s.iter().filter(|time_s| within(**time_s)).count() as u64;
        (missing, missing + played)
    }
}

/// Neighbouring stretches of the prompt with losses, and how much worse than those without they sounded.
///
/// The local scores begin at `prompt_s` in the prompt, which is heard at `heard_s` in the direction.
pub fn of(scores: &[LocalScore], rendered: &Rendered, prompt_s: f64, heard_s: f64) -> Vec<Moment> {
    let packets = Packets::of(rendered);
    let mut sound: Vec<f64> = Vec::new();
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut last_lossy = false;
    for score in scores {
        let (missing, expected) = packets.between(heard_s + score.start_s, heard_s + score.end_s);
        if missing == 0 {
            sound.push(score.mos_lqo);
        } else if let Some(stretch) = stretches.last_mut().filter(|_| last_lossy) {
            stretch.add(score, missing, expected);
        } else {
            stretches.push(Stretch::of(score, missing, expected));
        }
        last_lossy = missing > 0;
    }
    sound.sort_by(f64::total_cmp);
    let Some(usual) = sound.get(sound.len() / 2) else { return Vec::new() };
    let moment = |stretch: &Stretch| Moment {
        start_s: prompt_s + stretch.start_s,
        end_s: prompt_s + stretch.end_s,
        loss_pct: 100.0 * stretch.missing as f64 / stretch.expected as f64,
        mos_lqo: stretch.sum / stretch.count,
        cost: usual - stretch.sum / stretch.count,
    };
    let mut moments: Vec<_> = stretches.iter().map(moment).collect();
    moments.retain(|moment| moment.cost >= LEAST_COST);
    moments.sort_by(|a, b| b.cost.total_cmp(&a.cost));
    moments.truncate(MOST_TOLD);
    moments
}

/// Neighbouring local scores with losses.
struct Stretch {
    start_s: f64,
    end_s: f64,
    missing: u64,
    expected: u64,
    sum: f64,
    count: f64,
}

impl Stretch {
    fn of(score: &LocalScore, missing: u64, expected: u64) -> Self {
        Self {
            start_s: score.start_s,
            end_s: score.end_s,
            missing,
            expected,
            sum: score.mos_lqo,
            count: 1.0,
        }
    }

    fn add(&mut self, score: &LocalScore, missing: u64, expected: u64) {
        self.end_s = score.end_s;
        self.missing += missing;
        self.expected += expected;
        self.sum += score.mos_lqo;
        self.count += 1.0;
    }
}
