//! Statistics of RTP streams: packets a second on one core, from the bytes of a capture to the reported calls.

use basilar::network::{Analysis, Options, capture};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::io::Cursor;

/// Streams at a time, and packets of each.
const STREAMS: u32 = 50;
const PACKETS: u32 = 2000;

/// A capture of that many streams of G.711, one packet every 20 ms.
fn made() -> Vec<u8> {
    let mut bytes = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    bytes.extend(65_535u32.to_le_bytes());
    bytes.extend(101u32.to_le_bytes());
    for packet in 0..PACKETS {
        for stream in 0..STREAMS {
            let time_us = 20_000 * u64::from(packet) + 100 * u64::from(stream);
            bytes.extend(((time_us / 1_000_000) as u32).to_le_bytes());
            bytes.extend(((time_us % 1_000_000) as u32).to_le_bytes());
            bytes.extend([200u32.to_le_bytes(), 200u32.to_le_bytes()].concat());
            bytes.extend([0x45, 0xb8, 0, 200, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
            let ports = [4000 + 2 * stream as u16, 20_000 + 2 * stream as u16];
            bytes.extend(ports.iter().flat_map(|port| port.to_be_bytes()));
            bytes.extend([0, 180, 0, 0, 0x80, 0]);
            bytes.extend((packet as u16).to_be_bytes());
            bytes.extend((160 * packet).to_be_bytes());
            bytes.extend((0x1000 + stream).to_be_bytes());
            bytes.extend((0..160u32).map(|at| (at * packet) as u8));
        }
    }
    bytes
}

fn streams(criterion: &mut Criterion) {
    let bytes = made();
    let mut group = criterion.benchmark_group("network");
    group.throughput(Throughput::Elements(u64::from(STREAMS * PACKETS)));
    group.bench_function("streams", |bencher| {
        bencher.iter(|| {
            let mut analysis = Analysis::new("made", Options::default());
            let mut calls = 0;
            let mut count = |call| {
                black_box(&call);
                calls += 1;
            };
            capture::read("made", Cursor::new(bytes.clone()), |packet| {
                analysis.take(packet, &mut count);
            })
            .expect("a capture in memory can be read");
            analysis.finish(&mut count);
            assert_eq!(calls, STREAMS);
        });
    });
    group.finish();
}

criterion_group!(benches, streams);
criterion_main!(benches);
