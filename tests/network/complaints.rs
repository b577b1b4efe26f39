//! What users of other tools complained of, each with the rule that answers it.

use crate::captures::{Streams, calls_of_bytes};
use crate::made::{Made, Sender};
use basilar::network::{Concealment, Options, StreamReport};
use serde_json::{Value, json};

fn of(file: &str) -> Option<StreamReport> {
    let streams = Streams::of(&format!("variants/{file}"));
    streams.with_packets().next().cloned()
}

/// A call in which one packet is lost after 5 s, and one of 30 s without loss behind it.
fn one_loss_early() -> StreamReport {
    let (mut made, mut sender) = (Made::new(), Sender::default());
    made.send_many(&mut sender, 250);
    sender.advance();
    made.send_many(&mut sender, 1500);
    made.calls()[0].streams[0].clone()
}

#[test]
fn rule_01_intervals_count_their_own_losses_and_not_all_since_the_start() {
    let stream = one_loss_early();
    let lost: Vec<_> = stream.intervals.iter().map(|interval| interval.lost).collect();
    assert_eq!(lost, [1, 0, 0, 0]);
    let best = stream.intervals[3].mos.unwrap();
    assert!(best > stream.intervals[0].mos.unwrap() && best > 4.4, "it rises again: {best}");
}

#[test]
fn rule_02_a_first_loss_does_not_bring_mos_down_to_1() {
    let stream = one_loss_early();
    assert_eq!(stream.lost, 1);
    assert!(stream.mos.unwrap() > 4.3, "{:?}", stream.mos);
}

#[test]
fn rule_03_numbers_and_per_cent_are_told_apart_by_name() {
    let Some(stream) = of("loss-5-random.pcap") else { return };
    let told = serde_json::to_value(&stream).unwrap();
    assert_eq!(told["lost"], 66);
    assert!((told["loss_pct"].as_f64().unwrap() - 4.7177).abs() < 1e-4);
}

#[test]
fn rule_04_the_delay_in_mos_is_told_with_its_source() {
    let with = |delay_ms| {
        let streams =
            Streams::with("variants/clean.pcap", Options { delay_ms, ..Options::default() });
        streams.with_packets().next().cloned()
    };
    let Some(unknown) = with(None) else { return };
    assert_eq!((unknown.delay, unknown.mos_conversational), (None, None));
    let declared = with(Some(300.0)).unwrap();
    let delay = declared.delay.unwrap();
    assert_eq!((delay.source, delay.ms), ("declared", 360.0));
    assert!(declared.mos_conversational.unwrap() < declared.mos.unwrap() - 0.5);
}

#[test]
fn rule_05_a_sequence_that_begins_anew_is_a_segment_and_no_loss() {
    let (mut made, mut sender) = (Made::new(), Sender::default());
    made.send_many(&mut sender, 200);
    // An announcement is injected: far away, then near, then back.
    for jump in [30_000u16, 700, 20_000] {
        sender.sequence = sender.sequence.wrapping_add(jump);
        sender.timestamp = sender.timestamp.wrapping_add(u32::from(jump) / 7);
        made.send_many(&mut sender, 200);
    }
    let stream = &made.calls()[0].streams[0];
    assert_eq!((stream.lost, stream.restarts, stream.packets), (0, 3, 800));
    assert!(stream.warnings.iter().any(|warning| warning.contains("began to count anew")));
}

#[test]
fn rule_06_late_counts_as_missing_and_a_gap_without_loss_is_shown() {
    let Some(stream) = of("delay-spike-400ms.pcap") else { return };
    assert_eq!(stream.lost, 0);
    assert!(stream.buffers.iter().all(|buffer| buffer.discarded > 0));
    assert!(stream.mos.unwrap() < 4.3, "{:?}", stream.mos);
    assert_eq!(stream.max_delta_ms.unwrap().round(), 420.0);
    assert!(stream.warnings.iter().any(|warning| warning.contains("held up")), "{stream:?}");
}

#[test]
fn rule_07_timestamps_that_go_back_do_not_underflow() {
    let Some(stream) = of("reordered-2.pcap") else { return };
    assert_eq!(stream.reordered, 37);
    assert!(stream.jitter_ms.max.unwrap() < 20.0);
}

