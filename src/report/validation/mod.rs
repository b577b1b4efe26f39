//! A validation against people's votes: as text, Markdown, tables and a picture, one file a form.

pub mod markdown;
pub mod scatter;
pub mod tables;
pub mod text;
