//! WAV files: the chunks are walked here, so that truncation is seen and any writer's header is
//! understood; hound decodes the samples, except the commonest and the few that it does not know.

use std::io::{Read, Seek, SeekFrom};

use hound::{SampleFormat, WavReader};
use symphonia::core::io::MediaSource;

use super::Channel;
use super::decoding::{Blocks, Decoding};
use super::mixdown::Mixdown;
use super::pcm::{self, Encoding, Pieces};
use crate::error::{Error, Result};

const PCM: u16 = 0x0001;
const IEEE_FLOAT: u16 = 0x0003;
const ALAW: u16 = 0x0006;
const MULAW: u16 = 0x0007;
const EXTENSIBLE: u16 = 0xfffe;

/// Data sizes that programs write into a pipe, where they cannot know the length: ffmpeg, sox.
const UNKNOWN_SIZES: [u32; 2] = [u32::MAX, 0x7fff_f000];

/// Whether the first 12 bytes are those of a WAV file, of any size.
pub(super) fn recognises(head: &[u8]) -> bool {
    [&b"RIFF"[..], b"RF64", b"BW64"].iter().any(|id| head.starts_with(id))
        && head.get(8..12) == Some(b"WAVE")
}

pub(super) fn decode(
    name: &str,
    mut source: Box<dyn MediaSource>,
    channel: Channel,
) -> Result<Decoding> {
    let (format, data) = find_data(name, &mut source)?;
    let unreadable = |error| Error::from_io(name, error);
    let mixdown = Mixdown::new(name, format.sample_rate, usize::from(format.channels), channel)?;
    data.check_length(name, &format)?;
    if !format.is_uncompressed() {
        let coding = format!("WAV coding {:#06x}", format.tag);
        return Err(Error::UnsupportedCoding { name: name.to_owned(), coding });
    }
    let bytes = data.whole_frames(name, &format)?;
    source.seek(SeekFrom::Start(data.start)).map_err(unreadable)?;
    let blocks: Box<dyn Blocks> = match format.beyond_hound() {
        Some(encoding) => Box::new(pcm::Samples::new(source, bytes, encoding, &mixdown)?),
        None => {
            let pieces = Pieces::new(source, bytes, u64::from(format.frame_bytes));
            Box::new(Pcm { pieces, format, interleaved: Vec::new() })
        }
    };
    Ok(Decoding { mixdown, blocks })
}

/// What the `fmt ` chunk says.
struct Format {
    /// The coding; for WAVE_FORMAT_EXTENSIBLE that of its sub-format.
    tag: u16,
    channels: u16,
    sample_rate: u32,
    bytes_per_second: u32,
    frame_bytes: u16,
}

impl Format {
    fn parse(chunk: &[u8]) -> Option<Self> {
        let u16_at = |at: usize| Some(u16::from_le_bytes(*chunk.get(at..)?.first_chunk()?));
        let u32_at = |at: usize| Some(u32::from_le_bytes(*chunk.get(at..)?.first_chunk()?));
        // An extensible format names its coding in the first bytes of a GUID at 24.
        let tag = match u16_at(0)? {
            EXTENSIBLE => u16_at(24)?,
            tag => tag,
        };
        Some(Self {
            tag,
            channels: u16_at(2)?,
            sample_rate: u32_at(4)?,
            bytes_per_second: u32_at(8)?,
            frame_bytes: u16_at(12)?,
        })
    }

    /// Bytes that a sample takes, with the padding of its lowest bits.
    fn sample_bytes(&self) -> u16 {
        self.frame_bytes / self.channels
    }

    fn is_uncompressed(&self) -> bool {
        self.frame_bytes.is_multiple_of(self.channels)
            && matches!(
                (self.tag, self.sample_bytes()),
                (PCM, 1..=4) | (IEEE_FLOAT, 4 | 8) | (ALAW | MULAW, 1)
            )
    }

    /// The encoding of samples that hound does not read.
    fn beyond_hound(&self) -> Option<Encoding> {
        match (self.tag, self.sample_bytes()) {
            (ALAW, _) => Some(Encoding::ALaw),
            (MULAW, _) => Some(Encoding::MuLaw),
            (IEEE_FLOAT, 8) => Some(Encoding::F64Le),
            _ => None,
        }
    }

    /// The plainest header with this format, for `bytes` of data.
    ///
    /// Samples of fewer valid bits are stored in the highest bits, so every sample counts as long
    /// as its container.
    fn header(&self, bytes: u32) -> Vec<u8> {
        let frame_rate = u32::from(self.frame_bytes).saturating_mul(self.sample_rate);
        [
            &b"RIFF"[..],
            &bytes.saturating_add(36).to_le_bytes(),
            b"WAVEfmt ",
            &16u32.to_le_bytes(),
            &self.tag.to_le_bytes(),
            &self.channels.to_le_bytes(),
            &self.sample_rate.to_le_bytes(),
            &frame_rate.to_le_bytes(),
            &self.frame_bytes.to_le_bytes(),
            &(8 * self.sample_bytes()).to_le_bytes(),
            b"data",
            &bytes.to_le_bytes(),
        ]
        .concat()
    }
}

