//! Sums of squares; running sums, from which the sum of any stretch is one difference, and the means that they give.

use multiversion::multiversion;

/// Sum of squares, formed in f32 and added in f64.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub(crate) fn energy(samples: &[f32]) -> f64 {
    let mut sums = [0.0f64; 16];
    let mut chunks = samples.chunks_exact(sums.len());
    for chunk in &mut chunks {
        for (sum, sample) in sums.iter_mut().zip(chunk) {
            *sum += f64::from(sample * sample);
        }
    }
    sums.iter().sum::<f64>()
        + chunks.remainder().iter().map(|sample| f64::from(sample * sample)).sum::<f64>()
}

/// The sums of the first 0, 1, 2 and so on values.
pub(crate) fn running(values: impl Iterator<Item = f32>) -> Vec<f64> {
    let mut sum = 0.0;
    let sums = values.map(|value| {
        sum += f64::from(value);
        sum
    });
    std::iter::once(0.0).chain(sums).collect()
}

/// The mean around each value, over so many on either side; fewer at the ends.
pub(crate) fn moving_means(values: impl Iterator<Item = f32>, reach: usize) -> Vec<f64> {
    let sums = running(values);
    let count = sums.len() - 1;
    let mean = |place: usize| {
        let (first, end) = (place.saturating_sub(reach), (place + reach + 1).min(count));
        (sums[end] - sums[first]) / (end - first) as f64
    };
    (0..count).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_have_fewer_values_at_the_ends() {
        let values = [1.0, 2.0, 6.0, 4.0];
        assert_eq!(running(values.into_iter()), [0.0, 1.0, 3.0, 9.0, 13.0]);
        assert_eq!(moving_means(values.into_iter(), 1), [1.5, 3.0, 4.0, 5.0]);
    }
}
