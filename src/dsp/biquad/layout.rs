//! Chunks of signals side by side: row t holds the t-th sample of every chunk, a lane each.

use crate::dsp::transposition::{Block, WIDTH, transposed};

const GROUPS: usize = 4;
/// Chunks side by side, of all signals together: enough registers to hide the latency of a recurrence.
pub(super) const LANES: usize = GROUPS * WIDTH;

/// A sample of each lane, register by register.
pub(super) type Row = [[f32; WIDTH]; GROUPS];

/// From chunks to rows; zeros follow a chunk that is shorter than there are rows, a multiple of [`WIDTH`].
pub(super) fn side_by_side(chunks: &[&[f32]; LANES], rows: &mut [Row]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the CPU has AVX2, as asked on the line above.
        return unsafe { avx2::side_by_side(chunks, rows) };
    }
    spread(chunks, rows, transposed);
}

/// From rows back to chunks.
pub(super) fn end_to_end(rows: &[Row], chunks: &mut [&mut [f32]; LANES]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the CPU has AVX2, as asked on the line above.
        return unsafe { avx2::end_to_end(rows, chunks) };
    }
    collect(rows, chunks, transposed);
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{LANES, Row, collect, spread};
    use crate::dsp::transposition::avx2::transposed;

    #[target_feature(enable = "avx2")]
    pub fn side_by_side(chunks: &[&[f32]; LANES], rows: &mut [Row]) {
        spread(chunks, rows, |block| transposed(block));
    }

    #[target_feature(enable = "avx2")]
    pub fn end_to_end(rows: &[Row], chunks: &mut [&mut [f32]; LANES]) {
        collect(rows, chunks, |block| transposed(block));
    }
}

#[inline(always)]
fn spread(chunks: &[&[f32]; LANES], rows: &mut [Row], transposed: impl Fn(Block) -> Block) {
    let (blocks, _) = rows.as_chunks_mut::<WIDTH>();
    for (i, block) in blocks.iter_mut().enumerate() {
        for group in 0..GROUPS {
            let lanes = std::array::from_fn(|l| eight(chunks[group * WIDTH + l], i * WIDTH));
            for (row, values) in block.iter_mut().zip(transposed(lanes)) {
                row[group] = values;
            }
        }
    }
}

/// The samples of a chunk from `start` on, zeros behind its end.
#[inline(always)]
fn eight(chunk: &[f32], start: usize) -> [f32; WIDTH] {
    match chunk.get(start..).and_then(|rest| rest.first_chunk()) {
        Some(samples) => *samples,
        None => padded(chunk.get(start..).unwrap_or_default()),
    }
}

/// Kept apart, for it is rare.
#[cold]
#[inline(never)]
fn padded(samples: &[f32]) -> [f32; WIDTH] {
    std::array::from_fn(|i| samples.get(i).copied().unwrap_or(0.0))
}

#[inline(always)]
fn collect(rows: &[Row], chunks: &mut [&mut [f32]; LANES], transposed: impl Fn(Block) -> Block) {
    let (blocks, _) = rows.as_chunks::<WIDTH>();
    for (i, block) in blocks.iter().enumerate() {
        for group in 0..GROUPS {
            let lanes = transposed(std::array::from_fn(|t| block[t][group]));
            for (l, values) in lanes.iter().enumerate() {
                let rest = chunks[group * WIDTH + l].get_mut(i * WIDTH..).unwrap_or_default();
                match rest.first_chunk_mut() {
                    Some(place) => *place = *values,
                    None => begin(rest, values),
                }
            }
        }
    }
}

/// Kept apart, for it is rare.
#[cold]
#[inline(never)]
fn begin(samples: &mut [f32], values: &[f32; WIDTH]) {
    for (sample, value) in samples.iter_mut().zip(values) {
        *sample = *value;
    }
}
