//! Prints how a recording is aligned with its reference: `align REFERENCE DEGRADED`, WAV or FLAC, first channel.

use basilar::alignment::{AlignmentParameters, align};
use basilar::{Channel, OpenOptions, Signal};

fn read(path: &str) -> Signal {
    let options = OpenOptions { channel: Channel::Left, ..OpenOptions::default() };
    Signal::open_with(path, &options).unwrap_or_else(|error| panic!("{error}"))
}

fn main() {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [reference_path, degraded_path] = &paths[..] else {
        eprintln!("usage: align REFERENCE DEGRADED");
        std::process::exit(2);
    };
    let (reference, degraded) = (read(reference_path), read(degraded_path));
    let rate = reference.sample_rate();
    let degraded = degraded.resampled(rate).unwrap_or_else(|error| panic!("{error}"));
    let started = std::time::Instant::now();
    let alignment =
        align(reference.samples(), degraded.samples(), rate, &AlignmentParameters::default());
    let elapsed = started.elapsed();
    let seconds = |samples: usize| samples as f64 / f64::from(rate);
    println!(
        "confidence {:.2}, drift {:.1} ppm (± {:.1}), {:.1} ms of computing",
        alignment.confidence,
        alignment.clock_drift_ppm,
        alignment.clock_drift_error_ppm.unwrap_or(f64::NAN),
        elapsed.as_secs_f64() * 1e3
    );
    for segment in &alignment.segments {
        println!(
            "  {:8.3} to {:8.3} s: delay {:10.3} ms, confidence {:.2}",
            seconds(segment.reference.start),
            seconds(segment.reference.end),
            segment.delay_samples / f64::from(rate) * 1e3,
            segment.confidence
        );
    }
    for range in &alignment.unheard {
        println!("  unheard {:.3} to {:.3} s", seconds(range.start), seconds(range.end));
    }
    for insertion in &alignment.inserted {
        let range = &insertion.degraded;
        let repeats =
            insertion.repeats.as_ref().map(|range| (seconds(range.start), seconds(range.end)));
        println!(
            "  inserted {:.3} to {:.3} s of the degraded signal, repeats {repeats:.3?}",
            seconds(range.start),
            seconds(range.end)
        );
    }
}
