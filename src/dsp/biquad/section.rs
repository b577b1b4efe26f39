//! The coefficients of a second-order section.

use serde::{Deserialize, Serialize};

/// A second-order section in direct form II: w = x − a1·w1 − a2·w2, y = b0·w + b1·w1 + b2·w2, with w1 and w2 the two values
/// of w before.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Section {
    pub b0: f32,
    pub b1: f32,
    pub b2: f32,
    pub a1: f32,
    pub a2: f32,
}
