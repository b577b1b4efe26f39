//! Linear mixed models: one fixed factor, whose levels have means, and random factors such as talkers, items, listeners.
//!
//! Fitted by restricted maximum likelihood (Patterson and Thompson, 1971); degrees of freedom after Satterthwaite (1946).
//! A random factor makes a statement hold for others of its kind, not only for those that were in the test.

mod criterion;
mod degrees;
mod factor;
mod search;

pub use factor::Factor;

use super::estimate::Estimate;
use criterion::Criterion;
use degrees::Uncertainty;
use nalgebra::{DMatrix, DVector};
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, FisherSnedecor};

/// A fitted model.
#[derive(Debug, Clone)]
pub struct MixedModel {
    /// The mean of each level of the fixed factor.
    means: DVector<f64>,
    /// What varies, and how much; the residual last.
    pub components: Vec<Component>,
    uncertainty: Uncertainty,
}

/// How much one random factor contributes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Component {
    /// The factor; `residual` for what no factor explains.
    pub factor: String,
    /// How many levels it has; for the residual, how many values.
    pub levels: usize,
    /// Its variance.
    pub variance: f64,
}

/// Whether the levels of the fixed factor differ at all (Wald's F).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FTest {
    /// The statistic.
    pub f: f64,
    /// Degrees of freedom of the levels.
    pub degrees: f64,
    /// Degrees of freedom of the error (Satterthwaite).
    pub error_degrees: f64,
    /// Probability of so large a statistic by chance.
    pub p: f64,
}

impl MixedModel {
    /// Fits `values` by their levels of the `fixed` factor and of random factors. Random factors that cannot be told
    /// from the fixed one, from another or from the residual are left out.
    ///
    /// `None` where there are no more values than levels of the fixed factor, so that nothing tells how they vary.
    pub fn fit(values: &[f64], fixed: &Factor, random: &[Factor]) -> Option<Self> {
        let free = values.len().checked_sub(fixed.count()).filter(|free| *free > 0)?;
        let random = factor::distinct(fixed, random);
        let offsets = fixed.means(values);
        let centred: Vec<f64> = values
            .iter()
            .zip(&fixed.levels)
            .map(|(value, &level)| value - offsets[level])
            .collect();
        let size = values.iter().fold(0.0_f64, |size, value| size.max(value.abs()));
        let criterion = Criterion::new(&centred, fixed, &random);
        let levels = |place: usize| (random[place].name.clone(), random[place].count());
        // Values that do not vary within the levels but by rounding.
        if centred.iter().all(|value| value.abs() <= 1e-12 * size) {
            let zero = |(factor, levels)| Component { factor, levels, variance: 0.0 };
            let mut components: Vec<_> = (0..random.len()).map(levels).map(zero).collect();
            components.push(zero(("residual".to_owned(), values.len())));
            let uncertainty = Uncertainty::none(fixed.count(), free);
            return Some(Self { means: offsets.into(), components, uncertainty });
        }
        let ratios = search::most_likely(&criterion)?;
        let point = criterion.at(&ratios)?;
        let residual = point.squares / free as f64;
        let mut components = Vec::new();
        for (place, ratio) in ratios.iter().enumerate() {
            let (factor, levels) = levels(place);
            components.push(Component { factor, levels, variance: ratio * ratio * residual });
        }
        let (factor, levels) = ("residual".to_owned(), values.len());
        components.push(Component { factor, levels, variance: residual });
        let variances: Vec<f64> = components.iter().map(|component| component.variance).collect();
        let means = DVector::from(offsets) + &point.means;
        Some(Self { means, components, uncertainty: Uncertainty::of(&criterion, &variances)? })
    }

    /// The mean of one level of the fixed factor.
    pub fn mean(&self, level: usize) -> Estimate {
        self.contrast(&[(level, 1.0)])
    }

    /// How much the mean of a level lies above that of another.
    pub fn difference(&self, level: usize, other: usize) -> Estimate {
        self.contrast(&[(level, 1.0), (other, -1.0)])
    }

    /// A weighted sum of the levels' means: (level, weight).
    pub fn contrast(&self, weights: &[(usize, f64)]) -> Estimate {
        let mut contrast = DVector::zeros(self.means.len());
        weights.iter().for_each(|&(level, weight)| contrast[level] += weight);
        let (variance, degrees) = self.uncertainty.of_contrast(&contrast);
        Estimate {
            value: contrast.dot(&self.means),
            standard_error: variance.max(0.0).sqrt(),
            degrees,
        }
    }

    /// Whether the levels differ; `None` for a single level, or where nothing varies.
    pub fn f_test(&self) -> Option<FTest> {
        let count = self.means.len().checked_sub(1).filter(|count| *count > 0)?;
        let contrasts = DMatrix::from_fn(count, count + 1, |row, column| match column {
            0 => -1.0,
            column => f64::from(u8::from(column == row + 1)),
        });
        let eigen = self.uncertainty.covariance_of(&contrasts).symmetric_eigen();
        let differences = &contrasts * &self.means;
        let (mut sum, mut expected) = (0.0, 0.0);
        for (place, &variance) in eigen.eigenvalues.iter().enumerate() {
            if variance <= 0.0 {
                return None;
            }
            let direction = eigen.eigenvectors.column(place);
            sum += direction.dot(&differences).powi(2) / variance;
            let (_, degrees) = self.uncertainty.of_contrast(&(contrasts.transpose() * direction));
            expected += if degrees > 2.0 { degrees / (degrees - 2.0) } else { f64::INFINITY };
        }
        let (degrees, f) = (count as f64, sum / count as f64);
        // The mean of an F distribution is that of the squares (Fai and Cornelius, 1996).
        let error_degrees = match expected {
            expected if expected.is_infinite() => 2.0,
            expected => 2.0 * expected / (expected - degrees),
        };
        let error_degrees =
            if count == 1 { self.difference(1, 0).degrees } else { error_degrees.min(1e6) };
        let p = FisherSnedecor::new(degrees, error_degrees).ok()?.sf(f);
        Some(FTest { f, degrees, error_degrees, p })
    }
}

#[cfg(test)]
mod tests;
