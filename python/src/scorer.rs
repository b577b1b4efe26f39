//! The one way in: a scorer with its model, and references prepared once.

use crate::error::exception;
use crate::score;
use crate::source::{ChannelChoice, Input, Role, SampleRate, Source};
use basilar::{ModelChoice, Score};
use pyo3::prelude::*;

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
        let source = Source::of(reference, Role::Reference, &input)?;
        py.detach(|| PreparedReference::new(&self.scorer, &source, &input))
            .map_err(|error| exception(py, &error))
    }

    /// Scores one pair.
    #[pyo3(
        signature = (reference, degraded, sample_rate = None, *, channel = ChannelChoice::default(), channel_axis = -1),
        text_signature = "($self, reference, degraded, sample_rate=None, *, channel='mono', channel_axis=-1)"
    )]
    fn score<'py>(
        &self,
        py: Python<'py>,
        reference: &Bound<'py, PyAny>,
        degraded: &Bound<'py, PyAny>,
        sample_rate: Option<SampleRate>,
        channel: ChannelChoice,
        channel_axis: isize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let input = Input::new(py, sample_rate, channel, channel_axis)?;
        let reference = Source::of(reference, Role::Reference, &input)?;
        let degraded = Source::of(degraded, Role::Degraded, &input)?;
        let scored = py.detach(|| {
            PreparedReference::new(&self.scorer, &reference, &input)?.compare(&degraded, &input)
        });
        score::object(py, &scored.map_err(|error| exception(py, &error))?)
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

/// A reference that is ready to be compared with, from any number of threads.
#[pyclass(frozen, module = "basilar")]
pub struct PreparedReference(basilar::PreparedReference);

#[pymethods]
impl PreparedReference {
    /// Name and version of the model that the reference was prepared for.
    #[getter]
    fn model(&self) -> String {
        let model = &self.0.chosen().model;
        format!("{} {}", model.name(), model.version())
    }

    /// Length of the reference in seconds.
    #[getter]
    fn duration_s(&self) -> f64 {
        self.0.recording().duration_s
    }

    /// Scores a degraded recording.
    #[pyo3(
        signature = (degraded, sample_rate = None, *, channel = ChannelChoice::default(), channel_axis = -1),
        text_signature = "($self, degraded, sample_rate=None, *, channel='mono', channel_axis=-1)"
    )]
    fn score<'py>(
        &self,
        py: Python<'py>,
        degraded: &Bound<'py, PyAny>,
        sample_rate: Option<u32>,
        channel: ChannelChoice,
        channel_axis: isize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let input = Input::new(py, sample_rate.map(SampleRate::Both), channel, channel_axis)?;
        let degraded = Source::of(degraded, Role::Degraded, &input)?;
        let scored = py.detach(|| self.compare(&degraded, &input));
        score::object(py, &scored.map_err(|error| exception(py, &error))?)
    }

    fn __repr__(&self) -> String {
        format!("<PreparedReference of {:.3} s for {}>", self.duration_s(), self.model())
    }
}

impl PreparedReference {
    fn new(scorer: &basilar::Scorer, source: &Source<'_>, input: &Input) -> basilar::Result<Self> {
        scorer.prepare(&source.open(Role::Reference, input.channel)?).map(Self)
    }

    fn compare(&self, degraded: &Source<'_>, input: &Input) -> basilar::Result<Score> {
        self.0.score(&degraded.open(Role::Degraded, input.channel)?)
    }
}
