//! How sure the means are, and on how many degrees of freedom that rests (Satterthwaite, 1946; Fai and Cornelius, 1996).

use super::criterion::Criterion;
use nalgebra::{DMatrix, DVector};

/// The covariance of the means, and how it depends on the variances.
#[derive(Debug, Clone)]
pub(super) struct Uncertainty {
    covariance: DMatrix<f64>,
    /// Its derivatives by the logarithm of each variance that is not zero.
    slopes: Vec<DMatrix<f64>>,
    /// The covariance of those logarithms.
    of_variances: DMatrix<f64>,
    /// Degrees of freedom where nothing can be said of the variances.
    free: f64,
}

impl Uncertainty {
    /// Of means that do not vary.
    pub fn none(fixed: usize, free: usize) -> Self {
        Self {
            covariance: DMatrix::zeros(fixed, fixed),
            slopes: Vec::new(),
            of_variances: DMatrix::zeros(0, 0),
            free: free as f64,
        }
    }

    /// At the variances found, the residual's last.
    pub fn of(criterion: &Criterion, variances: &[f64]) -> Option<Self> {
        let (_, covariance) = criterion.full(variances)?;
        let at: Vec<usize> = (0..variances.len()).filter(|&place| variances[place] > 0.0).collect();
        let moved = |moves: &[(usize, f64)]| {
            let mut variances = variances.to_vec();
            moves.iter().for_each(|&(place, step)| variances[place] *= step.exp());
            criterion.full(&variances)
        };
        // Two steps, so that the error of second order falls out (Richardson).
        let finer =
            |of: &dyn Fn(f64) -> Option<f64>| Some((4.0 * of(0.5 * STEP)? - of(STEP)?) / 3.0);
        let likelihood = |moves: &[(usize, f64)]| Some(moved(moves)?.0);
        let centre = likelihood(&[])?;
        let mut curvature = DMatrix::zeros(at.len(), at.len());
        for (row, &one) in at.iter().enumerate() {
            for (column, &other) in at.iter().enumerate().take(row + 1) {
                let second = |h: f64| {
                    if row == column {
                        let sides = likelihood(&[(one, h)])? + likelihood(&[(one, -h)])?;
                        return Some((sides - 2.0 * centre) / (h * h));
                    }
                    let alike = likelihood(&[(one, h), (other, h)])?
                        + likelihood(&[(one, -h), (other, -h)])?;
                    let unlike = likelihood(&[(one, h), (other, -h)])?
                        + likelihood(&[(one, -h), (other, h)])?;
                    Some((alike - unlike) / (4.0 * h * h))
                };
                curvature[(row, column)] = finer(&second)?;
                curvature[(column, row)] = curvature[(row, column)];
            }
        }
        let slope = |&place: &usize| {
            let first =
                |h: f64| Some((moved(&[(place, h)])?.1 - moved(&[(place, -h)])?.1) / (2.0 * h));
            Some((first(0.5 * STEP)? * 4.0 - first(STEP)?) / 3.0)
        };
        let slopes = at.iter().map(slope).collect::<Option<Vec<_>>>()?;
        let of_variances = inverse_where_positive(curvature) * 2.0;
        Some(Self { covariance, slopes, of_variances, free: criterion.free() })
    }

    /// The variance of a weighted sum of the means, and its degrees of freedom.
    pub fn of_contrast(&self, contrast: &DVector<f64>) -> (f64, f64) {
        let quadratic = |matrix: &DMatrix<f64>| (matrix * contrast).dot(contrast);
        let variance = quadratic(&self.covariance);
        let slopes = DVector::from_iterator(self.slopes.len(), self.slopes.iter().map(quadratic));
        let spread = (&self.of_variances * &slopes).dot(&slopes);
        let degrees = if spread > 0.0 { 2.0 * variance * variance / spread } else { self.free };
        // No variance is known on less than one degree; where nothing is left to the residual, rounding says so.
        (variance, degrees.clamp(1.0, 1e9))
    }

    /// The covariance of several weighted sums.
    pub fn covariance_of(&self, contrasts: &DMatrix<f64>) -> DMatrix<f64> {
        contrasts * &self.covariance * contrasts.transpose()
    }
}

/// How far the logarithm of a variance is moved to see what depends on it.
const STEP: f64 = 0.02;

/// The inverse on the directions in which the likelihood has a maximum.
fn inverse_where_positive(matrix: DMatrix<f64>) -> DMatrix<f64> {
    let eigen = matrix.symmetric_eigen();
    let inverted = eigen.eigenvalues.map(|value| if value > 1e-8 { 1.0 / value } else { 0.0 });
    &eigen.eigenvectors * DMatrix::from_diagonal(&inverted) * eigen.eigenvectors.transpose()
}
