//! Every stage of P.862 on a pair of 8 s: `cargo bench -p basilar-benches --bench stages`.

use basilar::{Model, Stages};
use criterion::{Criterion, criterion_group, criterion_main};

fn stages(criterion: &mut Criterion) {
    for (name, model, sample_rate) in [
        ("nb-8000", Model::narrowband(), 8000),
        ("nb-16000", Model::narrowband(), 16_000),
        ("wb", Model::wideband(), 16_000),
    ] {
        let [reference, degraded] = basilar_benches::pair(sample_rate, 8);
        let stages = Stages::new(&model, &reference, &degraded).expect("real speech");
        let mut group = criterion.benchmark_group(name);
        group.bench_function("source", |bencher| bencher.iter(|| stages.source()));
        group.bench_function("level", |bencher| bencher.iter(|| stages.level()));
        group.bench_function("level_degraded", |bencher| bencher.iter(|| stages.level_degraded()));
        group.bench_function("align", |bencher| bencher.iter(|| stages.align()));
        group.bench_function("reference_frames", |bencher| {
            bencher.iter(|| stages.reference_frames())
        });
        group.bench_function("compare", |bencher| bencher.iter(|| stages.compare()));
        group.finish();
    }
}

criterion_group!(benches, stages);
criterion_main!(benches);
