//! Points in a space of raters, normally distributed: the same for every recording, so that estimates can be repeated.

use std::f64::consts::TAU;

/// So many points of so many numbers; every other point is the one before turned round, so that their mean is zero.
pub(super) fn raters(count: usize, width: usize) -> Vec<f32> {
    let mut state = 1u64;
    // SplitMix64 (Steele, Lea, Flood, 2014).
    let mut uniform = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    // Box and Muller.
    let mut normal = || (-2.0 * (1.0 - uniform()).ln()).sqrt() * (TAU * uniform()).cos();
    let mut points: Vec<f32> = Vec::with_capacity(count * width);
    for place in 0..count {
        for number in 0..width {
            let value = if place % 2 == 0 {
                normal() as f32
            } else {
                -points[(place - 1) * width + number]
            };
            points.push(value);
        }
    }
    points
}
