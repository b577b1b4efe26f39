//! Prints how a recording is aligned with its reference: `align REFERENCE DEGRADED`, WAV or FLAC, first channel.

use basilar::alignment::{AlignmentParameters, align};

fn read(path: &str) -> (Vec<f32>, u32) {
    if path.ends_with(".flac") {
        let mut reader = claxon::FlacReader::open(path).expect("a FLAC file");
        let info = reader.streaminfo();
        let scale = 1.0 / (1u32 << (info.bits_per_sample - 1)) as f32;
        let samples = reader.samples().step_by(info.channels as usize).map(|s| s.expect("a sample") as f32 * scale);
        return (samples.collect(), info.sample_rate);
    }
    let mut reader = hound::WavReader::open(path).expect("a WAV file");
    let format = reader.spec();
    let step = format.channels as usize;
    let samples = match format.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().step_by(step).map(|s| s.expect("a sample")).collect(),
        hound::SampleFormat::Int => {
            let scale = 1.0 / (1u32 << (format.bits_per_sample - 1)) as f32;
            reader.samples::<i32>().step_by(step).map(|s| s.expect("a sample") as f32 * scale).collect()
        }
    };
    (samples, format.sample_rate)
}

fn main() {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [reference_path, degraded_path] = &paths[..] else {
        eprintln!("usage: align REFERENCE DEGRADED");
        std::process::exit(2);
    };
    let ((reference, rate), (degraded, degraded_rate)) = (read(reference_path), read(degraded_path));
    assert_eq!(rate, degraded_rate, "both files at one sample rate");
    let started = std::time::Instant::now();
    let alignment = align(&reference, &degraded, rate, &AlignmentParameters::default());
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
        let repeats = insertion.repeats.as_ref().map(|range| (seconds(range.start), seconds(range.end)));
        println!("  inserted {:.3} to {:.3} s of the degraded signal, repeats {repeats:.3?}", seconds(range.start), seconds(range.end));
    }
}
