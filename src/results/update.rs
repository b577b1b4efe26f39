//! A baseline that gives way to the results that were reviewed.

use super::compare::Comparison;
use super::verdict::Verdict;
use crate::draft::Draft;
use crate::error::{Error, Result};
use crate::table::Format;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Puts the results in the place of the baseline, whole or not at all.
///
/// # Errors
/// Tables of different formats; rows that were scored and are not any more, which would be passed from then on; a place
/// that cannot be written.
pub fn update(baseline: &Path, results: &Path, comparison: &Comparison) -> Result<()> {
    let name = baseline.display().to_string();
    let refused = |reason: String| Error::NotUpdated { name: name.clone(), reason };
    if Format::of(baseline)? != Format::of(results)? {
        return Err(refused(format!(
            "{} is of another format; write the results in that of the baseline",
            results.display()
        )));
    }
    let unscored = comparison.rows(Verdict::Failing).count();
    if unscored > 0 {
        return Err(refused(format!(
            "{unscored} rows of the results could not be scored and would not be watched any more; score them, or tolerate them with --allow-unscored {unscored}"
        )));
    }
    // What a link names is replaced, not the link.
    let unwritable = |source| Error::Unwritable { name: name.clone(), source };
    let place = fs::canonicalize(baseline).map_err(unwritable)?;
    let draft = Draft::beside(&place)?;
    copy(results, &place, &draft).and_then(|()| draft.finish()).map_err(unwritable)
}

/// The results with the permissions of the place that they take.
fn copy(results: &Path, place: &Path, draft: &Draft) -> io::Result<()> {
    let mut file = draft.begin()?;
    io::copy(&mut File::open(results)?, &mut file)?;
    file.set_permissions(fs::metadata(place)?.permissions())
}
