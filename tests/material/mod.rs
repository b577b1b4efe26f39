//! What the tests are made of: recordings, calls with known delays, degradations, tables, and the program.
#![allow(dead_code, reason = "each test program uses a part")]

pub mod calls;
pub mod degradations;
pub mod fullband_pairs;
pub mod json_schema;
pub mod long_calls;
#[cfg(feature = "cli")]
pub mod manifests;
pub mod near;
#[cfg(feature = "cli")]
pub mod program;
pub mod random;
pub mod recordings;
pub mod shared;
#[cfg(feature = "monitor")]
pub mod simulated_year;
pub mod wav;
