//! One section along the rows of many chunks, every product and sum rounded as P.862 has it.

use super::layout::{LANES, Row};
use super::section::Section;
use crate::dsp::lanes::Lanes;

/// The states of a section: w1 of every lane, then w2 of every lane.
pub(super) type States = [Row; 2];

/// The states before the first sample of a signal.
pub(super) const REST: States = [[0.0; LANES]; 2];

/// States of a smaller magnitude are set to zero when they are settled.
const SILENT: f32 = 1e-25;

/// Samples after which states are settled. Only poles within 0.79 of the centre decay from [`SILENT`] to the subnormal
/// numbers in that time, and those pass through them at once.
pub(super) const SETTLE_EVERY: usize = 128;

/// Filters a block of rows in place and settles the states.
#[inline(always)]
pub(super) fn run<L: Lanes>(
    section: &Section,
    rows: &mut [Row; SETTLE_EVERY],
    states: &mut States,
) {
    // As many registers as hide the latency of each other's recurrence.
    match LANES / L::WIDTH {
        2 => along::<L, 2>(section, rows, states),
        _ => along::<L, 4>(section, rows, states),
    }
    for state in states.as_flattened_mut() {
        *state = if state.abs() < SILENT { 0.0 } else { *state };
    }
}

/// Filters a block of rows in place, GROUPS registers to a row, by the recurrence with the fewest terms.
#[inline(always)]
fn along<L: Lanes, const GROUPS: usize>(
    section: &Section,
    rows: &mut [Row; SETTLE_EVERY],
    states: &mut States,
) {
    let Section { b1, b2, a1, a2, .. } = *section;
    match (a1 == 0.0, a2 == 0.0, b1 == 0.0 && b2 == 0.0) {
        (true, true, _) => recur::<L, GROUPS, 0, true>(section, rows, states),
        (false, true, false) => recur::<L, GROUPS, 1, true>(section, rows, states),
        (false, true, true) => recur::<L, GROUPS, 1, false>(section, rows, states),
        (_, false, false) => recur::<L, GROUPS, 2, true>(section, rows, states),
        (_, false, true) => recur::<L, GROUPS, 2, false>(section, rows, states),
    }
}

/// The recurrence with POLES feedback terms and, unless ZEROS, without the terms of b1 and b2, which are zero.
#[inline(always)]
fn recur<L: Lanes, const GROUPS: usize, const POLES: usize, const ZEROS: bool>(
    section: &Section,
    rows: &mut [Row; SETTLE_EVERY],
    states: &mut States,
) {
    let Section { b0, b1, b2, a1, a2 } = *section;
    let (b0, b1, b2) = (L::splat(b0), L::splat(b1), L::splat(b2));
    let (a1, a2) = (L::splat(a1), L::splat(a2));
    let mut w1 = [b0; GROUPS];
    let mut w2 = [b0; GROUPS];
    for group in 0..GROUPS {
        w1[group] = L::load(&states[0][group * L::WIDTH..]);
        w2[group] = L::load(&states[1][group * L::WIDTH..]);
    }
    for row in rows {
        for group in 0..GROUPS {
            let samples = &mut row[group * L::WIDTH..];
            let mut w = L::load(samples);
            if POLES > 0 {
                w = w.sub(a1.mul(w1[group]));
            }
            if POLES > 1 {
                w = w.sub(a2.mul(w2[group]));
            }
            let mut sum = b0.mul(w);
            if ZEROS {
                sum = sum.add(b1.mul(w1[group])).add(b2.mul(w2[group]));
            }
            sum.store(samples);
            (w1[group], w2[group]) = (w, w1[group]);
        }
    }
    for group in 0..GROUPS {
        w1[group].store(&mut states[0][group * L::WIDTH..]);
        w2[group].store(&mut states[1][group * L::WIDTH..]);
    }
}
