//! What is told of one stream when it ends.

use super::call::{
    BufferReport, CodecValues, DELAY_CLASSES_MS, Delay, DelayVariation, IntervalReport, Jitter,
    Material, OneWay, StreamReport,
};
use super::candidates::Key;
use super::emodel::{Codec, Rating};
use super::options::Options;
use super::quality;
use super::rtp::{Counts, Format, Interval, LONGEST_COUNTED, Runs, Stream};
use super::told::Told;
use std::net::SocketAddr;

/// What the call knows of its stream.
pub struct Context {
    /// When the call began, in ns since 1970.
    pub started_ns: i64,
    /// Whether it is what was heard before the answer.
    pub early_media: bool,
    /// What the sender calls itself.
    pub user_agent: Option<String>,
    /// Whether SRTP was agreed on.
    pub encrypted: bool,
    /// Whether it goes where that was agreed on.
    pub agreed: bool,
    /// Whether it reaches the right host at another port.
    pub other_port: bool,
    /// Round trip between the ends, in ms.
    pub round_trip_ms: Option<f64>,
    /// What the receiver reports of it.
    pub told: Option<Told>,
}

/// Gaps without loss that are worth a word, in ms.
const LONG_GAP_MS: f64 = 200.0;
/// Drift that buffers feel within a call, in parts per million.
const MUCH_DRIFT_PPM: f64 = 1000.0;

/// Everything that is told of a stream.
pub fn report(key: Key, mut stream: Stream, context: Context, options: &Options) -> StreamReport {
    // What comes again at once belongs to the capture if nearly all does.
    let unique = stream.parts.iter().map(|part| part.packets).sum::<u64>();
    let twice = stream.copies + stream.immediate_copies;
    if 10 * twice >= 9 * unique && twice > 1 {
        stream.copies = twice;
    } else {
        stream.duplicates += stream.immediate_copies;
        stream.packets += stream.immediate_copies;
    }
    let (totals, intervals) = stream.finish();
    let network = &totals[0];
    let packet_ms = stream.packet_ms();
    let format = stream.main_part().map(|part| part.format.clone());
    let looks_encrypted = stream.content.looks_encrypted()
        && format.as_ref().is_some_and(|format| format.is("PCMU") || format.is("PCMA"));
    let encrypted = context.encrypted || looks_encrypted;
    let codec = format
        .as_ref()
        .and_then(|format| quality::values(options, format, &stream.content, packet_ms));
    let rate = |counts: &Counts, delay_ms| {
        codec.and_then(|codec| quality::rating(codec, counts, delay_ms))
    };
    let headline = totals.last().unwrap_or(network);
    let listening = rate(headline, None);
    let delay = format.as_ref().and_then(|format| delay(&context, options, format, packet_ms));
    let conversational = delay.as_ref().and_then(|delay| rate(headline, Some(delay.ms)));
    let duration_s = (stream.last_ns - stream.first_ns) as f64 * 1e-9;
    let (dscp, dscp_packets) = most_frequent(&stream.dscp[..]);
    let (jitter, deltas) = (&stream.jitter.jitter, &stream.jitter.delta);
    let delays = &stream.delays;
    let silent = stream.content.is_digital_silence();
    let mut report = StreamReport {
        source: Some(stream.source.to_string()),
        destination: key.0.to_string(),
        ssrc: Some(format!("0x{:08X}", key.1)),
        early_media: context.early_media,
        user_agent: context.user_agent.clone(),
        codec: format.as_ref().map(|format| format.name.clone()),
        clock_hz: format.as_ref().and_then(|format| format.clock_hz),
        packet_ms,
        encrypted,
        start_s: (stream.first_ns - context.started_ns) as f64 * 1e-9,
        duration_s,
        packets: stream.packets,
        expected: network.runs.expected(),
        lost: network.runs.lost(),
        lost_cumulative: network.runs.expected() as i64 - stream.packets as i64,
        duplicates: stream.duplicates,
        capture_duplicates: stream.copies,
        reordered: stream.reordered,
        restarts: stream.restarts,
        loss_pct: network.runs.loss_pct().unwrap_or(0.0),
        burst_ratio: network.runs.burst_ratio(),
        longest_loss: network.runs.longest(),
        loss_runs: network.runs.histogram(),
        bursts: network.runs.bursts_and_gaps(packet_ms.unwrap_or(0.0)),
        jitter_ms: Jitter { mean: jitter.mean(), max: jitter.greatest(), min: jitter.least() },
        max_delta_ms: deltas.greatest(),
        delay_ms: DelayVariation {
            p50: delays.quantile_ms(0.5),
            p95: delays.quantile_ms(0.95),
            p99: delays.quantile_ms(0.99),
            max: delays.greatest_ms(),
            above: delays.above(&DELAY_CLASSES_MS),
        },
        clock_drift_ppm: stream.drift.ppm(),
        silence_share: silence_share(&stream, duration_s, packet_ms),
        bandwidth_kbit_s: match duration_s > 0.0 {
            true => stream.ip_bytes as f64 * 8e-3 / duration_s,
            false => 0.0,
        },
        dscp: (dscp_packets > 0).then_some(dscp as u8),
        other_dscp_share: match unique > 0 {
            true => 1.0 - dscp_packets as f64 / unique as f64,
            false => 0.0,
        },
        vlan_priority: stream.priority,
        telephone_events: stream.content.events().to_owned(),
        one_way: match (silent, context.other_port) {
            (true, _) => Some(OneWay::DigitalSilence),
            (false, true) => Some(OneWay::OtherPort),
            (false, false) => None,
        },
        buffers: buffers(options, &totals, codec),
        mos: listening.as_ref().map(|rating| rating.mos),
        scale: codec.map(|codec| codec.scale),
        r: listening.as_ref().map(|rating| rating.r),
        mos_conversational: conversational.map(|rating| rating.mos),
        delay,
        codec_values: codec.map(|codec| CodecValues {
            id: codec.id.clone(),
            provisional: codec.is_provisional(),
            source: codec.source.clone(),
        }),
        intervals: intervals.iter().map(|interval| of_interval(interval, codec)).collect(),
        told_by_receiver: context.told.clone(),
        sound: None,
        warnings: Vec::new(),
        recording: None,
    };
    report.warnings = warnings(&stream, &report, &context, codec, listening.as_ref());
    let formats =
        stream.parts.iter().map(|part| (part.payload_type, part.format.clone())).collect();
    report.recording = stream.recording.map(|recording| Box::new(Material { recording, formats }));
    report
}

