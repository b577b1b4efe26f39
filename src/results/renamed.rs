//! Rows that are gone and rows that are new, where they look like one row that was renamed.

use super::rows::Row;
use super::verdict::RowComparison;
use crate::table::text;
use std::collections::BTreeMap;
use strsim::normalized_damerau_levenshtein;

/// Keys that are this much alike, of 1, are nearly the same.
const ALIKE: f64 = 0.8;
/// With more rows gone and new than this, keys are not held against each other one by one.
const MOST: usize = 500;

/// A row with its group and its place there.
type Placed = (String, usize, Row);

/// Says of rows that are gone and new where they may be one.
pub(super) fn point_out_renamed(
    groups: &mut BTreeMap<String, Vec<RowComparison>>,
    gone: &[Placed],
    new: &[Placed],
) {
    let mut taken = vec![false; new.len()];
    for (group, place, row) in gone.iter().take(MOST) {
        let candidates = new.iter().take(MOST).enumerate().filter(|(index, _)| !taken[*index]);
        let likeness = candidates.map(|(index, (.., other))| (index, likeness(row, other)));
        let best = likeness.max_by(|a, b| a.1.total_cmp(&b.1));
        let Some((index, _)) = best.filter(|(_, alike)| *alike >= ALIKE) else { continue };
        taken[index] = true;
        let (new_group, new_place, other) = &new[index];
        let mut say = |group: &str, place: usize, words: String| {
            if let Some(row) = groups.get_mut(group).and_then(|rows| rows.get_mut(place)) {
                row.message += &words;
            }
        };
        say(group, *place, format!("; renamed to {}?", other.key.join(" ")));
        say(new_group, *new_place, format!("; was it {}?", row.key.join(" ")));
    }
}

/// 1 for the same recordings, else how much the keys are alike.
fn likeness(row: &Row, other: &Row) -> f64 {
    let recordings =
        |row: &Row| ["reference", "degraded"].map(|column| text(row.cells.get(column)));
    let own = recordings(row);
    if own == recordings(other) && own.iter().all(|name| !name.is_empty()) {
        return 1.0;
    }
    normalized_damerau_levenshtein(&row.key.join(" "), &other.key.join(" ")).min(0.999)
}
