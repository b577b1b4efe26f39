//! The one way in: a scorer with its model, and references prepared once.

use crate::error::exception;
use crate::score;
use crate::source::{ChannelChoice, Input, Role, SampleRate, Source};
use basilar::batch::ModelChoice;
use basilar::{Error, Model, Score};
use pyo3::prelude::*;

/// Scores degraded recordings against references with one model.
#[pyclass(frozen, module = "basilar")]
pub struct Scorer {
    word: String,
    choice: ModelChoice,
}

#[pymethods]
impl Scorer {
    #[new]
    #[pyo3(signature = (model = "auto"))]
    fn new(py: Python<'_>, model: &str) -> PyResult<Self> {
        let choice = model.parse().map_err(|error: Error| exception(py, &error))?;
        Ok(Self { word: model.to_owned(), choice })
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
        py.detach(|| PreparedReference::new(&self.choice, &source, &input))
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
            PreparedReference::new(&self.choice, &reference, &input)?.compare(&degraded, &input)
        });
        score::object(py, scored.map_err(|error| exception(py, &error))?)
    }

    fn __repr__(&self) -> String {
        format!("Scorer(model={:?})", self.word)
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> (Py<PyAny>, (String,)) {
        (slf.get_type().into_any().unbind(), (slf.get().word.clone(),))
    }
}

/// A reference that is ready to be compared with, from any number of threads.
#[pyclass(frozen, module = "basilar")]
pub struct PreparedReference {
    pub reference: basilar::PreparedReference,
    model: Model,
    pub duration_s: f64,
}

#[pymethods]
impl PreparedReference {
    /// Name and version of the model that the reference was prepared for.
    #[getter]
    fn model(&self) -> String {
        format!("{} {}", self.model.name(), self.model.version())
    }

    /// Length of the reference in seconds.
    #[getter]
    fn duration_s(&self) -> f64 {
        self.duration_s
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
        score::object(py, scored.map_err(|error| exception(py, &error))?)
    }

    fn __repr__(&self) -> String {
        format!("<PreparedReference of {:.3} s for {}>", self.duration_s, self.model())
    }
}

impl PreparedReference {
    pub fn new(choice: &ModelChoice, source: &Source<'_>, input: &Input) -> basilar::Result<Self> {
        let signal = source.open(Role::Reference, input.channel)?;
        let model = choice.for_sample_rate(signal.sample_rate());
        let reference = basilar::Scorer::new(model.clone()).prepare(&signal)?;
        Ok(Self { reference, model, duration_s: signal.duration_s() })
    }

    fn compare(&self, degraded: &Source<'_>, input: &Input) -> basilar::Result<Score> {
        self.reference.score(&degraded.open(Role::Degraded, input.channel)?)
    }
}
