//! Cascades of second-order sections in single precision, every product and sum rounded as P.862 has it.
//!
//! A recurrence waits for its own last result at every sample, so a signal is cut into chunks that run side by side in
//! the lanes of SIMD registers, block by block through all sections. How a chunk begins is known only when the one before
//! it has ended; until then it is taken to begin at rest. Rounding lets a recurrence forget its past to the last bit: then
//! a second run, from where the chunk before has ended, meets the first one, and all behind that sample was right already.
//! Runs are repeated until every chunk has begun as the one before it has ended, so the result equals the plain loop's.
//!
//! In digital silence the states decay towards numbers that processors compute slowly. Now and then, states far below
//! anything that a 16-bit signal leaves are set to zero.

mod chunks;
mod layout;
mod recurrence;
mod section;

use super::lanes::{self, Lanes, OnLanes};
use chunks::Chunks;

pub(crate) use section::Section;

/// Filters several signals in place by every section in order, each from rest.
pub(crate) fn cascade<const N: usize>(sections: &[Section], signals: [&mut [f32]; N]) {
    lanes::run(Cascade { sections, signals });
}

struct Cascade<'a, const N: usize> {
    sections: &'a [Section],
    signals: [&'a mut [f32]; N],
}

impl<const N: usize> OnLanes for Cascade<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { sections, mut signals } = self;
        let longest = signals.iter().map(|signal| signal.len()).max().unwrap_or(0);
        let mut chunks = Chunks::<N>::of(longest, sections.len());
        let mut carried = vec![[[0.0f32; 2]; N]; sections.len()];
        for start in (0..longest).step_by(chunks.samples()) {
            let stretches = signals.each_mut().map(|signal| {
                let end = signal.len().min(start + chunks.samples());
                &mut signal[start.min(end)..end]
            });
            chunks.filter::<L>(sections, stretches, &mut carried);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Samples of a chunk that states are let run for, and below which they are set to zero.
    const SETTLED: (usize, f32) = (128, 1e-25);

    /// Sample by sample from rest, as the standard has it.
    fn plain(section: &Section, signal: &mut [f32]) {
        let [mut w1, mut w2] = [0.0f32; 2];
        for (t, sample) in signal.iter_mut().enumerate() {
            let w = *sample - section.a1 * w1 - section.a2 * w2;
            *sample = section.b0 * w + section.b1 * w1 + section.b2 * w2;
            (w1, w2) = (w, w1);
            if (t + 1) % SETTLED.0 == 0 {
                [w1, w2] = [w1, w2].map(|w: f32| if w.abs() < SETTLED.1 { 0.0 } else { w });
            }
        }
    }

    /// Filters copies.
    struct Copies<'a, const N: usize>(&'a [Section], [&'a [f32]; N]);

    impl<const N: usize> OnLanes for Copies<'_, N> {
        type Output = [Vec<f32>; N];

        #[inline(always)]
        fn run<L: Lanes>(self) -> Self::Output {
            let mut copies = self.1.map(<[f32]>::to_vec);
            let signals = copies.each_mut().map(|signal| &mut **signal);
            Cascade { sections: self.0, signals }.run::<L>();
            copies
        }
    }

    /// Zero has one sign here: terms left out may turn it, and nothing else sees it.
    fn bits(signal: &[f32]) -> Vec<u32> {
        signal.iter().map(|sample| (sample + 0.0).to_bits()).collect()
    }

    fn assert_equal_to_the_plain_loop<const N: usize>(sections: &[Section], signals: [&[f32]; N]) {
        let mut expected = signals.map(<[f32]>::to_vec);
        for signal in &mut expected {
            sections.iter().for_each(|section| plain(section, signal));
        }
        for filtered in lanes::run_on_each(|| Copies(sections, signals)) {
            for (filtered, expected) in filtered.iter().zip(&expected) {
                assert!(bits(filtered) == bits(expected));
            }
        }
    }

    /// Poles inside the unit circle, so that the sections are stable; some terms are absent.
    fn stable_section() -> impl Strategy<Value = Section> {
        let coefficient = || -1.5f32..1.5;
        (coefficient(), coefficient(), coefficient(), 0.0f32..0.99, 0.0f32..3.1, 0..6).prop_map(
            |(b0, b1, b2, radius, angle, kind)| {
                let all =
                    Section { b0, b1, b2, a1: -2.0 * radius * angle.cos(), a2: radius * radius };
                match kind {
                    0 => Section { a1: 0.0, a2: 0.0, ..all },
                    1 => Section { a1: radius, a2: 0.0, ..all },
                    2 => Section { b1: 0.0, b2: 0.0, ..all },
                    3 => Section { b1: 0.0, b2: 0.0, a1: -radius, a2: 0.0, ..all },
                    _ => all,
                }
            },
        )
    }

    /// Noise, tones, silence, constants, a pulse, numbers almost too small and almost too large.
    fn signal() -> impl Strategy<Value = Vec<f32>> {
        (0..8, 0usize..12_000, any::<u32>()).prop_map(|(kind, length, seed)| {
            let mut noise = noise(seed);
            (0..length)
                .map(|t| match kind {
                    0 | 1 => 20_000.0 * noise(),
                    2 => 8000.0 * (t as f32 * 0.39).sin(),
                    3 => 0.0,
                    4 => 1000.0,
                    5 => f32::from(u8::from(t == length / 3)) * 3e4,
                    6 => 1e-38 * noise(),
                    _ => 1e30 * noise(),
                })
                .collect()
        })
    }

    /// White noise within ±1.
    fn noise(seed: u32) -> impl FnMut() -> f32 {
        let mut state = seed;
        move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        }
    }

    proptest! {
        #[test]
        fn chunks_side_by_side_equal_the_plain_loop_bit_for_bit(
            sections in prop::collection::vec(stable_section(), 1..6),
            first in signal(),
            second in signal(),
        ) {
            assert_equal_to_the_plain_loop(&sections, [&first, &second]);
            assert_equal_to_the_plain_loop(&sections, [&first]);
        }
    }

    #[test]
    fn stretches_of_a_long_signal_equal_the_plain_loop_bit_for_bit() {
        let section = Section { b0: 2.7, b1: -5.4, b2: 2.7, a1: -1.944, a2: 0.946 };
        let mut noise = noise(7);
        let long: Vec<f32> = (0..1_100_001).map(|_| 9000.0 * noise()).collect();
        assert_equal_to_the_plain_loop(&[section], [&long]);
        assert_equal_to_the_plain_loop(&[section], [&long[..300_000], &long]);
    }

    #[test]
    fn a_recurrence_that_never_forgets_equals_the_plain_loop_bit_for_bit() {
        let integrator = Section { b0: 1.0, b1: 0.0, b2: 0.0, a1: -1.0, a2: 0.0 };
        let oscillator = Section { b0: 1.0, b1: 0.5, b2: 0.0, a1: -1.2, a2: 1.0 };
        let mut noise = noise(3);
        let signal: Vec<f32> = (0..20_000).map(|_| 100.0 * noise()).collect();
        assert_equal_to_the_plain_loop(&[integrator, oscillator], [&signal, &signal[..7000]]);
    }
}
