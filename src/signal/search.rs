//! The first sample of a kind, found a block at a time.

use multiversion::multiversion;

/// The index of the first sample whose absolute value is more than `largest` or no number.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub(super) fn beyond(samples: &[f32], largest: f32) -> Option<usize> {
    position(samples, |sample| sample.abs() > largest || sample.is_nan())
}

/// The index of the first sample that `described` holds for.
#[inline(always)]
pub(super) fn position(samples: &[f32], described: impl Fn(f32) -> bool) -> Option<usize> {
    const BLOCK: usize = 1024;
    // Whole blocks at a time, which is much faster than to stop at the very sample.
    let holds_one = |block: &[f32]| block.iter().fold(false, |found, &x| found | described(x));
    let from = BLOCK * samples.chunks(BLOCK).position(holds_one)?;
    samples[from..].iter().position(|&sample| described(sample)).map(|index| from + index)
}
