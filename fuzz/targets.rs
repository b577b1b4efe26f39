//! What is fuzzed: each takes any bytes and panics where a promise is broken.
//!
//! cargo-fuzz runs them as `fuzz_targets/`, with the compiler's coverage to guide it; `tests/fuzz` runs them on mutated
//! seeds with the stable compiler, which is what `.ci/fuzz` does.

use basilar::batch::{Batch, Defaults, Manifest};
use basilar::network::sip::{Message, QualityReport, SessionDescription};
use basilar::network::{Analysis, Options, capture, rtcp, rtp::Header};
use basilar::results::{Grouping, Summaries};
use basilar::validation::Study;
use basilar::{Channel, Model, OpenOptions, Scorer, Signal, report};
use std::fs;
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

/// The range of an opinion; P.862.2's mapping ends a thousandth below 1.
const MOS_LQO: std::ops::RangeInclusive<f64> = 0.99..=5.0;

/// A second of speech.
static SPEECH: LazyLock<(Vec<f32>, u32)> = LazyLock::new(|| {
    let bytes = include_bytes!("../tests/audio/speech.wav");
    let signal = Signal::read(&bytes[..], "speech", &OpenOptions::default()).expect("a recording");
    (signal.samples().to_vec(), signal.sample_rate())
});

fn sentence(error: &basilar::Error) {
    assert_eq!(error.to_string().lines().count(), 1, "{error}");
}

/// Audio of every container: a usable signal, or a sentence.
pub fn audio(bytes: &[u8]) {
    match Signal::read(Cursor::new(bytes), "fuzzed", &OpenOptions::default()) {
        Ok(signal) => signal.validate().expect("what was read can be used"),
        Err(error) => sentence(&error),
    }
}

/// A file of these bytes in a folder of its own, the format of its name by the first byte.
fn table(bytes: &[u8]) -> Option<(TempDir, PathBuf)> {
    let (first, bytes) = bytes.split_first()?;
    let ending = ["csv", "tsv", "jsonl", "parquet"][usize::from(*first) % 4];
    let folder = tempfile::tempdir().expect("room for a folder");
    let path = folder.path().join(format!("table.{ending}"));
    fs::write(&path, bytes).expect("room for a file");
    Some((folder, path))
}

fn batch(manifest: PathBuf, output: PathBuf) -> Batch {
    Batch {
        manifest: Manifest::Table(manifest),
        defaults: Defaults::default(),
        outputs: vec![output],
        jobs: NonZeroUsize::MIN,
        resume: true,
        retry_failed: false,
        allow_empty: false,
        rehearsal: None,
    }
}

/// Whether bytes may name something outside the folder, which is not this one's to open.
fn leads_out(bytes: &[u8]) -> bool {
    bytes.contains(&b'/')
}

/// Manifests: as many rows of results as of the manifest, or a sentence.
pub fn manifest(bytes: &[u8]) {
    if leads_out(bytes) {
        return;
    }
    let Some((folder, path)) = table(bytes) else { return };
    let speech = include_bytes!("../tests/audio/speech.wav");
    fs::write(folder.path().join("a.wav"), speech).expect("room for a file");
    let output = folder.path().join("results.jsonl");
    match batch(path, output.clone()).run(&|_| {}) {
        Ok(summary) => {
            let written = fs::read_to_string(output).expect("results").lines().count();
            assert_eq!(written as u64, summary.rows);
        }
        Err(error) => sentence(&error),
    }
}

/// Results: a summary and its picture with scores in their range, or a sentence.
pub fn results(bytes: &[u8]) {
    let Some((_folder, path)) = table(bytes) else { return };
    let group_by = vec!["codec".to_owned(), "bitrate".to_owned()];
    let grouping = Grouping { group_by, talker: "talker".to_owned(), worst: 2 };
    match Summaries::of(&path, &grouping) {
        Ok(summaries) => {
            for mean in summaries.groups.iter().filter_map(|group| group.mos_lqo) {
                assert!((0.0..=5.1).contains(&mean.mean), "a mean of {}", mean.mean);
            }
            if let Err(error) = report::plot::svg(&summaries, "bitrate") {
                sentence(&error);
            }
        }
        Err(error) => sentence(&error),
    }
}

/// The manifest that journals are continued with.
pub const JOURNALLED: &str =
    "reference,degraded,note\na.wav,b.wav,one\nc.wav,d.wav,\"two, three\"\ne.wav,f.wav,four\n";

/// Journals: the results that the manifest has without one, or a sentence.
pub fn journal(bytes: &[u8]) {
    static EXPECTED: LazyLock<Vec<String>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("room for a folder");
        continued(folder.path(), None).expect("results")
    });
    let folder = tempfile::tempdir().expect("room for a folder");
    match continued(folder.path(), Some(bytes)) {
        Ok(found) => assert!(found == *EXPECTED, "other results than without a journal"),
        Err(error) => sentence(&error),
    }
}

/// The words of the results, paths without their folders, which are others each time.
fn continued(folder: &Path, journal: Option<&[u8]>) -> basilar::Result<Vec<String>> {
    let (manifest, output) = (folder.join("pairs.csv"), folder.join("results.csv"));
    fs::write(&manifest, JOURNALLED).expect("room for a file");
    if let Some(journal) = journal {
        fs::write(folder.join("results.csv.journal"), journal).expect("room for a file");
    }
    batch(manifest, output.clone()).run(&|_| {})?;
    let results = fs::read_to_string(output).expect("results");
    let words = results.split([',', ' ', '"', '\n']);
    Ok(words.map(|word| word.rsplit('/').next().unwrap_or(word).to_owned()).collect())
}

