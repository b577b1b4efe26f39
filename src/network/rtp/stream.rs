//! One RTP stream as its packets arrive.

use super::content::Content;
use super::delay::{Baseline, Delays, Drift};
use super::format::{Format, Formats};
use super::held::Held;
use super::jitter::{Arrival, Jitter, Kind};
use super::outcomes::{Counts, Identity, Interval, Outcomes};
use super::pace::Pace;
use super::seen::Seen;
use super::sequence::{Place, Sequence};
use crate::network::playout::{self, Buffer, Design};
use std::net::SocketAddr;

/// Copies that come sooner, in ns, may be made by the capture.
const CAPTURE_COPY_NS: i64 = 1_000_000;
/// Copies that come sooner, in ns, may be made by the capture even where the IP header was written anew.
const IMMEDIATE_COPY_NS: i64 = 100_000;
/// Timestamps that run ahead of the fastest packet by more than this, in ns, have jumped.
const AHEAD_NS: i64 = 1_000_000_000;
/// Timestamps that fall behind by more than this, in ns, have jumped.
const BEHIND_NS: i64 = 10_000_000_000;
/// Skipped numbers from which on a jump is looked at: loss takes time, a sender that counts on does not.
const DOUBTFUL_SKIP: u64 = 25;

/// What one payload type of a stream amounts to.
#[derive(Debug, Clone)]
pub struct Part {
    /// The payload type.
    pub payload_type: u8,
    /// What it stands for.
    pub format: Format,
    /// Packets, without copies.
    pub packets: u64,
}

/// A packet kept for decoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Its extended sequence number, counted through restarts.
    pub number: u64,
    /// Its media time since the first packet, in ns.
    pub media_ns: i64,
    /// When it is played, in ns since 1970; none where it came too late.
    pub playout_ns: Option<i64>,
    /// Its payload type.
    pub payload_type: u8,
    /// Where its payload lies.
    pub start: usize,
    /// How long its payload is.
    pub length: usize,
}

/// The payloads of a stream, in the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// The packets.
    pub packets: Vec<Kept>,
    /// Their payloads.
    pub bytes: Vec<u8>,
}

/// The timestamps of a stream as one line of time.
#[derive(Debug, Clone, Copy)]
struct MediaTime {
    timestamp: u32,
    /// Of that timestamp since the first packet, in its units.
    units: i64,
}

/// An RTP stream.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Where its first packet came from.
    pub source: SocketAddr,
    /// Whether packets came from other places too.
    pub other_sources: bool,
    /// When its first packet was seen, in ns since 1970.
    pub first_ns: i64,
    /// When its last packet was seen.
    pub last_ns: i64,
    /// Packets, copies made by the capture left out.
    pub packets: u64,
    /// Packets that came again by the network's doing.
    pub duplicates: u64,
    /// Packets that the capture recorded again: same IP header.
    pub copies: u64,
    /// Packets that came again at once with an IP header of their own.
    pub immediate_copies: u64,
    /// Packets that came behind others of higher number.
    pub reordered: u64,
    /// How often the sender began to count anew.
    pub restarts: u64,
    /// How often timestamps jumped.
    pub timestamp_jumps: u64,
    /// Packets far outside the sequence that no second one confirmed.
    pub strays: u64,
    /// Bytes with IP headers.
    pub ip_bytes: u64,
    /// Packets by differentiated services code point.
    pub dscp: Box<[u64; 64]>,
    /// The VLAN priority of the first packet.
    pub priority: Option<u8>,
    /// Jitter and gaps.
    pub jitter: Jitter,
    /// How late packets were.
    pub delays: Delays,
    /// Drift of the sender's clock.
    pub drift: Drift,
    /// The sender's pace.
    pub pace: Pace,
    /// What the payloads show.
    pub content: Content,
    /// The payload types in it.
    pub parts: Vec<Part>,
    /// The payloads, where they are to be decoded.
    pub recording: Option<Recording>,
    /// The buffer in which it is played.
    player: Option<Buffer>,
    sequence: Sequence,
    outcomes: Outcomes,
    baseline: Baseline,
    media: Option<MediaTime>,
    /// The last packet in sequence: number, timestamp, time.
    last: Option<(u64, u32, i64)>,
    /// The first packet of a jump, until a second confirms it.
    pending: Option<Held>,
    /// Numbers of segments before this one.
    numbered: u64,
}

