//! Cascades of second-order sections in single precision, every product and sum rounded as P.862 has it.
//!
//! A cascade is run as a wavefront: the sections stand side by side in the lanes of SIMD registers, each working on the
//! sample that its predecessor finished some steps ago. No sum is reordered, so the result equals the plain loop's bit
//! for bit.
//!
//! In digital silence the states decay towards numbers that processors compute slowly. Now and then, states far below
//! anything that a 16-bit signal leaves are set to zero.

use serde::Deserialize;

/// w = x − a1·w1 − a2·w2, y = b0·w + b1·w1 + b2·w2.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Section {
    pub b0: f32,
    pub b1: f32,
    pub b2: f32,
    pub a1: f32,
    pub a2: f32,
}

/// States below this are set to zero,
const SILENT: f32 = 1e-25;
/// every so many samples: only poles within 0.79 of the centre reach the subnormal numbers in that time, and those pass them at once.
const SETTLE_EVERY: usize = 128;

#[inline(always)]
fn settle(states: &mut [f32]) {
    for state in states {
        *state = if state.abs() < SILENT { 0.0 } else { *state };
    }
}

impl Section {
    /// Lets every sample pass unchanged.
    #[cfg(target_arch = "x86_64")]
    const IDENTITY: Section = Section { b0: 1.0, b1: 0.0, b2: 0.0, a1: 0.0, a2: 0.0 };

    /// Filters several signals in place, each from rest; side by side they hide each other's latency.
    pub fn filter<const N: usize>(&self, mut signals: [&mut [f32]; N]) {
        let mut states = [[0.0f32; 2]; N];
        let common = signals.iter().map(|signal| signal.len()).min().unwrap_or(0);
        for start in (0..common).step_by(SETTLE_EVERY) {
            for t in start..common.min(start + SETTLE_EVERY) {
                for (signal, state) in signals.iter_mut().zip(&mut states) {
                    signal[t] = self.step(state, signal[t]);
                }
            }
            settle(states.as_flattened_mut());
        }
        for (signal, state) in signals.iter_mut().zip(&mut states) {
            for block in signal[common..].chunks_mut(SETTLE_EVERY) {
                block.iter_mut().for_each(|sample| *sample = self.step(state, *sample));
                settle(state);
            }
        }
    }

    #[inline(always)]
    fn step(&self, [w1, w2]: &mut [f32; 2], x: f32) -> f32 {
        let w = x - self.a1 * *w1 - self.a2 * *w2;
        let y = self.b0 * w + self.b1 * *w1 + self.b2 * *w2;
        (*w1, *w2) = (w, *w1);
        y
    }
}

/// Filters several signals in place by every section in order, each from rest.
pub(crate) fn cascade<const N: usize>(sections: &[Section], mut signals: [&mut [f32]; N]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        for group in sections.chunks(wavefront::LANES / N) {
            // SAFETY: the CPU has AVX2, as asked on the line above.
            unsafe { wavefront::cascade(group, &mut signals) }
        }
        return;
    }
    sections
        .iter()
        .for_each(|section| section.filter(signals.each_mut().map(|signal| &mut **signal)));
}

#[cfg(target_arch = "x86_64")]
mod wavefront {
    use super::{SETTLE_EVERY, Section, settle};
    use std::arch::x86_64::*;

    /// Sections side by side, those of all signals together.
    pub const LANES: usize = REGISTERS * WIDTH;
    const REGISTERS: usize = 3;
    const WIDTH: usize = 8;
    /// Each section waits this many steps for its predecessor's output: long enough that it has reached the cache, where a
    /// load may straddle what several stores wrote.
    const LAG: usize = 8;

    /// What stands before every lane, and behind the last.
    #[derive(Clone, Copy)]
    #[repr(align(64))]
    struct Step([f32; LANES + 1]);

