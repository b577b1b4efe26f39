//! A validation against people's votes: as text, Markdown, tables and a picture, one file a form.

mod differences;
pub mod markdown;
pub mod scatter;
pub mod tables;
pub mod text;
