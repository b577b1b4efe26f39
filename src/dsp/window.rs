//! Analysis windows.

use multiversion::multiversion;

/// A periodic Hann window, 0.5·(1 − cos(2πn/length)), computed in f64.
pub(crate) fn hann(length: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU / length as f64;
    (0..length).map(|n| (0.5 * (1.0 - (step * n as f64).cos())) as f32).collect()
}

/// A frame of `samples` through a window.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub(crate) fn multiply(frame: &mut [f32], samples: &[f32], window: &[f32]) {
    for ((out, sample), gain) in frame.iter_mut().zip(samples).zip(window) {
        *out = sample * gain;
    }
}
