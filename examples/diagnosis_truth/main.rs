//! Puts known faults into real speech and reads what the diagnosis says of them.
//!
//! ```text
//! diagnosis_truth [--only FAULT] [--list] [REFERENCE...]
//! ```
//!
//! References are the shipped samples unless some are named (WAV or FLAC, mono or the left channel). Each fault is put
//! in alone, before Opus at 24 kbit/s, and after it. Speex and MP3 come from ffmpeg (`apt-get install ffmpeg
//! libavcodec-extra`); without it those two are left out. With `--list` every file's findings are printed.

mod codecs;
mod faults;
mod judge;
mod speech;

use basilar::{Channel, Model, OpenOptions, PreparedReference, Scorer, Signal};
use faults::{Fault, faults};
use judge::Tally;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What is done with the speech besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Coding {
    Plain,
    FaultThenOpus,
    OpusThenFault,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let only =
        arguments.iter().position(|word| word == "--only").map(|at| arguments[at + 1].clone());
    let list = arguments.iter().any(|word| word == "--list");
    let given: Vec<String> = arguments
        .iter()
        .filter(|word| !word.starts_with("--") && only.as_ref() != Some(word))
        .cloned()
        .collect();
    let references = if given.is_empty() { shipped() } else { given };
    let mut tallies: BTreeMap<(String, Coding), Tally> = BTreeMap::new();
    let (mut scoring, mut diagnosing) = (Duration::ZERO, Duration::ZERO);
    for path in &references {
        let reference = open(path);
        let (mut times, prepared) = timed(|| prepare(&reference));
        for fault in faults(reference.sample_rate()) {
            if only.as_ref().is_some_and(|only| !fault.name.contains(only.as_str())) {
                continue;
            }
            for coding in [Coding::Plain, Coding::FaultThenOpus, Coding::OpusThenFault] {
                let Some(made) = make(&fault, coding, &reference) else { continue };
                let degraded = Signal::new("degraded", made.samples, reference.sample_rate());
                let (time, _) = timed(|| prepared.score(&degraded));
                times += time;
                scoring += times;
                times = Duration::ZERO;
                let (time, score) = timed(|| prepared.explain(&degraded));
                diagnosing += time;
                let score = score.unwrap_or_else(|error| panic!("{path}: {error}"));
                let diagnosis = score.diagnosis.unwrap_or_default();
                let tally = tallies.entry((fault.name.clone(), coding)).or_default();
                let verdict = tally.add(&made.truth, &diagnosis);
                if list {
                    println!("{path} {} {coding:?}: {verdict}", fault.name);
                    println!("    truth {:?}", made.truth);
                    for finding in &diagnosis.findings {
                        let cost = finding.cost_mos.unwrap_or(f64::NAN);
                        println!("    {cost:6.3} {:4.2} {}", finding.confidence, finding.words);
                    }
                }
            }
        }
    }
    judge::report(&tallies);
    let ratio = diagnosing.as_secs_f64() / scoring.as_secs_f64();
    println!("\na diagnosis takes {ratio:.1} times as long as a score");
}

/// A fault in a reference, with or without a codec; none where the fault takes a program that is not there.
fn make(fault: &Fault, coding: Coding, reference: &Signal) -> Option<faults::Made> {
    let rate = reference.sample_rate();
    match coding {
        Coding::Plain => (fault.make)(reference.samples(), rate),
        Coding::FaultThenOpus if fault.with_opus => {
            let mut made = (fault.make)(reference.samples(), rate)?;
            made.samples = codecs::opus(&made.samples, rate, 24_000);
            Some(made)
        }
        Coding::OpusThenFault if fault.with_opus => {
            (fault.make)(&codecs::opus(reference.samples(), rate, 24_000), rate)
        }
        _ => None,
    }
}

fn prepare(reference: &Signal) -> PreparedReference {
    let model =
        if reference.sample_rate() < 16_000 { Model::narrowband() } else { Model::wideband() };
    Scorer::new(model).prepare(reference).unwrap_or_else(|error| panic!("{error}"))
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

fn open(path: &str) -> Signal {
    let options = OpenOptions { channel: Channel::Left, ..OpenOptions::default() };
    Signal::open_with(path, &options).unwrap_or_else(|error| panic!("{error}"))
}

/// The references of `audio-samples/`.
fn shipped() -> Vec<String> {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/audio-samples");
    let talkers =
        ["8k/june-fr", "8k/carlo-it", "8k/allison-es", "16k/librivox-en", "16k/horizons-en"];
    let more = ["16k/alsa-en", "48k/alsa-en", "48k/horizons-de", "48k/horizons-fr"];
    talkers.iter().chain(&more).map(|talker| format!("{samples}/{talker}/reference.wav")).collect()
}
