//! FFTs of real signals, with realfft, in memory that is aligned to the cache and comes back.
//!
//! Both directions are unnormalised. Plans are cached per thread.

use super::memory::Memory;
use multiversion::multiversion;
use num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::cell::RefCell;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// Plans for more samples than this are made for one use and dropped: their twiddles would weigh as much as the signal.
const LONGEST_CACHED: usize = 1 << 20;

thread_local! {
    static PLANNER: RefCell<RealFftPlanner<f32>> = RefCell::new(RealFftPlanner::new());
}

/// What `plan` gets from the thread's planner, or from one of its own for a long transform.
fn planned<T>(length: usize, plan: impl FnOnce(&mut RealFftPlanner<f32>) -> T) -> T {
    if length > LONGEST_CACHED {
        plan(&mut RealFftPlanner::new())
    } else {
        PLANNER.with_borrow_mut(plan)
    }
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

/// Signal to spectrum: `length` samples to `length / 2 + 1` bins.
pub(crate) struct Forward {
    plan: Arc<dyn RealToComplex<f32>>,
    scratch: Memory<Complex32>,
}

impl Forward {
    /// A transform of `length` samples, an even number.
    pub fn new(length: usize) -> Self {
        let plan = planned(length, |planner| planner.plan_fft_forward(length));
        let scratch = Memory::new(plan.get_scratch_len());
        Self { plan, scratch }
    }

    /// Makes the bins from the samples of a buffer of this length; what becomes of the samples is unspecified.
    pub fn run(&mut self, buffer: &mut Buffer) {
        self.plan
            .process_with_scratch(&mut buffer.samples, &mut buffer.bins, &mut self.scratch)
            .expect("a buffer of the transform's length");
    }
}

/// Spectrum to signal, the sum over bins without a division by the length.
pub(crate) struct Inverse {
    plan: Arc<dyn ComplexToReal<f32>>,
    scratch: Memory<Complex32>,
}

impl Inverse {
    /// A transform to `length` samples, an even number.
    pub fn new(length: usize) -> Self {
        let plan = planned(length, |planner| planner.plan_fft_inverse(length));
        let scratch = Memory::new(plan.get_scratch_len());
        Self { plan, scratch }
    }

    /// Makes the samples from the bins of a buffer of this length; what becomes of the bins is unspecified. The first and
    /// the last bin of a real signal are real: their imaginary parts do not count.
    pub fn run(&mut self, buffer: &mut Buffer) {
        let last = buffer.bins.len() - 1;
        buffer.bins[0].im = 0.0;
        buffer.bins[last].im = 0.0;
        self.plan
            .process_with_scratch(&mut buffer.bins, &mut buffer.samples, &mut self.scratch)
            .expect("a buffer of the transform's length");
    }
}

/// Circular cross-correlation of signals of one length.
pub(crate) struct Correlation {
    forward: Forward,
    inverse: Inverse,
}

impl Correlation {
    /// Correlations of `length` samples, an even number.
    pub fn new(length: usize) -> Self {
        Self { forward: Forward::new(length), inverse: Inverse::new(length) }
    }

    /// Makes the bins of x.
    pub fn spectrum(&mut self, x: &mut Buffer) {
        self.forward.run(x);
    }

    /// Turns the samples y into Σ x[i]·y[i + k], times the length, from the bins of x.
    pub fn run(&mut self, x: &[Complex32], y: &mut Buffer) {
        self.forward.run(y);
        multiply_conjugate(y, x);
        self.inverse.run(y);
    }
}

/// Turns every y into y·conj x.
#[multiversion(targets("x86_64+avx2"))]
fn multiply_conjugate(y: &mut [Complex32], x: &[Complex32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = x.conj() * *y;
    }
}

/// A signal and its spectrum: the samples that a transform takes or gives, and, behind the dereference, the bins.
#[derive(Clone)]
pub(crate) struct Buffer {
    samples: Memory<f32>,
    bins: Memory<Complex32>,
}

impl Buffer {
    /// Room for transforms of `length` samples; what it holds is unspecified.
    pub fn new(length: usize) -> Self {
        Self { samples: Memory::new(length), bins: Memory::new(length / 2 + 1) }
    }

    /// The samples, as many as the transform's length.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// The samples, to write.
    pub fn samples_mut(&mut self) -> &mut [f32] {
        &mut self.samples
    }

    /// Takes `values` from sample `offset` on, and zeros before and behind.
    pub fn load(&mut self, values: &[f32], offset: usize) {
        let (before, rest) = self.samples.split_at_mut(offset);
        let (own, behind) = rest.split_at_mut(values.len());
        before.fill(0.0);
        own.copy_from_slice(values);
        behind.fill(0.0);
    }
}

impl Deref for Buffer {
    type Target = [Complex32];

    fn deref(&self) -> &[Complex32] {
        &self.bins
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [Complex32] {
        &mut self.bins
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

    #[test]
    fn an_infinite_sample_is_no_panic() {
        let mut working = Buffer::new(16);
        working.load(&[f32::INFINITY], 3);
        Forward::new(16).run(&mut working);
        Inverse::new(16).run(&mut working);
    }
}
