//! RTCP (RFC 3550, 6) and its extended reports on voice (RFC 3611, 4.7): what the ends say themselves.

use serde::Serialize;

/// What is read of a compound packet.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A sender reports on its own stream.
    Sender {
        /// Whose stream.
        ssrc: u32,
        /// The middle 32 bits of the NTP time in it.
        ntp_middle: u32,
    },
    /// An end reports on a stream that it receives.
    Receiver(Report),
    /// An end reports voice metrics on a stream that it receives.
    Voice {
        /// The stream.
        about: u32,
        /// The metrics.
        metrics: VoiceMetrics,
    },
    /// A sender leaves.
    Bye {
        /// Whose stream ends.
        ssrc: u32,
    },
}

/// A report block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// The stream that is reported on.
    pub about: u32,
    /// Lost since the last report, of 256.
    pub fraction_lost: u8,
    /// Lost since the start; negative with duplicates.
    pub cumulative_lost: i32,
    /// Interarrival jitter in timestamp units.
    pub jitter_units: u32,
    /// The middle of the NTP time of the last sender report that arrived; 0 for none.
    pub last_sender_report: u32,
    /// How long ago that was, in 1/65536 s.
    pub delay_since: u32,
}

/// Voice metrics, as an end told them; what it does not know is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct VoiceMetrics {
    /// Lost on the network, in per cent.
    pub loss_pct: f64,
    /// Discarded by the end's buffer, in per cent.
    pub discard_pct: f64,
    /// Lost or discarded in bursts, in per cent.
    pub burst_density_pct: f64,
    /// Lost or discarded in gaps, in per cent.
    pub gap_density_pct: f64,
    /// Mean length of bursts, in ms.
    pub burst_duration_ms: u16,
    /// Mean length of gaps, in ms.
    pub gap_duration_ms: u16,
    /// Round trip between the ends, in ms.
    pub round_trip_ms: u16,
    /// Delay inside the end, in ms.
    pub end_system_delay_ms: u16,
    /// Signal level, in dBm0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal_dbm0: Option<i8>,
    /// Noise level, in dBm0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise_dbm0: Option<i8>,
    /// Residual echo return loss, in dB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub echo_return_loss_db: Option<u8>,
    /// R, on the end's own scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r: Option<u8>,
    /// Listening MOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mos_lq: Option<f64>,
    /// Conversational MOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mos_cq: Option<f64>,
    /// Nominal depth of the end's buffer, in ms.
    pub buffer_nominal_ms: u16,
    /// Its greatest depth so far, in ms.
    pub buffer_maximum_ms: u16,
}

/// The packet types that are read.
const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const BYE: u8 = 203;
const EXTENDED_REPORT: u8 = 207;
/// The block of voice metrics.
const VOIP_METRICS: u8 = 7;
/// The least header: four bytes, and the sender.
const HEADER: usize = 8;

/// What a datagram of RTCP says; nothing where it is none (RFC 3550, A.2).
pub fn parse(mut data: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut first = true;
    while let Some((count, kind, packet)) = next(&mut data) {
        // A compound packet begins with a report; reduced-size ones (RFC 5506) with feedback.
        if std::mem::take(&mut first) && !matches!(kind, 200..=207) {
            return Vec::new();
        }
        let Some(ssrc) = be32(packet, 4) else { continue };
        match kind {
            SENDER_REPORT => {
                if let Some(ntp) = packet.get(10..14) {
                    let ntp_middle = u32::from_be_bytes([ntp[0], ntp[1], ntp[2], ntp[3]]);
                    items.push(Item::Sender { ssrc, ntp_middle });
                }
                items.extend(reports(count, packet, HEADER + 20));
            }
            RECEIVER_REPORT => items.extend(reports(count, packet, HEADER)),
            BYE => items.push(Item::Bye { ssrc }),
            EXTENDED_REPORT => items.extend(voice(&packet[HEADER..])),
            _ => {}
        }
    }
    items
}

/// Takes the next packet off a compound: its count field, its type and its bytes.
fn next<'a>(data: &mut &'a [u8]) -> Option<(usize, u8, &'a [u8])> {
    let &[flags, kind, high, low, ..] = *data else { return None };
    let length = 4 * (usize::from(u16::from_be_bytes([high, low])) + 1);
    if flags >> 6 != 2 {
        return None;
    }
    let (packet, rest) = data.split_at_checked(length)?;
    *data = rest;
    Some((usize::from(flags & 0x1f), kind, packet))
}

fn reports(count: usize, packet: &[u8], start: usize) -> impl Iterator<Item = Item> {
    let blocks = packet.get(start..).unwrap_or_default().as_chunks::<24>().0;
    blocks.iter().take(count).map(|block| {
        let word = |at: usize| be32(block, at).unwrap_or_default();
        let lost = word(4);
        Item::Receiver(Report {
            about: word(0),
            fraction_lost: (lost >> 24) as u8,
            // 24 bits with a sign.
            cumulative_lost: (lost << 8) as i32 >> 8,
            jitter_units: word(12),
            last_sender_report: word(16),
            delay_since: word(20),
        })
    })
}

/// The voice metrics among extended report blocks.
fn voice(mut blocks: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    while let &[kind, _, high, low, ..] = blocks {
        let length = 4 * (usize::from(u16::from_be_bytes([high, low])) + 1);
        let Some((block, rest)) = blocks.split_at_checked(length) else { break };
        blocks = rest;
        if kind == VOIP_METRICS && block.len() >= 36 {
            let about = be32(block, 4).unwrap_or_default();
            items.push(Item::Voice { about, metrics: metrics(block) });
        }
    }
    items
}

fn metrics(block: &[u8]) -> VoiceMetrics {
    let share_pct = |at: usize| f64::from(block[at]) * 100.0 / 256.0;
    let ms = |at: usize| u16::from_be_bytes([block[at], block[at + 1]]);
    let level = |at: usize| (block[at] != 127).then_some(block[at] as i8);
    let known = |at: usize| (block[at] != 127).then_some(block[at]);
    let mos = |at: usize| known(at).map(|tenths| f64::from(tenths) / 10.0);
    VoiceMetrics {
        loss_pct: share_pct(8),
        discard_pct: share_pct(9),
        burst_density_pct: share_pct(10),
        gap_density_pct: share_pct(11),
        burst_duration_ms: ms(12),
        gap_duration_ms: ms(14),
        round_trip_ms: ms(16),
        end_system_delay_ms: ms(18),
        signal_dbm0: level(20),
        noise_dbm0: level(21),
        echo_return_loss_db: known(22),
        r: known(24),
        mos_lq: mos(26),
        mos_cq: mos(27),
        buffer_nominal_ms: ms(30),
        buffer_maximum_ms: ms(32),
    }
}

fn be32(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?))
}
