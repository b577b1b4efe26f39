//! Captures of which the truth is known: one fault or one encapsulation each.

use crate::captures::{self, Streams};
use basilar::network::Options;
use basilar::network::playout::Design;
use serde_json::Value;

fn truth() -> Option<Value> {
    let text = std::fs::read_to_string(captures::shared("captures/variants/truth.json")).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn every_variant_has_the_losses_it_was_made_with() {
    let Some(truth) = truth() else { return };
    for (file, told) in truth.as_object().unwrap() {
        if ["one-way.pcap", "not-rtp.pcap", "cut-off.pcap"].contains(&file.as_str()) {
            continue;
        }
        let streams = Streams::of(&format!("variants/{file}"));
        let count = told["streams"].as_u64().unwrap_or(1) as usize;
        assert_eq!(streams.with_packets().count(), count, "{file}");
        let sum = |of: fn(&basilar::network::StreamReport) -> u64| -> u64 {
            streams.with_packets().map(of).sum()
        };
        assert_eq!(sum(|stream| stream.lost), told["lost"].as_u64().unwrap(), "{file}");
        assert_eq!(sum(|stream| stream.restarts), 0, "{file}");
        let packets = sum(|stream| stream.packets + stream.capture_duplicates);
        assert_eq!(packets, told["rtp_packets"].as_u64().unwrap(), "{file}");
        let copies = sum(|stream| stream.duplicates + stream.capture_duplicates);
        assert_eq!(copies, told["duplicates"].as_u64().unwrap_or(0), "{file}");
        let stream = streams.with_packets().next().unwrap();
        if let Some(expected) = told["expected"].as_u64() {
            assert_eq!(stream.expected, expected, "{file}");
        }
        if let Some(cumulative) = told["rfc3550_cumulative_lost"].as_i64() {
            assert_eq!(stream.lost_cumulative, cumulative, "{file}");
        }
        if let Some(runs) = told["runs"].as_u64() {
            assert_eq!(stream.loss_runs.iter().sum::<u64>(), runs, "{file}");
            assert_eq!(stream.longest_loss, told["max_run"].as_u64().unwrap(), "{file}");
            near(stream.burst_ratio, told["BurstR"].as_f64().unwrap(), 1e-12, file);
            near(stream.loss_pct, told["ppl"].as_f64().unwrap(), 1e-12, file);
        }
        if let Some(jitter) = told["jitter_ms"].as_f64() {
            near(stream.jitter_ms.max.unwrap(), jitter, 0.006, file);
        }
        if let Some(events) = told["events"].as_array() {
            let events: String = events.iter().map(|event| event.as_str().unwrap()).collect();
            assert_eq!(stream.telephone_events, events);
        }
        if let Some(late) = told["late"].as_array() {
            assert_eq!(stream.reordered, late.len() as u64, "{file}");
        }
    }
}

fn near(value: f64, told: f64, tolerance: f64, file: &str) {
    assert!((value - told).abs() <= tolerance, "{file}: {value} instead of {told}");
}

#[test]
fn bursts_and_gaps_are_those_of_two_independent_programs() {
    let Some(mut rows) = captures::table("burst_anchors.csv") else { return };
    for row in rows.records().map(Result::unwrap) {
        let file = match &row[0] {
            "every20" => "loss-every-20th.pcap",
            "every10" => "loss-every-10th.pcap",
            "gap100" => "loss-one-gap-2s.pcap",
            file => file,
        };
        let streams = Streams::of(&format!("variants/{file}"));
        let stream = streams.with_packets().next().unwrap();
        let told = |column: usize| row[column].parse::<f64>().unwrap();
        assert_eq!(stream.expected as f64, told(1), "{file}");
        assert_eq!(stream.lost as f64, told(2), "{file}");
        assert_eq!(stream.loss_runs.iter().sum::<u64>() as f64, told(3), "{file}");
        assert_eq!(stream.longest_loss as f64, told(5), "{file}");
        near(stream.loss_pct, told(6), 6e-6, file);
        near(stream.burst_ratio, told(7), 6e-6, file);
        let bursts = stream.bursts;
        assert_eq!(bursts.bursts as f64, told(11), "{file}");
        assert_eq!(bursts.burst_packets as f64, told(12), "{file}");
        assert_eq!(bursts.burst_lost as f64, told(13), "{file}");
        near(bursts.burst_density, told(14), 6e-6, file);
        assert_eq!(bursts.gap_packets as f64, told(15), "{file}");
        assert_eq!(bursts.gap_lost as f64, told(16), "{file}");
        near(bursts.gap_density, told(17), 6e-6, file);
        near(bursts.mean_burst_ms, told(18), 6e-4, file);
        near(bursts.mean_gap_ms, told(19), 6e-4, file);
    }
}

#[test]
fn fixed_buffers_discard_what_comes_late_and_nothing_else() {
    let Some(mut rows) = captures::table("jb_anchors.csv") else { return };
    let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
    let depths_ms = [10.0, 20.0, 40.0, 50.0, 60.0, 100.0, 200.0];
    for file in rows.chunks(depths_ms.len()) {
        let name = &file[0][0];
        let buffers = depths_ms.map(|depth_ms| Design::Fixed { depth_ms }).to_vec();
        let streams = Streams::with(name, Options { buffers, ..Options::default() });
        // That of alice, who calls, is the one that was impaired.
        let stream = streams.of_caller();
        for (row, buffer) in file.iter().zip(&stream.buffers) {
            assert_eq!(buffer.name, format!("fixed-{}", &row[1]));
            assert_eq!(buffer.discarded, row[4].parse::<u64>().unwrap(), "{name} {}", buffer.name);
            near(buffer.loss_pct, row[5].parse().unwrap(), 6e-5, name);
        }
    }
}

#[test]
fn jitter_and_gaps_agree_with_tshark_within_6_microseconds() {
    let mut compared = 0;
    for folder in ["made", "variants"] {
        let Some(mut rows) = captures::table(&format!("captures/{folder}/tshark.csv")) else {
            return;
        };
        for row in rows.records().map(Result::unwrap) {
            let file = format!("{folder}/{}", &row[0]);
            // Where tshark is not to be taken for truth: copies, and what is no RTP.
            let skipped = ["captured-twice", "not-rtp", "duplicates-3", "dup-reorder"];
            // Events stand still in time; what the next packet is compared with is a matter of taste.
            let events = row[9].starts_with("RTPType") || row[9].contains("telephone-event");
            if skipped.iter().any(|name| row[0].contains(name)) || events {
                continue;
            }
            let streams = Streams::of(&file);
            let stream = streams.with_ssrc(&row[8], &row[6], &row[7]);
            let told = |column: usize| row[column].parse::<f64>().unwrap();
            let name = format!("{file} {}", &row[8]);
            near(stream.max_delta_ms.unwrap(), told(15), 0.006, &name);
            near(stream.jitter_ms.mean.unwrap(), told(17), 0.006, &name);
            near(stream.jitter_ms.max.unwrap(), told(18), 0.006, &name);
            near(stream.jitter_ms.min.unwrap(), told(16), 0.006, &name);
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
}

#[test]
fn random_datagrams_are_no_calls() {
    assert_eq!(Streams::of("variants/not-rtp.pcap").with_packets().count(), 0);
}

#[test]
fn a_file_that_ends_inside_a_packet_is_used_up_to_there() {
    let path = captures::shared("captures/variants/cut-off.pcap");
    if !path.exists() {
        return;
    }
    let mut calls = Vec::new();
    let ending =
        basilar::network::calls(&path, Options::default(), |call| calls.push(call)).unwrap();
    assert_eq!(calls[0].streams[0].packets, 931);
    assert!(ending.warnings()[0].contains("ends inside a packet"), "{:?}", ending.warnings());
}

#[test]
fn a_direction_without_packets_has_a_row_that_says_so() {
    for (file, packets) in [("variants/one-way.pcap", 0), ("made/call-oneway-pcmu.pcap", 600)] {
        let streams = Streams::of(file);
        if streams.is_empty() {
            return;
        }
        let silent: Vec<_> = streams.all().filter(|stream| stream.packets == 0).collect();
        assert_eq!(streams.with_packets().map(|stream| stream.packets).sum::<u64>(), packets);
        assert!(!silent.is_empty(), "{file}");
        for stream in silent {
            let kind = serde_json::to_value(stream.one_way).unwrap();
            assert_eq!(kind, "no_packets", "{file}");
        }
    }
}

#[test]
fn fragments_and_every_link_layer_give_the_same_call() {
    for file in ["made/call-g722-ipfrag.pcap", "made/call-any-sll2.pcap"] {
        let streams = Streams::of(file);
        if streams.is_empty() {
            return;
        }
        assert_eq!(streams.with_packets().count(), 2, "{file}");
        assert!(streams.with_packets().all(|stream| stream.lost == 0), "{file}");
        assert!(streams.calls[0].from.as_deref() == Some("alice"), "{file}");
    }
}

#[test]
fn compressed_captures_are_the_same_calls() {
    use std::io::Write;
    let path = captures::shared("captures/variants/loss-5-random.pcap");
    let Ok(plain) = std::fs::read(&path) else { return };
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let zstd = zstd::encode_all(plain.as_slice(), 1).unwrap();
    for bytes in [plain, gzip.finish().unwrap(), zstd] {
        let calls = captures::calls_of_bytes(bytes);
        assert_eq!(calls[0].streams[0].lost, 66);
    }
}

/// What was really done to each of alice's packets: whether it was dropped, and whether it was sent twice.
fn decisions(call: &str) -> Option<Vec<(bool, bool)>> {
    let path = captures::shared(&format!("captures/made/{call}.sent-decisions.txt"));
    let text = std::fs::read_to_string(path).ok()?;
    let decision = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words[1] == "1", words[3] == "1")
    };
    Some(text.lines().map(decision).collect())
}

#[test]
fn what_is_told_of_real_calls_is_what_was_really_done_to_them() {
    let calls = ["loss3-random", "loss5-burst", "jitter", "dup-reorder"]
        .map(|name| format!("imp-pcmu-{name}"));
    for call in calls.iter().map(String::as_str).chain(["imp-opus-loss5"]) {
        let Some(decisions) = decisions(call) else { return };
        // Nobody who receives can know of packets before the first.
        let seen: Vec<_> = decisions.iter().skip_while(|(dropped, _)| *dropped).collect();
        let dropped: Vec<bool> = seen.iter().map(|(dropped, _)| *dropped).collect();
        let runs: Vec<usize> =
            dropped.split(|dropped| !dropped).map(<[bool]>::len).filter(|run| *run > 0).collect();
        let streams = Streams::of(&format!("made/{call}.pcap"));
        let stream = streams.of_caller();
        assert_eq!(stream.lost as usize, runs.iter().sum::<usize>(), "{call}");
        assert_eq!(stream.longest_loss as usize, runs.iter().copied().max().unwrap_or(0), "{call}");
        let singles = runs.iter().filter(|run| **run == 1).count();
        assert_eq!(stream.loss_runs[0] as usize, singles, "{call}");
        let twice = seen.iter().filter(|(_, twice)| *twice).count();
        assert_eq!(stream.duplicates as usize, twice, "{call}");
        let first: usize = dropped.iter().take(501).filter(|dropped| **dropped).count();
        assert!(stream.intervals[0].lost.abs_diff(first as u64) <= 1, "{call}");
    }
}
