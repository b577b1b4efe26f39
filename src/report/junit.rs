//! A comparison as JUnit XML, which every CI system shows: a suite a group, a test case a row.

use super::comparison::change;
use crate::results::{Comparison, GroupComparison, RowComparison, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::io::{self, Write};

/// Writes the report.
///
/// # Errors
/// What the writer says.
pub fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let mut report = Report::new("basilar");
    report.add_test_suites(comparison.groups.iter().map(suite));
    report.serialize(out).map_err(io::Error::other)
}

fn suite(group: &GroupComparison) -> TestSuite {
    let mut suite = TestSuite::new(group.name.as_str());
    suite.add_test_cases(group.rows.iter().map(|row| case(&group.name, row)));
    if let Some(change) = change(group) {
        let status = if group.dropped {
            failure("mean", format!("{}: {change}", group.name))
        } else {
            TestCaseStatus::success()
        };
        let mut case = TestCase::new("mean of the group", status);
        case.set_classname(group.name.as_str()).set_system_out(change);
        suite.add_test_case(case);
    }
    suite
}

fn case(group: &str, row: &RowComparison) -> TestCase {
    let status = match row.verdict {
        verdict if verdict.fails() => {
            failure(&format!("{verdict:?}"), format!("{}: {}", row.key, row.message))
        }
        Verdict::StillFailing => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(row.message.as_str());
            skipped
        }
        _ => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(row.key.as_str(), status);
    case.set_classname(group).set_system_out(row.message.as_str());
    case
}

fn failure(kind: &str, message: String) -> TestCaseStatus {
    let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
    failure.set_type(kind).set_message(message);
    failure
}
