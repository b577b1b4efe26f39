//! One section along the rows of many chunks, every product and sum rounded as P.862 has it.

use super::Section;
use super::layout::{LANES, Row};
use crate::dsp::lanes::Lanes;

/// w1 and w2 of every lane.
pub(super) type States = [Row; 2];

pub(super) const REST: States = [[0.0; LANES]; 2];

/// States below this are set to zero,
const SILENT: f32 = 1e-25;
/// every so many samples: only poles within 0.79 of the centre reach the subnormal numbers in that time, and those pass them at once.
pub(super) const SETTLE_EVERY: usize = 128;

/// Filters so many rows in place as states are let run before they are settled.
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

/// The recurrence of so many poles; terms that are zero for sure are left out.
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
            let place = &mut row[group * L::WIDTH..];
            let mut w = L::load(place);
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
            sum.store(place);
            (w1[group], w2[group]) = (w, w1[group]);
        }
    }
    for group in 0..GROUPS {
        w1[group].store(&mut states[0][group * L::WIDTH..]);
        w2[group].store(&mut states[1][group * L::WIDTH..]);
    }
}
