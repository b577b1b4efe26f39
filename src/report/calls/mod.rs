//! What is told of calls from captures: text for a person, rows for tables, one JSON document.

mod json;
mod table;
mod text;

pub use json::{CaptureLine, Json};
pub use table::{columns, rows};
pub use text::{call, worst};
