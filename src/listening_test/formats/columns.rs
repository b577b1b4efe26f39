//! Which column is what, whatever it is called.

use super::Layout;
use crate::table::{Cells, number, text};

const LISTENER: &[&str] = &[
    "listener",
    "subject",
    "worker",
    "workerid",
    "worker_id",
    "rater",
    "assessor",
    "participant",
    "listener_id",
    "subject_id",
    "session_uuid",
];
const ITEM: &[&str] = &[
    "item",
    "stimulus",
    "clip",
    "file",
    "filename",
    "file_name",
    "short_file_name",
    "file_url",
    "sample",
    "content",
    "trial_id",
    "degraded",
];
const CONDITION: &[&str] =
    &["condition", "system", "condition_name", "cond", "hrc", "rating_stimulus"];
const SCORE: &[&str] = &["score", "vote", "rating", "opinion", "rating_score"];
/// The scales of P.835, under the short names of the results.
const P835: [(&str, &[&str]); 3] = [
    ("sig", &["sig", "signal", "speech", "vote_sig"]),
    ("bak", &["bak", "background", "noise", "vote_bak"]),
    ("ovrl", &["ovrl", "overall", "vote_ovrl"]),
];
/// Columns of numbers that are no votes.
const NO_VOTES: &[&str] = &[
    "n",
    "mos",
    "std",
    "95%ci",
    "ci",
    "var",
    "mean",
    "talker",
    "reference",
    "degraded",
    "scale",
    "dataset",
    "order",
    "time",
    "rating_time",
    "hitid",
    "assignmentid",
    "session",
    "date",
    "gold",
    "trap",
];

/// The columns of a table by what they hold.
#[derive(Debug)]
pub(super) struct Columns {
    all: Vec<String>,
    pub listener: Option<String>,
    pub item: Option<String>,
    pub condition: Option<String>,
    pub score: Option<String>,
    pub scale: Option<String>,
    pub reference: Option<String>,
    pub degraded: Option<String>,
    /// The right answer of a gold question, which may be missed by one.
    pub gold: Option<String>,
    /// The answer that a trapping question asks for.
    pub trap: Option<String>,
    /// Columns of votes on P.835's scales.
    pub p835: Vec<(&'static str, String)>,
}

impl Columns {
    pub fn of(first: &Cells) -> Self {
        let all: Vec<String> = first.keys().cloned().collect();
        let find = |names: &[&str]| {
            let named = |name: &&str| all.iter().find(|column| column.eq_ignore_ascii_case(name));
            names.iter().find_map(named).cloned()
        };
        let p835 = P835.iter().filter_map(|(scale, names)| Some((*scale, find(names)?))).collect();
        Self {
            listener: find(LISTENER),
            item: find(ITEM),
            condition: find(CONDITION),
            score: find(SCORE),
            scale: find(&["scale"]),
            reference: find(&["reference"]),
            degraded: find(&["degraded"]),
            gold: find(&["gold"]),
            trap: find(&["trap"]),
            p835,
            all,
        }
    }

    /// What the columns look like.
    pub fn layout(&self) -> Layout {
        let answers =
            self.all.iter().any(|column| column.to_ascii_lowercase().starts_with("answer.q"));
        let three = self.p835.len() == 3 && self.listener.is_some();
        match () {
            () if answers => Layout::P808,
            () if self.score.is_some() || three => Layout::Long,
            () => Layout::Wide,
        }
    }

    /// The columns that are neither known for something else nor empty of numbers.
    pub fn of_votes<'a>(&'a self, rows: &'a [(u64, Cells)]) -> impl Iterator<Item = &'a String> {
        let known = [&self.listener, &self.item, &self.condition];
        self.all.iter().filter(move |column| {
            let other = NO_VOTES.iter().any(|name| column.eq_ignore_ascii_case(name));
            let known = known.iter().any(|one| one.as_ref() == Some(*column));
            !other && !known && rows.iter().any(|(_, cells)| number(cells.get(*column)).is_some())
        })
    }

    /// All columns.
    pub fn all(&self) -> &[String] {
        &self.all
    }
}

/// A cell's text, if it has some.
pub(super) fn word(cells: &Cells, column: Option<&String>) -> Option<String> {
    let word = text(cells.get(column?));
    Some(word).filter(|word| !word.is_empty())
}
