//! Recordings as people have them: what is odd about a file is read over, named, or refused in one sentence.

mod formats;
mod headers;
mod limits;
mod made;
mod properties;
mod shared_cases;