/// A journal that has all of its rows, for mutation.
pub fn whole_journal() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("room for a folder");
    let (manifest, output) = (folder.path().join("pairs.csv"), folder.path().join("results.csv"));
    fs::write(&manifest, JOURNALLED).expect("room for a file");
    let kept = std::sync::Mutex::new(Vec::new());
    let keep = |_: &_| {
        let journal = fs::read(folder.path().join("results.csv.journal")).expect("a journal");
        *kept.lock().expect("one thread") = journal;
    };
    batch(manifest, output).run(&keep).expect("results");
    kept.into_inner().expect("one thread")
}

/// Model files: opinions in their range, or a sentence.
pub fn model(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Model::from_json("fuzzed.json", text) {
        Ok(model) => {
            let (samples, rate) = &*SPEECH;
            let reference = Signal::new("reference", samples.clone(), *rate);
            let clipped = samples.iter().map(|sample| sample.clamp(-0.05, 0.05)).collect();
            score(model, &reference, &Signal::new("degraded", clipped, *rate));
        }
        Err(error) => sentence(&error),
    }
}

fn score(model: Model, reference: &Signal, degraded: &Signal) {
    match Scorer::new(model).score(reference, degraded) {
        Ok(score) => assert!(MOS_LQO.contains(&score.mos_lqo), "a MOS-LQO of {}", score.mos_lqo),
        Err(error) => sentence(&error),
    }
}

/// Ratings and other programs' scores: statistics, or a sentence.
pub fn ratings(bytes: &[u8]) {
    if leads_out(bytes) {
        return;
    }
    let Some((folder, path)) = table(bytes) else { return };
    let scores = folder.path().join("scores.csv");
    fs::write(&scores, "reference,degraded,peer\na,b,1.5\na,c,2.5\na,d,3.5\na,e,4\nb,b,2\n")
        .expect("room for a file");
    let study = Study {
        ratings: path,
        models: Vec::new(),
        scores: vec![scores],
        channel: Channel::default(),
        keep_references: false,
        jobs: NonZeroUsize::MIN,
    };
    match study.run(&|_| {}) {
        Ok(validation) => {
            if let Err(error) = report::validation::scatter::svg(&validation) {
                sentence(&error);
            }
        }
        Err(error) => sentence(&error),
    }
}

/// Signals with every model: the bytes are commands, eight each, that change one of two equal signals.
pub fn signals(bytes: &[u8]) {
    let Some((first, commands)) = bytes.split_first() else { return };
    let (samples, rate) = &*SPEECH;
    let mut pair = [samples.clone(), samples.clone()];
    for command in commands.chunks_exact(8).take(64) {
        let samples = &mut pair[usize::from(command[0] >> 7)];
        let place = u32::from_le_bytes([command[1], command[2], command[3], 0]) as usize;
        let place = place % samples.len().max(1);
        let value = f32::from_le_bytes([command[4], command[5], command[6], command[7]]);
        let end = (place + usize::from(command[4]) * 64).min(samples.len());
        match command[0] % 8 {
            0 if !samples.is_empty() => samples[place] = value,
            1 => samples[place..end].fill(value),
            2 => drop(samples.drain(place..end)),
            3 => {
                let again = samples[place..end].to_vec();
                samples.splice(place..place, again);
            }
            4 => samples.iter_mut().for_each(|sample| *sample *= value),
            5 => samples.iter_mut().for_each(|sample| *sample += value),
            6 => samples.truncate(place),
            _ => samples[place..end].fill(0.0),
        }
    }
    let rates = [*rate, 8000, 16_000, 48_000, 44_100, 4000, 384_000, 100];
    let rate = |number: u8| rates[usize::from(number) % rates.len()];
    let [reference, degraded] = pair;
    let reference = Signal::new("reference", reference, rate(first >> 2));
    let degraded = Signal::new("degraded", degraded, rate(first >> 5));
    let (_, model) = Model::built_in()[usize::from(first & 3)].clone();
    score(model, &reference, &degraded);
}

/// Whole captures: files, layers, calls.
pub fn capture(bytes: &[u8]) {
    let mut analysis = Analysis::new("fuzz", Options::default());
    let input = Cursor::new(bytes.to_vec());
    if let Err(error) = capture::read("fuzz", input, |packet| analysis.take(packet, &mut |_| {})) {
        sentence(&error);
    }
    analysis.finish(&mut |_| {});
}

/// RTP headers, in packets that are whole or cut.
pub fn rtp(bytes: &[u8]) {
    let _ = Header::parse(bytes, bytes.len());
    let _ = Header::parse(bytes, bytes.len() + 20);
}

/// Compound packets of RTCP.
pub fn rtcp(bytes: &[u8]) {
    let _ = rtcp::parse(bytes);
}

/// SIP messages and quality reports.
pub fn sip(bytes: &[u8]) {
    if let Some(message) = Message::parse(bytes) {
        let _ = (message.user("from"), message.tag("to"), message.method());
    }
    let _ = QualityReport::parse(bytes);
}

/// Session descriptions.
pub fn sdp(bytes: &[u8]) {
    let _ = SessionDescription::parse(bytes);
}
