//! Ladders: the same coder at several bit-rates. Which bit-rate gives a quality, and what a coder saves against another.
//!
//! Quality is interpolated over the logarithm of the bit-rate by a monotone cubic; the Bjøntegaard difference is the mean
//! distance of two such curves. Intervals follow from the errors of the means (delta method).

use super::{Fit, Question};
use crate::statistics::{Estimate, MonotoneCubic};
use serde::Serialize;

/// What is said of ladders.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Ladders {
    /// Which bit-rate gives a quality, ladder by ladder.
    pub rates: Vec<RateAtQuality>,
    /// What a ladder saves against another.
    pub differences: Vec<LadderDifference>,
}

/// The bit-rate at which a ladder reaches a quality.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RateAtQuality {
    /// The ladder's cells.
    pub ladder: Vec<String>,
    /// The MOS-LQO.
    pub mos_lqo: f64,
    /// The lowest bit-rate that gives it; `None` where the ladder does not rise through it.
    pub rate: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<(f64, f64)>,
}

/// Two ladders (Bjøntegaard, 2001).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LadderDifference {
    /// The ladder.
    pub ladder: Vec<String>,
    /// What it is compared with.
    pub against: Vec<String>,
    /// How much more bit-rate it needs for the same quality, in percent; negative where it saves.
    pub rate_percent: Option<f64>,
    /// The 95 % interval of that.
    pub rate_interval: Option<(f64, f64)>,
    /// How much more MOS-LQO it has at the same bit-rate.
    pub mos_lqo: Option<f64>,
    /// The 95 % interval of that.
    pub mos_lqo_interval: Option<(f64, f64)>,
    /// Why one of the two is not told.
    pub reason: Option<String>,
}

/// A coder, and its systems by bit-rate.
struct Ladder {
    cells: Vec<String>,
    /// Logarithm of the bit-rate, and the number of the system, from the lowest rate up.
    rungs: Vec<(f64, usize)>,
}

