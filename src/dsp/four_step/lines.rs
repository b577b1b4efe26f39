//! The filter: transforms of lines of bins to the bins of the signal, a line a lane, gains, and the transforms back.

use super::Plan;
use crate::dsp::lanes::{ComplexLanes, Lanes, MOST};
use crate::dsp::memory::Memory;
use crate::dsp::sums::energy;
use bytemuck::cast_slice;

/// Filters all lines in place; afterwards a line has as many values as there are columns to transform back. Returns the
/// energy of the filtered signal, whose lines are twice as large.
#[inline(always)]
pub(super) fn filter<L: Lanes>(plan: &Plan, gains: &[f32], lines: &mut [ComplexLanes<L>]) -> f64 {
    let mirrored: Vec<f32> = gains.iter().rev().copied().collect();
    let gains = [gains, &mirrored];
    let mut values = Memory::new(plan.line.room());
    let mut filtered = Memory::new(plan.line_back.room());
    let values = &mut ComplexLanes::<L>::of(&mut values)[..plan.columns];
    let filtered = &mut ComplexLanes::<L>::of(&mut filtered)[..plan.columns_back];
    let mut squares = 0.0;
    for first in (0..plan.lines::<L>()).step_by(L::WIDTH) {
        load(plan, lines, first, values);
        plan.line.forward(values);
        multiply(plan, gains, first, values, filtered);
        // Bins of all lines but the first and the last have mirrors.
        squares += 2.0 * energy(cast_slice(filtered));
        if first.is_multiple_of(plan.rows / 2) {
            squares -= first_energy(filtered);
        }
        plan.line_back.inverse(filtered);
        store(plan, filtered, first, lines);
    }
    squares / (4 * plan.length) as f64
}

/// The sum of the squared magnitudes of the first lane.
#[inline(always)]
fn first_energy<L: Lanes>(values: &[ComplexLanes<L>]) -> f64 {
    let mut sum = 0.0;
    for value in values {
        let [re, im] = [value.re.first(), value.im.first()].map(f64::from);
        sum += re * re + im * im;
    }
    sum
}

/// Writes bins times their gains to `filtered`. Gains are given in the order of the bins, and in the opposite order for the
/// negative frequencies.
#[inline(always)]
fn multiply<L: Lanes>(
    plan: &Plan,
    [rising, falling]: [&[f32]; 2],
    first: usize,
    values: &[ComplexLanes<L>],
    filtered: &mut [ComplexLanes<L>],
) {
    let (order, order_back) = (&plan.line.order, &plan.line_back.order);
    let half = plan.columns_back / 2;
    let above = plan.columns - half;
    for q in 0..half {
        let bin = first + q * plan.rows;
        let gains = L::load(&rising[bin..]);
        filtered[order_back[q]] = values[order[q]].scaled(gains);
        let gains = L::load(&falling[bin..]);
        filtered[order_back[half + q]] = values[order[above + q]].scaled(gains);
    }
}

/// Loads the lines from `first` on, a line a lane.
#[inline(always)]
fn load<L: Lanes>(
    plan: &Plan,
    lines: &[ComplexLanes<L>],
    first: usize,
    values: &mut [ComplexLanes<L>],
) {
    let blocks = lines.chunks_exact(plan.lines::<L>());
    for (block, values) in blocks.zip(values.chunks_exact_mut(L::WIDTH)) {
        transpose(&block[first..], values);
    }
}

/// Stores the lines from `first` on, the inverse of [`load`].
#[inline(always)]
fn store<L: Lanes>(
    plan: &Plan,
    values: &[ComplexLanes<L>],
    first: usize,
    lines: &mut [ComplexLanes<L>],
) {
    let blocks = lines.chunks_exact_mut(plan.lines::<L>());
    for (block, values) in blocks.zip(values.chunks_exact(L::WIDTH)) {
        transpose(values, &mut block[first..]);
    }
}

/// Transposes as many rows as there are lanes.
#[inline(always)]
fn transpose<L: Lanes>(from: &[ComplexLanes<L>], to: &mut [ComplexLanes<L>]) {
    let mut rows = [&[] as &[f32]; MOST];
    for (row, values) in rows.iter_mut().zip(from) {
        *row = cast_slice(std::slice::from_ref(values));
    }
    let [mut re, mut im] = [[L::splat(0.0); MOST]; 2];
    L::gather(&rows, 0, &mut re);
    L::gather(&rows, L::WIDTH, &mut im);
    for (to, (re, im)) in to.iter_mut().take(L::WIDTH).zip(re.into_iter().zip(im)) {
        *to = ComplexLanes { re, im };
    }
}
