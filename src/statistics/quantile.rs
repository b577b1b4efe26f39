//! Quantiles of values that have weights.

/// The smallest of the (value, weight) pairs' values with at least `share` of the total weight at or below it; the
/// weighted median for a `share` of one half. `None` of no values. Weights are not negative.
pub(crate) fn weighted_quantile(mut values: Vec<(f64, f64)>, share: f64) -> Option<f64> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let enough = values.iter().map(|value| value.1).sum::<f64>() * share;
    let mut sum = 0.0;
    let reaches = |value: &&(f64, f64)| {
        sum += value.1;
        sum >= enough
    };
    values.iter().find(reaches).map(|value| value.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heavy_value_draws_the_median_to_itself() {
        assert_eq!(weighted_quantile(vec![(3.0, 1.0), (1.0, 1.0), (2.0, 1.0)], 0.5), Some(2.0));
        assert_eq!(weighted_quantile(vec![(3.0, 5.0), (1.0, 1.0), (2.0, 1.0)], 0.5), Some(3.0));
        assert_eq!(weighted_quantile(vec![(3.0, 0.0), (1.0, 0.0)], 0.5), Some(1.0));
        assert_eq!(weighted_quantile(Vec::new(), 0.5), None);
    }
}
