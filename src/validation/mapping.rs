//! The third-order monotone mapping of P.1401: from a metric's scale to that of one listening test.
//!
//! Every listening test has its own offset, gain and curvature, because listeners use the scale as
//! the test's best and worst clips suggest. P.1401 therefore compares after the polynomial of third
//! order that fits best among those that do not fall on the range of the scores.
//!
//! With scores brought to −1 ≤ t ≤ 1 this is least squares over the polynomials whose derivative q,
//! a parabola, is nowhere negative there. These parabolas are a convex cone, and the best point of a
//! convex cone is the best point of the linear span of the face it lies in. The faces of this cone
//! are few: the whole, the parabolas that are zero at −1, those at +1, at both, and each parabola
//! (t − τ)² that touches zero at τ; besides, zero itself. So the mapping is found exactly, by solving
//! the normal equations on each span (τ by a search) and taking the best solution that is in the cone.

use crate::statistics::mean;
use serde::Serialize;

/// Coefficients of the polynomial, and so what it takes from the degrees of freedom of an error.
pub const COEFFICIENTS: usize = 4;

/// The touching point τ is looked for among so many before it is refined; there are four extrema at most.
const TOUCHING_POINTS: usize = 256;

/// A polynomial of third order that does not fall between the lowest and the highest score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Mapping {
    /// Factors of the score to the power of 0, 1, 2 and 3.
    pub coefficients: [f64; COEFFICIENTS],
    /// The lowest and highest score that it was fitted to; it holds for what is between.
    pub range: [f64; 2],
}

impl Mapping {
    /// The mapping that brings scores closest to votes, in least squares; the scores must not all be equal.
    pub fn fit(scores: &[f64], votes: &[f64]) -> Self {
        let low = scores.iter().copied().fold(f64::INFINITY, f64::min);
        let high = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (centre, half) = (low.midpoint(high), (high - low) / 2.0);
        let powers = scores.iter().map(|score| integrals((score - centre) / half));
        let powers: Vec<[f64; 3]> = powers.collect();
        let slopes = Moments::new(&powers, votes).best_slopes();
        let mean_power = |place: usize| powers.iter().map(|row| row[place]).sum::<f64>();
        let offset = (0..3).map(|place| slopes[place] * mean_power(place)).sum::<f64>();
        let [a, b, c] = slopes;
        let constant = mean(votes) - offset / scores.len() as f64;
        let in_t = [constant, a, b / 2.0, c / 3.0];
        Self { coefficients: expand(in_t, centre, half), range: [low, high] }
    }

    /// Where a score lands on the scale of the votes; outside the range as at its end.
    pub fn apply(&self, score: f64) -> f64 {
        let score = score.clamp(self.range[0], self.range[1]);
        self.coefficients.iter().rev().fold(0.0, |sum, factor| sum * score + factor)
    }
}

/// The integrals of 1, t and t²: what the derivative's three coefficients multiply.
fn integrals(t: f64) -> [f64; 3] {
    [t, t * t / 2.0, t * t * t / 3.0]
}

/// A polynomial in t = (x − centre) / half as one in x, by Horner's scheme.
fn expand(in_t: [f64; COEFFICIENTS], centre: f64, half: f64) -> [f64; COEFFICIENTS] {
    let mut in_x = [0.0; COEFFICIENTS];
    for factor in in_t.into_iter().rev() {
        let lower = in_x;
        for power in 0..COEFFICIENTS {
            let shifted = if power == 0 { 0.0 } else { lower[power - 1] };
            in_x[power] = (shifted - centre * lower[power]) / half;
        }
        in_x[0] += factor;
    }
    in_x
}

/// What least squares asks of the points: how the integrals vary together, and with the votes.
struct Moments {
    among: [[f64; 3]; 3],
    with_votes: [f64; 3],
}