    /// Filters in place; sections times signals are no more than lanes.
    #[target_feature(enable = "avx2")]
    pub fn cascade<const N: usize>(sections: &[Section], signals: &mut [&mut [f32]; N]) {
        let mut lanes = [Section::IDENTITY; LANES];
        for (lane, section) in lanes.iter_mut().zip([sections; N].into_iter().flatten()) {
            *lane = *section;
        }
        let coefficients = |coefficient: fn(&Section) -> f32| {
            let values = lanes.each_ref().map(coefficient);
            std::array::from_fn::<_, REGISTERS, _>(|r| load(&values, r * WIDTH))
        };
        let [b0, b1, b2] = [coefficients(|s| s.b0), coefficients(|s| s.b1), coefficients(|s| s.b2)];
        let [a1, a2] = [coefficients(|s| s.a1), coefficients(|s| s.a2)];

        let count = sections.len();
        let delay = LAG * (count - 1);
        let longest = signals.iter().map(|signal| signal.len()).max().unwrap_or(0);
        let mut ring = [Step([0.0; LANES + 1]); LAG];
        let mut states = [[_mm256_setzero_ps(); 2]; REGISTERS];
        for t in 0..longest + delay + LAG {
            let Step(step) = &mut ring[t % LAG];
            let x: [__m256; REGISTERS] = std::array::from_fn(|r| load(step, r * WIDTH));
            for (r, [w1, w2]) in states.iter_mut().enumerate() {
                let partial = _mm256_sub_ps(x[r], _mm256_mul_ps(a1[r], *w1));
                let w = _mm256_sub_ps(partial, _mm256_mul_ps(a2[r], *w2));
                let partial = _mm256_add_ps(_mm256_mul_ps(b0[r], w), _mm256_mul_ps(b1[r], *w1));
                let y = _mm256_add_ps(partial, _mm256_mul_ps(b2[r], *w2));
                (*w1, *w2) = (w, *w1);
                store(step, r * WIDTH + 1, y);
            }
            for (n, signal) in signals.iter_mut().enumerate() {
                let done = t.checked_sub(delay + LAG).and_then(|t| signal.get_mut(t));
                if let Some(sample) = done {
                    *sample = step[(n + 1) * count];
                }
            }
            for (n, signal) in signals.iter_mut().enumerate() {
                step[n * count] = signal.get(t).copied().unwrap_or(0.0);
            }
            if t % SETTLE_EVERY == 0 {
                states.as_flattened_mut().iter_mut().for_each(|state| settled(state));
                ring.iter_mut().for_each(|Step(step)| settle(step));
            }
        }
    }

    /// [`settle`] in a register.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn settled(state: &mut __m256) {
        let mut values = [0.0; WIDTH];
        store(&mut values, 0, *state);
        settle(&mut values);
        *state = load(&values, 0);
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn load(values: &[f32], from: usize) -> __m256 {
        let values = &values[from..from + WIDTH];
        // SAFETY: the slice has the length of a register.
        unsafe { _mm256_loadu_ps(values.as_ptr()) }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn store(values: &mut [f32], from: usize, register: __m256) {
        let values = &mut values[from..from + WIDTH];
        // SAFETY: the slice has the length of a register.
        unsafe { _mm256_storeu_ps(values.as_mut_ptr(), register) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Poles inside the unit circle, so that the sections are stable.
    fn stable_section() -> impl Strategy<Value = Section> {
        (-1.5f32..1.5, -1.5f32..1.5, -1.5f32..1.5, 0.0f32..0.95, 0.0f32..3.1).prop_map(
            |(b0, b1, b2, radius, angle)| Section {
                b0,
                b1,
                b2,
                a1: -2.0 * radius * angle.cos(),
                a2: radius * radius,
            },
        )
    }

    proptest! {
        #[test]
        fn the_wavefront_equals_the_plain_loop_bit_for_bit(
            sections in prop::collection::vec(stable_section(), 1..36),
            first in prop::collection::vec(-30000f32..30000.0, 0..200),
            second in prop::collection::vec(-30000f32..30000.0, 0..200),
        ) {
            let mut plain = [first.clone(), second.clone()];
            for samples in &mut plain {
                sections.iter().for_each(|section| section.filter([samples]));
            }
            let [mut first, mut second] = [first, second];
            cascade(&sections, [&mut first, &mut second]);
            prop_assert_eq!([first, second], plain);
        }
    }
}