impl Stream {
    /// A stream that begins with this packet, which is still to be taken.
    pub fn starting(
        seen: &Seen,
        designs: &[Design],
        resynchronize_after: u32,
        plays_in: Option<Design>,
    ) -> Self {
        let sequence = Sequence::starting(seen.header.sequence);
        Self {
            source: seen.source,
            other_sources: false,
            first_ns: seen.time_ns,
            last_ns: seen.time_ns,
            packets: 0,
            duplicates: 0,
            copies: 0,
            immediate_copies: 0,
            reordered: 0,
            restarts: 0,
            timestamp_jumps: 0,
            strays: 0,
            ip_bytes: 0,
            dscp: Box::new([0; 64]),
            priority: seen.network.priority,
            jitter: Jitter::default(),
            delays: Delays::default(),
            drift: Drift::default(),
            pace: Pace::default(),
            content: Content::default(),
            parts: Vec::new(),
            recording: plays_in.map(|_| Recording::default()),
            player: plays_in.map(|design| Buffer::new(design, resynchronize_after)),
            outcomes: Outcomes::starting(sequence.first(), designs, resynchronize_after),
            sequence,
            baseline: Baseline::default(),
            media: None,
            last: None,
            pending: None,
            numbered: 0,
        }
    }

    /// Takes the next packet, with the formats that are known when it comes.
    pub fn take(&mut self, seen: &Seen, formats: &Formats) {
        let part = self.part(seen.header.payload_type, formats);
        self.last_ns = self.last_ns.max(seen.time_ns);
        let header = &seen.header;
        if self.packets == 0 {
            let first = self.sequence.first();
            return self.receive(seen, part, first, true);
        }
        if self.counts_on_without_loss(seen) {
            self.restart(header.sequence);
            let first = self.sequence.first();
            return self.receive(seen, part, first, true);
        }
        match self.sequence.place(header.sequence) {
            Place::Ahead { extended, .. } => {
                self.drop_pending();
                self.outcomes.advance(extended);
                self.receive(seen, part, extended, true);
            }
            Place::Behind { extended } => self.behind(seen, part, extended),
            Place::BeforeFirst { extended } => {
                if self.outcomes.begin_earlier(extended, self.sequence.newest()) {
                    self.sequence.begin_earlier(extended);
                    self.reordered += 1;
                    self.receive(seen, part, extended, false);
                }
            }
            Place::Jump => {
                self.drop_pending();
                self.pending = Some(Held::of(seen));
            }
            Place::Restart => {
                let Some(pending) = self.pending.take() else { return };
                self.restart(pending.sequence());
                let first = self.sequence.first();
                let part_before = self.part(pending.payload_type(), formats);
                self.receive(&pending.seen(), part_before, first, true);
                self.take(seen, formats);
            }
        }
    }

    fn part(&mut self, payload_type: u8, formats: &Formats) -> usize {
        let known = self.parts.iter().position(|part| part.payload_type == payload_type);
        known.unwrap_or_else(|| {
            let format = formats.of(payload_type);
            self.parts.push(Part { payload_type, format, packets: 0 });
            self.parts.len() - 1
        })
    }

    /// Maps payload types as a new description of the call says.
    pub fn describe(&mut self, formats: &Formats) {
        for part in &mut self.parts {
            part.format = formats.of(part.payload_type);
        }
    }

    /// A packet that does not arrive behind the newest for the first time.
    fn behind(&mut self, seen: &Seen, part: usize, extended: u64) {
        let slot = self.outcomes.slot(extended);
        if !slot.is_received() {
            self.reordered += 1;
            return self.receive(seen, part, extended, false);
        }
        let (before, now) = (slot.identity, identity(seen));
        let same = (before.timestamp, before.digest) == (now.timestamp, now.digest);
        let later_ns = now.time_ns - before.time_ns;
        let same_header = before.identification == now.identification
            && (before.ttl == now.ttl || before.ttl == now.ttl.wrapping_add(1))
            && before.identification != 0;
        if same && later_ns < CAPTURE_COPY_NS && same_header {
            self.copies += 1;
        } else if same && later_ns < IMMEDIATE_COPY_NS {
            self.immediate_copies += 1;
        } else {
            self.duplicates += 1;
            self.packets += 1;
            self.ip_bytes += u64::from(seen.network.ip_bytes);
            self.move_jitter(seen, part);
        }
    }

