//! A listening test: as text, tables, JSON, a picture, and as ratings for `basilar validate`.

pub mod plot;
pub mod tables;
pub mod text;