/// A direction in which sound was agreed on and none was sent.
pub fn silent(
    source: Option<SocketAddr>,
    destination: SocketAddr,
    user_agent: Option<String>,
    kind: OneWay,
    options: &Options,
) -> StreamReport {
    let buffer = |design: &super::playout::Design| BufferReport {
        name: design.to_string(),
        discarded: 0,
        loss_pct: 0.0,
        burst_ratio: 1.0,
        mos: None,
        scale: None,
    };
    StreamReport {
        source: source.map(|source| source.to_string()),
        destination: destination.to_string(),
        ssrc: None,
        early_media: false,
        user_agent,
        codec: None,
        clock_hz: None,
        packet_ms: None,
        encrypted: false,
        start_s: 0.0,
        duration_s: 0.0,
        packets: 0,
        expected: 0,
        lost: 0,
        lost_cumulative: 0,
        duplicates: 0,
        capture_duplicates: 0,
        reordered: 0,
        restarts: 0,
        loss_pct: 0.0,
        burst_ratio: 1.0,
        longest_loss: 0,
        loss_runs: [0; LONGEST_COUNTED],
        bursts: Runs::default().bursts_and_gaps(0.0),
        jitter_ms: Jitter::default(),
        max_delta_ms: None,
        delay_ms: DelayVariation::default(),
        clock_drift_ppm: None,
        silence_share: 0.0,
        bandwidth_kbit_s: 0.0,
        dscp: None,
        other_dscp_share: 0.0,
        vlan_priority: None,
        telephone_events: String::new(),
        one_way: Some(kind),
        buffers: options.buffers.iter().map(buffer).collect(),
        mos: None,
        scale: None,
        r: None,
        mos_conversational: None,
        delay: None,
        codec_values: None,
        intervals: Vec::new(),
        told_by_receiver: None,
        sound: None,
        warnings: vec![match kind {
            OneWay::Unreachable => {
                "no packets were seen; the receiver's host answers that the port cannot be reached"
                    .to_owned()
            }
            _ => "no packets were seen though both ends agreed on sound".to_owned(),
        }],
        recording: None,
    }
}

fn buffers(options: &Options, totals: &[Counts], codec: Option<&Codec>) -> Vec<BufferReport> {
    let report = |(design, counts): (&super::playout::Design, &Counts)| BufferReport {
        name: design.to_string(),
        discarded: counts.discarded,
        loss_pct: counts.runs.loss_pct().unwrap_or(0.0),
        burst_ratio: counts.runs.burst_ratio(),
        mos: codec.and_then(|codec| quality::rating(codec, counts, None)).map(|rating| rating.mos),
        scale: codec.map(|codec| codec.scale),
    };
    options.buffers.iter().zip(&totals[1..]).map(report).collect()
}

