//! Whole pairs, every model, 4 to 120 s: `cargo bench -p basilar-benches --bench pairs`.

use basilar::{Model, Scorer};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn pairs(criterion: &mut Criterion) {
    for (name, model) in Model::built_in() {
        for &sample_rate in &model.sample_rates() {
            let mut group = criterion.benchmark_group(format!("{name}-{sample_rate}"));
            group.sample_size(10);
            for duration_s in [4, 8, 30, 120] {
                let [reference, degraded] = basilar_benches::pair(sample_rate, duration_s);
                let scorer = Scorer::new(model.clone());
                group.throughput(Throughput::Elements((duration_s * sample_rate as usize) as u64));
                group.bench_function(
                    BenchmarkId::new("pair", format!("{duration_s}s")),
                    |bencher| {
                        bencher.iter(|| scorer.score(&reference, &degraded).expect("real speech"));
                    },
                );
                let prepared = scorer.prepare(&reference).expect("real speech");
                group.bench_function(
                    BenchmarkId::new("prepared", format!("{duration_s}s")),
                    |bencher| {
                        bencher.iter(|| prepared.score(&degraded).expect("real speech"));
                    },
                );
            }
            group.finish();
        }
    }
}

criterion_group!(benches, pairs);
criterion_main!(benches);
