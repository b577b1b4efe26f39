//! Cascades of second-order sections in single precision, every product and sum rounded as P.862 has it.
//!
//! A cascade is run as a wavefront: the sections stand side by side in the lanes of SIMD registers, each working on the
//! sample that its predecessor finished two steps ago. No sum is reordered, so the result equals the plain loop's bit
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

fn settle(state: &mut [f32; 2]) {
    for value in state.iter_mut().filter(|value| value.abs() < SILENT) {
        *value = 0.0;
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
            states.iter_mut().for_each(settle);
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
        for group in sections.chunks(2 * wavefront::LANES) {
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
    use super::{SETTLE_EVERY, SILENT, Section};
    use std::arch::x86_64::*;

    pub const LANES: usize = 8;
    /// Each section waits this many steps for its predecessor's output, which hides the latency of the sums.
    const LAG: usize = 2;

    /// Coefficients and state of eight sections.
    struct Group {
        b: [__m256; 3],
        a: [__m256; 2],
        w: [__m256; 2],
        /// Outputs of the last two steps, each moved up a lane; lane 0 holds what the last section gave.
        moved: [__m256; LAG],
    }

    impl Group {
        #[target_feature(enable = "avx2")]
        fn new(sections: &[Section; LANES]) -> Self {
            let lanes = |coefficient: fn(&Section) -> f32| {
                let values = sections.each_ref().map(coefficient);
                // SAFETY: eight floats are read from an array of eight.
                unsafe { _mm256_loadu_ps(values.as_ptr()) }
            };
            let rest = _mm256_setzero_ps();
            Self {
                b: [lanes(|s| s.b0), lanes(|s| s.b1), lanes(|s| s.b2)],
                a: [lanes(|s| s.a1), lanes(|s| s.a2)],
                w: [rest; 2],
                moved: [rest; LAG],
            }
        }

        /// Sets states to zero that no signal left.
        #[inline]
        #[target_feature(enable = "avx2")]
        fn settle(&mut self) {
            let magnitude = _mm256_castsi256_ps(_mm256_set1_epi32(i32::MAX));
            for state in self.w.iter_mut().chain(&mut self.moved) {
                let heard = _mm256_cmp_ps::<_CMP_GE_OQ>(
                    _mm256_and_ps(*state, magnitude),
                    _mm256_set1_ps(SILENT),
                );
                *state = _mm256_and_ps(*state, heard);
            }
        }

        /// One step: `first` is the input of the section in lane 0. Returns the outputs moved up a lane.
        #[inline]
        #[target_feature(enable = "avx2")]
        fn step(&mut self, first: __m256) -> __m256 {
            let x = _mm256_blend_ps::<1>(self.moved[0], first);
            let [w1, w2] = self.w;
            let partial = _mm256_sub_ps(x, _mm256_mul_ps(self.a[0], w1));
            let w = _mm256_sub_ps(partial, _mm256_mul_ps(self.a[1], w2));
            let partial = _mm256_add_ps(_mm256_mul_ps(self.b[0], w), _mm256_mul_ps(self.b[1], w1));
            let y = _mm256_add_ps(partial, _mm256_mul_ps(self.b[2], w2));
            self.w = [w, w1];
            let moved = _mm256_permutevar8x32_ps(y, _mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6));
            self.moved = [self.moved[1], moved];
            moved
        }
    }

    /// Filters by at most two groups of sections; the last section stands in the last lane.
    #[target_feature(enable = "avx2")]
    pub fn cascade<const N: usize>(sections: &[Section], signals: &mut [&mut [f32]; N]) {
        let mut lanes = [Section::IDENTITY; 2 * LANES];
        lanes[2 * LANES - sections.len()..].copy_from_slice(sections);
        let group = |from: usize| {
            let group: &[Section; LANES] =
                lanes[from..from + LANES].try_into().expect("eight of sixteen");
            Group::new(group)
        };
        if sections.len() <= LANES {
            run([(); N].map(|()| [group(LANES)]), signals);
        } else {
            run([(); N].map(|()| [group(0), group(LANES)]), signals);
        }
    }

    #[target_feature(enable = "avx2")]
    fn run<const N: usize, const GROUPS: usize>(
        mut groups: [[Group; GROUPS]; N],
        signals: &mut [&mut [f32]; N],
    ) {
        let delay = LAG * (GROUPS * LANES - 1);
        let longest = signals.iter().map(|signal| signal.len()).max().unwrap_or(0);
        for t in 0..longest + delay {
            for (signal, groups) in signals.iter_mut().zip(&mut groups) {
                let mut first = _mm256_set1_ps(signal.get(t).copied().unwrap_or(0.0));
                let mut out = first;
                for group in groups {
                    // The next group's lane 0 takes what this one's last lane gave LAG steps ago.
                    let carried = group.moved[0];
                    out = group.step(first);
                    first = carried;
                }
                if let Some(sample) = t.checked_sub(delay).and_then(|t| signal.get_mut(t)) {
                    *sample = _mm256_cvtss_f32(out);
                }
            }
            if t % SETTLE_EVERY == 0 {
                for group in groups.iter_mut().flatten() {
                    group.settle();
                }
            }
        }
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
