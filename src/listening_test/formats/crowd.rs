//! What crowd workers answered, as tests by the P.808 toolkit collect it: a row an assignment, `Answer.q1` to the clip in
//! `Input.Q1` and so on, a trapping clip in `Input.TP` with `Input.TP_ans`, a gold clip in `Input.gold_clip` with
//! `Input.gold_clip_ans`; for P.835 answers end in `_sig`, `_bak`, `_ovrl`.

use super::columns::Columns;
use super::{Ballot, Check, Entry};
use crate::error::{Error, Result};
use crate::listening_test::file_name;
use crate::table::{Cells, number, text};
use std::collections::HashMap;
use std::path::Path;

/// The cells by the names of their columns in lower case.
struct Row<'a>(HashMap<String, &'a serde_json::Value>);

impl Row<'_> {
    fn word(&self, column: &str) -> Option<String> {
        let word = text(self.0.get(column).copied());
        Some(word).filter(|word| !word.is_empty())
    }

    fn number(&self, column: &str) -> Option<f64> {
        number(self.0.get(column).copied())
    }
}

pub(super) fn read(
    ballot: &mut Ballot,
    path: &Path,
    columns: &Columns,
    rows: &[(u64, Cells)],
) -> Result<()> {
    let lower: Vec<String> = columns.all().iter().map(|name| name.to_ascii_lowercase()).collect();
    let Some(worker) = lower.iter().find(|name| ["workerid", "worker_id"].contains(&name.as_str()))
    else {
        return Err(Error::NoColumn {
            name: path.display().to_string(),
            column: "WorkerId".to_owned(),
            found: columns.all().join(", "),
        });
    };
    // Questions by their number, with the scale for P.835.
    let question = |column: &String| {
        let rest = column.strip_prefix("answer.q")?;
        let (digits, scale) = match rest.split_once('_') {
            Some((digits, scale @ ("sig" | "bak" | "ovrl"))) => (digits, Some(scale.to_owned())),
            Some(_) => return None,
            None => (rest, None),
        };
        Some((digits.parse::<u32>().ok()?, scale, column.clone()))
    };
    let questions: Vec<_> = lower.iter().filter_map(question).collect();
    for (row, cells) in rows {
        let cells =
            Row(cells.iter().map(|(name, cell)| (name.to_ascii_lowercase(), cell)).collect());
        if cells
            .word("assignmentstatus")
            .is_some_and(|status| status.eq_ignore_ascii_case("rejected"))
        {
            continue;
        }
        let Some(listener) = cells.word(worker) else {
            ballot.refuse(*row, "no worker is given; fill in that cell".into());
            continue;
        };
        let trap = cells.word("input.tp");
        let gold = cells.word("input.gold_clip");
        for (digits, scale, answer) in &questions {
            let clip = cells
                .word(&format!("answer.q{digits}_url"))
                .or_else(|| cells.word(&format!("input.q{digits}")));
            let (Some(clip), Some(score)) = (clip, cells.number(answer)) else { continue };
            let known = [(&trap, "input.tp_ans", 0.0), (&gold, "input.gold_clip_ans", 1.0)];
            let known = known.into_iter().find(|(of, _, _)| of.as_ref() == Some(&clip));
            if let Some((_, answer, tolerance)) = known {
                let right = cells.number(answer);
                ballot.checks.extend(right.map(|right| Check {
                    listener: listener.clone(),
                    passed: (score - right).abs() <= tolerance,
                }));
                continue;
            }
            ballot.entries.push(Entry {
                row: *row,
                listener: Some(listener.clone()),
                item: file_name(&clip).to_owned(),
                condition: None,
                reference: None,
                degraded: Some(clip),
                scale: scale.clone(),
                score,
            });
        }
        for (answer, right, tolerance) in
            [("answer.tp", "input.tp_ans", 0.0), ("answer.gold_clip", "input.gold_clip_ans", 1.0)]
        {
            if let (Some(given), Some(right)) = (cells.number(answer), cells.number(right)) {
                let passed = (given - right).abs() <= tolerance;
                ballot.checks.push(Check { listener: listener.clone(), passed });
            }
        }
    }
    Ok(())
}
