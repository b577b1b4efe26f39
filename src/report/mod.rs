//! What is told about scores, one file a format; everything is written to what the caller gives.

pub mod comparison;
pub mod junit;
pub mod markdown;
pub mod plot;
pub mod summary;
