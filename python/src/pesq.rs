//! The arithmetic behind the drop-in for the Python package pesq: a batch of pairs, each a score or its error's code.

use crate::samples::FULL_SCALE;
use crate::work::{interruptible, protected};
use basilar::{Error, Model, Result, Scorer, Signal, parallel};
use numpy::PyReadonlyArrayDyn;
use numpy::ndarray::{ArrayD, ArrayViewD, Axis};
use pyo3::prelude::*;
use std::num::NonZeroUsize;

/// What that package gives in place of a score for fewer samples than a quarter of a second.
const BUFFER_TOO_SHORT: f64 = -6.0;

/// And for a reference without speech.
const NO_UTTERANCES_DETECTED: f64 = -7.0;

/// The MOS-LQO of each degraded signal against its reference, or against the only one; a negative code where that package
/// knows an error, and NaN where its arithmetic ends in one.
#[pyfunction]
#[pyo3(signature = (fs, references, degraded, wideband, jobs = None))]
pub fn pesq(
    py: Python<'_>,
    fs: u32,
    references: Samples<'_>,
    degraded: Samples<'_>,
    wideband: bool,
    jobs: Option<NonZeroUsize>,
) -> PyResult<Vec<f64>> {
    let scorer = Scorer::new(if wideband { Model::wideband() } else { Model::narrowband() });
    let rows = || Ok((references.rows(), degraded.rows()));
    let (references, degraded) = protected(py, rows)?;
    interruptible(py, move |stopped| {
        let reference = |row| Reference::new(&scorer, references.signal("reference", row, fs));
        let only = (references.count() == 1).then(|| reference(0));
        parallel::map(degraded.count(), parallel::jobs(jobs), |row| {
            if stopped.is_set() {
                return f64::NAN;
            }
            let degraded = degraded.signal("degraded", row, fs);
            match &only {
                Some(reference) => reference.score(&degraded),
                None => reference(row).score(&degraded),
            }
        })
    })
}

/// A reference, prepared if it can be.
struct Reference {
    signal: Signal,
    prepared: Result<basilar::PreparedReference>,
}

impl Reference {
    fn new(scorer: &Scorer, signal: Signal) -> Self {
        Self { prepared: scorer.prepare(&signal), signal }
    }

    fn score(&self, degraded: &Signal) -> f64 {
        let too_short =
            |signal: &Signal| signal.samples().len() * 4 < signal.sample_rate() as usize;
        if too_short(&self.signal) || too_short(degraded) {
            return BUFFER_TOO_SHORT;
        }
        let Ok(reference) = &self.prepared else { return NO_UTTERANCES_DETECTED };
        match reference.score(degraded) {
            Ok(score) => score.mos_lqo,
            // The signals are then brought to their common maximum, and nothing is left of either.
            Err(Error::NotFinite { value, .. }) if value.is_infinite() => NO_UTTERANCES_DETECTED,
            Err(Error::NotFinite { .. } | Error::Silent { .. }) if self.has_speech() => f64::NAN,
            Err(_) => NO_UTTERANCES_DETECTED,
        }
    }

    fn has_speech(&self) -> bool {
        self.prepared.as_ref().is_ok_and(|reference| reference.score(&self.signal).is_ok())
    }
}

/// A signal, or one in each row, of any type that has a fast way in.
#[derive(FromPyObject)]
pub enum Samples<'py> {
    Int16(PyReadonlyArrayDyn<'py, i16>),
    Float32(PyReadonlyArrayDyn<'py, f32>),
    Float64(PyReadonlyArrayDyn<'py, f64>),
}

/// The same without Python: copies, because other threads may free or resize the arrays while no GIL is held.
enum Rows {
    Int16(ArrayD<i16>),
    Float32(ArrayD<f32>),
    Float64(ArrayD<f64>),
}

impl Samples<'_> {
    fn rows(&self) -> Rows {
        match self {
            Self::Int16(array) => Rows::Int16(owned(array.as_array())),
            Self::Float32(array) => Rows::Float32(owned(array.as_array())),
            Self::Float64(array) => Rows::Float64(owned(array.as_array())),
        }
    }
}

/// A copy; of an array without elements NumPy may give strides that ndarray takes for a defect.
fn owned<T: Clone>(array: ArrayViewD<'_, T>) -> ArrayD<T> {
    if array.is_empty() {
        let shape = array.raw_dim();
        return ArrayD::from_shape_vec(shape, Vec::new()).expect("no elements for none");
    }
    array.to_owned()
}

impl Rows {
    fn count(&self) -> usize {
        let shape = match self {
            Self::Int16(array) => array.shape(),
            Self::Float32(array) => array.shape(),
            Self::Float64(array) => array.shape(),
        };
        if let [count, _] = *shape { count } else { 1 }
    }

    fn signal(&self, name: &str, row: usize, sample_rate: u32) -> Signal {
        let samples = match self {
            Self::Int16(array) => scaled(&array.view(), row, |_| f64::from(FULL_SCALE).recip()),
            Self::Float32(array) => scaled(&array.view(), row, to_maximum),
            Self::Float64(array) => scaled(&array.view(), row, to_maximum),
        };
        Signal::new(name, samples, sample_rate)
    }
}

fn scaled<T: Copy + Into<f64>>(
    array: &ArrayViewD<'_, T>,
    row: usize,
    scale: impl Fn(&[T]) -> f64,
) -> Vec<f32> {
    let row = match array.ndim() {
        2 => array.index_axis(Axis(0), row),
        _ => array.view(),
    };
    let row = row.as_standard_layout();
    let row = row.as_slice().unwrap_or_default();
    let scale = scale(row);
    row.iter().map(|&sample| (sample.into() * scale) as f32).collect()
}

/// What brings a signal to a maximum of 1, which is as good as that package's common maximum of the pair: P.862 sets both
/// levels.
fn to_maximum<T: Copy + Into<f64>>(row: &[T]) -> f64 {
    // Eight at a time, which the compiler compares at once.
    let (eights, rest) = row.as_chunks::<8>();
    let mut maxima = [0.0; 8];
    for samples in eights.iter().map(|eight| &eight[..]).chain([rest]) {
        for (maximum, &sample) in maxima.iter_mut().zip(samples) {
            let magnitude = sample.into().abs();
            *maximum = if magnitude > *maximum { magnitude } else { *maximum };
        }
    }
    let maximum = maxima.into_iter().fold(0.0, f64::max);
    if maximum.is_finite() && maximum > 0.0 { maximum.recip() } else { 1.0 }
}
