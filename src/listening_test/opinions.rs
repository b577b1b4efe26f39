//! Mean opinions of the stimuli and the conditions, and how sure they are.

use super::reliability::Analysis;
use super::subjects::Subjects;
use super::votes::Votes;
use crate::statistics::{Mean, MixedModel, mean, t_quantile};
use serde::Serialize;

/// What listeners said of an item in a condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StimulusOpinion {
    /// The item.
    pub item: String,
    /// Its condition, where the table names one.
    pub condition: Option<String>,
    /// The recording before it was degraded, where the table names it.
    pub reference: Option<String>,
    /// The recording that was heard, where the table names it.
    pub degraded: Option<String>,
    /// How many votes there are.
    pub votes: usize,
    /// Their mean; `None` where every vote was left out.
    pub mean: Option<f64>,
    /// The mean's standard error.
    pub standard_error: Option<f64>,
    /// Its 95 % interval, Student's over the votes.
    pub interval: Option<(f64, f64)>,
    /// Quality by the model of listeners; where listeners are told apart.
    pub recovered: Option<Recovered>,
}

/// Quality by the model of listeners.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Recovered {
    /// The quality, on the scale of the votes.
    pub mean: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
}

/// What listeners said of a condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ConditionOpinion {
    /// The condition.
    pub condition: String,
    /// How many items it has.
    pub items: usize,
    /// How many votes there are.
    pub votes: usize,
    /// The mean of all its votes; `None` where every vote was left out.
    pub mean: Option<f64>,
    /// The mean's standard error over the votes.
    pub standard_error: Option<f64>,
    /// Its 95 % interval, Student's over the votes, as the Recommendations ask; for these listeners and items.
    pub interval: Option<(f64, f64)>,
    /// The mean by a mixed model with listeners and items as random factors.
    pub general_mean: Option<f64>,
    /// Its 95 % interval, which holds for other listeners and items of their kind.
    pub general_interval: Option<(f64, f64)>,
    /// The mean of its items' qualities by the model of listeners.
    pub recovered: Option<f64>,
    /// How many votes more would make half the interval over the votes as narrow as was asked.
    pub more_votes: Option<u64>,
}

pub(super) fn stimuli(votes: &Votes, subjects: Option<&Subjects>) -> Vec<StimulusOpinion> {
    let scores = votes.by_stimulus();
    let opinion = |(place, scores): (usize, &Vec<f64>)| {
        let found = Mean::of(scores);
        let quality = subjects.and_then(|subjects| subjects.quality[place]);
        StimulusOpinion {
            item: votes.stimuli[place].item.clone(),
            condition: votes.stimuli[place].condition.clone(),
            reference: votes.files[place][0].clone(),
            degraded: votes.files[place][1].clone(),
            votes: scores.len(),
            mean: found.map(|found| found.mean),
            standard_error: standard_error(scores),
            interval: found.and_then(|found| found.interval),
            recovered: quality.map(|(mean, error)| {
                let half = t_quantile(0.975, 1e9) * error;
                Recovered { mean, interval: (mean - half, mean + half) }
            }),
        }
    };
    scores.iter().enumerate().map(opinion).collect()
}

pub(super) fn conditions(
    votes: &Votes,
    stimuli: &[StimulusOpinion],
    analysis: Option<&(Analysis, (MixedModel, Vec<String>))>,
    half_width: f64,
) -> Vec<ConditionOpinion> {
    let mut names: Vec<&str> = Vec::new();
    votes.conditions().for_each(|name| {
        if !names.contains(&name) {
            names.push(name);
        }
    });
    let opinion = |&name: &&str| {
        let is_own = |place: usize| votes.stimuli[place].condition.as_deref() == Some(name);
        let own = votes.votes.iter().filter(|vote| is_own(vote.stimulus));
        let scores: Vec<f64> = own.map(|vote| vote.score).collect();
        let found = Mean::of(&scores);
        let general = analysis.and_then(|(_, (model, levels))| {
            Some(model.mean(levels.iter().position(|level| level == name)?))
        });
        let own = || stimuli.iter().filter(|one| one.condition.as_deref() == Some(name));
        let recovered: Option<Vec<f64>> =
            own().map(|one| one.recovered.map(|recovered| recovered.mean)).collect();
        ConditionOpinion {
            condition: name.to_owned(),
            items: own().count(),
            votes: scores.len(),
            mean: found.map(|found| found.mean),
            standard_error: standard_error(&scores),
            interval: found.and_then(|found| found.interval),
            general_mean: general.map(|general| general.value),
            general_interval: general.map(|general| general.interval(0.95)),
            recovered: recovered.filter(|all| !all.is_empty()).map(|all| mean(&all)),
            more_votes: more_votes(&scores, half_width),
        }
    };
    names.iter().map(opinion).collect()
}

/// The standard error of the mean of two values or more.
fn standard_error(scores: &[f64]) -> Option<f64> {
    let count = scores.len() as f64;
    let centre = (scores.len() > 1).then(|| mean(scores))?;
    let squares: f64 = scores.iter().map(|score| (score - centre).powi(2)).sum();
    Some((squares / (count - 1.0) / count).sqrt())
}

/// How many votes more make the interval reach no further than `half_width` from the mean.
fn more_votes(scores: &[f64], half_width: f64) -> Option<u64> {
    const MOST: u64 = 10_000_000;
    let count = scores.len() as u64;
    let deviation = standard_error(scores)? * (count as f64).sqrt();
    let narrow = |votes: u64| {
        t_quantile(0.975, votes as f64 - 1.0) * deviation / (votes as f64).sqrt() <= half_width
    };
    if narrow(count) {
        return Some(0);
    }
    let (mut few, mut enough) = (count, 2 * count);
    while !narrow(enough) {
        (few, enough) = (enough, 2 * enough);
        if enough > MOST {
            return None;
        }
    }
    while enough - few > 1 {
        let middle = few + (enough - few) / 2;
        if narrow(middle) { enough = middle } else { few = middle }
    }
    Some(enough - count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_votes_more_make_the_interval_narrow_enough_and_one_less_does_not() {
        let votes = [3.0, 4.0, 5.0, 2.0, 3.0, 4.0];
        let more = more_votes(&votes, 0.1).expect("they vary") + 6;
        let deviation = standard_error(&votes).expect("six") * 6f64.sqrt();
        let half =
            |count: u64| t_quantile(0.975, count as f64 - 1.0) * deviation / (count as f64).sqrt();
        assert!(half(more) <= 0.1 && half(more - 1) > 0.1, "{more}");
        assert_eq!(more_votes(&[4.0, 4.0], 0.1), Some(0));
        assert_eq!(more_votes(&[4.0], 0.1), None);
    }
}