/// Where the samples are.
struct Data {
    start: u64,
    /// Bytes that the header promises, `None` from a writer that did not know.
    promised: Option<u64>,
    /// Bytes from the start of the data to the end of the file.
    present: u64,
}

impl Data {
    fn check_length(&self, name: &str, format: &Format) -> Result<()> {
        match self.promised {
            Some(promised) if promised > self.present => {
                let second = f64::from(format.bytes_per_second.max(1));
                Err(Error::Truncated {
                    name: name.to_owned(),
                    present_s: self.present as f64 / second,
                    promised_s: promised as f64 / second,
                })
            }
            _ => Ok(()),
        }
    }

    /// Bytes of samples; a stream of unknown length may break off within a frame.
    fn whole_frames(&self, name: &str, format: &Format) -> Result<u64> {
        let frame = u64::from(format.frame_bytes);
        match self.promised {
            None => Ok(self.present - self.present % frame),
            Some(bytes) if bytes % frame == 0 => Ok(bytes),
            Some(bytes) => Err(Error::corrupt(
                name,
                format_args!("{bytes} bytes of data are not a whole number of {frame}-byte frames"),
            )),
        }
    }
}

/// Walks the chunks up to the data.
fn find_data(name: &str, source: &mut (impl Read + Seek)) -> Result<(Format, Data)> {
    let unreadable = |error| Error::from_io(name, error);
    let length = pcm::length(name, source)?;
    let (mut format, mut long_size) = (None, None);
    let mut position = 12;
    loop {
        source.seek(SeekFrom::Start(position)).map_err(unreadable)?;
        // The longest chunk of interest is an extensible format of 40 bytes.
        let mut head = Vec::with_capacity(48);
        source.by_ref().take(48).read_to_end(&mut head).map_err(unreadable)?;
        let Some((id, size)) = head.get(..8).map(|head| head.split_at(4)) else {
            return Err(Error::corrupt(name, "the header has no data chunk"));
        };
        let size = u32::from_le_bytes(size.try_into().expect("8 bytes were split at 4"));
        let chunk = &head[8..head.len().min(8 + size as usize)];
        let start = position + 8;
        match id {
            b"fmt " => format = Format::parse(chunk),
            b"ds64" => long_size = chunk.get(8..16).and_then(<[u8]>::first_chunk).copied(),
            b"data" => {
                let format = format
                    .ok_or_else(|| Error::corrupt(name, "no usable fmt chunk before the data"))?;
                let promised = match long_size {
                    Some(bytes) if size == u32::MAX => Some(u64::from_le_bytes(bytes)),
                    _ if UNKNOWN_SIZES.contains(&size) => None,
                    _ => Some(u64::from(size)),
                };
                let present = length.saturating_sub(start);
                return Ok((format, Data { start, promised, present }));
            }
            _ if id.iter().all(|byte| (b' '..=b'~').contains(byte)) => {}
            _ => return Err(Error::corrupt(name, format_args!("no chunk at byte {position}"))),
        }
        // Chunks are padded to an even length.
        position = start + u64::from(size) + u64::from(size % 2);
    }
}

/// Integer and float samples, a piece at a time.
struct Pcm {
    pieces: Pieces,
    format: Format,
    interleaved: Vec<f32>,
}

impl Blocks for Pcm {
    fn next(&mut self, mixdown: &mut Mixdown) -> Result<bool> {
        let Some(piece) = self.pieces.next(mixdown.name())? else { return Ok(false) };
        self.interleaved.clear();
        if (self.format.tag, self.format.sample_bytes()) == (PCM, 2) {
            // Hound would take as long for them as a quarter of the scoring.
            let (samples, _) = piece.as_chunks();
            let values =
                samples.iter().map(|&bytes| f32::from(i16::from_le_bytes(bytes)) / 32768.0);
            self.interleaved.extend(values);
        } else {
            read_by_hound(&self.format, piece, &mut self.interleaved)
                .map_err(|error| Error::corrupt(mixdown.name(), error))?;
        }
        mixdown.take(&self.interleaved);
        Ok(true)
    }

    fn frames(&self) -> Option<u64> {
        Some(self.pieces.frames())
    }
}

/// Feeds hound a plain header before every piece: it counts samples in 32 bits, and does not
/// expect odd chunks, sizes left open or bits per sample below the container's.
fn read_by_hound(format: &Format, piece: &[u8], samples: &mut Vec<f32>) -> hound::Result<()> {
    // One slice, because hound reads sample by sample and a chain of readers slows each down.
    let wav = [&format.header(piece.len() as u32), piece].concat();
    let mut reader = WavReader::new(&*wav)?;
    let spec = reader.spec();
    let scale = 0.5f32.powi(i32::from(spec.bits_per_sample) - 1);
    match spec.sample_format {
        SampleFormat::Float => {
            for sample in reader.samples::<f32>() {
                samples.push(sample?);
            }
        }
        SampleFormat::Int => {
            for sample in reader.samples::<i32>() {
                samples.push(sample? as f32 * scale);
            }
        }
    }
    Ok(())
}
