//! Clock drift: the slope common to the delays of all stretches between jumps.

use super::correlogram::Correlogram;
use crate::statistics::weighted_quantile;

/// A slope and how sure it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slope {
    /// Samples per sample.
    pub value: f64,
    /// Standard error of it; `None` where too few blocks agree to tell.
    pub standard_error: Option<f64>,
}

/// A block's delay.
#[derive(Debug, Clone, Copy)]
struct Point {
    moment: f64,
    delay: f64,
    weight: f64,
    stretch: usize,
}

/// The slope around `slope` that fits the delays of single blocks best, by weighted least squares with a level of
/// its own for each stretch; blocks further than `tolerance` samples from the line are left out.
pub(crate) fn fitted_slope(
    correlogram: &Correlogram,
    slope: f64,
    tolerance: f64,
    weight_limit: f64,
) -> Slope {
    let mut points = Vec::new();
    for stretch in indexed_stretches(correlogram) {
        let moment = correlogram.curves[stretch.start].centre;
        let delay_at = |index: usize| {
            let curve = &correlogram.curves[index];
            let peak = correlogram.peak(index..index + 1, curve.centre, slope)?;
            let correlation = peak.correlation.powi(2);
            let weight = curve.energy.sqrt() * correlation / (weight_limit - correlation);
            Some(Point { moment: curve.centre, delay: peak.delay, weight, stretch: curve.stretch })
        };
        let own: Vec<Point> = stretch.filter_map(delay_at).collect();
        let levels = own
            .iter()
            .map(|point| (point.delay - slope * (point.moment - moment), point.weight))
            .collect();
        let Some(level) = weighted_quantile(levels, 0.5) else { continue };
        points.extend(own.into_iter().filter(|point| {
            (point.delay - slope * (point.moment - moment) - level).abs() <= tolerance
                && point.weight > 0.0
        }));
    }
    least_squares(&points).unwrap_or(Slope { value: slope, standard_error: None })
}

fn indexed_stretches(correlogram: &Correlogram) -> Vec<std::ops::Range<usize>> {
    let mut start = 0;
    let stretches = correlogram.curves.chunk_by(|a, b| a.stretch == b.stretch);
    stretches
        .map(|stretch| {
            start += stretch.len();
            start - stretch.len()..start
        })
        .collect()
}

fn least_squares(points: &[Point]) -> Option<Slope> {
    let (mut time_squares, mut products) = (0.0, 0.0);
    let mut centred: Vec<(f64, f64, f64)> = Vec::with_capacity(points.len());
    let mut stretches = 0;
    for stretch in points.chunk_by(|a, b| a.stretch == b.stretch) {
        let weight: f64 = stretch.iter().map(|point| point.weight).sum();
        let moment = stretch.iter().map(|point| point.weight * point.moment).sum::<f64>() / weight;
        let delay = stretch.iter().map(|point| point.weight * point.delay).sum::<f64>() / weight;
        stretches += 1;
        for point in stretch {
            let (t, d) = (point.moment - moment, point.delay - delay);
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
    Some(Slope { value, standard_error: Some((squares / freedom as f64 / time_squares).sqrt()) })
}
