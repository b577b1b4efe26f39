//! Values of a sampled signal between its samples: a windowed sinc, tabulated.

use super::inner_product::inner_product;
use multiversion::multiversion;

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

    /// `count` values of `samples` from position `first` on, `step` samples apart.
    pub fn read(&self, samples: &[f32], first: f64, step: f64, count: usize) -> Vec<f32> {
        // Positions that have all their samples, with one to spare for rounding.
        let inside = |position: f64| ((position - first) / step).clamp(0.0, count as f64);
        let margin = HALF_LENGTH as f64;
        let start = inside(margin).ceil() as usize;
        let end = (inside(samples.len() as f64 - margin - 1.0) as usize).max(start);
        let mut values = vec![0.0; count];
        let at = |index: usize| first + index as f64 * step;
        for (index, value) in values.iter_mut().enumerate() {
            if !(start..end).contains(&index) {
                *value = self.at(samples, at(index));
            }
        }
        read_inside(&self.table, samples, (at(start), step), &mut values[start..end]);
        values
    }

    /// `samples` read at `ratio` samples a step.
    pub fn stretched(&self, samples: &[f32], ratio: f64) -> Vec<f32> {
        self.read(samples, 0.0, ratio, (samples.len() as f64 / ratio) as usize)
    }
}

/// Values at positions that all have [`HALF_LENGTH`] samples on either side.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn read_inside(
    table: &[[f32; 2 * HALF_LENGTH]],
    samples: &[f32],
    (first, step): (f64, f64),
    values: &mut [f32],
) {
    const TAPS: usize = 2 * HALF_LENGTH;
    for (index, value) in values.iter_mut().enumerate() {
        let position = first + index as f64 * step;
        let whole = position as i64;
        let phase = (position - whole as f64) * PHASES as f64;
        let entry = phase as i32;
        let fraction = (phase - f64::from(entry)) as f32;
        let (lower, upper) = (&table[entry as usize], &table[entry as usize + 1]);
        let near = &samples[whole as usize + 1 - HALF_LENGTH..][..TAPS];
        let mut products = [0.0f32; TAPS];
        for tap in 0..TAPS {
            products[tap] = (lower[tap] + fraction * (upper[tap] - lower[tap])) * near[tap];
        }
        // Summed in halves, in a fixed order that vectorises.
        let mut half = HALF_LENGTH;
        while half > 0 {
            for tap in 0..half {
                products[tap] += products[tap + half];
            }
            half /= 2;
        }
        *value = products[0];
    }
}