#[test]
fn rule_08_what_the_capture_missed_is_told_of_it() {
    // A section, an interface, its statistics with 77 drops by the system.
    let mut bytes = Vec::new();
    let mut block = |kind: u32, body: &[u8]| {
        let length = (12 + body.len()) as u32;
        bytes.extend(kind.to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend(body);
        bytes.extend(length.to_le_bytes());
    };
    let mut section = 0x1a2b_3c4d_u32.to_le_bytes().to_vec();
    section.extend([1, 0, 0, 0]);
    section.extend([0xff; 8]);
    block(0x0a0d_0d0a, &section);
    block(1, &[101, 0, 0, 0, 0xff, 0xff, 0, 0]);
    let mut statistics = vec![0; 12];
    statistics.extend([7, 0, 8, 0]);
    statistics.extend(77u64.to_le_bytes());
    statistics.extend([0; 4]);
    block(5, &statistics);
    let input = std::io::Cursor::new(bytes);
    let ending = basilar::network::capture::read("mirror", input, |_| {}).unwrap();
    assert_eq!(ending.dropped_by_capture, 77);
    assert!(ending.warnings()[0].contains("capturing system lost 77 packets"));
}

#[test]
fn rule_09_listening_quality_needs_no_round_trip() {
    let Some(stream) = of("clean.pcap") else { return };
    assert!((stream.mos.unwrap() - 4.4094).abs() < 1e-4);
    assert_eq!(stream.mos_conversational, None);
}

#[test]
fn rule_10_mos_is_never_below_1() {
    let options = Options { concealment: Concealment::Silence, ..Options::default() };
    let streams = Streams::with("made/imp-pcmu-loss5-burst.pcap", options);
    if streams.is_empty() {
        return;
    }
    let stream = streams.of_caller();
    assert!(stream.r.unwrap() < -20.0, "{:?}", stream.r);
    assert_eq!(stream.mos, Some(1.0));
    assert!(stream.warnings.iter().any(|warning| warning.contains("outside the model")));
}

#[test]
fn rule_11_a_jump_of_timestamps_is_no_jitter() {
    let (mut made, mut sender) = (Made::new(), Sender::default());
    made.send_many(&mut sender, 300);
    sender.timestamp = sender.timestamp.wrapping_add(1_500_000_000);
    made.send_many(&mut sender, 300);
    let stream = &made.calls()[0].streams[0];
    assert!(stream.jitter_ms.max.unwrap() < 0.1, "{:?}", stream.jitter_ms);
    assert!(stream.buffers.iter().all(|buffer| buffer.discarded == 0));
    assert!(stream.warnings.iter().any(|warning| warning.contains("timestamps jumped 1")));
}

#[test]
fn rule_12_jitter_is_that_of_tshark() {
    let Some(stream) = of("jitter-exp-8ms.pcap") else { return };
    assert!((stream.jitter_ms.mean.unwrap() - 8.511).abs() < 0.006);
    assert!((stream.jitter_ms.max.unwrap() - 14.660).abs() < 0.006);
}

#[test]
fn rule_13_transit_times_do_not_overflow() {
    let Some(stream) = of("seq-wrap.pcap") else { return };
    assert!(stream.jitter_ms.max.unwrap() < 0.001, "{:?}", stream.jitter_ms);
    // Days after its start, over which 32 bits of a clock wrap several times.
    let (mut made, mut sender) = (Made::new(), Sender::default());
    made.send_many(&mut sender, 100);
    for _ in 0..20 {
        let pause_units = 8000 * 50;
        sender.timestamp = sender.timestamp.wrapping_add(pause_units);
        sender.time_ms += 50_000.0;
        made.send_many(&mut sender, 100);
    }
    sender.timestamp = u32::MAX - 500;
    made.send_many(&mut sender, 100);
    let stream = &made.calls()[0].streams[0];
    assert!(stream.jitter_ms.max.unwrap() < 0.1, "{:?}", stream.jitter_ms);
}

#[test]
fn rule_14_jitter_follows_rfc_3550_in_milliseconds() {
    let Some(stream) = of("jitter-alternating-10ms.pcap") else { return };
    let limit = 10.0 * (1.0 - (15.0_f64 / 16.0).powi(1398));
    assert!((stream.jitter_ms.max.unwrap() - limit).abs() < 0.001);
    assert!((stream.jitter_ms.min.unwrap() - 10.0 / 16.0).abs() < 0.001);
}

#[test]
fn rule_15_a_clock_at_half_the_rate_is_noticed() {
    let mut made = Made::new();
    made.set_up(500.0, 300.0, false);
    let opus =
        |step| Sender { payload_type: 96, step, payload: vec![0x78; 70], ..Sender::default() };
    made.send_many(&mut opus(480), 500);
    let stream = &made.calls()[0].streams[0];
    assert!(
        stream.warnings.iter().any(|warning| warning.contains("clock looks like 24000 Hz")),
        "{:?}",
        stream.warnings
    );
}

#[test]
fn rule_16_drift_is_measured_and_shown() {
    let Some(stream) = of("clock-drift-200ppm.pcap") else { return };
    assert!((stream.clock_drift_ppm.unwrap() - 200.0).abs() < 2.0, "{:?}", stream.clock_drift_ppm);
    let steady = of("clean.pcap").unwrap();
    assert!(steady.clock_drift_ppm.unwrap().abs() < 0.1);
}

/// A receiver report about the caller's stream: 50 lost, 20 of 256 since the last, 80 units of jitter.
fn receiver_report() -> Vec<u8> {
    let mut report = vec![0x81, 201, 0, 7];
    report.extend(0x8765_4321u32.to_be_bytes());
    report.extend(0x1234_5678u32.to_be_bytes());
    report.extend([20, 0, 0, 50]);
    report.extend(1100u32.to_be_bytes());
    report.extend(80u32.to_be_bytes());
    report.extend([0; 8]);
    report
}

#[test]
fn rule_17_what_an_end_reports_stands_apart_from_what_was_measured() {
    let (mut made, mut sender) = (Made::new(), Sender::default());
    made.set_up(500.0, 300.0, false);
    made.send_many(&mut sender, 300);
    made.udp(sender.time_ms, ([10, 0, 0, 2], 5001), ([10, 0, 0, 1], 4001), &receiver_report());
    let stream = &made.calls()[0].streams[0];
    assert_eq!((stream.lost, stream.lost_cumulative), (0, 0));
    assert!(stream.mos.unwrap() > 4.4);
    let told = stream.told_by_receiver.as_ref().unwrap();
    assert_eq!(told.cumulative_lost, 50);
    assert_eq!(told.max_jitter_ms, Some(10.0));
    assert_eq!(told.worst_interval_loss_pct, 7.8125);
}

#[test]
fn rule_18_ringing_is_no_loss_and_no_part_of_the_call() {
    let (mut made, mut back, mut sender) = (Made::new(), Sender::back(), Sender::default());
    made.sip(500.0, "INVITE sip:bob@10.0.0.2 SIP/2.0", "INVITE", true, 4000);
    made.sip(505.0, "SIP/2.0 183 Session Progress", "INVITE", false, 5000);
    // Ring-back for 2 s with every tenth packet lost, then nothing for 3 s while the sequence goes on.
    back.time_ms = 600.0;
    for number in 0..250 {
        if number < 100 && number % 10 != 5 {
            made.send(&mut back);
        } else {
            back.advance();
        }
    }
    made.sip(back.time_ms - 1.0, "SIP/2.0 200 OK", "INVITE", false, 5000);
    made.send_many(&mut back, 150);
    sender.time_ms = back.time_ms;
    made.send_many(&mut sender, 150);
    let calls = made.calls();
    let [early, call, _] = calls[0].streams.as_slice() else { panic!("{:?}", calls[0].streams) };
    assert!(early.early_media && !call.early_media);
    assert_eq!((early.packets, early.lost), (90, 10));
    assert_eq!((call.packets, call.lost, call.restarts), (150, 0, 0));
    assert!(call.mos.unwrap() > 4.4, "the base is the first packet of the call");
}

#[test]
fn rule_19_unique_loss_is_never_negative_and_rfc_3550_may_be() {
    let Some(stream) = of("duplicates-3.pcap") else { return };
    assert_eq!((stream.lost, stream.lost_cumulative, stream.duplicates), (0, -45, 45));
}

#[test]
fn rule_20_silence_suppression_is_no_loss() {
    let Some(stream) = of("dtx-with-cn.pcap") else { return };
    assert_eq!(stream.lost, 0);
    assert!((0.25..0.4).contains(&stream.silence_share), "{}", stream.silence_share);
    assert!(stream.mos.unwrap() > 4.4, "{:?}", stream.mos);
    let opus = Streams::of("made/call-opus-dtx-fec.pcap");
    assert!(opus.with_packets().all(|stream| stream.lost == 0 && stream.silence_share > 0.2));
}

#[test]
fn rule_21_runs_of_loss_are_counted_by_their_length() {
    let Some(stream) = of("loss-one-gap-2s.pcap") else { return };
    assert_eq!(stream.loss_runs, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    let scattered = of("loss-5-random.pcap").unwrap();
    assert_eq!(scattered.loss_runs[..3], [60, 3, 0]);
}

#[test]
fn rule_22_metrics_of_ends_are_told_under_names_that_stay() {
    let mut report = vec![0x80, 207, 0, 10];
    report.extend(0x8765_4321u32.to_be_bytes());
    report.extend([7, 0, 0, 8]);
    report.extend(0x1234_5678u32.to_be_bytes());
    report.extend([13, 26, 64, 2, 0, 200, 19, 136, 0, 90, 0, 60]);
    report.extend([0xe2, 127, 127, 16, 82, 127, 40, 39, 0xb0, 0, 0, 60, 0, 120, 0, 200]);
    let mut compound = receiver_report();
    compound.extend(&report);
    let (mut made, mut sender) = (Made::new(), Sender::default());
    made.send_many(&mut sender, 300);
    made.udp(sender.time_ms, ([10, 0, 0, 2], 5001), ([10, 0, 0, 1], 4001), &compound);
    let told = serde_json::to_value(&made.calls()[0].streams[0]).unwrap();
    let voice = &told["told_by_receiver"]["voice"];
    let expected = json!({
        "loss_pct": 5.078125, "discard_pct": 10.15625, "burst_density_pct": 25.0,
        "gap_density_pct": 0.78125, "burst_duration_ms": 200, "gap_duration_ms": 5000,
        "round_trip_ms": 90, "end_system_delay_ms": 60, "signal_dbm0": -30, "r": 82,
        "mos_lq": 4.0, "mos_cq": 3.9, "buffer_nominal_ms": 60, "buffer_maximum_ms": 120
    });
    assert_eq!(voice, &expected);
    let names: Vec<_> = told.as_object().unwrap().keys().cloned().collect();
    let promised = [
        "source",
        "destination",
        "ssrc",
        "codec",
        "packets",
        "expected",
        "lost",
        "lost_cumulative",
        "duplicates",
        "capture_duplicates",
        "reordered",
        "loss_pct",
        "burst_ratio",
        "longest_loss",
        "jitter_ms",
        "max_delta_ms",
        "clock_drift_ppm",
        "buffers",
        "mos",
        "scale",
        "sound",
        "warnings",
    ];
    for name in promised {
        assert!(names.iter().any(|known| known == name), "{name}");
    }
    let buffer: Vec<_> = told["buffers"][0].as_object().unwrap().keys().cloned().collect();
    for name in ["name", "discarded", "mos", "scale"] {
        assert!(buffer.iter().any(|known| known == name), "{name}");
    }
    assert!(matches!(told["jitter_ms"]["mean"], Value::Number(_)));
}

#[test]
fn rule_23_calls_with_issues_rank_before_those_without() {
    let call = |file: &str| {
        let streams = Streams::of(&format!("variants/{file}"));
        streams.calls.into_iter().next().map(|call| call.badness())
    };
    let Some(clean) = call("jitter-alternating-10ms.pcap") else { return };
    let (lossy, one_way) = (call("loss-20-random.pcap").unwrap(), call("one-way.pcap").unwrap());
    assert!(one_way >= lossy && lossy >= clean, "{one_way} {lossy} {clean}");
    let (mut made, mut sender) = (Made::new(), Sender::default());
    made.send_many(&mut sender, 200);
    let good = calls_of_bytes(made.bytes())[0].badness();
    let (mut made, mut sender) = (Made::new(), Sender::default());
    for number in 0..400 {
        if number % 7 == 3 {
            sender.advance();
        } else {
            made.send(&mut sender);
        }
    }
    assert!(made.calls()[0].badness() > good);
}
