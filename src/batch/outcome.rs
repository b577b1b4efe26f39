//! What came of a row of the manifest: the cells of its result, and for a long call those of its parts.

use super::row;
use crate::error::Error;
use crate::long_calls::{LongReference, LongScored, Part, Stretch};
use crate::model::Model;
use crate::rounding::rounded;
use crate::score::{Recording, Scored};
use crate::service_band::ServiceBand;
use crate::table::{Cells, text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// The result of one row of the manifest, which makes one row of the results, or several for a long call.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outcome {
    cells: Cells,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Cells>,
}

impl Outcome {
    /// Of a pair.
    pub fn scored(reference: Recording, degraded: &Scored) -> Self {
        Self { cells: row::scored(reference, degraded), parts: Vec::new() }
    }

    /// Of a long call: the whole, and the rows of its thirds and stretches.
    pub fn of_long_call(reference: &LongReference, degraded: &LongScored) -> Self {
        let model = &reference.chosen().model;
        let score = &degraded.score;
        let mut cells = part("whole", &score.whole, model);
        if let Some((least, most)) = score.delay_range_s() {
            cells.insert("delay_min_ms".into(), rounded(least * 1e3, 3).into());
            cells.insert("delay_max_ms".into(), rounded(most * 1e3, 3).into());
        }
        let durations = [
            ("reference_duration_s", reference.recording().duration_s),
            ("degraded_duration_s", degraded.recording.duration_s),
        ];
        for (column, duration_s) in durations {
            cells.insert(column.to_owned(), rounded(duration_s, 4).into());
        }
        cells.insert("warnings".into(), row::warnings(&score.warnings));
        let thirds =
            [("beginning", &score.beginning), ("middle", &score.middle), ("end", &score.end)];
        let thirds = thirds.into_iter().map(|(name, third)| part(name, third, model));
        Self { cells, parts: thirds.chain(score.stretches.iter().map(stretch)).collect() }
    }

    /// Of a row that could not be scored.
    pub fn failed(error: &Error, long_calls: bool) -> Self {
        let mut cells = row::failed(error);
        if long_calls {
            cells.insert("part".into(), "whole".into());
        }
        Self { cells, parts: Vec::new() }
    }

    /// The kind of error, where the row could not be scored.
    pub fn error_kind(&self) -> Option<String> {
        self.cells.get("error_kind").map(|kind| text(Some(kind)))
    }

    /// The kinds of warnings that it comes with, each once; of a long call those of its parts too.
    pub fn warning_kinds(&self) -> BTreeSet<String> {
        let cells = std::iter::once(&self.cells).chain(&self.parts);
        let kinds = cells.filter_map(|cells| cells.get("warning_kinds")?.as_str());
        kinds.flat_map(|kinds| kinds.split("; ")).map(str::to_owned).collect()
    }

    /// The rows of the results, each with the cells that are carried from the manifest.
    pub fn rows(self, carried: &Cells) -> impl Iterator<Item = Cells> {
        std::iter::once(self.cells).chain(self.parts).map(|row| {
            let mut cells = carried.clone();
            cells.extend(row);
            cells
        })
    }
}

fn part(name: &str, part: &Part, model: &Model) -> Cells {
    let mut cells = placed(name, part.start_s, part.end_s);
    let scored: [(&str, Value); 5] = [
        ("mos_lqo", part.mos_lqo.map(row::mos_lqo).into()),
        ("quality", part.quality.map(|quality| quality.to_string()).into()),
        ("band", model.band().to_string().into()),
        ("model", model.name().into()),
        ("model_version", model.version().into()),
    ];
    cells.extend(scored.map(|(column, value)| (column.to_owned(), value)));
    cells
}

/// The cells of a stretch of a long recording.
fn stretch(stretch: &Stretch) -> Cells {
    let mut cells = placed("stretch", stretch.start_s, stretch.end_s);
    cells.extend(match &stretch.outcome {
        Ok(score) => row::of_score(score),
        Err(error) => row::failed(error),
    });
    // Nothing heard has a score too.
    if let Some(mos_lqo) = stretch.mos_lqo {
        cells.insert("mos_lqo".into(), row::mos_lqo(mos_lqo).into());
        cells.insert("quality".into(), ServiceBand::of(mos_lqo).to_string().into());
    }
    cells
}

fn placed(name: &str, start_s: f64, end_s: f64) -> Cells {
    let cells: [(&str, Value); 3] = [
        ("part", name.into()),
        ("start_s", rounded(start_s, 3).into()),
        ("end_s", rounded(end_s, 3).into()),
    ];
    cells.map(|(column, value)| (column.to_owned(), value)).into_iter().collect()
}
