//! Measures the alignment on real recordings with known delays.
//!
//! Every pair of a table is manipulated in known ways (delays, jumps, clock drift), and what the alignment then says is
//! compared with the truth at every 10 ms of active speech. The delay of a recording before it is manipulated is the
//! median delay that the alignment finds for it, so the recordings themselves must not have delay changes.

mod manipulation;
mod tally;

use basilar::alignment::{AlignmentParameters, align};
use basilar::{Channel, OpenOptions, Signal};
use manipulation::{MANIPULATIONS, Manipulated, Random, manipulate, powers_10ms};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use tally::{Outcome, Tally};

const USAGE: &str = "\
Usage: alignment_accuracy [OPTIONS] [TABLE.csv]

TABLE.csv has the columns reference and degraded, paths relative to it; a condition that names a jump
or drift is left out. Default: the shipped recordings.

Options:
  --only NAME          one manipulation instead of all; --only list prints their names
  --parameters FILE    an alignment file instead of the built-in one (see models/alignment.json)
  --matching TEXT      only degraded recordings whose path contains this
  --keep FOLDER        write calls that are misaligned as WAV files into this folder";

type Failure = Box<dyn std::error::Error>;

/// What the command line asks for.
struct Options {
    table: PathBuf,
    only: Option<String>,
    matching: String,
    parameters: AlignmentParameters,
    keep: Option<PathBuf>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self {
            table: Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-samples/conditions.csv"),
            only: None,
            matching: String::new(),
            parameters: AlignmentParameters::default(),
            keep: None,
        };
        while let Some(argument) = arguments.next() {
            let mut value =
                || arguments.next().ok_or(format!("{argument} needs a value\n\n{USAGE}"));
            match argument.as_str() {
                "--only" => options.only = Some(value()?),
                "--matching" => options.matching = value()?,
                "--keep" => options.keep = Some(value()?.into()),
                "--parameters" => {
                    let file = value()?;
                    let text =
                        std::fs::read_to_string(&file).map_err(|e| format!("{file}: {e}"))?;
                    options.parameters = AlignmentParameters::from_json(&file, &text)?;
                }
                option if option.starts_with('-') => return Err(USAGE.into()),
                table => options.table = table.into(),
            }
        }
        Ok(options)
    }

    fn manipulations(&self) -> Result<Vec<&'static str>, Failure> {
        let wanted = |name: &&str| self.only.as_deref().is_none_or(|only| only == *name);
        let chosen: Vec<&str> = MANIPULATIONS.into_iter().filter(wanted).collect();
        if chosen.is_empty() {
            return Err(format!("manipulations: {}", MANIPULATIONS.join(", ")).into());
        }
        Ok(chosen)
    }
}

/// A reference and what became of it, first channel each.
struct Pair {
    name: String,
    reference: Signal,
    degraded: Signal,
}

fn pairs(options: &Options) -> Result<Vec<Pair>, Failure> {
    let table = options.table.display();
    let mut rows = csv::Reader::from_path(&options.table).map_err(|e| format!("{table}: {e}"))?;
    let column = |headers: &csv::StringRecord, name: &str| headers.iter().position(|h| h == name);
    let headers = rows.headers()?.clone();
    let needed = |name: &str| column(&headers, name).ok_or(format!("{table}: no column {name}"));
    let (reference, degraded) = (needed("reference")?, needed("degraded")?);
    let condition = column(&headers, "condition");
    let folder = options.table.parent().unwrap_or(Path::new("."));
    let open = |path: &str| {
        let options = OpenOptions { channel: Channel::Left, ..OpenOptions::default() };
        Signal::open_with(folder.join(path), &options)
    };
    let mut pairs = Vec::new();
    for row in rows.records() {
        let row = row?;
        let moves = |condition: &str| condition.contains("jump") || condition.contains("drift");
        if row[degraded].contains(&options.matching)
            && row[degraded] != row[reference]
            && !condition.is_some_and(|condition| moves(&row[condition]))
        {
            let reference = open(&row[reference])?;
            let heard = open(&row[degraded])?.resampled(reference.sample_rate())?.into_owned();
            pairs.push(Pair { name: row[degraded].to_owned(), reference, degraded: heard });
        }
    }
    Ok(pairs)
}

