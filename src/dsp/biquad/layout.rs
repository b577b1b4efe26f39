//! Chunks of signals side by side: row t holds the t-th sample of every chunk, a lane each.

use crate::dsp::lanes::{Lanes, MOST};

/// Chunks side by side, of all signals together: enough registers to hide the latency of a recurrence.
pub(super) const LANES: usize = 32;

/// A sample of each lane.
pub(super) type Row = [f32; LANES];

/// Transposes blocks of chunks, a chunk a lane, to rows, a row a sample.
#[inline(always)]
pub(super) fn side_by_side<L: Lanes>(chunks: &[&[f32]; LANES], rows: &mut [Row]) {
    let mut lanes = [L::splat(0.0); MOST];
    for first in (0..LANES).step_by(L::WIDTH) {
        let mut samples = [&[] as &[f32]; MOST];
        samples[..L::WIDTH].copy_from_slice(&chunks[first..first + L::WIDTH]);
        for (i, rows) in rows.chunks_exact_mut(L::WIDTH).enumerate() {
            L::gather(&samples, i * L::WIDTH, &mut lanes);
            for (row, lanes) in rows.iter_mut().zip(&lanes) {
                lanes.store(&mut row[first..]);
            }
        }
    }
}

/// Transposes all rows back to chunks; rows behind the end of a chunk are dropped.
#[inline(always)]
pub(super) fn end_to_end<L: Lanes>(rows: &[Row], chunks: &mut [&mut [f32]; LANES]) {
    let mut lanes = [L::splat(0.0); MOST];
    for (i, rows) in rows.chunks_exact(L::WIDTH).enumerate() {
        for first in (0..LANES).step_by(L::WIDTH) {
            let mut samples = [&[] as &[f32]; MOST];
            for (samples, row) in samples.iter_mut().zip(rows) {
                *samples = &row[first..];
            }
            L::gather(&samples, 0, &mut lanes);
            for (lanes, chunk) in lanes.iter().zip(&mut chunks[first..first + L::WIDTH]) {
                let rest = chunk.get_mut(i * L::WIDTH..).unwrap_or_default();
                if rest.len() < L::WIDTH { store_first(rest, *lanes) } else { lanes.store(rest) }
            }
        }
    }
}

/// Writes the first lanes to as many samples as there are; apart from the loop that calls it, because that is rare.
#[cold]
#[inline(never)]
fn store_first<L: Lanes>(samples: &mut [f32], lanes: L) {
    let mut values = [0.0; MOST];
    lanes.store(&mut values);
    samples.copy_from_slice(&values[..samples.len()]);
}
