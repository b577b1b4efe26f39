//! NIST SPHERE files, as TIMIT and other speech corpora have them: a header of text lines, then samples.

use crate::error::{Error, Result};
use crate::signal::channel::Channel;
use crate::signal::decoding::Decoding;
use crate::signal::encoding::Encoding;
use crate::signal::extent::Stated;
use crate::signal::pcm::{self, Layout};
use crate::signal::source::Source;

/// The longest header that is read; most have 1024 bytes.
const MOST_HEADER_BYTES: usize = 1 << 20;

/// Whether a file begins with the mark of SPHERE.
pub fn recognises(head: &[u8]) -> bool {
    head.starts_with(b"NIST_1A\n") || head.starts_with(b"NIST_1A\r")
}

/// Begins to decode.
pub fn decode(name: &str, source: Source, channel: Channel) -> Result<Decoding> {
    let unreadable = |error| Error::from_io(name, error);
    let head = source.read_at(0, 64).map_err(unreadable)?;
    let header_bytes = String::from_utf8_lossy(&head)
        .lines()
        .nth(1)
        .and_then(|line| line.trim().parse::<usize>().ok())
        .filter(|bytes| (16..=MOST_HEADER_BYTES).contains(bytes))
        .ok_or_else(|| Error::corrupt(name, "its header does not state its own length"))?;
    let header = source.read_at(0, header_bytes).map_err(unreadable)?;
    let fields = Fields(String::from_utf8_lossy(&header).into_owned());
    let channels: u16 = fields.number("channel_count").unwrap_or(1);
    let sample_rate: f64 = fields
        .number("sample_rate")
        .ok_or_else(|| Error::corrupt(name, "its header has no sample_rate"))?;
    let encoding = fields
        .encoding()
        .map_err(|coding| Error::UnsupportedCoding { name: name.to_owned(), coding })?;
    let frame_bytes = encoding.bytes() * u64::from(channels);
    let stated = match fields.number::<u64>("sample_count") {
        Some(frames) if frames > 0 => Stated::Bytes(frames.saturating_mul(frame_bytes)),
        _ => Stated::Open,
    };
    let sample_rate = sample_rate.round() as u32;
    let layout = Layout { sample_rate, channels, encoding, start: header_bytes as u64, stated };
    pcm::decode(name, source, &layout, Vec::new(), channel)
}

/// The lines of a header: a field's name, the type of its value, the value.
struct Fields(String);

impl Fields {
    fn text(&self, field: &str) -> Option<&str> {
        let lines = self.0.lines().take_while(|line| line.trim() != "end_head");
        let mut values = lines.filter_map(|line| {
            let (found, rest) = line.trim().split_once(char::is_whitespace)?;
            (found == field).then_some(rest)
        });
        Some(values.next()?.trim_start().split_once(char::is_whitespace)?.1.trim())
    }

    fn number<T: std::str::FromStr>(&self, field: &str) -> Option<T> {
        self.text(field)?.parse().ok()
    }

    /// How samples are stored, or the name of what they are coded with.
    fn encoding(&self) -> std::result::Result<Encoding, String> {
        let coding = self.text("sample_coding").unwrap_or("pcm").to_lowercase();
        match coding.as_str() {
            "ulaw" | "mu-law" | "mulaw" => return Ok(Encoding::MuLaw),
            "alaw" | "a-law" => return Ok(Encoding::ALaw),
            "pcm" | "pcm-2" => {}
            _ if coding.contains("shorten") => return Err("Shorten in SPHERE".to_owned()),
            _ => return Err(format!("SPHERE coding {coding:?}")),
        }
        // "01" is little-endian, "10" big-endian, as in "0123" and "3210" for longer samples.
        let big_endian =
            self.text("sample_byte_format").is_some_and(|order| !order.starts_with('0'));
        let bytes = self.number("sample_n_bytes").unwrap_or(2);
        Encoding::signed(bytes, big_endian)
            .ok_or_else(|| format!("SPHERE with {bytes}-byte samples"))
    }
}
