//! The program: what it prints, and how it ends.

#[path = "../material/mod.rs"]
mod material;

mod bad_input;
#[cfg(unix)]
mod closed_pipes;
mod doors;
#[cfg(feature = "estimate")]
mod estimate;
mod inspect;
mod json;
mod listening;
mod long_calls;
mod pages;
mod score;
mod trust;
mod validate;
mod validate_statistics;
#[cfg(unix)]
mod worked_examples;
