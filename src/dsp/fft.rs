//! FFTs of real signals: rustfft's complex transform of half the length, and a vectorised step that parts the halves.
//!
//! Both directions are unnormalised. Plans are cached per thread.

use super::real_split;
use rustfft::{Fft, FftDirection, FftPlanner};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

pub(crate) use rustfft::num_complex::Complex32;

/// Plans longer than this are made for one use and dropped: their twiddles would weigh as much as the signal.
const LONGEST_CACHED: usize = 1 << 20;

/// Most memory that a thread keeps in unused buffers, in complex values: 64 MiB.
const MOST_KEPT: usize = 1 << 23;

#[derive(Default)]
struct Plans {
    planner: Option<FftPlanner<f32>>,
    twiddles: HashMap<usize, Arc<[Complex32]>>,
    /// Unused buffers by their length.
    buffers: HashMap<usize, Vec<Vec<Complex32>>>,
    /// Their lengths together.
    kept: usize,
}

impl Plans {
    fn complex(&mut self, length: usize, direction: FftDirection) -> Arc<dyn Fft<f32>> {
        self.planner.get_or_insert_with(FftPlanner::new).plan_fft(length, direction)
    }

    fn twiddles(&mut self, length: usize) -> Arc<[Complex32]> {
        Arc::clone(self.twiddles.entry(length).or_insert_with(|| real_split::twiddles(length)))
    }
}

impl Plans {
    fn buffer(&mut self, bins: usize) -> Option<Vec<Complex32>> {
        let used = self.buffers.get_mut(&bins).and_then(Vec::pop);
        self.kept -= used.as_ref().map_or(0, |_| bins);
        used
    }

    fn keep(&mut self, mut memory: Vec<Complex32>, bins: usize) {
        if self.kept + bins <= MOST_KEPT {
            memory.resize(bins, Complex32::default());
            self.kept += bins;
            self.buffers.entry(bins).or_default().push(memory);
        }
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

/// What a transform works in: half as many complex values as samples, and one more. A dropped buffer's memory serves the
/// thread's next one, because fresh pages would cost as much as the transforms.
pub(crate) struct Buffer(Vec<Complex32>);

impl Buffer {
    /// Room for transforms of `length` samples; what it holds is unspecified.
    pub fn new(length: usize) -> Self {
        let bins = length / 2 + 1;
        let used = PLANS.with_borrow_mut(|plans| plans.buffer(bins));
        Self(used.unwrap_or_else(|| vec![Complex32::default(); bins]))
    }

    /// The real samples: all but the last bin.
    pub fn samples(&self) -> &[f32] {
        bytemuck::cast_slice(&self.0[..self.0.len() - 1])
    }

    /// The same, to write.
    pub fn samples_mut(&mut self) -> &mut [f32] {
        let half = self.0.len() - 1;
        bytemuck::cast_slice_mut(&mut self.0[..half])
    }

    /// Leaves the bins of a transform of `length` samples, which are fewer.
    pub fn truncate(&mut self, length: usize) {
        self.0.truncate(length / 2 + 1);
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

impl Clone for Buffer {
    fn clone(&self) -> Self {
        let mut copy = Self::new(2 * (self.len() - 1));
        copy.copy_from_slice(self);
        copy
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.0);
        // A truncated buffer is longer inside than its length says; one that the thread outlives is simply freed.
        let bins = memory.capacity();
        if bins <= LONGEST_CACHED {
            let _ = PLANS.try_with(|plans| {
                if let Ok(mut plans) = plans.try_borrow_mut() {
                    plans.keep(memory, bins);
                }
            });
        }
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
            (exponent, seed) in (2u32..9, prop::collection::vec(-1f32..1.0, 256)),
        ) {
            let length = 1usize << exponent;
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
