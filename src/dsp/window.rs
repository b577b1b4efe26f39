//! Analysis windows.

/// A periodic Hann window, 0.5·(1 − cos(2πn/length)), computed in f64.
pub(crate) fn hann(length: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU / length as f64;
    (0..length).map(|n| (0.5 * (1.0 - (step * n as f64).cos())) as f32).collect()
}