impl Moments {
    fn new(powers: &[[f64; 3]], votes: &[f64]) -> Self {
        let mean_vote = mean(votes);
        let count = powers.len() as f64;
        let means = [0, 1, 2].map(|place| powers.iter().map(|row| row[place]).sum::<f64>() / count);
        let mut moments = Self { among: [[0.0; 3]; 3], with_votes: [0.0; 3] };
        for (row, vote) in powers.iter().zip(votes) {
            let row = [0, 1, 2].map(|place| row[place] - means[place]);
            for i in 0..3 {
                moments.with_votes[i] += row[i] * (vote - mean_vote);
                (0..3).for_each(|j| moments.among[i][j] += row[i] * row[j]);
            }
        }
        moments
    }

    /// The parabola q, by its coefficients, that is best among those of the cone.
    fn best_slopes(&self) -> [f64; 3] {
        let faces: [&[[f64; 3]]; 4] = [
            &[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            &[[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]],
            &[[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]],
            &[[1.0, 0.0, -1.0]],
        ];
        let on_faces = faces.iter().filter_map(|face| self.best_on(face));
        let candidates = on_faces.chain(self.best_touching()).filter(is_nowhere_negative);
        let best = candidates.min_by(|a, b| self.cost(a).total_cmp(&self.cost(b)));
        best.filter(|slopes| self.cost(slopes) < 0.0).unwrap_or_default()
    }

    /// The squared error of a parabola, less that of zero; halved.
    fn cost(&self, slopes: &[f64; 3]) -> f64 {
        let quadratic = dot(slopes, &self.among.map(|row| dot(&row, slopes)));
        quadratic / 2.0 - dot(slopes, &self.with_votes)
    }

    /// The best parabola of a linear span; none where the points do not determine it.
    fn best_on(&self, span: &[[f64; 3]]) -> Option<[f64; 3]> {
        let images: Vec<[f64; 3]> =
            span.iter().map(|vector| self.among.map(|row| dot(&row, vector))).collect();
        let matrix = span.iter().map(|a| images.iter().map(|b| dot(a, b)).collect()).collect();
        let right = span.iter().map(|vector| dot(vector, &self.with_votes)).collect();
        let factors = solve(matrix, right)?;
        let sum = |place| span.iter().zip(&factors).map(|(vector, f)| vector[place] * f).sum();
        Some([0, 1, 2].map(sum))
    }

    /// The best parabola that touches zero between the ends.
    fn best_touching(&self) -> Option<[f64; 3]> {
        let parabola = |tau: f64| {
            self.best_on(&[[tau * tau, -2.0 * tau, 1.0]]).filter(|slopes| slopes[2] >= 0.0)
        };
        let cost = |tau: f64| parabola(tau).map_or(0.0, |slopes| self.cost(&slopes));
        let step = 2.0 / TOUCHING_POINTS as f64;
        let points = (0..=TOUCHING_POINTS).map(|place| -1.0 + step * place as f64);
        let start = points.min_by(|&a, &b| cost(a).total_cmp(&cost(b)))?;
        let (mut low, mut high) = ((start - step).max(-1.0), (start + step).min(1.0));
        while high - low > 1e-9 {
            let third = (high - low) / 3.0;
            if cost(low + third) < cost(high - third) { high -= third } else { low += third }
        }
        parabola(low.midpoint(high))
    }
}

/// Whether a parabola is at least zero from −1 to 1, but for what rounding does to it.
fn is_nowhere_negative(&[a, b, c]: &[f64; 3]) -> bool {
    let vertex = if c > 0.0 { (-b / (2.0 * c)).clamp(-1.0, 1.0) } else { 0.0 };
    let tolerance = 1e-9 * (a.abs() + b.abs() + c.abs());
    [-1.0, vertex, 1.0].iter().all(|t| a + t * (b + t * c) >= -tolerance)
}

fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves symmetric equations by elimination; none where they are singular, which moments of fewer
/// different scores than coefficients are.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    let least = 1e-12 * (0..size).map(|i| matrix[i][i]).fold(0.0, f64::max);
    for i in 0..size {
        if matrix[i][i] <= least {
            return None;
        }
        for j in i + 1..size {
            let factor = matrix[j][i] / matrix[i][i];
            (i..size).for_each(|k| matrix[j][k] -= factor * matrix[i][k]);
            right[j] -= factor * right[i];
        }
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|k| matrix[i][k] * right[k]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    Some(right)
}
