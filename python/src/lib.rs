//! The Python package's compiled part: samples in, scores out, and the work in between without the GIL.

use pyo3::prelude::*;

mod arrow;
mod command;
mod error;
mod pesq;
mod recordings;
mod samples;
mod score;
mod scorer;
mod source;
mod work;

#[pymodule]
mod _basilar {
    #[pymodule_export]
    use super::arrow::{Scores, result_columns, score_arrow};
    #[pymodule_export]
    use super::command::run;
    #[pymodule_export]
    use super::pesq::pesq;
    #[pymodule_export]
    use super::scorer::{PreparedReference, Scorer};
}
