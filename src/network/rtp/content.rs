//! What payloads show without being decoded: digital silence, encryption, modes and bit rates, telephone events.

use super::format::Format;

/// Payload bytes of which the distribution is looked at.
const SAMPLED_BYTES: u32 = 20_000;
/// Above, in bits, bytes are too evenly spread for G.711 of any sound.
const ENCRYPTED_BITS: f64 = 7.95;
/// Telephone events that are told.
const MOST_EVENTS: usize = 64;

/// What the payloads of a stream were like.
#[derive(Debug, Clone)]
pub struct Content {
    /// Whether any packet held more than digital silence.
    heard: bool,
    histogram: Box<[u32; 256]>,
    sampled: u32,
    /// Frames of each mode of AMR or configuration of Opus.
    modes: [u64; 32],
    audio_bytes: u64,
    audio_packets: u64,
    events: String,
    last_event: Option<(u32, u8)>,
}

impl Default for Content {
    fn default() -> Self {
        Self {
            heard: false,
            histogram: Box::new([0; 256]),
            sampled: 0,
            modes: [0; 32],
            audio_bytes: 0,
            audio_packets: 0,
            events: String::new(),
            last_event: None,
        }
    }
}

/// The mode a codec ran in for most of the time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Modes {
    /// The frame type of AMR and AMR-WB, or the configuration in Opus's first byte.
    pub most_frequent: usize,
}

/// What the first byte of an Opus packet stands for, as to bandwidth.
pub fn opus_is_silence(payload_bytes: usize) -> bool {
    payload_bytes <= 2
}

impl Content {
    /// Takes a packet of sound; says whether it only describes silence.
    pub fn take(&mut self, format: &Format, payload: &[u8], wire_bytes: usize) -> bool {
        let is = |name: &str| format.is(name);
        let (mut silence, mut mode) = (false, None);
        if is("PCMU") || is("PCMA") {
            let silent: fn(&u8) -> bool =
                if is("PCMU") { |byte| byte | 0x80 == 0xff } else { |byte| byte | 0x80 == 0xd5 };
            self.heard = self.heard || !payload.iter().all(silent);
        } else {
            self.heard = true;
            if is("opus") {
                silence = opus_is_silence(wire_bytes);
                mode = payload.first().map(|first| usize::from(first >> 3));
            } else if is("AMR") || is("AMR-WB") {
                mode = amr_frame_type(payload, format.parameter("octet-align") == Some("1"));
                // Silence descriptors and frames without data.
                let first_silence = if is("AMR") { 8 } else { 9 };
                silence = mode.is_some_and(|mode| mode >= first_silence);
            } else if is("G729") {
                silence = wire_bytes == 2;
            }
        }
        if !silence {
            self.audio_bytes += wire_bytes as u64;
            self.audio_packets += 1;
            if let Some(mode) = mode {
                self.modes[mode] += 1;
            }
        }
        if self.sampled < SAMPLED_BYTES {
            self.sampled += payload.len() as u32;
            payload.iter().for_each(|byte| self.histogram[usize::from(*byte)] += 1);
        }
        silence
    }

    /// Takes a telephone event (RFC 4733); each is told once.
    pub fn take_event(&mut self, timestamp: u32, payload: &[u8]) {
        let Some(&event) = payload.first() else { return };
        if self.last_event == Some((timestamp, event)) || self.events.len() >= MOST_EVENTS {
            return;
        }
        self.last_event = Some((timestamp, event));
        self.events.push(match event {
            0..=9 => char::from(b'0' + event),
            10 => '*',
            11 => '#',
            12..=15 => char::from(b'A' + event - 12),
            16 => '!',
            _ => '?',
        });
    }

    /// Telephone events in order: digits, * and #, A to D, ! for a flash.
    pub fn events(&self) -> &str {
        &self.events
    }

    /// Whether there was G.711 and all of it digital silence.
    pub fn is_digital_silence(&self) -> bool {
        self.audio_packets > 0 && !self.heard
    }

    /// Whether the bytes are spread so evenly that they must be encrypted.
    pub fn looks_encrypted(&self) -> bool {
        if self.sampled < SAMPLED_BYTES / 2 {
            return false;
        }
        let total = f64::from(self.sampled);
        let shares = self
            .histogram
            .iter()
            .filter(|count| **count > 0)
            .map(|count| f64::from(*count) / total);
        -shares.map(|share| share * share.log2()).sum::<f64>() > ENCRYPTED_BITS
    }

    /// The mode that most frames had, of codecs that have modes.
    pub fn modes(&self) -> Option<Modes> {
        let (most_frequent, frames) =
            self.modes.iter().enumerate().max_by_key(|(_, frames)| **frames)?;
        (*frames > 0).then_some(Modes { most_frequent })
    }

    /// Payload bytes in a packet of sound, on average.
    pub fn mean_bytes(&self) -> Option<f64> {
        (self.audio_packets > 0).then(|| self.audio_bytes as f64 / self.audio_packets as f64)
    }
}

/// The frame type of the first frame in an AMR or AMR-WB payload (RFC 4867, 4.3 and 4.4).
fn amr_frame_type(payload: &[u8], octet_aligned: bool) -> Option<usize> {
    let (first, second) = (*payload.first()?, payload.get(1).copied());
    Some(usize::from(if octet_aligned {
        second? >> 3 & 0x0f
    } else {
        (first & 0x07) << 1 | second? >> 7
    }))
}