    fn receive(&mut self, seen: &Seen, part: usize, extended: u64, in_order: bool) {
        self.packets += 1;
        self.parts[part].packets += 1;
        self.ip_bytes += u64::from(seen.network.ip_bytes);
        self.dscp[usize::from(seen.network.dscp & 63)] += 1;
        self.other_sources |= seen.source != self.source;
        self.outcomes.receive(extended, seen.time_ns - self.first_ns, identity(seen));
        self.move_jitter(seen, part);
        let format = &self.parts[part].format;
        let header = &seen.header;
        match format.kind {
            Kind::Event => {
                self.content.take_event(header.timestamp, header.payload);
                return self.keep(seen, extended, None, None);
            }
            Kind::ComfortNoise => self.pace.silence_packets += 1,
            Kind::Audio | Kind::Other => {
                let silence = self.content.take(format, header.payload, header.wire_payload_bytes);
                self.pace.silence_packets += u64::from(silence);
            }
        }
        let clock_hz = format.clock_hz;
        let mut after_pause = header.marker;
        if in_order {
            if let Some((number, timestamp, time_ns)) = self.last
                && number + 1 == extended
            {
                let step = header.timestamp.wrapping_sub(timestamp);
                after_pause |= self.pace.add(step, seen.time_ns - time_ns);
            }
            self.last = Some((extended, header.timestamp, seen.time_ns));
        }
        let playout_ns = clock_hz.and_then(|hz| self.time(seen, extended, hz, after_pause));
        self.keep(seen, extended, clock_hz, playout_ns);
    }

    /// Keeps a packet for decoding; of telephone events only that they came.
    fn keep(&mut self, seen: &Seen, extended: u64, clock_hz: Option<u32>, playout_ns: Option<i64>) {
        let Some(recording) = &mut self.recording else { return };
        let header = &seen.header;
        let media_ns = match (self.media, clock_hz) {
            (Some(media), Some(hz)) => media_ns(media.units_of(header.timestamp), hz),
            _ => 0,
        };
        recording.packets.push(Kept {
            number: self.numbered + (extended - self.sequence.first()),
            media_ns,
            playout_ns,
            payload_type: header.payload_type,
            start: recording.bytes.len(),
            length: header.payload.len(),
        });
        recording.bytes.extend_from_slice(header.payload);
    }

    /// Follows the delay of a packet and offers it to the buffers; gives its time of playing where it is to be decoded.
    fn time(
        &mut self,
        seen: &Seen,
        extended: u64,
        clock_hz: u32,
        after_pause: bool,
    ) -> Option<i64> {
        let timestamp = seen.header.timestamp;
        let units = match &self.media {
            Some(media) => media.units_of(timestamp),
            None => 0,
        };
        let media_ns = media_ns(units, clock_hz);
        let transit_ns = seen.time_ns - media_ns;
        if let Some(least_ns) = self.baseline.least_ns()
            && !(-AHEAD_NS..=BEHIND_NS).contains(&(transit_ns - least_ns))
        {
            self.timestamp_jumps += 1;
            self.begin_timing();
        }
        if self.media.is_none_or(|media| units >= media.units) {
            self.media = Some(MediaTime { timestamp, units });
        }
        self.delays.add(self.baseline.add(seen.time_ns, transit_ns));
        self.drift.add(seen.time_ns, transit_ns);
        let step = self.pace.usual_step().unwrap_or(clock_hz / 50);
        let arrival = playout::Arrival {
            time_ns: seen.time_ns,
            media_ns,
            packet_ns: self::media_ns(i64::from(step), clock_hz),
            after_pause,
        };
        self.outcomes.play(extended, arrival);
        self.player.as_mut()?.take(arrival)
    }

