//! Real-input FFTs with plans cached per thread; forward unnormalised, inverse unnormalised too.

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::cell::RefCell;
use std::sync::Arc;

pub(crate) use realfft::num_complex::Complex32;

/// Plans longer than this are made for one use and dropped: their twiddles would weigh as much as the signal.
const LONGEST_CACHED: usize = 1 << 20;

thread_local! {
    static PLANNER: RefCell<RealFftPlanner<f32>> = RefCell::new(RealFftPlanner::new());
}

fn with_planner<T>(length: usize, plan: impl Fn(&mut RealFftPlanner<f32>) -> T) -> T {
    if length > LONGEST_CACHED {
        plan(&mut RealFftPlanner::new())
    } else {
        PLANNER.with_borrow_mut(plan)
    }
}

/// Signal to spectrum: `length` samples to `length / 2 + 1` bins.
pub(crate) struct Forward {
    plan: Arc<dyn RealToComplex<f32>>,
    scratch: Vec<Complex32>,
}

impl Forward {
    /// A transform of `length` samples.
    pub fn new(length: usize) -> Self {
        let plan = with_planner(length, |planner| planner.plan_fft_forward(length));
        let scratch = plan.make_scratch_vec();
        Self { plan, scratch }
    }

    /// Transforms `signal`, which is used as working space, into `spectrum`.
    pub fn run(&mut self, signal: &mut [f32], spectrum: &mut [Complex32]) {
        let done = self.plan.process_with_scratch(signal, spectrum, &mut self.scratch);
        debug_assert!(done.is_ok(), "lengths belong to the plan");
    }
}

/// Spectrum to signal, the sum over bins without a division by the length.
pub(crate) struct Inverse {
    plan: Arc<dyn ComplexToReal<f32>>,
    scratch: Vec<Complex32>,
}

impl Inverse {
    /// A transform to `length` samples.
    pub fn new(length: usize) -> Self {
        let plan = with_planner(length, |planner| planner.plan_fft_inverse(length));
        let scratch = plan.make_scratch_vec();
        Self { plan, scratch }
    }

    /// Transforms `spectrum`, which is used as working space, into `signal`.
    pub fn run(&mut self, spectrum: &mut [Complex32], signal: &mut [f32]) {
        // The outermost bins of a real signal's spectrum are real; products leave rounding there.
        spectrum[0].im = 0.0;
        if let Some(last) = spectrum.last_mut() {
            last.im = 0.0;
        }
        let done = self.plan.process_with_scratch(spectrum, signal, &mut self.scratch);
        debug_assert!(done.is_ok(), "lengths belong to the plan");
    }
}
