//! Mean votes of the conditions with their intervals as an SVG picture; the means of their items in grey.

use crate::error::{Error, Result};
use crate::listening_test::{Evaluation, ScaleEvaluation};
use crate::report::interval_plot::{self, Line};

/// Draws the conditions in the order of the table, or the stimuli where none are named. Of several scales, the last.
///
/// # Errors
/// [`Error::NothingToDraw`] where the picture cannot be drawn.
pub fn svg(evaluation: &Evaluation) -> Result<String> {
    let cannot = |reason: String| Error::NothingToDraw { name: evaluation.votes.clone(), reason };
    let scale =
        evaluation.scales.last().ok_or_else(|| cannot("there are no votes; give some".into()))?;
    let lines = lines(scale);
    let range = evaluation.method.range();
    let axis = match &scale.scale {
        Some(name) => format!("{} ({name})", evaluation.method.mean_name()),
        None => evaluation.method.mean_name().to_owned(),
    };
    let note = "means and 95 % intervals over the votes; grey: single items";
    interval_plot::svg(&lines, &axis, note, (*range.start(), *range.end()))
        .map_err(|error| cannot(format!("cannot be drawn ({error})")))
}

fn lines(scale: &ScaleEvaluation) -> Vec<Line> {
    let of_condition = scale.conditions.iter().filter_map(|one| {
        let own =
            scale.stimuli.iter().filter(|item| item.condition.as_ref() == Some(&one.condition));
        Some(Line {
            name: one.condition.clone(),
            mean: one.mean?,
            interval: one.interval,
            note: format!("n = {}", one.votes),
            values: own.filter_map(|item| item.mean).collect(),
        })
    });
    let of_stimulus = scale.stimuli.iter().filter_map(|one| {
        Some(Line {
            name: one.item.clone(),
            mean: one.mean?,
            interval: one.interval,
            note: format!("n = {}", one.votes),
            values: Vec::new(),
        })
    });
    if scale.conditions.is_empty() { of_stimulus.collect() } else { of_condition.collect() }
}
