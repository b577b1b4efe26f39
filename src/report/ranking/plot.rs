//! Means with their intervals and the letters of significance, as an SVG picture.

use crate::error::{Error, Result};
use crate::ranking::Ranking;
use crate::report::interval_plot::{self, Line};

/// Draws the systems, best first.
///
/// # Errors
/// [`Error::NothingToDraw`] where the picture cannot be drawn.
pub fn svg(ranking: &Ranking) -> Result<String> {
    let line = |system: &crate::ranking::System| Line {
        name: system.name(),
        mean: system.mean,
        interval: system.interval,
        note: system.letters.clone(),
        values: Vec::new(),
    };
    let lines: Vec<Line> = ranking.systems.iter().map(line).collect();
    let note = "95 % intervals of the means; those that share a letter do not differ significantly";
    interval_plot::svg(&lines, "MOS-LQO", note, (1.0, 5.0)).map_err(|error| Error::NothingToDraw {
        name: ranking.by.join(","),
        reason: format!("cannot be drawn ({error})"),
    })
}
