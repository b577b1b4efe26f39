//! FFTs of real signals: rustfft's complex transform of half the length, and a vectorised step that parts the halves.
//!
//! Both directions are unnormalised. Plans are cached per thread.

use super::real_split;
use rustfft::{Fft, FftDirection, FftPlanner};
use std::cell::RefCell;
use std::collections::HashMap;
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

/// One direction of a transform of a power-of-two number of samples, four at least.
struct Transform {
    half: Arc<dyn Fft<f32>>,
    twiddles: Arc<[Complex32]>,
    scratch: Vec<Complex32>,
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
        let scratch = vec![Complex32::default(); half.get_inplace_scratch_len()];
        Self { half, twiddles, scratch }
    }
}

/// Signal to spectrum: `length` samples to `length / 2 + 1` bins.
pub(crate) struct Forward(Transform);

impl Forward {
    /// A transform of `length` samples, a power of two, four at least.
    pub fn new(length: usize) -> Self {
        Self(Transform::new(length, FftDirection::Forward))
    }

    /// Transforms in place: `signal` holds even and odd samples as real and imaginary parts, and one bin's room behind.
    pub fn run(&mut self, signal: &mut [Complex32]) {
        let half = signal.len() - 1;
        self.0.half.process_with_scratch(&mut signal[..half], &mut self.0.scratch);
        real_split::part(signal, &self.0.twiddles);
    }
}

/// Spectrum to signal, the sum over bins without a division by the length.
pub(crate) struct Inverse(Transform);

impl Inverse {
    /// A transform to `length` samples, a power of two, four at least.
    pub fn new(length: usize) -> Self {
        Self(Transform::new(length, FftDirection::Inverse))
    }

    /// Transforms in place, into what [`Forward::run`] takes.
    pub fn run(&mut self, spectrum: &mut [Complex32]) {
        real_split::join(spectrum, &self.0.twiddles);
        let half = spectrum.len() - 1;
        self.0.half.process_with_scratch(&mut spectrum[..half], &mut self.0.scratch);
    }
}

/// The real samples that a transform's buffer holds: all but the last bin.
pub(crate) fn samples(buffer: &[Complex32]) -> &[f32] {
    bytemuck::cast_slice(&buffer[..buffer.len() - 1])
}

/// The same, to write.
pub(crate) fn samples_mut(buffer: &mut [Complex32]) -> &mut [f32] {
    let half = buffer.len() - 1;
    bytemuck::cast_slice_mut(&mut buffer[..half])
}

/// A zeroed buffer for transforms of `length` samples.
pub(crate) fn buffer(length: usize) -> Vec<Complex32> {
    vec![Complex32::default(); length / 2 + 1]
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
            (exponent, seed) in (2u32..9, prop::collection::vec(-1f32..1.0, 256)),
        ) {
            let length = 1usize << exponent;
            let signal = &seed[..length];
            let mut working = buffer(length);
            samples_mut(&mut working).copy_from_slice(signal);
            Forward::new(length).run(&mut working);
            for (k, value) in working.iter().enumerate() {
                let (re, im) = bin(signal, k);
                prop_assert!((f64::from(value.re) - re).abs() < 1e-4 && (f64::from(value.im) - im).abs() < 1e-4);
            }
            Inverse::new(length).run(&mut working);
            for (back, x) in samples(&working).iter().zip(signal) {
                prop_assert!((back / length as f32 - x).abs() < 1e-5);
            }
        }
    }
}
