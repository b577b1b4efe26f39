//! Batches of pairs, and what is asked of their results.

#[path = "../material/mod.rs"]
mod material;

mod bad_rows;
mod compare;
mod hostile;
mod limits;
mod long_calls;
mod models;
#[cfg(unix)]
mod outputs;
mod regressions;
mod results;
#[cfg(unix)]
mod spared_inputs;
mod summarize;
mod survival;
mod trusted_resume;
mod warnings;
