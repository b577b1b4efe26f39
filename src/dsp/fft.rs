//! FFTs of real signals: rustfft's complex transform of half the length, and a vectorised step that parts the halves.
//!
//! Both directions are unnormalised. Plans are cached per thread.

use super::memory::Memory;
use super::real_split;
use bytemuck::{cast_slice, cast_slice_mut};
use rustfft::{Fft, FftDirection, FftPlanner};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

pub(crate) use rustfft::num_complex::Complex32;

/// Plans longer than this are made for one use and dropped: their twiddles would weigh as much as the signal.
const LONGEST_CACHED: usize = 1 << 20;

#[derive(Default)]
struct Plans {
    planner: Option<FftPlanner<f32>>,
    twiddles: HashMap<usize, Arc<[Complex32]>>,
}

impl Plans {
    fn complex(&mut self, length: usize, direction: FftDirection) -> Arc<dyn Fft<f32>> {
        self.planner.get_or_insert_with(FftPlanner::new).plan_fft(length, direction)
    }

    fn twiddles(&mut self, length: usize) -> Arc<[Complex32]> {
        Arc::clone(self.twiddles.entry(length).or_insert_with(|| real_split::twiddles(length)))
    }
}

thread_local! {
    static PLANS: RefCell<Plans> = RefCell::default();
}

/// The shortest length of at least `samples`, and at least 16, that transforms are fast at: 2, 9, 10 or 12 times a power of two.
pub(crate) fn fast_length(samples: usize) -> usize {
    let sixteenth = samples.next_power_of_two().max(16) / 16;
    [9, 10, 12]
        .map(|part| part * sixteenth)
        .into_iter()
        .find(|&length| length >= samples.max(16))
        .unwrap_or(16 * sixteenth)
}

/// One direction of a transform of an even number of samples, four at least.
struct Transform {
    half: Arc<dyn Fft<f32>>,
    twiddles: Arc<[Complex32]>,
    scratch: Memory<Complex32>,
}

impl Transform {
    fn new(length: usize, direction: FftDirection) -> Self {
        let plan =
            |plans: &mut Plans| (plans.complex(length / 2, direction), plans.twiddles(length));
        let (half, twiddles) = if length > LONGEST_CACHED {
            plan(&mut Plans::default())
        } else {
            PLANS.with_borrow_mut(plan)
        };
        let scratch = Memory::new(half.get_inplace_scratch_len());
        Self { half, twiddles, scratch }
    }

    /// The complex transform of all values but the last.
    fn half(&mut self, values: &mut [Complex32]) {
        let last = values.len() - 1;
        self.half.process_with_scratch(&mut values[..last], &mut self.scratch);
    }
}

/// Signal to spectrum: `length` samples to `length / 2 + 1` bins.
pub(crate) struct Forward(Transform);

impl Forward {
    /// A transform of `length` samples, an even number, four at least.
    pub fn new(length: usize) -> Self {
        Self(Transform::new(length, FftDirection::Forward))
    }

    /// Transforms in place: `signal` holds even and odd samples as real and imaginary parts, and one bin's room behind.
    pub fn run(&mut self, signal: &mut [Complex32]) {
        self.0.half(signal);
        real_split::part(signal, &self.0.twiddles);
    }
}

/// Spectrum to signal, the sum over bins without a division by the length.
pub(crate) struct Inverse(Transform);

impl Inverse {
    /// A transform to `length` samples, an even number, four at least.
    pub fn new(length: usize) -> Self {
        Self(Transform::new(length, FftDirection::Inverse))
    }

    /// Transforms in place, into what [`Forward::run`] takes.
    pub fn run(&mut self, spectrum: &mut [Complex32]) {
        real_split::join(spectrum, &self.0.twiddles);
        self.0.half(spectrum);
    }
}

/// Circular cross-correlation of signals of one length.
pub(crate) struct Correlation {
    forward: Forward,
    inverse: Inverse,
}

impl Correlation {
    /// Correlations of `length` samples, an even number, four at least.
    pub fn new(length: usize) -> Self {
        Self { forward: Forward::new(length), inverse: Inverse::new(length) }
    }

    /// The spectrum of x, in place as [`Forward::run`] has it.
    pub fn spectrum(&mut self, x: &mut [Complex32]) {
        self.forward.run(x);
    }

    /// Turns the signal y into Σ x[i]·y[i + k], times [`scale`](Self::scale), from the spectrum of x.
    pub fn run(&mut self, x: &[Complex32], y: &mut [Complex32]) {
        self.forward.0.half(y);
        real_split::correlate(x, y, &self.forward.0.twiddles);
        self.inverse.0.half(y);
    }

    /// What correlations of `length` samples are multiplied by.
    pub fn scale(length: usize) -> usize {
        2 * length
    }
}

/// What a transform works in: half as many complex values as samples, and one more.
#[derive(Clone)]
pub(crate) struct Buffer(Memory<Complex32>);

impl Buffer {
    /// Room for transforms of `length` samples; what it holds is unspecified.
    pub fn new(length: usize) -> Self {
        Self(Memory::new(length / 2 + 1))
    }

    /// The real samples: all but the last bin.
    pub fn samples(&self) -> &[f32] {
        cast_slice(&self.0[..self.0.len() - 1])
    }

    /// The same, to write.
    pub fn samples_mut(&mut self) -> &mut [f32] {
        let half = self.0.len() - 1;
        cast_slice_mut(&mut self.0[..half])
    }

    /// Takes `values` from sample `offset` on, and zeros before and behind.
    pub fn load(&mut self, values: &[f32], offset: usize) {
        let samples = self.samples_mut();
        samples.fill(0.0);
        samples[offset..offset + values.len()].copy_from_slice(values);
    }
}

impl Deref for Buffer {
    type Target = [Complex32];

    fn deref(&self) -> &[Complex32] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [Complex32] {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition of the transform, in f64.
    fn bin(samples: &[f32], k: usize) -> (f64, f64) {
        let step = -std::f64::consts::TAU * k as f64 / samples.len() as f64;
        let terms = samples.iter().enumerate().map(|(n, &x)| {
            let (sin, cos) = (step * n as f64).sin_cos();
            (f64::from(x) * cos, f64::from(x) * sin)
        });
        terms.fold((0.0, 0.0), |sum, term| (sum.0 + term.0, sum.1 + term.1))
    }

    proptest! {
        #[test]
        fn there_is_the_definition_and_back_is_the_signal(
            (samples, seed) in (1usize..256, prop::collection::vec(-1f32..1.0, 256)),
        ) {
            let length = fast_length(samples);
            prop_assert!(length >= samples && length < 2 * samples.max(16));
            let signal = &seed[..length];
            let mut working = Buffer::new(length);
            working.samples_mut().copy_from_slice(signal);
            Forward::new(length).run(&mut working);
            for (k, value) in working.iter().enumerate() {
                let (re, im) = bin(signal, k);
                prop_assert!((f64::from(value.re) - re).abs() < 1e-4 && (f64::from(value.im) - im).abs() < 1e-4);
            }
            Inverse::new(length).run(&mut working);
            for (back, x) in working.samples().iter().zip(signal) {
                prop_assert!((back / length as f32 - x).abs() < 1e-5);
            }
        }
    }
}
