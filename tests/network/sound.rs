//! Sound decoded from captures against what the endpoints of the same calls played.

use crate::captures::{Streams, shared};
use basilar::network::decode::{Rendered, render};
use basilar::network::playout::Design;
use basilar::network::{Concealment, Options};

fn rendered(call: &str, caller: bool, concealment: Concealment) -> Option<Rendered> {
    let options = Options {
        keeps_payloads: true,
        buffers: vec![Design::Fixed { depth_ms: 200.0 }],
        concealment,
        ..Options::default()
    };
    let streams = Streams::with(&format!("made/{call}.pcap"), options);
    if streams.is_empty() {
        return None;
    }
    let mut sent = streams.with_packets();
    let stream = sent.find(|stream| stream.destination.starts_with("127.0.0.2") == caller)?;
    Some(render(stream.recording.as_ref().unwrap(), concealment).unwrap())
}

/// What an endpoint decoded and played.
fn played(call: &str, end: &str) -> Vec<i16> {
    let path = shared("captures/made").join(format!("{call}.rx-{end}.flac"));
    let mut reader = claxon::FlacReader::open(path).unwrap();
    reader.samples().map(|sample| sample.unwrap() as i16).collect()
}

/// The share of samples that are equal where the two fit best, and the greatest difference there.
fn agreement(ours: &[i16], theirs: &[i16]) -> (f64, i32) {
    let middle = ours.len() / 2;
    let probe = &ours[middle..middle + 800];
    let found = (0..theirs.len().saturating_sub(probe.len())).min_by_key(|at| {
        let there = &theirs[*at..*at + probe.len()];
        let apart = |(a, b): (&i16, &i16)| u64::from(a.abs_diff(*b));
        there.iter().zip(probe).map(apart).sum::<u64>()
    });
    let shift = found.unwrap() as i64 - middle as i64;
    let (mut equal, mut count, mut greatest) = (0, 0, 0);
    for (at, sample) in ours.iter().enumerate() {
        let Some(other) = usize::try_from(at as i64 + shift).ok().and_then(|at| theirs.get(at))
        else {
            continue;
        };
        count += 1;
        equal += usize::from(sample == other);
        greatest = greatest.max(i32::from(sample.abs_diff(*other)));
    }
    (equal as f64 / count as f64, greatest)
}

#[test]
fn g711_opus_gsm_and_g726_are_decoded_to_the_samples_the_endpoints_played() {
    for call in ["call-pcmu", "call-pcma-dtmf", "call-gsm", "call-g726", "call-g722", "call-opus"] {
        for (caller, end) in [(true, "b"), (false, "a")] {
            let Some(ours) = rendered(call, caller, Concealment::Silence) else { return };
            let theirs = played(call, end);
            let (share, greatest) = agreement(&ours.samples, &theirs);
            eprintln!(
                "{call} {end}: {share:.5} equal, at most {greatest} apart, {} {}",
                ours.samples.len(),
                theirs.len()
            );
        }
    }
}
