//! Sums, and running sums, from which the sum of any stretch is one difference; the means and levels that they give.

use multiversion::multiversion;

/// Sum of the squares of samples, each rounded to f32 and added in f64.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn energy(samples: &[f32]) -> f64 {
    in_lanes(samples, |sample| f64::from(sample * sample))
}

/// Sum of samples, added in f64.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn sum(samples: &[f32]) -> f64 {
    in_lanes(samples, f64::from)
}

/// The sum of a term for each sample, in lanes, which is much faster than in order.
#[inline(always)]
fn in_lanes(samples: &[f32], term: impl Fn(f32) -> f64) -> f64 {
    let mut sums = [0.0f64; 16];
    let (lanes, rest) = samples.as_chunks();
    for lanes in lanes {
        for (sum, &sample) in sums.iter_mut().zip(lanes as &[f32; 16]) {
            *sum += term(sample);
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|&sample| term(sample)).sum::<f64>()
}

/// Mean power weighted by amplitude, so that silence of any length does not move it; 0 of silence.
pub(crate) fn level(powers: impl Iterator<Item = f32>) -> f64 {
    let (power, amplitude) = powers.fold((0.0, 0.0), |(power, amplitude), next| {
        (power + f64::from(next), amplitude + f64::from(next).sqrt())
    });
    if amplitude > 0.0 { (power / amplitude).powi(2) } else { 0.0 }
}

/// The sums of the first 0, 1, 2 and so on values.
pub(crate) fn running(values: impl Iterator<Item: Into<f64>>) -> Vec<f64> {
    let mut sum = 0.0;
    let sums = values.map(|value| {
        sum += value.into();
        sum
    });
    std::iter::once(0.0).chain(sums).collect()
}

/// The mean of each value with its neighbours, `reach` on either side; fewer at the ends.
pub(crate) fn moving_means(values: impl Iterator<Item = f32>, reach: usize) -> Vec<f64> {
    let sums = running(values);
    let count = sums.len() - 1;
    let mean = |index: usize| {
        let (first, end) = (index.saturating_sub(reach), (index + reach + 1).min(count));
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
