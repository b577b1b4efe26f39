//! A direction as its receiver would have heard it: packets where the buffer plays them, gaps filled.

use super::concealment::Filler;
use super::decoder::{Decoder, decoder};
use crate::network::call::Material;
use crate::network::options::Concealment;
use crate::network::rtp::{Format, Kept, Kind};

/// A gap or pause of more than this, in seconds, is none of a call.
const LONGEST_GAP_S: i64 = 600;

/// The sound of a direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its samples.
    pub samples: Vec<i16>,
    /// Samples per second.
    pub rate_hz: u32,
    /// When the first of them is played, in ns since 1970.
    pub start_ns: i64,
    /// Samples that fill gaps.
    pub concealed: usize,
    /// For each packet that was played, its number in the stream and its first sample.
    pub places: Vec<(u64, usize)>,
}

/// Why a direction gives no sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undecodable {
    /// Its codec is not decoded here.
    Codec(String),
    /// There is nothing to decode.
    Nothing,
    /// Its times make no sense.
    Times,
}

impl std::fmt::Display for Undecodable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Codec(name) => write!(f, "{name} is not decoded here, so there is no sound"),
            Self::Nothing => write!(f, "no packet can be played, so there is no sound"),
            Self::Times => {
                write!(f, "a pause of more than {LONGEST_GAP_S} s in it, so there is no sound")
            }
        }
    }
}

/// Decodes a direction.
///
/// # Errors
/// [`Undecodable`], which says why there is no sound.
pub fn render(material: &Material, concealment: Concealment) -> Result<Rendered, Undecodable> {
    let mut packets: Vec<&Kept> = material.recording.packets.iter().collect();
    packets.sort_by_key(|packet| packet.number);
    let mut voices = Voices::of(material, &packets)?;
    let rate_hz = voices.rate_hz;
    let playable: Vec<_> = packets
        .iter()
        .filter_map(|packet| Some((*packet, packet.playout_ns?)))
        .filter(|(packet, _)| voices.plays(packet.payload_type))
        .collect();
    let &(_, start_ns) = playable.first().ok_or(Undecodable::Nothing)?;
    let mut rendered =
        Rendered { samples: Vec::new(), rate_hz, start_ns, concealed: 0, places: Vec::new() };
    let mut filler = Filler::new(concealment, rate_hz);
    let mut last: Option<&Kept> = None;
    // Time that is left out where gaps are skipped.
    let mut skipped_ns = 0;
    for (packet, playout_ns) in playable {
        let payload = &material.recording.bytes[packet.start..packet.start + packet.length];
        let since_ns = playout_ns - start_ns - skipped_ns;
        let place = (i128::from(since_ns) * i128::from(rate_hz) / 1_000_000_000) as i64;
        let gap = place - rendered.samples.len() as i64;
        if gap > LONGEST_GAP_S * i64::from(rate_hz) {
            return Err(Undecodable::Times);
        }
        let missing = last.is_some_and(|last| packet.number > last.number + 1);
        let gap_samples = gap.max(0) as usize;
        if missing && concealment == Concealment::Skip {
            skipped_ns += gap * 1_000_000_000 / i64::from(rate_hz);
        } else if missing && gap_samples > 0 {
            rendered.concealed += gap_samples;
            let own = concealment == Concealment::Codec
                && voices.conceal(packet.payload_type, gap_samples, payload, &mut rendered.samples);
            if !own {
                filler.fill(&mut rendered.samples, gap_samples);
            }
        } else {
            // A pause, or the buffer growing deeper.
            rendered.samples.resize(rendered.samples.len() + gap_samples, 0);
        }
        let start = rendered.samples.len();
        rendered.places.push((packet.number, start));
        voices.decode(packet.payload_type, payload, &mut rendered.samples);
        // The buffer growing shallower leaves out the beginning of a packet.
        let early = match concealment == Concealment::Skip && missing {
            true => 0,
            false => (-gap).max(0) as usize,
        };
        let decoded = rendered.samples.len() - start;
        rendered.samples.drain(start..start + early.min(decoded));
        filler.join(&mut rendered.samples, start);
        last = Some(packet);
    }
    Ok(rendered)
}

/// The decoders of a stream, one for each of its payload types.
struct Voices {
    rate_hz: u32,
    decoders: Vec<(u8, Voice)>,
}

enum Voice {
    Sound(Box<dyn Decoder>),
    /// Comfort noise: the time goes by in silence.
    Silence,
}

impl Voices {
    fn of(material: &Material, packets: &[&Kept]) -> Result<Self, Undecodable> {
        let count = |payload_type: u8| {
            packets.iter().filter(|packet| packet.payload_type == payload_type).count()
        };
        let sound = material.formats.iter().filter(|(_, format)| format.kind == Kind::Audio);
        let main = sound.max_by_key(|(payload_type, _)| count(*payload_type));
        let (_, main) = main.ok_or(Undecodable::Nothing)?;
        let refused = || Undecodable::Codec(main.name.clone());
        let rate_hz = decoder(main).ok_or_else(refused)?.rate_hz();
        let voice = |format: &Format| match format.kind {
            Kind::Audio => {
                let decoder = decoder(format).filter(|decoder| decoder.rate_hz() == rate_hz);
                decoder.map(Voice::Sound)
            }
            Kind::ComfortNoise => Some(Voice::Silence),
            Kind::Event | Kind::Other => None,
        };
        let decoders = material
            .formats
            .iter()
            .filter_map(|(payload_type, format)| Some((*payload_type, voice(format)?)))
            .collect();
        Ok(Self { rate_hz, decoders })
    }

    fn voice(&mut self, payload_type: u8) -> Option<&mut Voice> {
        let mut voices = self.decoders.iter_mut();
        voices.find(|(known, _)| *known == payload_type).map(|(_, voice)| voice)
    }

    fn plays(&self, payload_type: u8) -> bool {
        self.decoders.iter().any(|(known, _)| *known == payload_type)
    }

    fn decode(&mut self, payload_type: u8, payload: &[u8], samples: &mut Vec<i16>) {
        if let Some(Voice::Sound(decoder)) = self.voice(payload_type) {
            decoder.decode(payload, samples);
        }
    }

    fn conceal(
        &mut self,
        payload_type: u8,
        count: usize,
        next: &[u8],
        samples: &mut Vec<i16>,
    ) -> bool {
        match self.voice(payload_type) {
            Some(Voice::Sound(decoder)) => decoder.conceal(count, Some(next), samples),
            _ => false,
        }
    }
}
