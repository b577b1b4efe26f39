//! Compressed audio and its containers: FLAC, MP3, AAC, Vorbis, ALAC; Ogg, M4A, AIFF, CAF.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_MP3, CODEC_ID_OPUS, CODEC_ID_VORBIS,
};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::{Error as SymphoniaError, Result as SymphoniaResult};
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::packet::Packet;

use super::Channel;
use super::decoding::{Blocks, Decoding};
use super::mixdown::Mixdown;
use super::opus::{self, OpusDecoder};
use crate::error::{Error, Result};

/// Whether the first 12 bytes are those of a container read here.
pub(super) fn recognises(head: &[u8]) -> bool {
    let begins = |magic: &&[u8]| head.starts_with(magic);
    [&b"fLaC"[..], b"OggS", b"caff", b"ID3"].iter().any(begins)
        || (head.starts_with(b"FORM") && matches!(head.get(8..12), Some(b"AIFF" | b"AIFC")))
        || head.get(4..8) == Some(b"ftyp")
        || is_mpeg_frame(head)
}

/// The sync word of MPEG audio with layer III, or with the layer 0 of AAC in ADTS.
fn is_mpeg_frame(head: &[u8]) -> bool {
    match head {
        [0xff, second, ..] => match second & 0b0000_0110 {
            0b010 => *second >= 0xe0,
            0b000 => *second >= 0xf0,
            _ => false,
        },
        _ => false,
    }
}

/// Begins to decode the first audio track.
pub(super) fn decode(
    name: &str,
    source: Box<dyn MediaSource>,
    channel: Channel,
) -> Result<Decoding> {
    guarded(name, || {
        let mut track = AudioTrack::open(name, source)?;
        // Rate and channels are known for sure when the first packet is decoded.
        let Some((sample_rate, channels)) = track.decode_packet(name)? else {
            return Err(Error::NoSamples { name: name.to_owned() });
        };
        let mut mixdown = Mixdown::new(name, sample_rate, channels, channel)?;
        mixdown.take(&track.interleaved);
        Ok(Decoding { mixdown, blocks: Box::new(track) })
    })
}

/// Checked builds of symphonia 0.6.1 overflow on hostile headers (CAF's bytes per packet, for
/// one), so a panic beneath is taken for what it is: a file that breaks its format's rules.
fn guarded<T>(name: &str, decode: impl FnOnce() -> Result<T>) -> Result<T> {
    // What the closure leaves in a broken state is not used after its error.
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(Error::corrupt(name, "its header contradicts itself")))
}

/// An audio track, decoded packet by packet.
struct AudioTrack {
    format: Box<dyn FormatReader>,
    track: Track,
    decoder: Decoder,
    interleaved: Vec<f32>,
    /// Whether the frame count in the header is exact.
    has_exact_length: bool,
}

impl AudioTrack {
    fn open(name: &str, source: Box<dyn MediaSource>) -> Result<Self> {
        let stream = MediaSourceStream::new(source, Default::default());
        let format = symphonia::default::get_probe()
            .probe(&Hint::new(), stream, Default::default(), Default::default())
            .map_err(|error| match error {
                SymphoniaError::Unsupported(_) => Error::corrupt(name, "its header cannot be read"),
                error => failure(name, error),
            })?;
        let track = format
            .default_track(TrackType::Audio)
            .cloned()
            .ok_or_else(|| Error::corrupt(name, "no audio track"))?;
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
        let parameters =
            parameters.ok_or_else(|| Error::corrupt(name, "no parameters of the audio track"))?;
        let decoder = Decoder::new(parameters).map_err(|error| failure(name, error))?;
        let has_exact_length = has_exact_length(parameters);
        Ok(Self { format, track, decoder, interleaved: Vec::new(), has_exact_length })
    }

    /// Decodes the track's next packet and tells its sample rate and channel count; none at the end.
    fn decode_packet(&mut self, name: &str) -> Result<Option<(u32, usize)>> {
        let failure = |error| failure(name, error);
        while let Some(packet) = self.format.next_packet().map_err(failure)? {
            if packet.track_id == self.track.id {
                let decoded = self.decoder.decode(&packet, &mut self.interleaved);
                return decoded.map(Some).map_err(failure);
            }
        }
        Ok(None)
    }
}

