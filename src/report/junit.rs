//! A comparison as JUnit XML, which every CI system shows: a suite a group, a test case a row.

use super::comparison::change;
use super::printable;
use crate::error::Error;
use crate::results::{Comparison, GroupComparison, RowComparison, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::io::{self, Write};

/// Writes the report; where nothing could be compared, one that says why and fails.
///
/// # Errors
/// What the writer says.
pub fn write(compared: Result<&Comparison, &Error>, out: &mut dyn Write) -> io::Result<()> {
    let mut report = Report::new("basilar");
    match compared {
        Ok(comparison) => {
            report.add_test_suites(comparison.groups.iter().map(suite));
        }
        Err(error) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type(error.kind()).set_message(printable(&error.to_string()));
            let mut suite = TestSuite::new("comparison");
            suite.add_test_case(TestCase::new("comparison", status));
            report.add_test_suite(suite);
        }
    }
    report.serialize(out).map_err(io::Error::other)
}

fn suite(group: &GroupComparison) -> TestSuite {
    let name = printable(&group.name);
    let mut suite = TestSuite::new(name.as_str());
    suite.add_test_cases(group.rows.iter().map(|row| case(&name, row)));
    if let Some(change) = change(group) {
        let status = if group.dropped {
            failure("mean", &format!("{name}: {change}"))
        } else {
            TestCaseStatus::success()
        };
        let mut case = TestCase::new("mean of the group", status);
        case.set_classname(name.as_str()).set_system_out(change);
        suite.add_test_case(case);
    }
    suite
}

fn case(group: &str, row: &RowComparison) -> TestCase {
    let (key, message) = (printable(&row.key), printable(&row.message));
    let status = match row.verdict {
        verdict if verdict.fails() => {
            failure(&format!("{verdict:?}"), &format!("{key}: {message}"))
        }
        Verdict::StillFailing | Verdict::Tolerated => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(message.as_str());
            skipped
        }
        _ => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(key.as_str(), status);
    case.set_classname(group).set_system_out(message.as_str());
    if !row.warnings.is_empty() {
        case.set_system_err(format!("warning: {}", printable(&row.warnings)));
    }
    case
}

fn failure(kind: &str, message: &str) -> TestCaseStatus {
    let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
    failure.set_type(kind).set_message(message);
    failure
}
