//! Pre-emphasis, which flattens the falling long-term spectrum of speech.

/// First-order pre-emphasis: each sample less `weight` times the one before it. Low frequencies carry most of the power
/// of speech and little of what is heard, and a flat spectrum has the sharpest correlation peak.
pub(crate) fn pre_emphasised(samples: &[f32], weight: f32) -> Vec<f32> {
    let before = std::iter::once(&0.0).chain(samples);
    samples.iter().zip(before).map(|(now, before)| now - weight * before).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_weakened_from_the_second_sample_on() {
        assert_eq!(pre_emphasised(&[1.0, 1.0, 3.0], 0.5), [1.0, 0.5, 2.5]);
    }
}
