//! A model of the listeners: each has a bias and an inconsistency, and votes count by how consistent they are.
//!
//! A vote is the quality of the stimulus, plus the listener's bias, plus noise of the listener's own size; the maximum of
//! the likelihood is found by alternating projections, as ITU-T P.910 describes (Li and others, 2020).

use super::votes::{Vote, Votes};

/// The model's parameters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Subjects {
    /// The quality of each stimulus, and its standard error; `None` without votes.
    pub quality: Vec<Option<(f64, f64)>>,
    /// How much each listener votes above the others; `None` of one who is left out.
    pub bias: Vec<Option<f64>>,
    /// The standard deviation of each listener's votes about what is expected of them.
    pub inconsistency: Vec<Option<f64>>,
}

/// Where the quality of no stimulus moves by more, it is found.
const SETTLED: f64 = 1e-10;
const MOST_ROUNDS: usize = 10_000;
/// Nobody counts as more consistent than this part of all listeners' spread. Else the likelihood may have no
/// maximum: it grows as one listener is taken to be beyond doubt.
const LEAST_SPREAD: f64 = 0.25;

impl Subjects {
    /// `None` where the table does not tell listeners apart, or where fewer than two listeners voted.
    pub fn fit(votes: &Votes) -> Option<Self> {
        let count = votes.listeners.len();
        let known: Vec<(usize, &Vote)> =
            votes.votes.iter().map(|vote| Some((vote.listener?, vote))).collect::<Option<_>>()?;
        let mut given = vec![0.0_f64; count];
        known.iter().for_each(|(listener, _)| given[*listener] += 1.0);
        if given.iter().filter(|votes| **votes > 0.0).count() < 2 {
            return None;
        }
        let stimuli = votes.stimuli.len();
        // Sums over a stimulus or a listener, each vote with the weight and value that are given.
        let over =
            |size: usize, at: &dyn Fn(usize, &Vote) -> usize, of: &dyn Fn(usize, &Vote) -> f64| {
                let mut sums = vec![0.0; size];
                known
                    .iter()
                    .for_each(|(listener, vote)| sums[at(*listener, vote)] += of(*listener, vote));
                sums
            };
        let of_stimulus = |_: usize, vote: &Vote| vote.stimulus;
        let of_listener = |listener: usize, _: &Vote| listener;
        let counts = over(stimuli, &of_stimulus, &|_, _| 1.0);
        let sums = over(stimuli, &of_stimulus, &|_, vote| vote.score);
        let mut quality: Vec<f64> =
            sums.iter().zip(&counts).map(|(sum, count)| sum / count).collect();
        let mut weights = vec![1.0; count];
        let mut bias;
        let mut rounds = 0;
        loop {
            let above = over(count, &of_listener, &|_, vote| vote.score - quality[vote.stimulus]);
            bias = above.iter().zip(&given).map(|(sum, count)| sum / count).collect::<Vec<f64>>();
            let error =
                |listener: usize, vote: &Vote| vote.score - quality[vote.stimulus] - bias[listener];
            let sums = over(count, &of_listener, &|l, vote| error(l, vote));
            let squares = over(count, &of_listener, &|l, vote| error(l, vote).powi(2));
            let all = (squares.iter().sum::<f64>() / known.len() as f64).sqrt();
            let spread = |listener: usize| {
                let mean = sums[listener] / given[listener];
                let own = (squares[listener] / given[listener] - mean * mean).max(0.0).sqrt();
                own.max(LEAST_SPREAD * all).max(1e-9)
            };
            weights = (0..count).map(|listener| spread(listener).powi(-2)).collect();
            let total = over(stimuli, &of_stimulus, &|l, _| weights[l]);
            let weighted =
                over(stimuli, &of_stimulus, &|l, vote| weights[l] * (vote.score - bias[l]));
            let found: Vec<f64> = weighted.iter().zip(&total).map(|(sum, all)| sum / all).collect();
            let moved = found.iter().zip(&quality).filter(|(one, _)| one.is_finite());
            let moved = moved.map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
            quality = found;
            rounds += 1;
            if moved < SETTLED || rounds == MOST_ROUNDS {
                break;
            }
        }
        // With gaps, what all biases have in common could as well be quality; over all votes there is none.
        let common = over(1, &|_, _| 0, &|l, _| bias[l])[0] / known.len() as f64;
        bias.iter_mut().for_each(|bias| *bias -= common);
        quality.iter_mut().for_each(|quality| *quality += common);
        let total = over(stimuli, &of_stimulus, &|l, _| weights[l]);
        let of = |quality: f64, total: f64| (total > 0.0).then(|| (quality, total.sqrt().recip()));
        let voted = |listener: usize, value: f64| (given[listener] > 0.0).then_some(value);
        Some(Self {
            quality: quality
                .iter()
                .zip(total)
                .map(|(&quality, total)| of(quality, total))
                .collect(),
            bias: bias.iter().enumerate().map(|(at, &bias)| voted(at, bias)).collect(),
            inconsistency: weights
                .iter()
                .enumerate()
                .map(|(at, w)| voted(at, w.powf(-0.5)))
                .collect(),
        })
    }
}
