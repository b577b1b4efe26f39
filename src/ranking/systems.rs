//! The systems, best first.

use super::{Fit, PairDifference, SIGNIFICANCE};
use crate::statistics::letters;
use serde::Serialize;

/// One system.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct System {
    /// Its cells in the columns that name systems.
    pub system: Vec<String>,
    /// How many scores it has.
    pub rows: usize,
    /// Its mean MOS-LQO.
    pub mean: f64,
    /// The 95 % interval of the mean, for itself; `None` where nothing tells how sure it is.
    pub interval: Option<(f64, f64)>,
    /// Systems that share a letter do not differ significantly; empty where nothing tells.
    pub letters: String,
}

impl System {
    /// The cells with spaces between.
    pub fn name(&self) -> String {
        self.system.join(" ")
    }
}

pub(super) fn of(
    fit: &Fit,
    labels: Vec<Vec<String>>,
    by_system: &[Vec<f64>],
    differences: &[PairDifference],
) -> Vec<System> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|&a, &b| fit.means[b].total_cmp(&fit.means[a]));
    let count = labels.len();
    let mut differ = vec![false; count * count];
    for pair in differences.iter().filter(|pair| pair.p.is_some_and(|p| p < SIGNIFICANCE)) {
        let [one, other] = pair.places;
        differ[one * count + other] = true;
        differ[other * count + one] = true;
    }
    let letters = match fit.model {
        Some(_) => letters(&order, |one, other| differ[one * count + other]),
        None => vec![String::new(); count],
    };
    let system = |place: usize| System {
        system: labels[place].clone(),
        rows: by_system[place].len(),
        mean: fit.means[place],
        interval: fit.model.as_ref().map(|model| on_scale(model.mean(place).interval(0.95))),
        letters: letters[place].clone(),
    };
    order.into_iter().map(system).collect()
}

/// An interval of a mean cut where the scale of MOS-LQO ends.
fn on_scale((low, high): (f64, f64)) -> (f64, f64) {
    (low.max(1.0), high.min(5.0))
}