/// The median delay that is found for an unchanged pair, in seconds.
fn own_delay_s(pair: &Pair, parameters: &AlignmentParameters) -> f64 {
    let rate = pair.reference.sample_rate();
    let found = align(pair.reference.samples(), pair.degraded.samples(), rate, parameters);
    let segments = found.segments.iter();
    let mut delays_s: Vec<f64> =
        segments.map(|segment| segment.delay_samples / f64::from(rate)).collect();
    delays_s.sort_by(f64::total_cmp);
    delays_s.get(delays_s.len() / 2).copied().unwrap_or(0.0)
}

/// Aligns a manipulated pair, and compares with the truth.
fn outcome(pair: &Pair, call: &Manipulated, own_delay_s: f64, options: &Options) -> Outcome {
    let rate = f64::from(pair.reference.sample_rate());
    let reference = pair.reference.samples();
    let started = Instant::now();
    let found = align(reference, &call.samples, pair.reference.sample_rate(), &options.parameters);
    let mut outcome = Outcome {
        elapsed_s: started.elapsed().as_secs_f64(),
        duration_s: reference.len() as f64 / rate,
        segments_off: found.segments.len() != call.heard(),
        found_ppm: found.clock_drift_ppm,
        true_ppm: call.drift * 1e6,
        confidence: found.confidence,
        errors_ms: Vec::new(),
    };
    let powers = powers_10ms(&pair.reference);
    let least = 1e-3 * powers.iter().copied().fold(0.0, f32::max);
    for (frame, _) in powers.iter().enumerate().filter(|(_, power)| **power >= least) {
        let time_s = (frame as f64 + 0.5) / 100.0;
        let truth_s = call.delay_s(time_s + own_delay_s) + own_delay_s;
        if call.near_change(time_s + own_delay_s) || truth_s.is_nan() {
            continue;
        }
        let sample = (time_s * rate) as usize;
        let error_ms = |position: f64| (((position - sample as f64) / rate - truth_s) * 1e3).abs();
        outcome.errors_ms.push(found.degraded_position(sample).map(error_ms));
    }
    outcome
}

/// Writes both signals of a misaligned call.
fn keep(folder: &Path, pair: &Pair, call: &Manipulated, name: &str) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: pair.reference.sample_rate(),
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let stem = pair.name.replace('/', "-");
    for (kind, samples) in [("reference", pair.reference.samples()), ("degraded", &call.samples)] {
        let path = folder.join(format!("{name}-{stem}-{kind}.wav"));
        let mut writer = hound::WavWriter::create(path, spec)?;
        samples.iter().try_for_each(|&sample| writer.write_sample(sample))?;
        writer.finalize()?;
    }
    Ok(())
}

fn run(options: &Options) -> Result<(), Failure> {
    let chosen = options.manipulations()?;
    let mut tallies: Vec<Tally> = chosen.iter().map(|name| Tally::new(name)).collect();
    let mut random = Random::default();
    for pair in pairs(options)? {
        let own_delay_s = own_delay_s(&pair, &options.parameters);
        for tally in &mut tallies {
            let call = manipulate(tally.name, &pair.reference, &pair.degraded, &mut random);
            let outcome = outcome(&pair, &call, own_delay_s, options);
            if let (true, Some(folder)) = (outcome.is_bad(), &options.keep) {
                keep(folder, &pair, &call, tally.name)?;
            }
            tally.add(&pair.name, own_delay_s, outcome);
        }
    }
    tallies.iter_mut().for_each(Tally::print);
    Ok(())
}

fn main() -> ExitCode {
    match Options::parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
