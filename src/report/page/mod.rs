//! Pages: one HTML file each that holds all it needs, to be mailed to a colleague and opened anywhere.

mod figure;
mod pair;
mod picture;
mod results;
mod rows;
mod shell;
mod sound;

pub use pair::{PairPage, RecordingFile};
pub use results::ResultsPage;
pub use sound::Sound;