impl Blocks for AudioTrack {
    fn next(&mut self, mixdown: &mut Mixdown) -> Result<bool> {
        let name = mixdown.name().to_owned();
        match guarded(&name, || self.decode_packet(&name))? {
            Some(layout) if layout == (mixdown.sample_rate(), mixdown.channels()) => {
                mixdown.take(&self.interleaved);
                Ok(true)
            }
            Some(_) => Err(Error::corrupt(&name, "the sample rate or channel count changes")),
            None => {
                if self.has_exact_length {
                    check_complete(&name, &self.track, mixdown, &mut self.decoder)?;
                }
                Ok(false)
            }
        }
    }

    /// Headers of compressed audio may promise anything.
    fn frames(&self) -> Option<u64> {
        None
    }
}

/// Whether the container's frame count is exact; those of lossy streams are often estimates.
fn has_exact_length(parameters: &AudioCodecParameters) -> bool {
    !matches!(parameters.codec, CODEC_ID_MP3 | CODEC_ID_AAC | CODEC_ID_VORBIS | CODEC_ID_OPUS)
}

/// Compares what was decoded with the frame count and the checksum of the header.
fn check_complete(
    name: &str,
    track: &Track,
    mixdown: &Mixdown,
    decoder: &mut Decoder,
) -> Result<()> {
    let present = mixdown.frames();
    let rate = f64::from(mixdown.sample_rate());
    match track.num_frames {
        Some(promised) if promised > present => Err(Error::Truncated {
            name: name.to_owned(),
            present_s: present as f64 / rate,
            promised_s: promised as f64 / rate,
        }),
        _ if decoder.is_falsified() => {
            Err(Error::corrupt(name, "the checksum of the samples does not match"))
        }
        _ => Ok(()),
    }
}

/// Opus by its own crate, everything else by symphonia.
enum Decoder {
    Opus(Box<OpusDecoder>),
    Other(Box<dyn AudioDecoder>),
}

impl Decoder {
    fn new(parameters: &AudioCodecParameters) -> SymphoniaResult<Self> {
        if parameters.codec == CODEC_ID_OPUS {
            let head = parameters.extra_data.as_deref().unwrap_or_default();
            return Ok(Self::Opus(Box::new(OpusDecoder::new(head)?)));
        }
        // The PCM decoder would allocate whatever the header claims here; it grows without it.
        let parameters = AudioCodecParameters { max_frames_per_packet: None, ..parameters.clone() };
        let options = AudioDecoderOptions::default().verify(true);
        let decoder = symphonia::default::get_codecs().make_audio_decoder(&parameters, &options)?;
        Ok(Self::Other(decoder))
    }

    /// The packet's interleaved samples, and their rate and channel count.
    fn decode(
        &mut self,
        packet: &Packet,
        interleaved: &mut Vec<f32>,
    ) -> SymphoniaResult<(u32, usize)> {
        match self {
            Self::Opus(decoder) => {
                decoder.decode(packet, interleaved)?;
                Ok((opus::SAMPLE_RATE, decoder.channels()))
            }
            Self::Other(decoder) => {
                let decoded = decoder.decode(packet)?;
                decoded.copy_to_vec_interleaved::<f32>(interleaved);
                Ok((decoded.spec().rate(), decoded.spec().channels().count()))
            }
        }
    }

    /// Whether a checksum in the file contradicts the decoded samples.
    fn is_falsified(&mut self) -> bool {
        match self {
            Self::Opus(_) => false,
            Self::Other(decoder) => decoder.finalize().verify_ok == Some(false),
        }
    }
}

fn failure(name: &str, error: SymphoniaError) -> Error {
    let coding = |coding: &str| Error::UnsupportedCoding {
        name: name.to_owned(),
        coding: coding.to_owned(),
    };
    match error {
        SymphoniaError::IoError(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            Error::from_io(name, error)
        }
        SymphoniaError::IoError(_) => Error::corrupt(name, "it ends in the middle of the stream"),
        SymphoniaError::DecodeError(reason) | SymphoniaError::LimitError(reason) => {
            Error::corrupt(name, reason)
        }
        SymphoniaError::Unsupported(feature) => coding(feature),
        SymphoniaError::ResetRequired => coding("a chain of several streams"),
        error => Error::corrupt(name, error),
    }
}
