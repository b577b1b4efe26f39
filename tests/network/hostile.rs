//! Captures are written by anyone: whatever is in them ends in rows and a sentence, never in a panic.

use crate::captures::{calls_of_bytes, shared};
use crate::made::{Made, Sender};
use basilar::network::layers::Layers;
use basilar::network::rtp::{Format, Header};
use basilar::network::sip::{Message, QualityReport, SessionDescription};
use basilar::network::{Analysis, Concealment, Material, Options, capture, decode, rtcp};
use proptest::prelude::*;

fn take_all(bytes: Vec<u8>) {
    let options = Options { keeps_payloads: true, ..Options::default() };
    let mut analysis = Analysis::new("hostile", options);
    let mut calls = Vec::new();
    let read = capture::read("hostile", std::io::Cursor::new(bytes), |packet| {
        analysis.take(packet, &mut |call| calls.push(call));
    });
    analysis.finish(&mut |call| calls.push(call));
    if let Err(error) = read {
        assert!(error.to_string().starts_with("hostile: "), "{error}");
    }
    for call in &calls {
        serde_json::to_string(call).unwrap();
        for stream in &call.streams {
            if let Some(material) = &stream.recording {
                let _ = decode::render(material, Concealment::G711Appendix1);
            }
        }
    }
}

/// A call with losses, to be damaged.
fn call() -> Vec<u8> {
    let (mut made, mut sender, mut back) = (Made::new(), Sender::default(), Sender::back());
    made.set_up(500.0, 300.0, true);
    for number in 0..120 {
        if number % 11 == 3 {
            sender.advance();
        }
        made.send(&mut sender);
        made.send(&mut back);
    }
    made.hang_up(sender.time_ms);
    made.bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn damaged_captures_end_in_rows_and_a_sentence(
        damage in prop::collection::vec((0.0..1.0f64, any::<u8>()), 1..40),
        cut in 0.0..1.0f64,
    ) {
        let mut bytes = call();
        for (place, value) in damage {
            let at = (place * bytes.len() as f64) as usize;
            bytes[at] = value;
        }
        bytes.truncate((cut * bytes.len() as f64) as usize + 4);
        take_all(bytes);
    }

    #[test]
    fn random_bytes_behind_every_magic_number_are_survived(
        magic in prop::sample::select(vec![
            [0xd4, 0xc3, 0xb2, 0xa1], [0xa1, 0xb2, 0xc3, 0xd4], [0x4d, 0x3c, 0xb2, 0xa1],
            [0x0a, 0x0d, 0x0d, 0x0a], [0x1f, 0x8b, 8, 0], [0x28, 0xb5, 0x2f, 0xfd],
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut bytes = magic.to_vec();
        bytes.extend(rest);
        take_all(bytes);
    }

    #[test]
    fn no_packet_stops_the_layers(
        link_type in prop::sample::select(vec![0, 1, 9, 50, 51, 101, 108, 113, 228, 229, 276, 999]),
        start in prop::sample::select(vec![
            vec![], vec![0x45, 0, 0, 60], vec![0x60, 0, 0, 0, 0, 20, 17, 64],
            vec![0; 12], vec![0x47, 0, 0xff, 0xff],
        ]),
        data in prop::collection::vec(any::<u8>(), 0..120),
    ) {
        let bytes: Vec<u8> = start.into_iter().chain(data).collect();
        Layers::default().take(link_type, &bytes, |_| {});
    }

    #[test]
    fn no_text_stops_sip_and_sdp(text in "(INVITE sip:a SIP/2.0\r\n)?([a-zA-Z-]{1,12}[:=][ -~]{0,40}\r?\n){0,20}(\r\n)?[ -~\r\n]{0,80}") {
        let _ = Message::parse(text.as_bytes());
        let _ = SessionDescription::parse(text.as_bytes());
        let _ = QualityReport::parse(text.as_bytes());
    }

    #[test]
    fn no_bytes_stop_rtp_and_rtcp(data in prop::collection::vec(any::<u8>(), 0..200), more in 0usize..50) {
        let _ = Header::parse(&data, data.len() + more);
        let _ = rtcp::parse(&data);
        let mut report = vec![0x81, 200 + (more % 8) as u8];
        report.extend(&data);
        let _ = rtcp::parse(&report);
    }

    #[test]
    fn no_payload_stops_a_decoder(
        name in prop::sample::select(vec![
            "PCMU", "PCMA", "L16", "G722", "GSM", "opus", "G726-16", "G726-24", "G726-32", "AAL2-G726-40",
        ]),
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..90), 1..6),
        gap in 0usize..3000,
    ) {
        let format = Format::named(name, Some(8000), 1, true);
        let mut decoder = decode::decoder(&format).unwrap();
        let mut samples = Vec::new();
        for payload in &payloads {
            decoder.decode(payload, &mut samples);
            let before = samples.len();
            if decoder.conceal(gap, Some(payload), &mut samples) {
                prop_assert!(samples.len() >= before + gap);
            }
        }
    }
}

