//! Pages: one HTML file each that holds all it needs, to be mailed to a colleague and opened anywhere.

mod pair;
mod picture;
mod shell;
mod sound;

pub use pair::{PairPage, RecordingFile};
pub use sound::Sound;