/// `None` where the systems have no bit-rates or no ladder has two.
pub(super) fn of(fit: &Fit, labels: &[Vec<String>], question: &Question) -> Option<Ladders> {
    let place = question.by.iter().position(|column| *column == question.rate)?;
    let mut ladders: Vec<Ladder> = Vec::new();
    for (system, label) in labels.iter().enumerate() {
        let mut cells = label.clone();
        let rate = cells.remove(place).trim().parse().ok().filter(|rate: &f64| rate.is_normal());
        let Some(rate) = rate.filter(|rate| *rate > 0.0) else { continue };
        let rung = (rate.ln(), system);
        match ladders.iter_mut().find(|ladder| ladder.cells == cells) {
            Some(ladder) => ladder.rungs.push(rung),
            None => ladders.push(Ladder { cells, rungs: vec![rung] }),
        }
    }
    ladders.retain(|ladder| ladder.rungs.len() > 1);
    ladders.sort_by(|a, b| a.cells.cmp(&b.cells));
    for ladder in &mut ladders {
        ladder.rungs.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    if ladders.is_empty() {
        return None;
    }
    /// The lower ends of the service bands.
    const BANDS: [f64; 4] = [3.0, 3.5, 4.0, 4.5];
    let qualities = if question.at.is_empty() { &BANDS[..] } else { &question.at };
    let mut rates = Vec::new();
    for &mos_lqo in qualities {
        rates.extend(ladders.iter().map(|ladder| rate_at(fit, ladder, mos_lqo)));
    }
    let mut differences = Vec::new();
    for (place, against) in ladders.iter().enumerate() {
        differences.extend(ladders[place + 1..].iter().map(|ladder| differ(fit, ladder, against)));
    }
    Some(Ladders { rates, differences })
}

impl Ladder {
    /// Quality over the logarithm of the bit-rate.
    fn quality(&self, means: &[f64]) -> Option<MonotoneCubic> {
        let points = self.rungs.iter().map(|&(rate, system)| (rate, means[system]));
        MonotoneCubic::new(&points.collect::<Vec<_>>())
    }

    /// The logarithm of the bit-rate over quality, where every rung is better than the one below.
    fn rate(&self, means: &[f64]) -> Option<MonotoneCubic> {
        let points = self.rungs.iter().map(|&(rate, system)| (means[system], rate));
        MonotoneCubic::new(&points.collect::<Vec<_>>())
    }

    /// Qualities from the lowest to the highest rung.
    fn qualities(&self, means: &[f64]) -> (f64, f64) {
        let means = || self.rungs.iter().map(|&(_, system)| means[system]);
        (means().fold(f64::INFINITY, f64::min), means().fold(f64::NEG_INFINITY, f64::max))
    }

    /// The logarithms of the lowest and the highest bit-rate.
    fn rates(&self) -> (f64, f64) {
        (self.rungs[0].0, self.rungs[self.rungs.len() - 1].0)
    }

    /// The logarithm of the lowest bit-rate at which quality rises to this.
    fn reaches(&self, mos_lqo: f64, means: &[f64]) -> Option<f64> {
        let rises = |pair: &&[(f64, usize)]| {
            means[pair[0].1] <= mos_lqo
                && mos_lqo <= means[pair[1].1]
                && means[pair[0].1] < means[pair[1].1]
        };
        let piece = self.rungs.windows(2).find(rises)?;
        let curve = self.quality(means)?;
        let (mut low, mut high) = (piece[0].0, piece[1].0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if curve.at(middle) < mos_lqo { low = middle } else { high = middle }
        }
        Some(0.5 * (low + high))
    }
}

fn rate_at(fit: &Fit, ladder: &Ladder, mos_lqo: f64) -> RateAtQuality {
    let estimate = estimate(fit, &[ladder], &|means| ladder.reaches(mos_lqo, means));
    let value = ladder.reaches(mos_lqo, &fit.means);
    RateAtQuality {
        ladder: ladder.cells.clone(),
        mos_lqo,
        rate: value.map(f64::exp),
        interval: estimate.map(|one| one.interval(0.95)).map(|(low, high)| (low.exp(), high.exp())),
    }
}

fn differ(fit: &Fit, ladder: &Ladder, against: &Ladder) -> LadderDifference {
    let both = [ladder, against];
    let rate = |means: &[f64]| mean_rate_difference(ladder, against, means);
    let quality = |means: &[f64]| mean_quality_difference(ladder, against, means);
    let percent = |difference: f64| 100.0 * difference.exp_m1();
    let rate_estimate = estimate(fit, &both, &rate);
    let quality_estimate = estimate(fit, &both, &quality);
    let falls = |ladder: &Ladder| {
        let fallen =
            ladder.rungs.windows(2).find(|pair| fit.means[pair[1].1] <= fit.means[pair[0].1])?;
        let rates = [fallen[0].0, fallen[1].0].map(|rate| (rate.exp() * 1e6).round() / 1e6);
        Some(format!(
            "{} does not rise from {} to {}, so that no rate belongs to a quality",
            ladder.cells.join(" "),
            rates[0],
            rates[1]
        ))
    };
    let reason = falls(ladder).or_else(|| falls(against)).or_else(|| {
        (rate(&fit.means).is_none() || quality(&fit.means).is_none())
            .then(|| "the two have no quality or no bit-rate in common".to_owned())
    });
    LadderDifference {
        ladder: ladder.cells.clone(),
        against: against.cells.clone(),
        rate_percent: rate(&fit.means).map(percent),
        rate_interval: rate_estimate
            .map(|one| one.interval(0.95))
            .map(|(low, high)| (percent(low), percent(high))),
        mos_lqo: quality(&fit.means),
        mos_lqo_interval: quality_estimate.map(|one| one.interval(0.95)),
        reason,
    }
}

/// The mean difference of the logarithms of bit-rates over the qualities that both have.
fn mean_rate_difference(ladder: &Ladder, against: &Ladder, means: &[f64]) -> Option<f64> {
    let (own, other) = (ladder.qualities(means), against.qualities(means));
    let (low, high) = (own.0.max(other.0), own.1.min(other.1));
    let (own, other) = (ladder.rate(means)?, against.rate(means)?);
    (low < high).then(|| (own.integral(low, high) - other.integral(low, high)) / (high - low))
}

/// The mean difference of quality over the bit-rates that both have.
fn mean_quality_difference(ladder: &Ladder, against: &Ladder, means: &[f64]) -> Option<f64> {
    let (own, other) = (ladder.rates(), against.rates());
    let (low, high) = (own.0.max(other.0), own.1.min(other.1));
    let (own, other) = (ladder.quality(means)?, against.quality(means)?);
    (low < high).then(|| (own.integral(low, high) - other.integral(low, high)) / (high - low))
}

/// What follows from the means of these ladders, with the error that follows from theirs.
fn estimate(
    fit: &Fit,
    ladders: &[&Ladder],
    of: &dyn Fn(&[f64]) -> Option<f64>,
) -> Option<Estimate> {
    /// A change of MOS-LQO that is small for every curve.
    const STEP: f64 = 1e-5;
    let model = fit.model.as_ref()?;
    let value = of(&fit.means)?;
    let mut weights = Vec::new();
    for &(_, system) in ladders.iter().flat_map(|ladder| &ladder.rungs) {
        let moved = |step: f64| {
            let mut means = fit.means.clone();
            means[system] += step;
            of(&means)
        };
        // At the end of what two ladders share, one side may have no value.
        let slope = match (moved(STEP), moved(-STEP)) {
            (Some(above), Some(below)) => (above - below) / (2.0 * STEP),
            (Some(above), None) => (above - value) / STEP,
            (None, Some(below)) => (value - below) / STEP,
            (None, None) => 0.0,
        };
        weights.push((system, slope));
    }
    Some(Estimate { value, ..model.contrast(&weights) })
}
