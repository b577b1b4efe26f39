//! The variances under which the values are most likely.

use super::criterion::Criterion;
use argmin::core::{CostFunction, Error, Executor};
use argmin::solver::neldermead::NelderMead;

/// From here on a factor is all that varies, as far as numbers can tell.
const LARGEST: f64 = 1e5;

struct Search<'a>(&'a Criterion);

impl CostFunction for Search<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, ratios: &Self::Param) -> Result<f64, Error> {
        Ok(self.0.profiled(&within(ratios)).unwrap_or(f64::MAX))
    }
}

/// A ratio and its negative mean the same, which takes the bound at zero out of the search.
fn within(ratios: &[f64]) -> Vec<f64> {
    ratios.iter().map(|ratio| ratio.abs().min(LARGEST)).collect()
}

/// The standard deviations of the factors over that of the residual; zero where a factor does not make the values more
/// likely.
pub(super) fn most_likely(criterion: &Criterion) -> Option<Vec<f64>> {
    let count = criterion.factors;
    if count == 0 {
        return Some(Vec::new());
    }
    let mut best = vec![1.0; count];
    // Begun anew once from what was found, because a simplex may shrink before it is there.
    for step in [0.8, 0.05] {
        let mut simplex = vec![best.clone()];
        for place in 0..count {
            let mut corner = best.clone();
            corner[place] += step * (1.0 + best[place]);
            simplex.push(corner);
        }
        let solver = NelderMead::new(simplex).with_sd_tolerance(1e-11).ok()?;
        let found = Executor::new(Search(criterion), solver)
            .configure(|state| state.max_iters(150 * count as u64))
            .run()
            .ok()?;
        best = within(found.state.best_param.as_ref()?);
    }
    // Where nothing is left to the residual, likelihood rises without end, and the search stops somewhere on its way.
    for place in 0..count {
        let mut alone = best.clone();
        alone[place] = LARGEST;
        if criterion.profiled(&alone)? < criterion.profiled(&best)? - 1e-7 {
            best = alone;
        }
    }
    for place in 0..count {
        let mut without = best.clone();
        without[place] = 0.0;
        if criterion.profiled(&without)? <= criterion.profiled(&best)? + 1e-7 {
            best = without;
        }
    }
    Some(best)
}
