//! Analysis windows.

use multiversion::multiversion;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

thread_local! {
    static WINDOWS: RefCell<HashMap<usize, Arc<[f32]>>> = RefCell::default();
}

/// A periodic Hann window, 0.5·(1 − cos(2πn/length)), computed in f64 once a thread.
pub(crate) fn hann(length: usize) -> Arc<[f32]> {
    let step = std::f64::consts::TAU / length as f64;
    let value = |n: usize| (0.5 * (1.0 - (step * n as f64).cos())) as f32;
    WINDOWS.with_borrow_mut(|windows| {
        Arc::clone(windows.entry(length).or_insert_with(|| (0..length).map(value).collect()))
    })
}

/// A Hann window whose samples lie symmetrically about its centre, sin²(π(n + ½)/length), computed in f64.
pub(crate) fn hann_centred(length: usize) -> Vec<f32> {
    let angle = |n: usize| std::f64::consts::PI * (n as f64 + 0.5) / length as f64;
    (0..length).map(|n| angle(n).sin().powi(2) as f32).collect()
}

/// Writes `samples` times `window` to `frame`, as far as the shortest of the three reaches.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn multiply(frame: &mut [f32], samples: &[f32], window: &[f32]) {
    for ((out, sample), gain) in frame.iter_mut().zip(samples).zip(window) {
        *out = sample * gain;
    }
}
