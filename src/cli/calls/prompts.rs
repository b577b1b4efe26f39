//! What `--prompt` names: recordings, folders of them, or a table of calls and their prompts.

use basilar::network::Prompts;
use basilar::{Error, Result, table};
use std::path::{Path, PathBuf};

/// The columns that may name a call, and those that may name its prompt.
const CALL: [&str; 3] = ["call", "call_id", "capture"];
const PROMPT: [&str; 2] = ["prompt", "reference"];

/// Opens what `--prompt` names.
///
/// # Errors
/// What is wrong with a recording or a table; [`Error::MixedPrompts`] for a table beside recordings.
pub(super) fn open(paths: &[PathBuf]) -> Result<Prompts> {
    let is_table = |path: &&PathBuf| !path.is_dir() && table::Format::of(path).is_ok();
    match paths.iter().filter(is_table).count() {
        0 => Prompts::open(paths),
        tables if tables == paths.len() => {
            let mut pairs = Vec::new();
            for path in paths {
                rows(path, &mut pairs)?;
            }
            Prompts::of_calls(pairs)
        }
        _ => Err(Error::MixedPrompts),
    }
}

/// The calls of a table with their prompts, whose paths are relative to it.
fn rows(path: &Path, pairs: &mut Vec<(String, PathBuf)>) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    for (index, row) in table::read(path)?.enumerate() {
        let row = row?;
        let named = |columns: &[&str]| {
            let cells = columns.iter().map(|column| table::text(row.get(*column)));
            cells.into_iter().find(|text| !text.trim().is_empty())
        };
        let (Some(call), Some(prompt)) = (named(&CALL), named(&PROMPT)) else {
            return Err(Error::InvalidRow {
                name: path.display().to_string(),
                row: index as u64 + 1,
                reason: "it needs a call (its Call-ID or its capture) in the column call, and a recording in the column prompt".to_owned(),
            });
        };
        pairs.push((call.trim().to_owned(), folder.join(prompt.trim())));
    }
    Ok(())
}
