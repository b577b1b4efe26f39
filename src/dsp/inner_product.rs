//! Inner products in eight lanes: a fixed order of summation that the compiler can vectorise.

use multiversion::multiversion;

const LANES: usize = 8;

/// Σ a·b over the shorter length; the same bits on every machine.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
pub(crate) fn inner_product(a: &[f32], b: &[f32]) -> f32 {
    let n = a.len().min(b.len());
    let (a, b) = (&a[..n], &b[..n]);
    let mut lanes = [0.0f32; LANES];
    let (whole_a, whole_b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = whole_a.remainder().iter().zip(whole_b.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in whole_a.zip(whole_b) {
        for lane in 0..LANES {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    let half: [f32; 4] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + 4]);
    (half[0] + half[2]) + (half[1] + half[3]) + rest
}
