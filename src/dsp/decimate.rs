//! The copies that are compared: low-pass filtered and decimated by a whole number.
//!
//! A delay shows in the telephone band as well as in the full band, whatever the connection cut off
//! above it, and everything after this costs in proportion to the rate.

use super::inner_product::inner_product;

/// Taps of the low-pass on each side, in samples of the decimated signal.
const HALF_LENGTH: usize = 6;

/// A signal at a whole fraction of its rate.
#[derive(Debug, Clone)]
pub(crate) struct Decimated {
    pub samples: Vec<f32>,
    pub sample_rate: f64,
    pub factor: usize,
}

impl Decimated {
    /// `samples` at the lowest whole fraction of `sample_rate` that is at least `least_rate`; samples that are
    /// not numbers count as silence.
    pub fn new(samples: &[f32], sample_rate: u32, least_rate: u32) -> Self {
        let factor = (sample_rate / least_rate.max(1)).max(1) as usize;
        let taps = low_pass(factor);
        let half = taps.len() / 2;
        let at = |centre: usize| -> f32 {
            let value = match (centre.checked_sub(half), centre + half < samples.len()) {
                (Some(first), true) => inner_product(&taps, &samples[first..]),
                _ => {
                    let first = centre.saturating_sub(half);
                    let skipped = half.saturating_sub(centre);
                    inner_product(&taps[skipped..], &samples[first..])
                }
            };
            if value.is_finite() { value } else { 0.0 }
        };
        let decimated =
            (0..samples.len().div_ceil(factor)).map(|index| at(index * factor)).collect();
        Self { samples: decimated, sample_rate: f64::from(sample_rate) / factor as f64, factor }
    }
}

/// A Hann-windowed sinc of odd length with its -6 dB point at 0.46 of the decimated rate.
fn low_pass(factor: usize) -> Vec<f32> {
    if factor == 1 {
        return vec![1.0];
    }
    let half = (HALF_LENGTH * factor) as i32;
    let cutoff = 0.92 / factor as f64;
    let taps: Vec<f64> = (-half..=half)
        .map(|n| {
            let x = f64::from(n) * cutoff * std::f64::consts::PI;
            let sinc = if n == 0 { 1.0 } else { x.sin() / x };
            let window =
                (std::f64::consts::FRAC_PI_2 * f64::from(n) / f64::from(half + 1)).cos().powi(2);
            sinc * window
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.iter().map(|tap| (tap / sum) as f32).collect()
}
