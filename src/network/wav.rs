//! Decoded directions as WAV files, and both of a call on one line of time in stereo.

use super::decode::Rendered;
use crate::error::{Error, Result};
use std::path::Path;

/// Writes one direction.
///
/// # Errors
/// [`Error::Unwritable`].
pub fn write(path: &Path, rendered: &Rendered) -> Result<()> {
    write_channels(path, rendered.rate_hz, &[&rendered.samples])
}

/// Writes two directions of one rate beside each other, each starting when its first sample was played.
///
/// # Errors
/// [`Error::Unwritable`].
pub fn write_stereo(path: &Path, left: &Rendered, right: &Rendered) -> Result<()> {
    let start_ns = left.start_ns.min(right.start_ns);
    let placed = |rendered: &Rendered| {
        let late_ns = i128::from(rendered.start_ns - start_ns);
        let late = (late_ns * i128::from(rendered.rate_hz) / 1_000_000_000) as usize;
        let mut samples = vec![0; late];
        samples.extend(&rendered.samples);
        samples
    };
    write_channels(path, left.rate_hz, &[&placed(left), &placed(right)])
}

fn write_channels(path: &Path, rate_hz: u32, channels: &[&[i16]]) -> Result<()> {
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate: rate_hz,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let written = hound::WavWriter::create(path, spec).and_then(|mut writer| {
        let frames = channels.iter().map(|channel| channel.len()).max().unwrap_or(0);
        for frame in 0..frames {
            for channel in channels {
                writer.write_sample(channel.get(frame).copied().unwrap_or(0))?;
            }
        }
        writer.finalize()
    });
    written.map_err(|error| Error::Unwritable {
        name: path.display().to_string(),
        source: match error {
            hound::Error::IoError(error) => error,
            error => std::io::Error::other(error.to_string()),
        },
    })
}
