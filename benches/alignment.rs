//! How long alignment takes: the whole, for shipped pairs with and without drift and jumps, and putting the
//! degraded signal on the reference's time axis.

use basilar::Signal;
use basilar::alignment::{AlignmentParameters, align};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

const TALKER: &str = "48k/horizons-fr";
const CONDITIONS: [&str; 4] =
    ["aac-64-kbps", "pink-noise-20-snr-db", "delay-jump-in-word-60-ms", "clock-drift-300-ppm"];

fn open(file: &str) -> Signal {
    Signal::open(format!("{}/../audio-samples/{TALKER}/{file}", env!("CARGO_MANIFEST_DIR")))
        .expect("a shipped sample")
}

fn alignment(criterion: &mut Criterion) {
    let parameters = AlignmentParameters::default();
    let reference = open("reference.wav");
    let mut group = criterion.benchmark_group("alignment of 7.2 s at 48 kHz");
    for condition in CONDITIONS {
        let degraded = open(&format!("{condition}.flac"));
        let run =
            || align(reference.samples(), degraded.samples(), reference.sample_rate(), &parameters);
        group.bench_function(condition, |bencher| bencher.iter(|| black_box(run())));
        let alignment = run();
        let warp = || alignment.warp(degraded.samples(), reference.samples(), &parameters);
        group.bench_function(format!("warp {condition}"), |bencher| {
            bencher.iter(|| black_box(warp()))
        });
    }
    group.finish();
}

criterion_group!(benches, alignment);
criterion_main!(benches);
