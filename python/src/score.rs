//! Score out: the library's score as the dataclasses of basilar._score, its timelines as NumPy arrays.

use basilar::{Alignment, Levels, LocalScore, Score, Timeline};
use numpy::{PyArray1, ToPyArray};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// Makes the dataclasses; all take their fields in the order of the library's.
struct Classes<'py>(Bound<'py, PyModule>);

/// The Python object of a score.
pub fn object<'py>(py: Python<'py>, score: Score) -> PyResult<Bound<'py, PyAny>> {
    let classes = Classes(py.import(intern!(py, "basilar._score"))?);
    let impairments = score.impairments.map(|found| {
        let [a, b, c, d, e] = found.to_array();
        classes.make("Impairments", (a, b, c, d, e))
    });
    let fields = (
        score.mos_lqo,
        score.raw,
        score.quality.to_string().to_lowercase(),
        score.model,
        score.model_version,
        score.bandwidth.to_string(),
        impairments.transpose()?,
        classes.alignment(&score.alignment)?,
        classes.timeline(&score.timeline)?,
        classes.levels(&score.reference)?,
        classes.levels(&score.degraded)?,
        PyTuple::new(py, score.warnings)?,
    );
    classes.make("Score", fields)
}

impl<'py> Classes<'py> {
    fn make(
        &self,
        class: &str,
        fields: impl IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.0.getattr(class)?.call1(fields.into_pyobject(self.0.py())?)
    }

    fn alignment(&self, alignment: &Alignment) -> PyResult<Bound<'py, PyAny>> {
        let utterance = |found: &basilar::Utterance| {
            let fields =
                (found.start_s, found.end_s, found.delay_s, found.delay_samples, found.confidence);
            self.make("Utterance", fields)
        };
        let utterances =
            alignment.utterances.iter().map(utterance).collect::<PyResult<Vec<_>>>()?;
        let unheard = alignment.unheard_s.iter().map(|&[start, end]| (start, end));
        let unheard = unheard.collect::<Vec<_>>();
        let py = self.0.py();
        let fields =
            (PyTuple::new(py, utterances)?, alignment.clock_drift_ppm, PyTuple::new(py, unheard)?);
        self.make("Alignment", fields)
    }

    fn timeline(&self, timeline: &Timeline) -> PyResult<Bound<'py, PyAny>> {
        let py = self.0.py();
        let each = |field: fn(&LocalScore) -> f64| {
            PyArray1::from_iter(py, timeline.intervals.iter().map(field))
        };
        let intervals =
            self.make("Intervals", (each(|i| i.start_s), each(|i| i.end_s), each(|i| i.mos_lqo)))?;
        let fields = (
            timeline.sample_rate,
            timeline.frame_hop_s,
            timeline.disturbance.to_pyarray(py),
            timeline.asymmetric_disturbance.to_pyarray(py),
            timeline.silent.to_pyarray(py),
            intervals,
        );
        self.make("Timeline", fields)
    }

    fn levels(&self, levels: &Levels) -> PyResult<Bound<'py, PyAny>> {
        self.make("Levels", (levels.level_dbov, levels.speech_activity))
    }
}
