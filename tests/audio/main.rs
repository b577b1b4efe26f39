//! What can be read, and what is said of the rest.

#[path = "../material/mod.rs"]
mod material;

mod bad_files;
mod formats;
