//! The decoders, one for each payload format.

use super::{g711, g726, gsm, opus};
use crate::network::rtp::Format;

/// Turns payloads of one format into samples.
pub trait Decoder {
    /// Samples per second.
    fn rate_hz(&self) -> u32;

    /// Appends the samples of a payload; what is damaged gives fewer, or none.
    fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>);

    /// Appends so many samples in place of what is missing, by the codec's own means; `next` is the payload behind the
    /// gap, which may hold what was before it. Says whether the codec has such means.
    fn conceal(&mut self, _count: usize, _next: Option<&[u8]>, _samples: &mut Vec<i16>) -> bool {
        false
    }
}

/// The decoder of a format; none where it is not decoded here.
pub fn decoder(format: &Format) -> Option<Box<dyn Decoder>> {
    let name = format.name.to_ascii_uppercase();
    Some(match name.as_str() {
        "PCMU" => Box::new(g711::Decoder::mu_law()),
        "PCMA" => Box::new(g711::Decoder::a_law()),
        "L16" => Box::new(Linear { rate_hz: format.clock_hz?, channels: format.channels.max(1) }),
        "G722" => Box::new(G722(audio_codec::g722::G722Decoder::new())),
        "GSM" => Box::new(gsm::Decoder::default()),
        "OPUS" => Box::new(opus::Decoder::new()?),
        _ => {
            let (rest, packing) = match name.strip_prefix("AAL2-") {
                Some(rest) => (rest, g726::Packing::HighFirst),
                None => (name.as_str(), g726::Packing::LowFirst),
            };
            let bits = match rest.strip_prefix("G726-")? {
                "16" => 2,
                "24" => 3,
                "32" => 4,
                "40" => 5,
                _ => return None,
            };
            Box::new(g726::EitherPacking::new(bits, packing))
        }
    })
}

/// L16: samples in the network's byte order; of several channels the first is taken.
struct Linear {
    rate_hz: u32,
    channels: u8,
}

impl Decoder for Linear {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>) {
        let frames = payload.chunks_exact(2 * usize::from(self.channels));
        samples.extend(frames.map(|frame| i16::from_be_bytes([frame[0], frame[1]])));
    }
}

/// G.722 at 64 kbit/s.
struct G722(audio_codec::g722::G722Decoder);

impl Decoder for G722 {
    fn rate_hz(&self) -> u32 {
        16_000
    }

    fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>) {
        let start = samples.len();
        samples.resize(start + 2 * payload.len(), 0);
        let written = self.0.decode_frame_into(payload, &mut samples[start..]).unwrap_or(0);
        samples.truncate(start + written);
    }
}
