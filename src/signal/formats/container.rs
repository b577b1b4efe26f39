//! Compressed audio by way of symphonia: FLAC, MP3, AAC, Vorbis, ALAC, Opus; in Ogg, MP4, Matroska and WebM, CAF.

use std::io;
use std::vec;

use symphonia::core::codecs::audio::well_known::*;
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions, CODEC_ID_NULL_AUDIO,
};
use symphonia::core::errors::{Error as SymphoniaError, Result as SymphoniaResult};
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadOnlySource};
use symphonia::core::packet::Packet;

use super::mpeg;
use crate::error::{Error, Result};
use crate::guard::guarded;
use crate::signal::channel::Channel;
use crate::signal::codecs::opus::{self, OpusDecoder};
use crate::signal::decoding::{Blocks, Decoding};
use crate::signal::mixdown::Mixdown;
use crate::signal::source::Source;
use crate::signal::warning::Warning;

/// Bytes of packets for each byte of the file; a container may add a few to each packet, but does not repeat them.
const MOST_PACKET_BYTES: u64 = 2;
/// The longest packet of ALAC, by which its containers round the length up.
const ALAC_PACKET_FRAMES: u64 = 4096;

/// How symphonia calls Matroska and WebM.
const MATROSKA: [&str; 3] = ["matroska", "mkv", "webm"];

/// Names of codings that containers announce but that are not decoded here.
const NAMES: [(AudioCodecId, &str); 8] = [
    (CODEC_ID_SPEEX, "Speex"),
    (CODEC_ID_AC3, "AC-3"),
    (CODEC_ID_EAC3, "E-AC-3"),
    (CODEC_ID_DCA, "DTS"),
    (CODEC_ID_MP1, "MPEG layer I"),
    (CODEC_ID_WAVPACK, "WavPack"),
    (CODEC_ID_TRUEHD, "TrueHD"),
    (CODEC_ID_TTA, "True Audio"),
];

/// Whether the first bytes are those of Ogg, Matroska or WebM.
pub fn recognises(head: &[u8]) -> bool {
    [&b"OggS"[..], b"\x1a\x45\xdf\xa3"].iter().any(|magic| head.starts_with(magic))
}

/// Begins to decode the first audio track.
pub fn decode(name: &str, source: Source, channel: Channel) -> Result<Decoding> {
    decode_chain(name, vec![source], channel)
}

/// Begins to decode MPEG audio without a container, of which files may have been joined.
pub fn decode_mpeg(name: &str, source: Source, channel: Channel) -> Result<Decoding> {
    let streams = mpeg::streams(&source).map_err(|error| Error::from_io(name, error))?;
    let sections = streams.into_iter().map(|range| source.section(range.start, range.end));
    decode_chain(name, sections.collect(), channel)
}

/// Begins to decode several streams as one.
pub fn decode_chain(name: &str, streams: Vec<Source>, channel: Channel) -> Result<Decoding> {
    guarded(name, || {
        let mut chain = Chain { streams: streams.into_iter(), track: None };
        // Rate and channels are known for sure when the first packet is decoded.
        let Some((sample_rate, channels)) = chain.decode_packet(name)? else {
            return Err(Error::NoSamples { name: name.to_owned() });
        };
        let mut mixdown = Mixdown::new(name, sample_rate, channels, channel)?;
        if let Some(track) = &mut chain.track {
            track.take(&mut mixdown);
        }
        Ok(Decoding { mixdown, blocks: Box::new(chain) })
    })
}

/// Streams that follow each other.
struct Chain {
    streams: vec::IntoIter<Source>,
    track: Option<AudioTrack>,
}

impl Chain {
    /// Decodes the next packet of the current stream or the first of the next one; none at the end of the last.
    fn decode_packet(&mut self, name: &str) -> Result<Option<(u32, usize)>> {
        loop {
            if let Some(track) = &mut self.track {
                if let Some(layout) = track.decode_packet(name)? {
                    return Ok(Some(layout));
                }
                if self.streams.len() == 0 {
                    return Ok(None);
                }
            }
            let Some(stream) = self.streams.next() else { return Ok(None) };
            self.track = Some(AudioTrack::open(name, stream)?);
        }
    }
}

impl Blocks for Chain {
    fn next(&mut self, mixdown: &mut Mixdown) -> Result<bool> {
        let name = mixdown.name().to_owned();
        let layout = guarded(&name, || self.decode_packet(&name))?;
        let Some(track) = &mut self.track else { return Ok(false) };
        match layout {
            Some(layout) if layout == (mixdown.sample_rate(), mixdown.channels()) => {
                track.take(mixdown);
                Ok(true)
            }
            Some(_) => Err(Error::UnsupportedCoding {
                name,
                coding: "a change of the sample rate or the channels within a file".to_owned(),
            }),
            None if track.ends_early => {
                mixdown.notice(Warning::NoEndMark);
                Ok(false)
            }
            None => Ok(false),
        }
    }

    /// Headers of compressed audio may promise anything.
    fn frames(&self) -> Option<u64> {
        None
    }

    fn promised_frames(&self) -> Option<u64> {
        let track = self.track.as_ref()?;
        track.track.num_frames.filter(|_| track.has_exact_length)
    }
}

/// An audio track, decoded packet by packet.
struct AudioTrack {
    format: Box<dyn FormatReader>,
    track: Track,
    decoder: Decoder,
    interleaved: Vec<f32>,
    /// Whether the frame count in the header is exact.
    has_exact_length: bool,
    /// Frames decoded so far.
    frames: u64,
    /// Bytes of packets that may still come.
    bytes_left: u64,
    /// Whether the file ended without the mark of its container's end.
    ends_early: bool,
}

