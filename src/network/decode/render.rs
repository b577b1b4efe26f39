//! A direction as its receiver would have heard it: packets where the buffer plays them, gaps filled.

use super::concealment::Filler;
use super::decoder::{Decoder, decoder};
use crate::network::call::Material;
use crate::network::options::Concealment;
use crate::network::rtp::{Format, Kept, Kind};

/// A gap or pause of more than this, in seconds, is none of a call.
const LONGEST_GAP_S: i64 = 600;
/// Timestamps that leave out more than this, in ns, make a pause.
const SHORTEST_PAUSE_NS: i128 = 5_000_000;
/// A change of the buffer's depth waits for a quiet moment, as in receivers that stretch time, but not if more than this
/// is owed, in ns.
const MOST_OWED_NS: u64 = 60_000_000;
/// Sound of less than this share of the mean power is quiet: 20 dB, about the depth of pauses between words.
const QUIET_SHARE: f64 = 0.01;
/// Sound of less power is quiet in any case: -70 dBov.
const SILENT_POWER: f64 = 100.0;

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
    /// Each packet that was played.
    pub places: Vec<Place>,
}

/// Where a packet was played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its first sample.
    pub sample: usize,
    /// Packets before it, behind the one that was played before, that never came or came too late.
    pub missing: u64,
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
            Self::Codec(name) => write!(
                f,
                "{name} is not decoded here, so there is no sound, though its statistics and MOS hold; to score it, decode it with another program and give the recording to basilar score"
            ),
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
    let playable = playable(&packets, &voices);
    let first = playable.first().ok_or(Undecodable::Nothing)?;
    let mut receiver = Receiver::new(first, voices.rate_hz, concealment);
    for packet in &playable {
        let kept = packet.kept;
        let payload = &material.recording.bytes[kept.start..kept.start + kept.length];
        receiver.play(packet, payload, &mut voices)?;
    }
    Ok(receiver.rendered)
}

/// A packet that its buffer plays.
struct Playable<'a> {
    kept: &'a Kept,
    /// What is added to media time to get the time of playing, in ns.
    offset_ns: i64,
    /// Packets before it that never came or came too late.
    missing: u64,
}

/// The packets that are played, with what is missing before each. Telephone events are not played, but not missing either.
fn playable<'a>(packets: &[&'a Kept], voices: &Voices) -> Vec<Playable<'a>> {
    let mut playable = Vec::new();
    let mut missing = 0;
    let mut before: Option<u64> = None;
    for kept in packets {
        missing += before.map_or(0, |before| kept.number.saturating_sub(before + 1));
        before = Some(kept.number);
        if !voices.plays(kept.payload_type) {
            continue;
        }
        match kept.playout_ns {
            Some(playout_ns) => {
                let offset_ns = playout_ns.saturating_sub(kept.media_ns);
                playable.push(Playable { kept, offset_ns, missing });
                missing = 0;
            }
            None => missing += 1,
        }
    }
    playable
}

/// A receiver that plays one packet after another.
struct Receiver {
    rendered: Rendered,
    concealment: Concealment,
    filler: Filler,
    /// The offset from media time to the time of playing that is in force, in ns.
    offset_ns: i64,
    /// Time that is left out where gaps are skipped, in ns.
    skipped_ns: i64,
    /// Power of all that was played, to tell what is quiet.
    power: MeanPower,
    /// Whether what was played last was quiet.
    quiet: bool,
}

impl Receiver {
    fn new(first: &Playable, rate_hz: u32, concealment: Concealment) -> Self {
        let start_ns = first.kept.media_ns.saturating_add(first.offset_ns);
        let rendered =
            Rendered { samples: Vec::new(), rate_hz, start_ns, concealed: 0, places: Vec::new() };
        Self {
            rendered,
            concealment,
            filler: Filler::new(concealment, rate_hz),
            offset_ns: first.offset_ns,
            skipped_ns: 0,
            power: MeanPower::default(),
            quiet: false,
        }
    }

