//! One section along the rows of many chunks, every product and sum rounded as P.862 has it.

use super::Section;
use super::layout::{LANES, Row};
use crate::dsp::transposition::WIDTH;
use multiversion::multiversion;

/// w1 and w2 of every lane.
pub(super) type States = [Row; 2];

pub(super) const REST: States = [[[0.0; WIDTH]; LANES / WIDTH]; 2];

/// States below this are set to zero,
const SILENT: f32 = 1e-25;
/// every so many samples: only poles within 0.79 of the centre reach the subnormal numbers in that time, and those pass them at once.
pub(super) const SETTLE_EVERY: usize = 128;

/// Runs the section over so many rows as states are let run before they are settled.
#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn run(
    section: &Section,
    input: &[Row; SETTLE_EVERY],
    output: &mut [Row; SETTLE_EVERY],
    states: &mut States,
) {
    let Section { b1, b2, a1, a2, .. } = *section;
    match (a1 == 0.0, a2 == 0.0, b1 == 0.0 && b2 == 0.0) {
        (true, true, _) => recur::<0, true>(section, input, output, states),
        (false, true, false) => recur::<1, true>(section, input, output, states),
        (false, true, true) => recur::<1, false>(section, input, output, states),
        (_, false, false) => recur::<2, true>(section, input, output, states),
        (_, false, true) => recur::<2, false>(section, input, output, states),
    }
    for state in states.as_flattened_mut().as_flattened_mut() {
        *state = if state.abs() < SILENT { 0.0 } else { *state };
    }
}

/// The recurrence of so many poles; terms that are zero for sure are left out.
#[inline(always)]
fn recur<const POLES: usize, const ZEROS: bool>(
    section: &Section,
    input: &[Row; SETTLE_EVERY],
    output: &mut [Row; SETTLE_EVERY],
    states: &mut States,
) {
    let Section { b0, b1, b2, a1, a2 } = *section;
    let [mut w1, mut w2] = *states;
    for (x, y) in input.iter().zip(output) {
        for (group, &x) in x.iter().enumerate() {
            let (w1, w2) = (&mut w1[group], &mut w2[group]);
            let mut w = x;
            if POLES > 0 {
                w = each(w, *w1, |w, w1| w - a1 * w1);
            }
            if POLES > 1 {
                w = each(w, *w2, |w, w2| w - a2 * w2);
            }
            let mut sum = each(w, w, |w, _| b0 * w);
            if ZEROS {
                sum = each(sum, *w1, |sum, w1| sum + b1 * w1);
                sum = each(sum, *w2, |sum, w2| sum + b2 * w2);
            }
            y[group] = sum;
            (*w1, *w2) = (w, *w1);
        }
    }
    *states = [w1, w2];
}

/// In each lane of a register.
#[inline(always)]
fn each(a: [f32; WIDTH], b: [f32; WIDTH], value: impl Fn(f32, f32) -> f32) -> [f32; WIDTH] {
    std::array::from_fn(|l| value(a[l], b[l]))
}
