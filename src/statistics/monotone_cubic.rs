//! Piecewise cubic interpolation that rises where its points rise (Fritsch and Butland, 1984; PCHIP).

/// A curve through points.
#[derive(Debug, Clone, PartialEq)]
pub struct MonotoneCubic {
    points: Vec<(f64, f64)>,
    slopes: Vec<f64>,
}

impl MonotoneCubic {
    /// Through two points or more, of which each has a larger `x` than the one before; `None` of others.
    pub fn new(points: &[(f64, f64)]) -> Option<Self> {
        let rises = points.windows(2).all(|pair| pair[1].0 > pair[0].0);
        if points.len() < 2 || !rises {
            return None;
        }
        let steps: Vec<f64> = points.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        let secants: Vec<f64> = points
            .windows(2)
            .zip(&steps)
            .map(|(pair, step)| (pair[1].1 - pair[0].1) / step)
            .collect();
        let last = secants.len() - 1;
        let mut slopes = vec![secants[0]; points.len()];
        for place in 1..=last {
            let (before, after) = (secants[place - 1], secants[place]);
            let (left, right) = (steps[place - 1], steps[place]);
            slopes[place] = if before * after > 0.0 {
                let (a, b) = (2.0 * right + left, right + 2.0 * left);
                (a + b) / (a / before + b / after)
            } else {
                0.0
            };
        }
        if last > 0 {
            slopes[0] = end_slope(steps[0], steps[1], secants[0], secants[1]);
            slopes[last + 1] =
                end_slope(steps[last], steps[last - 1], secants[last], secants[last - 1]);
        }
        Some(Self { points: points.to_vec(), slopes })
    }

    /// The value at `x`; beyond the ends, that of the last piece.
    pub fn at(&self, x: f64) -> f64 {
        let place = self.piece(x);
        let (t, step) = self.within(place, x);
        let [(_, low), (_, high)] = [self.points[place], self.points[place + 1]];
        let (t2, t3) = (t * t, t * t * t);
        (2.0 * t3 - 3.0 * t2 + 1.0) * low
            + (t3 - 2.0 * t2 + t) * step * self.slopes[place]
            + (3.0 * t2 - 2.0 * t3) * high
            + (t3 - t2) * step * self.slopes[place + 1]
    }

    /// The integral between two places within the ends.
    pub fn integral(&self, from: f64, to: f64) -> f64 {
        self.integral_to(to) - self.integral_to(from)
    }

    fn integral_to(&self, x: f64) -> f64 {
        let last = self.piece(x);
        let whole = (0..last).map(|place| self.integral_within(place, 1.0));
        whole.sum::<f64>() + self.integral_within(last, self.within(last, x).0)
    }

    fn integral_within(&self, place: usize, t: f64) -> f64 {
        let [(from, low), (to, high)] = [self.points[place], self.points[place + 1]];
        let step = to - from;
        let (t2, t3) = (t * t, t * t * t);
        let t4 = t2 * t2;
        let sum = (0.5 * t4 - t3 + t) * low
            + (0.25 * t4 - 2.0 / 3.0 * t3 + 0.5 * t2) * step * self.slopes[place]
            + (t3 - 0.5 * t4) * high
            + (0.25 * t4 - t3 / 3.0) * step * self.slopes[place + 1];
        sum * step
    }

    fn piece(&self, x: f64) -> usize {
        let behind = self.points.partition_point(|point| point.0 <= x);
        behind.clamp(1, self.points.len() - 1) - 1
    }

    fn within(&self, place: usize, x: f64) -> (f64, f64) {
        let step = self.points[place + 1].0 - self.points[place].0;
        ((x - self.points[place].0) / step, step)
    }
}

/// The slope at an end by three points, kept from turning the curve.
fn end_slope(step: f64, next_step: f64, secant: f64, next_secant: f64) -> f64 {
    let slope = ((2.0 * step + next_step) * secant - step * next_secant) / (step + next_step);
    if slope * secant <= 0.0 {
        0.0
    } else if secant * next_secant <= 0.0 && slope.abs() > 3.0 * secant.abs() {
        3.0 * secant
    } else {
        slope
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    /// SciPy 1.17: `PchipInterpolator([1, 2, 4, 7], [1, 3, 3.5, 6])`, at 1.5, 3 and 6, and `.integrate(1.5, 6)`.
    #[test]
    fn the_curve_and_its_integral_equal_those_of_scipy() {
        let curve = MonotoneCubic::new(&[(1.0, 1.0), (2.0, 3.0), (4.0, 3.5), (7.0, 6.0)]);
        let curve = curve.expect("the points rise");
        for (x, expected) in
            [(1.5, 2.262105855855856), (3.0, 3.278799839443404), (6.0, 4.908434176751008)]
        {
            assert_abs_diff_eq!(curve.at(x), expected, epsilon = 1e-9);
        }
        assert_abs_diff_eq!(curve.integral(1.5, 6.0), 16.093382777889275, epsilon = 1e-9);
        assert_eq!(MonotoneCubic::new(&[(1.0, 1.0)]), None);
        assert_eq!(MonotoneCubic::new(&[(1.0, 1.0), (1.0, 2.0)]), None);
    }
}
