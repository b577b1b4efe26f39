//! Mapping: from indicators to MOS-LQO, falling in each of them.

use crate::model::fullband::{Mapping, Spread};
use crate::model::indicators::Indicators;

impl Mapping {
    /// MOS-LQO of indicators: impairments add up, and each takes its part of what quality is left.
    pub fn mos_lqo(&self, indicators: &Indicators) -> f64 {
        let weighted = self.impairments(indicators).to_array();
        let sum: f64 = weighted.iter().map(|impairment| impairment.powf(self.norm)).sum();
        self.lowest + (self.highest - self.lowest) * (-sum.powf(1.0 / self.norm)).exp()
    }

    /// What each indicator does to the score, on a common scale: its weight times its power.
    pub fn impairments(&self, indicators: &Indicators) -> Indicators {
        let shaped = self.shaped(indicators).to_array();
        let weights = self.weights.to_array();
        Indicators::from_array(std::array::from_fn(|i| shaped[i] * weights[i]))
    }

    /// Each indicator under its exponent; what goes unnoticed is taken off the dissimilarity.
    fn shaped(&self, indicators: &Indicators) -> Indicators {
        let values = indicators.to_array();
        let exponents = self.exponents.to_array();
        let mut shaped =
            Indicators::from_array(std::array::from_fn(|i| values[i].max(0.0).powf(exponents[i])));
        let (unnoticed, exponent) = (self.unnoticed_dissimilarity, self.exponents.dissimilarity);
        shaped.dissimilarity = (indicators.dissimilarity.max(0.0) + unnoticed).powf(exponent)
            - unnoticed.powf(exponent);
        shaped
    }
}

impl Spread {
    /// The standard error of a score: that of each impairment, weighted with its part of them all.
    pub fn of(&self, impairments: &Indicators) -> f64 {
        let (parts, spread) = (impairments.to_array(), self.by.to_array());
        let sum: f64 = parts.iter().sum();
        if sum <= 0.0 {
            return self.least;
        }
        let variance: f64 =
            parts.iter().zip(spread).map(|(part, spread)| part / sum * spread.powi(2)).sum();
        // What is hardly impaired cannot be far off.
        self.least + (variance.sqrt() - self.least) * (1.0 - (-sum / self.much).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fullband::Parameters;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn more_of_any_impairment_never_scores_higher(
            values in proptest::array::uniform8(0.0f64..3.0), which in 0usize..8, more in 0.0f64..3.0,
        ) {
            let mapping = Parameters::built_in().mapping;
            let mut worse = values;
            worse[which] += more;
            let [better, worse] = [values, worse].map(|v| mapping.mos_lqo(&Indicators::from_array(v)));
            prop_assert!(worse <= better && (1.0..=4.75).contains(&worse));
        }
    }

    #[test]
    fn nothing_impaired_scores_highest() {
        let mapping = Parameters::built_in().mapping;
        assert_eq!(mapping.mos_lqo(&Indicators::default()), 4.75);
    }
}
