//! What becomes of a row, by its score, its connection and its warnings.

use super::compare::Rules;
use super::limits::Limits;
use super::measure::{Beyond, Measure, decimals_beyond};
use super::reasons::reasons;
use super::rows::Row;
use super::verdict::{RowComparison, Verdict};
use crate::rounding::{fixed, signed};
use crate::table::text;

impl Rules {
    /// Compares a row with the one of the baseline, if there is one; `baseline` says whether there is a baseline at all.
    pub(super) fn judge(
        &self,
        key: String,
        baseline: bool,
        before: Option<&Row>,
        row: &Row,
    ) -> RowComparison {
        let limits = self.file.of_row(row, &self.limits);
        let earlier = before.and_then(|row| row.mos_lqo);
        let (verdict, mut message) = self.judge_score(baseline, before, row, &limits);
        let (beyond, noticed) = measured(before, row, &limits);
        let warnings = row.warnings();
        let mut verdict = verdict;
        if !beyond.is_empty() {
            let told = beyond.iter().map(|beyond| beyond.message.as_str()).collect::<Vec<_>>();
            let told = told.join("; ");
            if verdict.fails() {
                message = format!("{message}; {told}");
            } else {
                (verdict, message) = (Verdict::BeyondLimit, told);
            }
        }
        if self.fail_on_warning && !warnings.is_empty() {
            if verdict.fails() {
                message = format!("{message}; warning: {warnings}");
            } else {
                (verdict, message) = (Verdict::Warned, warnings.clone());
            }
        }
        RowComparison {
            key,
            baseline: earlier,
            result: row.mos_lqo,
            verdict,
            message,
            beyond,
            warnings,
            talker: text(row.cells.get(&self.talker)),
            noticed,
            smallest_effect: limits.effect(),
        }
    }

    fn judge_score(
        &self,
        baseline: bool,
        before: Option<&Row>,
        row: &Row,
        limits: &Limits,
    ) -> (Verdict, String) {
        let earlier = before.and_then(|row| row.mos_lqo);
        match (earlier, row.mos_lqo) {
            (None, None) if before.is_some() => {
                (Verdict::StillFailing, format!("could not be scored, as before: {}", row.error))
            }
            (_, None) => (Verdict::Failing, format!("could not be scored: {}", row.error)),
            (_, Some(now)) if limits.min.is_some_and(|min| now < min) => {
                let min = limits.min.unwrap_or_default();
                let cause = text(row.cells.get("main_cause"));
                let cause = if cause.is_empty() { cause } else { format!(", mainly {cause}") };
                let now = fixed(now, decimals_beyond(now, min, 2));
                let message = format!("MOS-LQO {now} is below the minimum of {min}{cause}");
                (Verdict::BelowMinimum, message)
            }
            (Some(then), Some(now)) => {
                let (verdict, message) = judge_change(then, now, limits.drop());
                let reasons = before.map(|before| reasons(&before.cells, &row.cells));
                match reasons.filter(|why| !why.is_empty() && verdict != Verdict::Unchanged) {
                    Some(reasons) => (verdict, format!("{message}: {reasons}")),
                    None => (verdict, message),
                }
            }
            (None, Some(now)) if before.is_some() => {
                (Verdict::Recovered, format!("MOS-LQO {now:.2}; could not be scored before"))
            }
            (None, Some(now)) if baseline => {
                (Verdict::New, format!("MOS-LQO {now:.2}; not in the baseline"))
            }
            (None, Some(now)) => (Verdict::Unchanged, format!("MOS-LQO {now:.2}")),
        }
    }
}

fn judge_change(then: f64, now: f64, max_drop: f64) -> (Verdict, String) {
    // Half of the last decimal of the results, so that a drop of exactly what is allowed passes.
    let allowed = max_drop + 5e-5;
    let beyond = (now - then).abs() > allowed;
    // Results have four decimals; more would only show how numbers are kept.
    let decimals = if beyond { decimals_beyond(then - now, max_drop, 2).min(4) } else { 2 };
    let [before, after] = [then, now].map(|score| fixed(score, decimals));
    let change = format!("MOS-LQO {before} to {after} ({})", signed(now - then, decimals));
    match beyond {
        true if now < then => {
            (Verdict::Dropped, format!("{change}, more than the {max_drop} allowed"))
        }
        true => (Verdict::Improved, change),
        false => (Verdict::Unchanged, change),
    }
}

/// The measures that are beyond their limits, and those that moved by more than is usual and have none.
fn measured(before: Option<&Row>, row: &Row, limits: &Limits) -> (Vec<Beyond>, Vec<Beyond>) {
    let (mut beyond, mut noticed) = (Vec::new(), Vec::new());
    if row.mos_lqo.is_none() {
        return (beyond, noticed);
    }
    for measure in Measure::all() {
        let then = before.and_then(|before| before.measure(measure));
        let Some(now) = row.measure(measure) else { continue };
        match limits.measures.get(&measure) {
            Some(&limit) => beyond.extend(measure.beyond(then, now, limit)),
            None if before.is_some() => {
                noticed.extend(measure.beyond(then, now, measure.usual()));
            }
            None => {}
        }
    }
    (beyond, noticed)
}
