//! Score out: what the library says of a score, which is what `--json` says, as the dataclasses of basilar._score.

use basilar::Score;
use pyo3::intern;
use pyo3::prelude::*;

/// The Python object of a score.
pub fn object<'py>(py: Python<'py>, score: &Score) -> PyResult<Bound<'py, PyAny>> {
    let told = pythonize::pythonize(py, score)?;
    py.import(intern!(py, "basilar._score"))?.getattr(intern!(py, "score_of"))?.call1((told,))
}