    fn play(
        &mut self,
        packet: &Playable,
        payload: &[u8],
        voices: &mut Voices,
    ) -> Result<(), Undecodable> {
        let (kept, missing) = (packet.kept, packet.missing > 0);
        let pause = self.gap(kept, self.offset_ns) > self.in_samples(SHORTEST_PAUSE_NS);
        if missing || pause || packet.offset_ns.abs_diff(self.offset_ns) > MOST_OWED_NS {
            self.offset_ns = packet.offset_ns;
        }
        if missing {
            let gap = self.gap(kept, self.offset_ns);
            self.conceal(gap, kept.payload_type, payload, voices)?;
        }
        let mut fresh = Vec::new();
        voices.decode(kept.payload_type, payload, &mut fresh);
        let (was_quiet, is_quiet) = (self.quiet, self.is_quiet(&fresh));
        if was_quiet && is_quiet {
            self.offset_ns = packet.offset_ns;
        }
        self.quiet = is_quiet;
        self.power.add(&fresh);
        let gap = self.gap(kept, self.offset_ns);
        if gap > 0 {
            // A pause, or the buffer growing deeper.
            self.check(gap)?;
            let samples = &mut self.rendered.samples;
            match pause {
                true => samples.resize(samples.len() + gap as usize, 0),
                false => self.filler.fill(samples, gap as usize),
            }
        } else if gap < 0 {
            // The buffer growing shallower leaves out sound.
            let left_out = fresh.len().min(gap.unsigned_abs() as usize);
            self.filler.leave_out(&fresh[..left_out]);
            fresh.drain(..left_out);
        }
        let start = self.rendered.samples.len();
        self.rendered.places.push(Place { sample: start, missing: packet.missing });
        self.rendered.samples.append(&mut fresh);
        self.filler.join(&mut self.rendered.samples, start);
        Ok(())
    }

    /// Fills what is missing before a packet, or leaves it out.
    fn conceal(
        &mut self,
        gap: i64,
        payload_type: u8,
        payload: &[u8],
        voices: &mut Voices,
    ) -> Result<(), Undecodable> {
        self.check(gap)?;
        if self.concealment == Concealment::Skip {
            let skipped_ns = gap.saturating_mul(1_000_000_000) / i64::from(self.rendered.rate_hz);
            self.skipped_ns = self.skipped_ns.saturating_add(skipped_ns);
            return Ok(());
        }
        let count = gap.max(0) as usize;
        self.rendered.concealed += count;
        let samples = &mut self.rendered.samples;
        let own = self.concealment == Concealment::Codec
            && count > 0
            && voices.conceal(payload_type, count, payload, samples);
        if !own && count > 0 {
            self.filler.fill(samples, count);
        }
        Ok(())
    }

    /// Samples between the end of what was played and a packet's place with an offset; negative where they overlap.
    fn gap(&self, kept: &Kept, offset_ns: i64) -> i64 {
        let [media_ns, offset_ns] = [kept.media_ns, offset_ns].map(i128::from);
        let [start_ns, skipped_ns] = [self.rendered.start_ns, self.skipped_ns].map(i128::from);
        let place = self.in_samples(media_ns + offset_ns - start_ns - skipped_ns);
        let gap = place.saturating_sub(self.rendered.samples.len() as i64);
        // What remains of rounding.
        if gap.abs() > 1 { gap } else { 0 }
    }

    fn in_samples(&self, time_ns: i128) -> i64 {
        let samples = time_ns * i128::from(self.rendered.rate_hz) / 1_000_000_000;
        samples.clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }

    fn check(&self, gap: i64) -> Result<(), Undecodable> {
        if gap > LONGEST_GAP_S * i64::from(self.rendered.rate_hz) {
            return Err(Undecodable::Times);
        }
        Ok(())
    }

    /// Whether sound that comes next is so quiet that no one hears it shortened or prolonged.
    fn is_quiet(&self, fresh: &[i16]) -> bool {
        let power = mean_power(fresh);
        power <= SILENT_POWER || power <= QUIET_SHARE * self.power.mean()
    }
}

/// The mean power of sound so far.
#[derive(Debug, Default)]
struct MeanPower {
    sum: f64,
    samples: f64,
}

impl MeanPower {
    fn add(&mut self, samples: &[i16]) {
        self.sum += mean_power(samples) * samples.len() as f64;
        self.samples += samples.len() as f64;
    }

    fn mean(&self) -> f64 {
        if self.samples > 0.0 { self.sum / self.samples } else { 0.0 }
    }
}

fn mean_power(samples: &[i16]) -> f64 {
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    sum / samples.len().max(1) as f64
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