fn of_interval(interval: &Interval, codec: Option<&Codec>) -> IntervalReport {
    let headline = interval.counts.last().unwrap_or(&interval.counts[0]);
    IntervalReport {
        start_s: f64::from(interval.number) * 10.0,
        expected: headline.runs.expected(),
        lost: interval.counts[0].runs.lost(),
        discarded: headline.discarded,
        mos: codec
            .and_then(|codec| quality::rating(codec, headline, None))
            .map(|rating| rating.mos),
    }
}

/// Delay from mouth to ear, where the network's share was measured or declared.
fn delay(
    context: &Context,
    options: &Options,
    format: &Format,
    packet_ms: Option<f64>,
) -> Option<Delay> {
    let (network_ms, source) = match (options.delay_ms, context.round_trip_ms) {
        (Some(declared_ms), _) => (declared_ms, "declared"),
        (None, Some(round_trip_ms)) => (round_trip_ms / 2.0, "half the round trip by RTCP"),
        (None, None) => return None,
    };
    let buffer_ms = options.buffers.last().map_or(0.0, |design| design.nominal_ms());
    let ms = network_ms + buffer_ms + packet_ms.unwrap_or(20.0) + quality::look_ahead_ms(format);
    Some(Delay { ms, source })
}

fn most_frequent(counts: &[u64]) -> (usize, u64) {
    let most = counts.iter().enumerate().max_by_key(|(index, count)| (**count, usize::MAX - index));
    most.map_or((0, 0), |(index, count)| (index, *count))
}

/// The share of a stream's time in which nothing was sent, or descriptions of silence.
fn silence_share(stream: &Stream, duration_s: f64, packet_ms: Option<f64>) -> f64 {
    let (Some(clock_hz), Some(packet_ms)) = (stream.clock_hz(), packet_ms) else { return 0.0 };
    if duration_s <= 0.0 {
        return 0.0;
    }
    let paused_s = stream.pace.paused_units() as f64 / f64::from(clock_hz);
    let described_s = stream.pace.silence_packets as f64 * packet_ms * 1e-3;
    ((paused_s + described_s) / duration_s).min(1.0)
}

fn warnings(
    stream: &Stream,
    report: &StreamReport,
    context: &Context,
    codec: Option<&Codec>,
    listening: Option<&Rating>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut warn = |warning: String| warnings.push(warning);
    if report.encrypted {
        warn(
            "encrypted, no sound; its statistics come from the headers, which are in clear"
                .to_owned(),
        );
    }
    if report.capture_duplicates > 0 {
        warn(format!(
            "{} packets were captured more than once, which says nothing of the network",
            report.capture_duplicates
        ));
    }
    if report.restarts > 0 {
        warn(format!(
            "the sender began to count anew {} times, which is not loss",
            report.restarts
        ));
    }
    if stream.timestamp_jumps > 0 {
        warn(format!("timestamps jumped {} times, which is not jitter", stream.timestamp_jumps));
    }
    if stream.strays > 0 {
        warn(format!("{} packets far outside the sequence were left out", stream.strays));
    }
    if stream.other_sources {
        warn("its packets come from more than one address".to_owned());
    }
    if !context.agreed {
        warn("it does not go where the session description wants it".to_owned());
    }
    if stream.content.is_digital_silence() {
        warn("its packets hold nothing but digital silence".to_owned());
    }
    if let Some(hz) = report.clock_hz.and_then(|hz| stream.pace.other_clock_hz(hz)) {
        warn(format!("its clock looks like {hz} Hz; jitter and delays are wrong by as much"));
    }
    if let Some(ppm) = report.clock_drift_ppm.filter(|ppm| ppm.abs() >= MUCH_DRIFT_PPM) {
        warn(format!("the sender's clock is off by {ppm:.0} ppm, which empties or fills buffers"));
    }
    if let Some(ms) = report.max_delta_ms.filter(|ms| *ms >= LONG_GAP_MS)
        && (report.longest_loss as f64) < ms / 2.0 / report.packet_ms.unwrap_or(20.0)
    {
        warn(format!(
            "nothing came for {ms:.0} ms though no packet is missing: held up on the way"
        ));
    }
    if report.codec.is_some() && codec.is_none() {
        warn("no MOS: the E-model has no values for this codec".to_owned());
    }
    if let Some(codec) = codec {
        codec
            .remarks(report.lost > 0 || report.buffers.iter().any(|buffer| buffer.discarded > 0))
            .into_iter()
            .for_each(&mut warn);
    }
    let remarks = listening.map(|rating| rating.remarks.as_slice()).unwrap_or_default();
    remarks.iter().for_each(|remark| warn(remark.to_string()));
    warnings
}
