//! The restricted likelihood of a mixed model, from Cholesky decompositions of Henderson's equations.
//!
//! The random factor with the most levels has a diagonal block and is eliminated level by level. What is left falls into
//! parts that share no level, such as talkers; each is eliminated by itself, down to the fixed factor and the values.

use super::factor::Factor;
use nalgebra::{Cholesky, DMatrix, DVector};
use std::collections::BTreeMap;

/// What does not depend on the variances.
pub(super) struct Criterion {
    /// How many variances there are besides the residual.
    pub factors: usize,
    /// How many values there are.
    values: usize,
    /// Levels of the fixed factor.
    pub fixed: usize,
    /// The factor that is eliminated by levels.
    eliminated: Option<usize>,
    parts: Vec<Part>,
}

/// Levels that hang together.
struct Part {
    /// The factor of each of its random levels.
    factors: Vec<usize>,
    /// Products of its levels, the fixed levels and the values.
    products: DMatrix<f64>,
    /// By how many values a level of the eliminated factor has: how many such levels, and the products of their sums.
    eliminated: BTreeMap<usize, (usize, DMatrix<f64>)>,
}

/// The criterion for some variances.
pub(super) struct Point {
    /// Logarithm of the determinants.
    pub log_determinant: f64,
    /// The penalized sum of squares.
    pub squares: f64,
    /// The means of the fixed levels.
    pub means: DVector<f64>,
    /// Their covariance over the residual variance.
    pub covariance: DMatrix<f64>,
}

impl Criterion {
    pub fn new(values: &[f64], fixed: &Factor, random: &[&Factor]) -> Self {
        let eliminated = (0..random.len()).max_by_key(|&place| random[place].count());
        let others: Vec<usize> = (0..random.len()).filter(|&at| Some(at) != eliminated).collect();
        let part_of_value = hang_together(values.len(), random, eliminated, &others);
        let by_part = Factor::new("part", part_of_value);
        let mut members = vec![Vec::new(); by_part.count()];
        by_part.levels.iter().enumerate().for_each(|(value, &part)| members[part].push(value));
        let part =
            |members: &Vec<usize>| Part::new(members, values, fixed, random, eliminated, &others);
        Self {
            factors: random.len(),
            values: values.len(),
            fixed: fixed.count(),
            eliminated,
            parts: members.iter().map(part).collect(),
        }
    }

    /// Degrees of freedom that are left for the variances.
    pub fn free(&self) -> f64 {
        (self.values - self.fixed) as f64
    }

    /// By the standard deviations of the factors over that of the residual; `None` where they are no numbers.
    pub fn at(&self, ratios: &[f64]) -> Option<Point> {
        let size = self.fixed + 1;
        let mut rest = DMatrix::zeros(size, size);
        let mut log_determinant = 0.0;
        let squared = self.eliminated.map_or(0.0, |place| ratios[place] * ratios[place]);
        for part in &self.parts {
            let random = part.factors.len();
            let mut products = part.products.clone();
            for (&count, (levels, sums)) in &part.eliminated {
                let diagonal = 1.0 + squared * count as f64;
                log_determinant += *levels as f64 * diagonal.ln();
                products -= sums * (squared / diagonal);
            }
            for (place, &factor) in part.factors.iter().enumerate() {
                products.row_mut(place).scale_mut(ratios[factor]);
                products.column_mut(place).scale_mut(ratios[factor]);
                products[(place, place)] += 1.0;
            }
            let shared = products.view((random, random), (size, size));
            if random == 0 {
                rest += shared;
                continue;
            }
            let own = Cholesky::new(products.view((0, 0), (random, random)).into_owned())?;
            log_determinant += twice_log_diagonal(&own);
            let across = products.view((0, random), (random, size)).into_owned();
            let solved = own.l_dirty().solve_lower_triangular(&across)?;
            rest += shared - solved.tr_mul(&solved);
        }
        let means = Cholesky::new(rest.view((0, 0), (self.fixed, self.fixed)).into_owned())?;
        log_determinant += twice_log_diagonal(&means);
        let by_value = rest.view((0, self.fixed), (self.fixed, 1)).column(0).into_owned();
        let solution = means.solve(&by_value);
        let total = rest[(self.fixed, self.fixed)];
        // Rounding leaves no less of the squares than this.
        let squares = (total - by_value.dot(&solution)).max(1e-13 * self.total());
        let covariance = means.inverse();
        Some(Point { log_determinant, squares, means: solution, covariance })
    }