#[test]
fn huge_and_backward_times_are_survived() {
    let (mut made, mut sender) = (Made::new(), Sender::default());
    made.send_many(&mut sender, 50);
    sender.time_ms = 4e12;
    made.send_many(&mut sender, 50);
    sender.time_ms = 10.0;
    sender.timestamp = 0;
    made.send_many(&mut sender, 50);
    take_all(made.bytes());
}

#[test]
fn users_numbers_can_be_hashed_with_a_salt() {
    let hashed = |salt: &str| {
        let options = Options { hash_salt: Some(salt.to_owned()), ..Options::default() };
        let mut analysis = Analysis::new("hashed", options);
        let mut calls = Vec::new();
        capture::read("hashed", std::io::Cursor::new(call()), |packet| {
            analysis.take(packet, &mut |call| calls.push(call));
        })
        .unwrap();
        analysis.finish(&mut |call| calls.push(call));
        let told = serde_json::to_string(&calls).unwrap();
        assert!(!told.contains("49301234"), "{told}");
        calls[0].from.clone().unwrap()
    };
    assert_eq!(calls_of_bytes(call())[0].from.as_deref(), Some("+49301234"));
    assert_eq!(hashed("salt"), hashed("salt"));
    assert_ne!(hashed("salt"), hashed("pepper"));
}

#[test]
fn a_file_that_is_no_capture_is_refused_with_a_remedy() {
    let path = shared("README.md");
    if path.exists() {
        let error = capture::read_file(&path, |_| {}).unwrap_err().to_string();
        assert!(error.contains("not a capture") && error.contains("editcap"), "{error}");
    }
    let empty = capture::read("empty", std::io::empty(), |_| {}).unwrap_err();
    assert_eq!(empty.kind(), "empty");
}

#[test]
fn a_payload_out_of_nothing_is_no_sound() {
    let material = Material { recording: Default::default(), formats: Vec::new() };
    let refused = decode::render(&material, Concealment::Silence).unwrap_err();
    assert!(refused.to_string().contains("no sound"));
}

#[test]
fn a_trunk_whose_streams_were_all_there_when_the_capture_began_is_told_whole() {
    let mut made = Made::new();
    let senders = (0..10_000_u32).map(|number| Sender {
        from: ([10, 1, (number >> 8) as u8, number as u8], 4000),
        ssrc: number,
        payload: vec![0x55; 20],
        ..Sender::default()
    });
    let mut senders: Vec<Sender> = senders.collect();
    for _ in 0..5 {
        senders.iter_mut().for_each(|sender| made.send(sender));
    }
    let calls = made.calls();
    assert_eq!(calls.len(), 10_000);
    assert!(calls.iter().all(|call| call.streams[0].packets == 5));
}

/// What is to be said of a capture.
fn warnings_of(bytes: Vec<u8>) -> Vec<String> {
    capture::read("made", std::io::Cursor::new(bytes), |_| {}).unwrap().warnings()
}

#[test]
fn frames_that_are_not_read_are_told() {
    let mut made = Made::new();
    made.send(&mut Sender::default());
    let mut bytes = made.bytes();
    assert_eq!(warnings_of(bytes.clone()), [] as [&str; 0]);
    // IEEE 802.11.
    bytes[20] = 105;
    assert!(warnings_of(bytes)[0].starts_with("frames of link type 105 are not read here"));
}

#[test]
fn blocks_without_a_body_do_not_end_a_pcapng() {
    let block = |kind: u32, body: &[u8]| {
        let length = (12 + body.len() as u32).to_le_bytes();
        [&kind.to_le_bytes()[..], &length[..], body, &length[..]].concat()
    };
    let words =
        |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>();
    let mut bytes = block(0x0a0d_0d0a, &words(&[0x1a2b_3c4d, 1, u32::MAX, u32::MAX]));
    bytes.extend(block(1, &words(&[101, 65_535])));
    for _ in 0..3 {
        bytes.extend(block(0x8000_0001, &[]));
        bytes.extend(block(6, &words(&[0, 0, 1_000_000, 4, 4, 0x45])));
    }
    let mut packets = 0;
    let ending = capture::read("made", std::io::Cursor::new(bytes), |_| packets += 1).unwrap();
    assert_eq!((packets, ending.damage), (3, None));
}
