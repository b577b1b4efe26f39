//! Values of a sampled signal between its samples: a windowed sinc, tabulated.

use super::inner_product::inner_product;

/// Samples used on each side of a position.
const HALF_LENGTH: usize = 16;
/// Tabulated positions between two samples; values in between are interpolated linearly.
const PHASES: usize = 128;

/// Reads signals at fractional positions, flat to 0.4 of the sample rate.
pub(crate) struct Interpolator {
    table: Vec<[f32; 2 * HALF_LENGTH]>,
}

impl Interpolator {
    pub fn new() -> Self {
        let weights = |phase: usize| {
            let fraction = phase as f64 / PHASES as f64;
            std::array::from_fn(|tap| {
                let x = tap as f64 - (HALF_LENGTH - 1) as f64 - fraction;
                let sinc = if x == 0.0 {
                    1.0
                } else {
                    (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x)
                };
                let window =
                    (std::f64::consts::FRAC_PI_2 * x / (HALF_LENGTH as f64 + 0.5)).cos().powi(2);
                (sinc * window) as f32
            })
        };
        Self { table: (0..=PHASES).map(weights).collect() }
    }

    /// The value of `samples` at `position`, counted in samples; zero outside the signal.
    pub fn at(&self, samples: &[f32], position: f64) -> f32 {
        let whole = position.floor();
        let first = whole as i64 - (HALF_LENGTH as i64 - 1);
        let phase = (position - whole) * PHASES as f64;
        let index = phase as usize;
        let value = |weights: &[f32; 2 * HALF_LENGTH]| match usize::try_from(first) {
            Ok(first) if first < samples.len() => inner_product(weights, &samples[first..]),
            Ok(_) => 0.0,
            Err(_) => {
                let skipped = (first.unsigned_abs() as usize).min(weights.len());
                inner_product(&weights[skipped..], samples)
            }
        };
        let fraction = (phase - index as f64) as f32;
        let lower = value(&self.table[index]);
        if fraction == 0.0 {
            lower
        } else {
            lower + fraction * (value(&self.table[index + 1]) - lower)
        }
    }

    /// `samples` read at `ratio` samples a step.
    pub fn stretched(&self, samples: &[f32], ratio: f64) -> Vec<f32> {
        let length = (samples.len() as f64 / ratio) as usize;
        (0..length).map(|index| self.at(samples, index as f64 * ratio)).collect()
    }
}
