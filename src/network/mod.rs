//! Calls from packets: what the network did to them, what that should mean, and how they sounded.
//!
//! Everything is as seen at the point of the capture: what happened behind it is not in the packets.

mod analysis;
mod call;
mod candidates;
pub mod capture;
pub mod decode;
mod dialog;
pub mod emodel;
mod endpoints;
mod hashing;
pub mod layers;
mod listen;
mod open_call;
mod options;
pub mod playout;
mod quality;
mod report_stream;
pub mod rtcp;
pub mod rtp;
pub mod sip;
mod sound;
mod told;
pub mod wav;

pub use analysis::Analysis;
pub use call::{
    BufferReport, Call, CodecValues, DELAY_CLASSES_MS, Delay, DelayVariation, IntervalReport,
    Jitter, JoinedFinding, Material, Moment, OneWay, Sound, SoundInterval, State, StreamReport,
    iso_8601,
};
#[cfg(feature = "monitor")]
pub(crate) use hashing::user as hash_user;
pub use listen::Listener;
pub use options::{Concealment, Options};
pub use sound::Prompts;
pub use told::Told;

use crate::error::Result;
use std::path::Path;

/// Hands over every call of a capture file as it ends, and in the end what is to be said of the file.
///
/// Memory follows the calls that are open at a time, not the length of the capture.
///
/// # Errors
/// As [`capture::read_file`].
pub fn calls(path: &Path, options: Options, mut call: impl FnMut(Call)) -> Result<capture::Ending> {
    let mut analysis = Analysis::new(&path.display().to_string(), options);
    let ending = capture::read_file(path, |packet| analysis.take(packet, &mut call))?;
    analysis.finish(&mut call);
    Ok(ending)
}
