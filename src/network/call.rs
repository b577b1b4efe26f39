//! What is told of a call: one entry for each direction, everything measured, what the ends said beside it.

use super::emodel::Scale;
use super::rtp::{BurstsAndGaps, LONGEST_COUNTED, Recording};
use super::sip::QualityReport;
use super::told::Told;
use serde::{Serialize, Serializer};
use std::fmt;

/// A call, or streams that belong together where no signalling was captured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Call {
    /// The Call-ID of SIP, or the addresses of streams without signalling.
    pub call_id: String,
    /// The capture it is in.
    pub capture: String,
    /// When its first packet was seen, in ns since 1970.
    #[serde(serialize_with = "utc")]
    pub started: i64,
    /// From its first to its last packet, in seconds.
    pub duration_s: f64,
    /// How it went.
    pub state: State,
    /// The status and reason of a call that failed, or the Reason header of its end.
    pub reason: Option<String>,
    /// From the invitation to the answer, in seconds.
    pub setup_s: Option<f64>,
    /// The user part of the caller's address, or its hash.
    pub from: Option<String>,
    /// The user part of the called address, or its hash.
    pub to: Option<String>,
    /// Round trip between the ends from reports that passed the capture, in ms.
    pub round_trip_ms: Option<f64>,
    /// Reports of the ends on the call (RFC 6035), as they told them.
    pub endpoint_reports: Vec<QualityReport>,
    /// Each direction.
    pub streams: Vec<StreamReport>,
    /// What the call as a whole should be read with.
    pub warnings: Vec<String>,
}

impl Call {
    /// The lowest listening MOS of its directions, with its scale.
    pub fn worst_mos(&self) -> Option<(f64, Scale)> {
        let streams = self.streams.iter().filter(|stream| !stream.early_media);
        let estimates = streams.filter_map(|stream| stream.mos.zip(stream.scale));
        estimates.min_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// How it ranks among calls with issues: one-way calls first, then by the share of the best MOS of the scale.
    pub fn badness(&self) -> f64 {
        if self.streams.iter().any(|stream| stream.one_way.is_some()) {
            return f64::INFINITY;
        }
        self.worst_mos().map_or(f64::NEG_INFINITY, |(mos, _)| -mos)
    }
}

/// How a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Answered and ended.
    Completed,
    /// Answered; its end is not in the capture.
    Answered,
    /// Never answered.
    Unanswered,
    /// Refused, or given up before an answer.
    Failed,
    /// No signalling was captured.
    WithoutSignalling,
}

/// Why one direction is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OneWay {
    /// No packets were seen.
    NoPackets,
    /// Packets held nothing but digital silence.
    DigitalSilence,
    /// Packets went to another port than was agreed on.
    OtherPort,
    /// The receiver's host answered that the port cannot be reached.
    Unreachable,
}

