//! How far listeners agree, and whether conditions differ whoever listens.

use super::votes::Votes;
use crate::statistics::{Component, FTest, Factor, MixedModel, pearson};
use serde::Serialize;
use twox_hash::XxHash3_64;

/// How far listeners agree about the stimuli.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reliability {
    /// The intraclass correlation of single votes, agreement: ICC(2,1) of Shrout and Fleiss (1979).
    pub icc_single: f64,
    /// The same of the mean of a stimulus' votes: ICC(2,k).
    pub icc_mean: f64,
    /// The same where listeners' biases do not count, of single votes: ICC(3,1).
    pub icc_consistency: f64,
    /// Votes a stimulus, the k of `icc_mean`: the harmonic mean.
    pub votes_per_stimulus: f64,
    /// The mean correlation of the stimuli's means between random halves of the listeners.
    pub split_half: Option<f64>,
    /// What that comes to for all listeners (Spearman and Brown).
    pub split_half_corrected: Option<f64>,
}

/// An analysis of variance with listeners and items as random factors.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Analysis {
    /// Whether the conditions differ.
    pub test: Option<FTest>,
    /// What else varies, and how much.
    pub components: Vec<Component>,
}

/// Larger problems would take minutes: levels besides those of the largest factor.
const MOST_LEVELS: usize = 700;

pub(super) fn of(votes: &Votes) -> Option<Reliability> {
    let listeners: Vec<usize> =
        votes.votes.iter().map(|vote| vote.listener).collect::<Option<_>>()?;
    let listener = Factor::new("listener", listeners);
    let stimulus = Factor::new("stimulus", votes.votes.iter().map(|vote| vote.stimulus));
    if listener.count().min(stimulus.count()) > MOST_LEVELS || listener.count() < 2 {
        return None;
    }
    let values: Vec<f64> = votes.votes.iter().map(|vote| vote.score).collect();
    let all = Factor::new("all", values.iter().map(|_| ()));
    let counts = votes.by_stimulus();
    let counts: Vec<f64> =
        counts.iter().filter(|own| !own.is_empty()).map(|own| own.len() as f64).collect();
    let votes_per_stimulus =
        counts.len() as f64 / counts.iter().map(|count| count.recip()).sum::<f64>();
    let model = MixedModel::fit(&values, &all, &[stimulus.clone(), listener])?;
    let variance =
        |name: &str| model.components.iter().find(|one| one.factor == name).map(|one| one.variance);
    let (of_stimuli, error) = (variance("stimulus")?, variance("residual")?);
    let noise = error + variance("listener").unwrap_or(0.0);
    if of_stimuli + noise <= 0.0 {
        return None;
    }
    let split_half = split_half(votes);
    Some(Reliability {
        icc_single: of_stimuli / (of_stimuli + noise),
        icc_mean: of_stimuli / (of_stimuli + noise / votes_per_stimulus),
        icc_consistency: of_stimuli / (of_stimuli + error),
        votes_per_stimulus,
        split_half,
        split_half_corrected: split_half.map(|r| 2.0 * r / (1.0 + r)),
    })
}

/// The mean correlation over random halves, which are the same on every machine.
fn split_half(votes: &Votes) -> Option<f64> {
    const SPLITS: u64 = 200;
    let split = |seed: u64| {
        let draw = |listener: &String| XxHash3_64::oneshot_with_seed(seed, listener.as_bytes());
        let mut order: Vec<usize> = (0..votes.listeners.len()).collect();
        order.sort_by_key(|&listener| (draw(&votes.listeners[listener]), listener));
        let mut first = vec![false; order.len()];
        order[..order.len() / 2].iter().for_each(|&listener| first[listener] = true);
        let mut sums = vec![[(0.0, 0.0); 2]; votes.stimuli.len()];
        for vote in &votes.votes {
            let half = usize::from(vote.listener.is_some_and(|listener| first[listener]));
            let (sum, count) = &mut sums[vote.stimulus][half];
            *sum += vote.score;
            *count += 1.0;
        }
        let both = sums.iter().filter(|halves| halves.iter().all(|half| half.1 > 0.0));
        let means: Vec<[f64; 2]> =
            both.map(|halves| halves.map(|(sum, count)| sum / count)).collect();
        let half = |place: usize| means.iter().map(|one| one[place]).collect::<Vec<f64>>();
        let r = (means.len() > 2).then(|| pearson(&half(0), &half(1)))?;
        r.is_finite().then_some(r)
    };
    let found: Vec<f64> = (0..SPLITS).filter_map(split).collect();
    (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
}

/// The analysis, and the model behind it with the names of its conditions; `None` without conditions or listeners.
pub(super) fn analysis(
    votes: &Votes,
    notes: &mut Vec<String>,
) -> Option<(Analysis, (MixedModel, Vec<String>))> {
    let mut levels: Vec<String> = Vec::new();
    for vote in &votes.votes {
        let name = votes.stimuli[vote.stimulus].condition.as_ref()?;
        if !levels.contains(name) {
            levels.push(name.clone());
        }
    }
    let conditions = |vote: &super::votes::Vote| votes.stimuli[vote.stimulus].condition.clone();
    let condition = Factor::new("condition", votes.votes.iter().map(conditions));
    let items = votes.votes.iter().map(|vote| votes.stimuli[vote.stimulus].item.clone());
    let item = Factor::new("item", items);
    let stimulus = item.crossed(&condition);
    let listeners: Vec<usize> =
        votes.votes.iter().map(|vote| vote.listener).collect::<Option<_>>()?;
    let listener = Factor::new("listener", listeners);
    let levels_left = [item.count(), stimulus.count(), listener.count()];
    let largest = levels_left.into_iter().max().unwrap_or_default();
    if levels_left.iter().sum::<usize>() - largest > MOST_LEVELS {
        notes.push(format!(
            "{} listeners and {} stimuli are too many for the analysis with random factors",
            listener.count(),
            stimulus.count()
        ));
        return None;
    }
    let values: Vec<f64> = votes.votes.iter().map(|vote| vote.score).collect();
    let model = MixedModel::fit(&values, &condition, &[listener, item, stimulus])?;
    let analysis = Analysis { test: model.f_test(), components: model.components.clone() };
    Some((analysis, (model, levels)))
}