impl AudioTrack {
    fn open(name: &str, source: Source) -> Result<Self> {
        let length = source.length();
        let head = source.read_at(0, 8).map_err(|error| Error::from_io(name, error))?;
        // Where it can seek, symphonia estimates the length of MPEG audio without a header, and cuts it there.
        let source: Box<dyn MediaSource> = match mpeg::recognises(&head) {
            true => Box::new(ReadOnlySource::new(source)),
            false => Box::new(source),
        };
        let stream = MediaSourceStream::new(source, Default::default());
        let format = symphonia::default::get_probe()
            .probe(&Hint::new(), stream, Default::default(), Default::default())
            .map_err(|error| match error {
                SymphoniaError::Unsupported(_) => Error::corrupt(name, "its header cannot be read"),
                error => failure(name, error),
            })?;
        let (track, decoder) = track(name, &*format)?;
        Ok(Self {
            has_exact_length: has_exact_length(format.format_info().short_name, &track),
            format,
            track,
            decoder,
            interleaved: Vec::new(),
            frames: 0,
            bytes_left: length.saturating_mul(MOST_PACKET_BYTES),
            ends_early: false,
        })
    }

    /// Decodes the track's next packet and tells its sample rate and channel count; none at the end.
    fn decode_packet(&mut self, name: &str) -> Result<Option<(u32, usize)>> {
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                Err(SymphoniaError::ResetRequired) => {
                    self.check_complete(name)?;
                    (self.track, self.decoder) = track(name, &*self.format)?;
                    self.frames = 0;
                    continue;
                }
                // What follows the promised frames is not part of the track.
                Err(_) if self.is_complete() => break,
                Err(SymphoniaError::IoError(error)) if self.may_end_early(&error) => {
                    self.ends_early = self.format.format_info().short_name == "ogg";
                    break;
                }
                Err(error) => return Err(failure(name, error)),
            };
            let bytes = (packet.data.len() as u64).max(1);
            self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or_else(|| {
                Error::corrupt(name, "its packets together are longer than the file")
            })?;
            if packet.track_id == self.track.id {
                let decoded = self.decoder.decode(&packet, &mut self.interleaved);
                let (rate, channels) = decoded.map_err(|error| failure(name, error))?;
                self.frames += (self.interleaved.len() / channels.max(1)) as u64;
                return Ok(Some((rate, channels)));
            }
        }
        self.check_complete(name)?;
        Ok(None)
    }

    /// Hands the samples of the last packet over.
    fn take(&mut self, mixdown: &mut Mixdown) {
        mixdown.take(&self.interleaved);
        self.interleaved.clear();
    }

    fn is_complete(&self) -> bool {
        self.has_exact_length && self.track.num_frames.is_some_and(|frames| self.frames >= frames)
    }

    /// Whether an error is the plain end of a stream whose container marks the end: the last page of Ogg, or nothing at
    /// all in Matroska that was written live.
    fn may_end_early(&self, error: &io::Error) -> bool {
        let name = self.format.format_info().short_name;
        error.kind() == io::ErrorKind::UnexpectedEof
            && self.frames > 0
            && !self.has_exact_length
            && (name == "ogg" || MATROSKA.contains(&name))
    }

    /// Compares what was decoded with the frame count and the checksum of the header.
    fn check_complete(&mut self, name: &str) -> Result<()> {
        if !self.has_exact_length {
            return Ok(());
        }
        let rate = self.track.codec_params.as_ref().and_then(|codec| codec.audio()?.sample_rate);
        let rate = f64::from(rate.unwrap_or(1));
        let tolerated = if codec(&self.track) == CODEC_ID_ALAC { ALAC_PACKET_FRAMES } else { 0 };
        match self.track.num_frames {
            Some(promised) if promised > self.frames + tolerated => Err(Error::Truncated {
                name: name.to_owned(),
                present_s: self.frames as f64 / rate,
                promised_s: promised as f64 / rate,
            }),
            _ if self.decoder.is_falsified() => {
                Err(Error::corrupt(name, "the checksum of the samples does not match"))
            }
            _ => Ok(()),
        }
    }
}

/// The first audio track of a file, and its decoder.
fn track(name: &str, format: &dyn FormatReader) -> Result<(Track, Decoder)> {
    let track = format.default_track(TrackType::Audio).cloned().ok_or_else(|| {
        Error::UnsupportedCoding {
            name: name.to_owned(),
            coding: "what it holds instead of audio".to_owned(),
        }
    })?;
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
    let parameters =
        parameters.ok_or_else(|| Error::corrupt(name, "no parameters of the audio track"))?;
    let decoder = Decoder::new(parameters).map_err(|error| match error {
        SymphoniaError::Unsupported(_) => {
            let named = NAMES.iter().find(|(id, _)| *id == parameters.codec);
            let coding = named.map_or_else(
                || format!("coding {}", parameters.codec),
                |&(_, coding)| coding.to_owned(),
            );
            Error::UnsupportedCoding { name: name.to_owned(), coding }
        }
        error => failure(name, error),
    })?;
    Ok((track, decoder))
}

fn codec(track: &Track) -> AudioCodecId {
    let audio = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
    audio.map_or(CODEC_ID_NULL_AUDIO, |audio| audio.codec)
}

/// Whether the container's frame count is exact; those of lossy streams are often estimates, and Matroska rounds all.
fn has_exact_length(container: &str, track: &Track) -> bool {
    !MATROSKA.contains(&container)
        && !matches!(
            codec(track),
            CODEC_ID_MP3 | CODEC_ID_MP2 | CODEC_ID_AAC | CODEC_ID_VORBIS | CODEC_ID_OPUS
        )
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
        error => Error::corrupt(name, error),
    }
}