    /// Forgets how timestamps and arrivals went together.
    fn begin_timing(&mut self) {
        self.baseline.clear();
        self.drift.clear();
        self.outcomes.restart_buffers();
        if let Some(player) = &mut self.player {
            player.restart();
        }
    }

    fn move_jitter(&mut self, seen: &Seen, part: usize) {
        let format = &self.parts[part].format;
        self.jitter.add(Arrival {
            time_ns: seen.time_ns,
            timestamp: seen.header.timestamp,
            clock_hz: format.clock_hz,
            marker: seen.header.marker,
            kind: format.kind,
        });
    }

    /// Whether many numbers are skipped though neither time nor timestamps went on as far: the sender counts on.
    fn counts_on_without_loss(&self, seen: &Seen) -> bool {
        let (Some((_, timestamp, time_ns)), Some(step)) = (self.last, self.pace.usual_step())
        else {
            return false;
        };
        let mut ahead = self.sequence;
        let Place::Ahead { skipped, .. } = ahead.place(seen.header.sequence) else { return false };
        if skipped < DOUBTFUL_SKIP {
            return false;
        }
        let units = i64::from(seen.header.timestamp.wrapping_sub(timestamp) as i32);
        let needed = i64::from(step) * skipped as i64;
        let clock_hz = self.parts.iter().find_map(|part| part.format.clock_hz);
        let Some(clock_hz) = clock_hz else { return false };
        let too_soon = seen.time_ns - time_ns < media_ns(needed, clock_hz) / 2;
        too_soon && !(needed / 2..=needed * 2).contains(&units)
    }

    fn restart(&mut self, sequence: u16) {
        self.drop_pending();
        self.restarts += 1;
        let newest = self.sequence.newest();
        self.numbered += newest - self.sequence.first() + 1;
        self.sequence = Sequence::starting(sequence);
        self.outcomes.restart(newest, self.sequence.first());
        self.last = None;
        self.begin_timing();
    }

    fn drop_pending(&mut self) {
        self.strays += u64::from(self.pending.take().is_some());
    }

    /// Ends the stream: what became of its packets on the network and in each buffer, in all and for each interval.
    pub fn finish(&mut self) -> (Vec<Counts>, Vec<Interval>) {
        self.drop_pending();
        self.outcomes.finish(self.sequence.newest())
    }

    /// The part that most packets of sound belong to.
    pub fn main_part(&self) -> Option<&Part> {
        let sound = self.parts.iter().filter(|part| part.format.kind == Kind::Audio);
        sound
            .max_by_key(|part| part.packets)
            .or_else(|| self.parts.iter().max_by_key(|part| part.packets))
    }

    /// Units of its timestamps a second.
    pub fn clock_hz(&self) -> Option<u32> {
        self.main_part()?.format.clock_hz
    }

    /// Speech in a packet, in ms.
    pub fn packet_ms(&self) -> Option<f64> {
        let clock_hz = self.main_part()?.format.clock_hz?;
        Some(f64::from(self.pace.usual_step()?) * 1000.0 / f64::from(clock_hz))
    }
}

impl MediaTime {
    /// Of another timestamp, in units since the first packet.
    fn units_of(&self, timestamp: u32) -> i64 {
        self.units + i64::from(timestamp.wrapping_sub(self.timestamp) as i32)
    }
}

/// Timestamp units as time, in ns.
fn media_ns(units: i64, clock_hz: u32) -> i64 {
    let clock = i64::from(clock_hz);
    let whole = units.div_euclid(clock).saturating_mul(1_000_000_000);
    whole.saturating_add(units.rem_euclid(clock) * 1_000_000_000 / clock)
}

fn identity(seen: &Seen) -> Identity {
    let payload = seen.header.payload;
    let ends = [payload.get(..8), payload.get(payload.len().saturating_sub(8)..)];
    let digest = ends.into_iter().flatten().flatten().fold(payload.len() as u32, |digest, byte| {
        (digest ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    Identity {
        time_ns: seen.time_ns,
        timestamp: seen.header.timestamp,
        digest,
        identification: seen.network.identification,
        ttl: seen.network.ttl,
    }
}