/// One direction of a call.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StreamReport {
    /// Where it came from; of a direction that stayed silent, where it should have come from.
    pub source: Option<String>,
    /// Where it went.
    pub destination: String,
    /// The synchronization source, such as `0x1663C8AD`.
    pub ssrc: Option<String>,
    /// Whether it is ring-back and announcements before the answer.
    pub early_media: bool,
    /// What the sender calls itself.
    pub user_agent: Option<String>,
    /// The codec.
    pub codec: Option<String>,
    /// Units of its timestamps a second.
    pub clock_hz: Option<u32>,
    /// Speech in a packet, in ms.
    pub packet_ms: Option<f64>,
    /// Whether it is SRTP, of which nothing can be heard.
    pub encrypted: bool,
    /// When its first packet was seen since the call began, in seconds.
    pub start_s: f64,
    /// From its first to its last packet, in seconds.
    pub duration_s: f64,
    /// Packets that came, copies made by the capture left out.
    pub packets: u64,
    /// Packets that were sent, as far as sequence numbers show.
    pub expected: u64,
    /// Numbers of the sequence that never came.
    pub lost: u64,
    /// Expected less received (RFC 3550): duplicates make it smaller, even negative.
    pub lost_cumulative: i64,
    /// Packets that came again by the network's doing.
    pub duplicates: u64,
    /// Packets that the capture recorded more than once.
    pub capture_duplicates: u64,
    /// Packets behind others of higher number.
    pub reordered: u64,
    /// How often the sender began to count anew.
    pub restarts: u64,
    /// `lost` of `expected`, in per cent.
    pub loss_pct: f64,
    /// Mean run of loss over that of random loss.
    pub burst_ratio: f64,
    /// The longest run of loss, in packets.
    pub longest_loss: u64,
    /// How many runs of loss had 1, 2, … packets; the last number is of 10 and more.
    pub loss_runs: [u64; LONGEST_COUNTED],
    /// Bursts and gaps with Gmin 16 (RFC 3611).
    pub bursts: BurstsAndGaps,
    /// Interarrival jitter (RFC 3550), in ms.
    pub jitter_ms: Jitter,
    /// The longest time between packets, pauses left out, in ms.
    pub max_delta_ms: Option<f64>,
    /// Delay over that of the fastest packets around, in ms.
    pub delay_ms: DelayVariation,
    /// How much slower the sender's clock runs than the capture's, in parts per million.
    pub clock_drift_ppm: Option<f64>,
    /// The share of time in which the sender sent nothing, or only descriptions of silence.
    pub silence_share: f64,
    /// Bits a second with IP headers, in kbit/s.
    pub bandwidth_kbit_s: f64,
    /// The differentiated services code point that most packets carry.
    pub dscp: Option<u8>,
    /// The share of packets with another.
    pub other_dscp_share: f64,
    /// The VLAN priority, where there is a tag.
    pub vlan_priority: Option<u8>,
    /// Telephone events (RFC 4733) in it, as digits.
    pub telephone_events: String,
    /// Why the direction is silent, if it is.
    pub one_way: Option<OneWay>,
    /// What de-jitter buffers would have made of it.
    pub buffers: Vec<BufferReport>,
    /// Listening quality by the E-model in the last of the buffers.
    pub mos: Option<f64>,
    /// The scale of `mos`; never compare it with a MOS of another.
    pub scale: Option<Scale>,
    /// R that `mos` comes from.
    pub r: Option<f64>,
    /// Conversational quality, where a delay was measured or declared.
    pub mos_conversational: Option<f64>,
    /// The one-way delay in it from mouth to ear, in ms, and where it comes from.
    pub delay: Option<Delay>,
    /// The row of the codec table that was used, and whether no standard stands behind it.
    pub codec_values: Option<CodecValues>,
    /// Every ten seconds.
    pub intervals: Vec<IntervalReport>,
    /// What the receiver reports of it (RTCP), apart from what was measured.
    pub told_by_receiver: Option<Told>,
    /// How it sounded, where it was scored against its prompt.
    pub sound: Option<Sound>,
    /// What it should be read with.
    pub warnings: Vec<String>,
    /// The packets themselves, where they are to be decoded.
    #[serde(skip)]
    pub recording: Option<Box<crate::network::Material>>,
}

/// Interarrival jitter in ms; nothing where no clock is known.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Jitter {
    /// Mean.
    pub mean: Option<f64>,
    /// Maximum.
    pub max: Option<f64>,
    /// Minimum.
    pub min: Option<f64>,
}

/// How much later than the fastest packets around others came, in ms.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct DelayVariation {
    /// Half of the packets were not later.
    pub p50: Option<f64>,
    /// 95 % were not later.
    pub p95: Option<f64>,
    /// 99 % were not later.
    pub p99: Option<f64>,
    /// None was later.
    pub max: Option<f64>,
    /// How many were later than 50, 70, 90, 120, 150, 200 and 300 ms.
    pub above: Vec<u64>,
}

/// The delays of [`DelayVariation::above`], in ms.
pub const DELAY_CLASSES_MS: [u32; 7] = [50, 70, 90, 120, 150, 200, 300];

/// What a de-jitter buffer would have made of a stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BufferReport {
    /// Its kind and depth in ms, such as `fixed-60`.
    pub name: String,
    /// Packets that came too late for it.
    pub discarded: u64,
    /// Lost and discarded of expected, in per cent.
    pub loss_pct: f64,
    /// Burst ratio with the discarded among the lost.
    pub burst_ratio: f64,
    /// Listening quality by the E-model.
    pub mos: Option<f64>,
    /// Its scale.
    pub scale: Option<Scale>,
}

/// One-way delay from mouth to ear.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Delay {
    /// In ms.
    pub ms: f64,
    /// Where the network's share comes from.
    pub source: &'static str,
}

