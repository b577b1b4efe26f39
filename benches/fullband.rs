//! Every stage of basilar-fb on a shipped pair: `cargo bench -p basilar-benches --bench fullband`.
//!
//! The alignment's own bench is `alignment`; here it stands once, to be seen beside what follows it.

use basilar::alignment::{AlignmentParameters, align};
use basilar::{FullbandStages, Model, Scorer, Signal};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

fn open(file: &str) -> Signal {
    Signal::open(format!("{}/../audio-samples/48k/horizons-fr/{file}", env!("CARGO_MANIFEST_DIR")))
        .expect("a shipped sample")
}

fn stages(criterion: &mut Criterion) {
    let [reference, degraded] = ["reference.wav", "babble-15-snr-db.flac"].map(open);
    let model = Model::fullband();
    let stages = FullbandStages::new(&model, &reference, &degraded).expect("real speech");
    let parameters = AlignmentParameters::default();
    let alignment =
        || align(reference.samples(), degraded.samples(), reference.sample_rate(), &parameters);
    let found = alignment();
    let mut group = criterion.benchmark_group("basilar-fb, 7.2 s at 48 kHz");
    let mut stage = |name: &str, run: &dyn Fn() -> f64| {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(run())));
    };
    stage("align", &|| alignment().confidence);
    stage("warp", &|| {
        found.warp(degraded.samples(), reference.samples(), &parameters).len() as f64
    });
    stage("reference", &|| f64::from(u8::from(stages.reference())));
    stage("spectrum", &|| stages.spectrum() as f64);
    stage("compensation", &|| stages.compensation() as f64);
    stage("loudness", &|| stages.loudness() as f64);
    stage("spectral distance", &|| stages.spectral_distance() as f64);
    stage("modulation", &|| stages.modulation());
    stage("roughness", &|| stages.roughness() as f64);
    stage("added", &|| stages.added() as f64);
    stage("missing", &|| stages.missing());
    stage("periodicity", &|| stages.periodicity() as f64);
    stage("bandwidth", &|| stages.bandwidth());
    stage("compare", &|| stages.compare());
    let scorer = Scorer::new(model);
    stage("whole", &|| scorer.score(&reference, &degraded).expect("real speech").mos_lqo);
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
