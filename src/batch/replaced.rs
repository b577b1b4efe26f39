//! Inputs that results must not replace.

use crate::error::{Error, Result};
use same_file::Handle;
use std::path::{Path, PathBuf};

/// The files that are where the results will go.
pub(super) struct Replaced(Vec<Handle>);

impl Replaced {
    pub fn by(outputs: &[PathBuf]) -> Self {
        Self(outputs.iter().filter_map(|path| Handle::from_path(path).ok()).collect())
    }

    /// Whether nothing is there yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses an input that is one of them, by whatever path.
    pub fn spares(&self, input: &Path) -> Result<()> {
        let same = |input: Handle| self.0.contains(&input);
        if !Handle::from_path(input).is_ok_and(same) {
            return Ok(());
        }
        Err(Error::WouldReplaceInput { name: input.display().to_string() })
    }
}