    fn total(&self) -> f64 {
        let last =
            |part: &Part| part.products[(part.products.nrows() - 1, part.products.ncols() - 1)];
        self.parts.iter().map(last).sum()
    }

    /// −2 times the logarithm of the restricted likelihood but for a constant, at the best residual variance.
    pub fn profiled(&self, ratios: &[f64]) -> Option<f64> {
        let point = self.at(ratios)?;
        Some(point.log_determinant + self.free() * (point.squares / self.free()).ln())
    }

    /// The same for these variances, that of the residual last; and the covariance of the means.
    pub fn full(&self, variances: &[f64]) -> Option<(f64, DMatrix<f64>)> {
        let (residual, random) = variances.split_last()?;
        let ratios: Vec<f64> = random.iter().map(|variance| (variance / residual).sqrt()).collect();
        let point = self.at(&ratios)?;
        let likelihood =
            point.log_determinant + self.free() * residual.ln() + point.squares / residual;
        Some((likelihood, point.covariance * *residual))
    }
}

fn twice_log_diagonal(cholesky: &Cholesky<f64, nalgebra::Dyn>) -> f64 {
    2.0 * cholesky.l_dirty().diagonal().iter().map(|entry| entry.ln()).sum::<f64>()
}

impl Part {
    fn new(
        members: &[usize],
        values: &[f64],
        fixed: &Factor,
        random: &[&Factor],
        eliminated: Option<usize>,
        others: &[usize],
    ) -> Self {
        let mut places = BTreeMap::new();
        let mut factors = Vec::new();
        for &value in members {
            for &factor in others {
                places.entry((factor, random[factor].levels[value])).or_insert_with(|| {
                    factors.push(factor);
                    factors.len() - 1
                });
            }
        }
        let size = factors.len() + fixed.count() + 1;
        // The few entries of a value's row that are not zero.
        let row = |value: usize| -> Vec<(usize, f64)> {
            let own = |&factor: &usize| (places[&(factor, random[factor].levels[value])], 1.0);
            let mut row: Vec<_> = others.iter().map(own).collect();
            row.push((factors.len() + fixed.levels[value], 1.0));
            row.push((size - 1, values[value]));
            row
        };
        let mut products = DMatrix::zeros(size, size);
        let mut by_level: BTreeMap<usize, (usize, BTreeMap<usize, f64>)> = BTreeMap::new();
        for &value in members {
            let row = row(value);
            add_product(&mut products, &row);
            if let Some(factor) = eliminated {
                let (count, sums) = by_level.entry(random[factor].levels[value]).or_default();
                *count += 1;
                row.iter().for_each(|&(place, entry)| *sums.entry(place).or_insert(0.0) += entry);
            }
        }
        let mut eliminated: BTreeMap<usize, (usize, DMatrix<f64>)> = BTreeMap::new();
        for (count, sums) in by_level.into_values() {
            let (levels, products) =
                eliminated.entry(count).or_insert_with(|| (0, DMatrix::zeros(size, size)));
            *levels += 1;
            add_product(products, &sums.into_iter().collect::<Vec<_>>());
        }
        Self { factors, products, eliminated }
    }
}

fn add_product(products: &mut DMatrix<f64>, row: &[(usize, f64)]) {
    for &(one, a) in row {
        for &(other, b) in row {
            products[(one, other)] += a * b;
        }
    }
}

/// The number of the part to which each value belongs.
fn hang_together(
    values: usize,
    random: &[&Factor],
    eliminated: Option<usize>,
    others: &[usize],
) -> Vec<usize> {
    let Some(&first) = others.first() else { return vec![0; values] };
    // The levels of all factors in one row; each knows one that it hangs together with.
    let mut starts = vec![0];
    random.iter().for_each(|factor| starts.push(starts[starts.len() - 1] + factor.count()));
    let mut towards: Vec<usize> = (0..starts[random.len()]).collect();
    fn root(towards: &mut [usize], mut level: usize) -> usize {
        while towards[level] != level {
            towards[level] = towards[towards[level]];
            level = towards[level];
        }
        level
    }
    for value in 0..values {
        let level = |factor: usize| starts[factor] + random[factor].levels[value];
        let own = root(&mut towards, level(first));
        for &factor in others.iter().skip(1).chain(&eliminated) {
            let other = root(&mut towards, level(factor));
            towards[other] = root(&mut towards, own);
        }
    }
    (0..values)
        .map(|value| root(&mut towards, starts[first] + random[first].levels[value]))
        .collect()
}
