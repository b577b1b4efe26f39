//! The one way in: a scorer with its model, and references prepared once.

use crate::error::exception;
use crate::score;
use crate::source::{ChannelChoice, Hertz, Input, Role, SampleRate, Source};
use crate::work::{Stopped, interruptible, protected};
use basilar::{ModelChoice, Score};
use numpy::PyArray1;
use pyo3::intern;
use pyo3::prelude::*;
use std::sync::Arc;

/// Scores degraded recordings against references with one model.
#[pyclass(frozen, module = "basilar")]
pub struct Scorer {
    word: String,
    scorer: basilar::Scorer,
}

#[pymethods]
impl Scorer {
    #[new]
    #[pyo3(signature = (model = "auto"))]
    fn new(py: Python<'_>, model: &str) -> PyResult<Self> {
        Ok(Self { word: model.to_owned(), scorer: scorer(py, model)? })
    }

    /// What the scorer was made with.
    #[getter]
    fn model(&self) -> &str {
        &self.word
    }

    /// Does the reference's part of the work, once for any number of degraded recordings.
    #[pyo3(
        signature = (reference, sample_rate = None, *, channel = ChannelChoice::default(), channel_axis = -1),
        text_signature = "($self, reference, sample_rate=None, *, channel='mono', channel_axis=-1)"
    )]
    fn prepare(
        &self,
        py: Python<'_>,
        reference: &Bound<'_, PyAny>,
        sample_rate: Option<SampleRate>,
        channel: ChannelChoice,
        channel_axis: isize,
    ) -> PyResult<PreparedReference> {
        let input = Input::new(py, sample_rate, channel, channel_axis)?;
        let source = protected(py, || Source::of(reference, Role::Reference, &input))?;
        let (scorer, word) = (self.scorer.clone(), self.word.clone());
        let work = move |_: &Stopped| PreparedReference::new(&scorer, word, &source, &input);
        interruptible(py, work)?.map_err(|error| exception(py, &error))
    }

    /// Scores one pair.
    #[pyo3(
        signature = (reference, degraded, sample_rate = None, *, channel = ChannelChoice::default(), channel_axis = -1, explain = false),
        text_signature = "($self, reference, degraded, sample_rate=None, *, channel='mono', channel_axis=-1, explain=False)"
    )]
    fn score<'py>(
        &self,
        py: Python<'py>,
        reference: &Bound<'py, PyAny>,
        degraded: &Bound<'py, PyAny>,
        sample_rate: Option<SampleRate>,
        channel: ChannelChoice,
        channel_axis: isize,
        explain: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let input = Input::new(py, sample_rate, channel, channel_axis)?;
        let reference = protected(py, || Source::of(reference, Role::Reference, &input))?;
        let degraded = protected(py, || Source::of(degraded, Role::Degraded, &input))?;
        let scorer = self.scorer.clone();
        let scored = interruptible(py, move |_| {
            let reference = PreparedReference::new(&scorer, String::new(), &reference, &input)?;
            compare(&reference.prepared, &degraded, &input, explain)
        });
        score::object(py, &scored?.map_err(|error| exception(py, &error))?)
    }

    fn __repr__(&self) -> String {
        format!("Scorer(model={:?})", self.word)
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> (Py<PyAny>, (String,)) {
        (slf.get_type().into_any().unbind(), (slf.get().word.clone(),))
    }
}

/// The library's scorer with the model of this name.
pub fn scorer(py: Python<'_>, model: &str) -> PyResult<basilar::Scorer> {
    let choice: basilar::Result<ModelChoice> = model.parse();
    choice.map(basilar::Scorer::new).map_err(|error| exception(py, &error))
}

/// What pickles a prepared reference: a function, and the model's word, samples and rate to call it with.
type Reduced<'py> = (Bound<'py, PyAny>, (String, Bound<'py, PyArray1<f32>>, u32));

/// A reference that is ready to be compared with, from any number of threads.
#[pyclass(frozen, module = "basilar")]
pub struct PreparedReference {
    prepared: Arc<basilar::PreparedReference>,
    /// What its scorer was made with.
    word: String,
}

#[pymethods]
impl PreparedReference {
    /// Name and version of the model that the reference was prepared for.
    #[getter]
    fn model(&self) -> String {
        let model = &self.prepared.chosen().model;
        format!("{} {}", model.name(), model.version())
    }

    /// Length of the reference in seconds.
    #[getter]
    fn duration_s(&self) -> f64 {
        self.prepared.recording().duration_s
    }

    /// Scores a degraded recording.
    #[pyo3(
        signature = (degraded, sample_rate = None, *, channel = ChannelChoice::default(), channel_axis = -1, explain = false),
        text_signature = "($self, degraded, sample_rate=None, *, channel='mono', channel_axis=-1, explain=False)"
    )]
    fn score<'py>(
        &self,
        py: Python<'py>,
        degraded: &Bound<'py, PyAny>,
        sample_rate: Option<Hertz>,
        channel: ChannelChoice,
        channel_axis: isize,
        explain: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let input = Input::new(py, sample_rate.map(SampleRate::Both), channel, channel_axis)?;
        let degraded = protected(py, || Source::of(degraded, Role::Degraded, &input))?;
        let prepared = Arc::clone(&self.prepared);
        let scored = interruptible(py, move |_| compare(&prepared, &degraded, &input, explain));
        score::object(py, &scored?.map_err(|error| exception(py, &error))?)
    }

    /// By the samples and the model's word: preparing them again takes less time than carrying all that was prepared.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        let restore =
            py.import(intern!(py, "basilar._scoring"))?.getattr(intern!(py, "restore"))?;
        let signal = self.prepared.signal();
        let samples = PyArray1::from_slice(py, signal.samples());
        Ok((restore, (self.word.clone(), samples, signal.sample_rate())))
    }

    fn __repr__(&self) -> String {
        format!("<PreparedReference of {:.3} s for {}>", self.duration_s(), self.model())
    }
}

impl PreparedReference {
    fn new(
        scorer: &basilar::Scorer,
        word: String,
        source: &Source<'_>,
        input: &Input,
    ) -> basilar::Result<Self> {
        let prepared = scorer.prepare(&source.open(Role::Reference, input.channel)?)?;
        Ok(Self { prepared: Arc::new(prepared), word })
    }
}

fn compare(
    prepared: &basilar::PreparedReference,
    degraded: &Source<'_>,
    input: &Input,
    explain: bool,
) -> basilar::Result<Score> {
    let degraded = degraded.open(Role::Degraded, input.channel)?;
    if explain { prepared.explain(&degraded) } else { prepared.score(&degraded) }
}
