//! Linear ramps.

/// Where `value` lies between two limits: 0 up to the first, 1 from the second on, linear between them.
pub(crate) fn ramp(value: f64, [from, to]: [f64; 2]) -> f64 {
    ((value - from) / (to - from)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_is_level_beyond_its_limits() {
        assert_eq!([0.0, 2.0, 3.0, 9.0].map(|value| ramp(value, [2.0, 4.0])), [0.0, 0.0, 0.5, 1.0]);
    }
}
