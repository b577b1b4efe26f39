//! A row of a manifest on its way to a result.

use super::pair::Pair;
use crate::error::{Error, Result};
use crate::table::Cells;
use std::sync::Arc;

/// A result whose error may be that of several rows.
pub(crate) type Shared<T> = std::result::Result<T, Arc<Error>>;

/// One row of a manifest.
#[derive(Debug)]
pub(super) struct Task {
    /// The row, counted from 0.
    pub index: u64,
    /// The cells that go into the results as they are.
    pub carried: Cells,
    /// What to score, or why the row cannot be.
    pub pair: Shared<Pair>,
}

/// The rows of a manifest; an error here ends it.
pub(super) type Tasks = Box<dyn Iterator<Item = Result<Task>> + Send>;
