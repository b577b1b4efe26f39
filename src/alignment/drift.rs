//! Clock drift: the slope common to the delays of all stretches between jumps.
//!
//! A robust line first (Theil's incomplete method with weights: slopes between each half's points and the other's,
//! and their median), then weighted least squares over the points that agree with it.

/// A delay measured around a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DelayPoint {
    /// Moment on the reference's time axis, in seconds.
    pub time_s: f64,
    /// Delay there, in seconds.
    pub delay_s: f64,
    /// How much the measurement counts.
    pub weight: f64,
    /// Number of the stretch without jumps that it belongs to.
    pub stretch: usize,
}

/// A slope and how sure it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slope {
    /// Seconds per second.
    pub value: f64,
    /// Standard error of it.
    pub standard_error: f64,
}

impl Slope {
    /// Whether it can be told from none: three standard errors.
    pub fn is_significant(&self) -> bool {
        self.value.abs() > 3.0 * self.standard_error
    }
}

/// The slope of `points` (ordered by time), if they allow one.
pub(crate) fn common_slope(points: &[DelayPoint]) -> Option<Slope> {
    let points: Vec<DelayPoint> = points.iter().filter(|point| point.weight > 0.0).copied().collect();
    let stretches: Vec<&[DelayPoint]> = points.chunk_by(|a, b| a.stretch == b.stretch).collect();
    let robust = weighted_median(stretches.iter().flat_map(|stretch| halves_slopes(stretch)).collect())?;
    let residual = |point: &DelayPoint, centre: f64| point.delay_s - robust * point.time_s - centre;
    let mut residuals: Vec<(DelayPoint, f64)> = Vec::with_capacity(points.len());
    for stretch in &stretches {
        let levels = stretch.iter().map(|point| (residual(point, 0.0), point.weight)).collect();
        let Some(centre) = weighted_median(levels) else { continue };
        residuals.extend(stretch.iter().map(|point| (*point, residual(point, centre))));
    }
    let spread = weighted_median(residuals.iter().map(|(point, value)| (value.abs(), point.weight)).collect())?;
    let agreeing: Vec<DelayPoint> =
        residuals.iter().filter(|(_, value)| value.abs() <= 4.0 * spread + 1e-9).map(|(point, _)| *point).collect();
    least_squares(&agreeing)
}

/// Slopes between points half a stretch apart, with weights.
fn halves_slopes(stretch: &[DelayPoint]) -> Vec<(f64, f64)> {
    let half = stretch.len().div_ceil(2);
    let pairs = stretch.iter().zip(&stretch[half..]);
    pairs
        .filter(|(early, late)| late.time_s > early.time_s)
        .map(|(early, late)| {
            let span_s = late.time_s - early.time_s;
            ((late.delay_s - early.delay_s) / span_s, span_s * early.weight.min(late.weight))
        })
        .collect()
}

/// The least value with at least half of the weight at or below it.
pub(crate) fn weighted_median(mut values: Vec<(f64, f64)>) -> Option<f64> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|value| value.1).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    values.iter().find(|value| {
        sum += value.1;
        sum >= half
    }).map(|value| value.0)
}

/// Weighted least squares with a level of its own for each stretch.
fn least_squares(points: &[DelayPoint]) -> Option<Slope> {
    let (mut time_squares, mut products) = (0.0, 0.0);
    let mut centred: Vec<(f64, f64, f64)> = Vec::with_capacity(points.len());
    let mut stretches = 0;
    for stretch in points.chunk_by(|a, b| a.stretch == b.stretch) {
        let weight: f64 = stretch.iter().map(|point| point.weight).sum();
        let time = stretch.iter().map(|point| point.weight * point.time_s).sum::<f64>() / weight;
        let delay = stretch.iter().map(|point| point.weight * point.delay_s).sum::<f64>() / weight;
        stretches += 1;
        for point in stretch {
            let (t, d) = (point.time_s - time, point.delay_s - delay);
            time_squares += point.weight * t * t;
            products += point.weight * t * d;
            centred.push((t, d, point.weight));
        }
    }
    let freedom = centred.len().checked_sub(stretches + 1).filter(|&freedom| freedom > 0)?;
    if time_squares <= 0.0 {
        return None;
    }
    let value = products / time_squares;
    let squares: f64 = centred.iter().map(|(t, d, weight)| weight * (d - value * t).powi(2)).sum();
    Some(Slope { value, standard_error: (squares / freedom as f64 / time_squares).sqrt() })
}
