//! Sound decoded from captures against what the endpoints of the same calls played.

use crate::captures::{Streams, shared};
use basilar::network::decode::{Rendered, render};
use basilar::network::{Concealment, Options};
use basilar::{ModelChoice, Scorer, Signal};

fn rendered(call: &str, caller: bool, concealment: Concealment) -> Option<Rendered> {
    let options = Options { keeps_payloads: true, concealment, ..Options::default() };
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
    let signal = basilar::Signal::open(path).unwrap();
    signal.samples().iter().map(|sample| (sample * 32_768.0).round() as i16).collect()
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

/// Checks both directions of a call: the share of samples that must be equal, and how far others may be apart.
fn same_sound(call: &str, least_share: f64, most_apart: i32) {
    for (caller, end) in [(true, "b"), (false, "a")] {
        let Some(ours) = rendered(call, caller, Concealment::Silence) else { return };
        let (share, apart) = agreement(&ours.samples, &played(call, end));
        assert!(share >= least_share, "{call} to {end}: {share} of the samples are equal");
        assert!(apart <= most_apart, "{call} to {end}: {apart} apart");
    }
}

#[test]
fn g711_is_decoded_as_the_endpoints_decoded_it() {
    same_sound("call-pcma-dtmf", 1.0, 0);
    // The endpoint's table of µ-law differs by 2 of 32768 in the lowest steps.
    same_sound("call-pcmu", 0.4, 2);
}

#[test]
fn gsm_and_g726_are_decoded_as_the_endpoints_decoded_them() {
    same_sound("call-gsm", 1.0, 0);
    same_sound("call-g726", 1.0, 0);
}

#[test]
fn g722_is_decoded_as_the_endpoint_decoded_it_but_for_its_first_moments() {
    same_sound("call-g722", 0.995, 10);
}

#[test]
fn opus_is_decoded_as_the_endpoint_decoded_it_but_for_rounding() {
    same_sound("call-opus", 0.9, 500);
}

/// The score of what alice sent as basilar plays it, and that of what bob's end
/// recorded of it, against the prompt.
fn scores(call: &str, prompt: &str, concealment: Concealment) -> Option<[f64; 2]> {
    let options = Options { keeps_payloads: true, concealment, ..Options::default() };
    let streams = Streams::with(&format!("made/{call}.pcap"), options);
    if streams.is_empty() {
        return None;
    }
    let played = render(streams.of_caller().recording.as_ref().unwrap(), concealment).unwrap();
    let samples = played.samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
    let played = Signal::new(call, samples, played.rate_hz);
    let recorded = shared("captures/made").join(format!("{call}.rx-b.flac"));
    let prompt = Signal::open(shared("prompts").join(prompt)).unwrap();
    let prompt = Scorer::new(ModelChoice::default()).prepare(&prompt).unwrap();
    let of = |signal: &Signal| prompt.score(signal).unwrap().mos_lqo;
    Some([of(&played), of(&Signal::open(recorded).unwrap())])
}

/// Prints a line of the table and checks it.
fn sounds_alike(call: &str, prompt: &str, concealment: Concealment, at_most: f64) {
    let Some([ours, theirs]) = scores(call, prompt, concealment) else { return };
    println!("{call:24} {:16} {ours:.3}  endpoint {theirs:.3}", concealment.name());
    assert!((ours - theirs).abs() <= at_most, "{call}: {ours} instead of {theirs}");
}

#[test]
fn narrowband_calls_without_loss_score_as_their_endpoints_recordings() {
    for call in ["call-pcmu", "call-pcma-dtmf", "call-g726", "call-gsm", "imp-pcmu-dup-reorder"] {
        sounds_alike(call, "prompt-8k.flac", Concealment::G711Appendix1, 0.02);
    }
}

#[test]
fn wideband_calls_without_loss_score_as_their_endpoints_recordings() {
    sounds_alike("call-g722", "prompt-16k.flac", Concealment::G711Appendix1, 0.02);
}

#[test]
fn opus_calls_without_loss_score_as_their_endpoints_recordings() {
    for call in ["call-opus", "call-opus-dtx-fec"] {
        sounds_alike(call, "prompt-48k.flac", Concealment::Codec, 0.02);
    }
}

#[test]
fn calls_with_loss_score_as_their_endpoints_recordings_with_their_concealment() {
    // These softphones leave out the time of what is missing.
    for call in ["imp-pcmu-loss3-random", "imp-pcmu-loss5-burst"] {
        sounds_alike(call, "prompt-8k.flac", Concealment::Skip, 0.15);
    }
    sounds_alike("imp-opus-loss5", "prompt-48k.flac", Concealment::Codec, 0.15);
}
