//! Cross-correlation by FFT, and correlation coefficients.

use super::fft::{Buffer, Correlation, fast_length};
use realfft::num_traits::Float;

/// A correlator for sequences of up to `capacity` values; plans and buffers are kept between calls.
#[derive(Default)]
pub(crate) struct Correlator {
    plans: Vec<Plan>,
    values: Vec<f32>,
}

/// Correlations of one padded length.
struct Plan {
    /// In samples.
    length: usize,
    correlation: Correlation,
    x: Buffer,
    y: Buffer,
}

impl Plan {
    fn new(length: usize) -> Self {
        let (x, y) = (Buffer::new(length), Buffer::new(length));
        Self { length, correlation: Correlation::new(length), x, y }
    }

    /// The circular cross-correlation of two sequences, times the length.
    fn correlate(&mut self, x: &[f32], y: &[f32]) -> &[f32] {
        for (values, bins) in [(x, &mut self.x), (y, &mut self.y)] {
            bins.load(values, 0);
        }
        self.correlation.spectrum(&mut self.x);
        self.correlation.run(&self.x, &mut self.y);
        self.y.samples()
    }
}

impl Correlator {
    /// c[k] = Σ x[i]·y[i + k − (a − 1)] for k = 0..a + b − 1, with a and b the lengths; both are at least 1.
    pub fn correlate(&mut self, x: &[f32], y: &[f32]) -> &[f32] {
        let (a, b) = (x.len(), y.len());
        let length = fast_length(a + b - 1);
        let plan = match self.plans.iter().position(|plan| plan.length == length) {
            Some(known) => &mut self.plans[known],
            None => {
                self.plans.push(Plan::new(length));
                self.plans.last_mut().expect("pushed on the line above")
            }
        };
        let circular = plan.correlate(x, y);
        let scale = 1.0 / length as f32;
        self.values.clear();
        self.values.extend(circular[length + 1 - a..].iter().map(|value| value * scale));
        self.values.extend(circular[..b].iter().map(|value| value * scale));
        &self.values
    }
}

/// Correlation coefficient from an inner product and the energies of both sides, 0 where either has none.
///
/// A floor against the chance likeness of faint signals is the caller's to add to the energies, or to hold them above.
pub(crate) fn coefficient<T: Float>(product: T, energies: [T; 2]) -> T {
    let norm = (energies[0] * energies[1]).sqrt();
    if norm > T::zero() { product / norm } else { T::zero() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_the_sum_it_stands_for(
            x in prop::collection::vec(-1f32..1.0, 1..70),
            y in prop::collection::vec(-1f32..1.0, 1..70),
        ) {
            let mut correlator = Correlator::default();
            let values = correlator.correlate(&x, &y);
            prop_assert_eq!(values.len(), x.len() + y.len() - 1);
            for (k, value) in values.iter().enumerate() {
                let lag = k as isize - (x.len() as isize - 1);
                let expected: f32 = (0..x.len() as isize)
                    .filter_map(|i| Some(x[i as usize] * y.get(usize::try_from(i + lag).ok()?)?))
                    .sum();
                prop_assert!((value - expected).abs() < 1e-4);
            }
        }
    }
}
