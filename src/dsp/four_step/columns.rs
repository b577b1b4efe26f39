//! Transforms between samples and lines of bins: transforms of columns, a column a lane, and twiddles.

use super::Plan;
use crate::dsp::frames::split as split_pair;
use crate::dsp::lanes::{ComplexLanes, Lanes, MOST};
use crate::dsp::memory::Memory;
use std::ops::Range;

/// From samples to lines of bins, twice as large and times their twiddles.
#[inline(always)]
pub(super) fn split<L: Lanes>(plan: &Plan, signal: &[f32], lines: &mut [ComplexLanes<L>]) {
    let mut values = Memory::new(plan.column.room());
    let blocks = lines.chunks_exact_mut(plan.lines::<L>());
    for (block, bins) in blocks.enumerate() {
        let first = block * L::WIDTH;
        let rows = load::<L>(plan, signal, first, &mut values);
        plan.column.forward(rows);
        split_bins(plan, rows, first, bins);
        bins[plan.rows / 2 + 1..].fill(ComplexLanes::splat([0.0; 2]));
    }
}

/// From filtered lines, still twice as large, to samples; those in `skipped` may be left unspecified.
#[inline(always)]
pub(super) fn merge<L: Lanes>(
    plan: &Plan,
    lines: &[ComplexLanes<L>],
    skipped: &Range<usize>,
) -> Memory<f32> {
    let mut values = Memory::new(plan.column.room());
    let mut samples = Memory::new(plan.rows * plan.columns_back);
    let scale = L::splat(0.5 / plan.length as f32);
    let rows = &mut ComplexLanes::<L>::of(&mut values)[..plan.rows / 2];
    let blocks = lines.chunks_exact(plan.lines::<L>());
    for (first, bins) in (0..plan.columns_back).step_by(L::WIDTH).zip(blocks) {
        merge_bins(plan, bins, first, rows);
        plan.column.inverse(rows);
        for (i, row) in rows.iter().enumerate() {
            let even = 2 * i * plan.columns_back;
            if skipped.start <= even && even + 2 * plan.columns_back <= skipped.end {
                continue;
            }
            row.re.mul(scale).store(&mut samples[even + first..]);
            row.im.mul(scale).store(&mut samples[even + plan.columns_back + first..]);
        }
    }
    samples
}

/// Loads the columns from `first` on, a column a lane, even rows as real and odd rows as imaginary parts.
#[inline(always)]
fn load<'a, L: Lanes>(
    plan: &Plan,
    signal: &[f32],
    first: usize,
    values: &'a mut [f32],
) -> &'a mut [ComplexLanes<L>] {
    let rows = &mut ComplexLanes::of(values)[..plan.rows / 2];
    for (i, row) in rows.iter_mut().enumerate() {
        let even = 2 * i * plan.columns + first;
        row.re = samples(signal, even);
        row.im = samples(signal, even + plan.columns);
    }
    rows
}

/// The samples from `first` on, with zeros behind the signal.
#[inline(always)]
fn samples<L: Lanes>(signal: &[f32], first: usize) -> L {
    match signal.get(first..) {
        Some(samples) if samples.len() >= L::WIDTH => L::load(samples),
        Some(samples) if !samples.is_empty() => L::load(&padded(samples)),
        _ => L::splat(0.0),
    }
}

/// The last samples with zeros behind them; apart from the loop that calls it, because that is rare.
#[cold]
#[inline(never)]
fn padded(samples: &[f32]) -> [f32; MOST] {
    std::array::from_fn(|i| samples.get(i).copied().unwrap_or(0.0))
}

/// Splits transforms of columns into twice the bins of real columns, times their twiddles, line by line.
#[inline(always)]
fn split_bins<L: Lanes>(
    plan: &Plan,
    rows: &[ComplexLanes<L>],
    first: usize,
    bins: &mut [ComplexLanes<L>],
) {
    let half = plan.rows / 2;
    let zero = L::splat(0.0);
    let (sum, difference) = (rows[0].re.add(rows[0].im), rows[0].re.sub(rows[0].im));
    bins[0] = ComplexLanes { re: sum.add(sum), im: zero };
    let last = ComplexLanes { re: difference.add(difference), im: zero };
    bins[half] = last.times(plan.twiddles.at(0, first));
    let middle = rows[plan.column.middle()].conjugate();
    bins[half / 2] = middle.add(middle).times(plan.twiddles.at(1, first));
    for (i, pair) in plan.column.pairs.iter().enumerate() {
        let twiddle = ComplexLanes::splat(pair.twiddle);
        let (low, high) = split_pair(rows[pair.low], rows[pair.high], twiddle);
        bins[pair.bin] = low.times(plan.twiddles.at(2 * i + 2, first));
        bins[half - pair.bin] = high.conjugate().times(plan.twiddles.at(2 * i + 3, first));
    }
}

/// Merges lines of bins, without their twiddles, into transforms of columns: the inverse of [`split_bins`].
#[inline(always)]
fn merge_bins<L: Lanes>(
    plan: &Plan,
    bins: &[ComplexLanes<L>],
    first: usize,
    rows: &mut [ComplexLanes<L>],
) {
    let half = plan.rows / 2;
    let twiddles = &plan.twiddles_back;
    let (low, high) = (bins[0].re, bins[half].times_conjugate(twiddles.at(0, first)).re);
    rows[0] = ComplexLanes { re: low.add(high), im: low.sub(high) };
    let middle = bins[half / 2].times_conjugate(twiddles.at(1, first)).conjugate();
    rows[plan.column.middle()] = middle.add(middle);
    for (i, pair) in plan.column.pairs.iter().enumerate() {
        let twiddle = ComplexLanes::splat(pair.twiddle);
        let a = bins[pair.bin].times_conjugate(twiddles.at(2 * i + 2, first));
        let b = bins[half - pair.bin].times_conjugate(twiddles.at(2 * i + 3, first)).conjugate();
        let (even, odd) = (a.add(b), a.sub(b).times_conjugate(twiddle));
        rows[pair.low] = even.add(odd);
        rows[pair.high] = even.sub(odd).conjugate();
    }
}