/// The values of a codec that an estimate rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodecValues {
    /// The row.
    pub id: String,
    /// Whether no standard stands behind it.
    pub provisional: bool,
    /// Where the values come from.
    pub source: String,
}

/// Ten seconds of a stream, with the losses and discards of the last of the buffers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntervalReport {
    /// Its start since the stream began, in seconds.
    pub start_s: f64,
    /// Packets that were sent.
    pub expected: u64,
    /// Packets that never came.
    pub lost: u64,
    /// Packets that came too late.
    pub discarded: u64,
    /// Listening quality by the E-model.
    pub mos: Option<f64>,
}

/// How a direction sounded, against its prompt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sound {
    /// MOS-LQO of the part that was heard.
    pub mos_lqo: f64,
    /// The model.
    pub model: String,
    /// Where the part that was heard begins in the prompt, in seconds.
    pub start_s: f64,
    /// Where it ends.
    pub end_s: f64,
    /// The prompt.
    pub prompt: String,
    /// How gaps were filled when it was decoded.
    pub concealment: &'static str,
    /// The de-jitter buffer in which it was played.
    pub buffer: String,
    /// What losses cost, the dearest first.
    pub moments: Vec<Moment>,
    /// The model's local scores, each with its packets.
    pub timeline: Vec<SoundInterval>,
    /// What the score fell for, in one line; none where it is good, or nothing was found.
    pub why: Option<String>,
    /// The kind of fault that costs most.
    pub main_cause: Option<crate::finding::Kind>,
    /// What was found, the dearest kind first, each joined to the packets; none where the score is good.
    pub findings: Option<Vec<JoinedFinding>>,
    /// The diagnosis that they come from, in seconds of the part that was heard.
    #[serde(skip)]
    pub diagnosis: Option<crate::finding::Diagnosis>,
}

/// A split second of the prompt: how it sounded, and what became of its packets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SoundInterval {
    /// Where it begins in the prompt, in seconds.
    pub start_s: f64,
    /// Where it ends.
    pub end_s: f64,
    /// The model's local score.
    pub mos_lqo: f64,
    /// Packets that never came or came too late.
    pub missing: u64,
    /// Packets that were sent.
    pub expected: u64,
}

/// A finding of the diagnosis, with the packets at its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JoinedFinding {
    /// What was found, in seconds of the prompt.
    #[serde(flatten)]
    pub finding: crate::finding::Finding,
    /// Packets missing there: where none is, the fault was there before the capture. None where it has no place.
    pub missing: Option<u64>,
    /// Packets that were sent for it.
    pub expected: Option<u64>,
}

/// A stretch with losses that was heard to be worse than those without.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Moment {
    /// Where it begins in the prompt, in seconds.
    pub start_s: f64,
    /// Where it ends.
    pub end_s: f64,
    /// Packets missing in it, in per cent.
    pub loss_pct: f64,
    /// What it sounded like: the mean of the model's local scores.
    pub mos_lqo: f64,
    /// How much less that is than the median of stretches without losses.
    pub cost: f64,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { start_s, end_s, loss_pct, cost, .. } = self;
        write!(f, "{loss_pct:.1} % lost between {start_s:.1} and {end_s:.1} s cost {cost:.1}")
    }
}

/// What is needed to decode a stream.
#[derive(Debug, Clone)]
pub struct Material {
    /// Its packets.
    pub recording: Recording,
    /// What its payload types stand for.
    pub formats: Vec<(u8, super::rtp::Format)>,
}

impl PartialEq for Material {
    fn eq(&self, other: &Self) -> bool {
        self.recording.packets == other.recording.packets
    }
}

/// Nanoseconds since 1970 as ISO 8601 in UTC, to the microsecond.
fn utc<S: Serializer>(time_ns: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&iso_8601(*time_ns))
}

/// Nanoseconds since 1970 as ISO 8601 in UTC, to the microsecond.
pub fn iso_8601(time_ns: i64) -> String {
    let (seconds, fraction_ns) =
        (time_ns.div_euclid(1_000_000_000), time_ns.rem_euclid(1_000_000_000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days from the first of March of a year divisible by 400: Howard Hinnant's calendar.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let micros = fraction_ns / 1000;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}
