//! Numbers that are equal but for a tolerance.

use approx::abs_diff_eq;
use std::fmt::Display;

/// The two lie no further apart than `tolerance`; else both are said, and what they are numbers of.
#[track_caller]
pub fn assert_near(
    found: impl Into<f64>,
    expected: impl Into<f64>,
    tolerance: impl Into<f64>,
    of: impl Display,
) {
    let (found, expected, tolerance) = (found.into(), expected.into(), tolerance.into());
    assert!(
        abs_diff_eq!(found, expected, epsilon = tolerance),
        "{of}: {found} instead of {expected} to {tolerance}"
    );
}
