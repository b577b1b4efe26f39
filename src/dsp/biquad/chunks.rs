//! Stretches of several signals, cut into chunks that are filtered side by side.

use super::Section;
use super::layout::{self, LANES, Row};
use super::recurrence::{REST, SETTLE_EVERY, States, run};
use crate::dsp::memory::Memory;
use bytemuck::{bytes_of, cast_slice, cast_slice_mut};

/// The lanes are shared equally: those of a signal hold its chunks in order.
pub(super) struct Chunks<const N: usize> {
    /// Samples of a chunk: so many rows there are.
    length: usize,
    rows: Memory<f32>,
    /// What the section at work makes of the rows.
    filtered: Memory<f32>,
    /// What the latest run left behind each block of rows, where states are settled.
    passed: Vec<States>,
}

impl<const N: usize> Chunks<N> {
    /// Chunks of one signal.
    const EACH: usize = LANES / N;
    /// Most samples of a chunk, so that long signals need no memory of their length; far from a power of two, at
    /// whose distance the chunks would compete for the same lines of the cache.
    const LONGEST: usize = 125 * SETTLE_EVERY;

    /// Room for signals of so many samples, or a stretch of them.
    pub fn of(samples: usize) -> Self {
        let length = samples.div_ceil(Self::EACH).next_multiple_of(SETTLE_EVERY);
        let length = length.clamp(SETTLE_EVERY, Self::LONGEST);
        Self {
            length,
            rows: Memory::new(length * LANES),
            filtered: Memory::new(length * LANES),
            passed: vec![REST; length / SETTLE_EVERY],
        }
    }

    /// Samples of a signal that there is room for.
    pub fn samples(&self) -> usize {
        self.length * Self::EACH
    }

    /// The chunks of every signal, empty ones behind its end.
    fn cut<T>(signals: [impl Iterator<Item = T>; N], empty: impl Fn() -> T) -> [T; LANES] {
        let mut chunks = signals
            .into_iter()
            .flat_map(|chunks| chunks.chain(std::iter::repeat_with(&empty)).take(Self::EACH));
        std::array::from_fn(|_| chunks.next().unwrap_or_else(&empty))
    }

    /// Zeros follow a signal that ends early.
    pub fn load(&mut self, signals: [&[f32]; N]) {
        let signals = signals.map(|signal| signal.chunks(self.length));
        layout::side_by_side(&Self::cut(signals, || &[]), cast_slice_mut(&mut self.rows));
    }

    /// What follows a signal that ends early is dropped.
    pub fn store(&self, signals: [&mut [f32]; N]) {
        let signals = signals.map(|signal| signal.chunks_mut(self.length));
        layout::end_to_end(cast_slice(&self.rows), &mut Self::cut(signals, || &mut []));
    }

    /// Filters every signal by the section, whose states are carried from stretch to stretch. A section that never forgets
    /// takes as long as chunk after chunk.
    pub fn filter(&mut self, section: &Section, carried: &mut [[f32; 2]; N]) {
        let mut starts = Self::after(&REST, carried);
        let mut ends = REST;
        self.run(section, starts, &mut ends, false);
        // Every run makes at least one chunk more of each signal right.
        for _ in 1..Self::EACH {
            let next = Self::after(&ends, carried);
            if same(&next, &starts) {
                break;
            }
            starts = next;
            self.run(section, starts, &mut ends, true);
        }
        std::mem::swap(&mut self.rows, &mut self.filtered);
        for (n, carried) in carried.iter_mut().enumerate() {
            *carried = ends.each_ref().map(|end| end.as_flattened()[(n + 1) * Self::EACH - 1]);
        }
    }

    /// Runs every chunk from its start; `again` only until all lanes meet what the run before has left.
    fn run(&mut self, section: &Section, starts: States, ends: &mut States, again: bool) {
        let mut states = starts;
        for (block, passed) in self.passed.iter_mut().enumerate() {
            step(
                section,
                block,
                cast_slice(&self.rows),
                cast_slice_mut(&mut self.filtered),
                &mut states,
            );
            if again && same(&states, passed) {
                return;
            }
            *passed = states;
        }
        *ends = states;
    }

    /// Each chunk begins where the one before it ends, the first of a signal where its last stretch ended.
    fn after(ends: &States, carried: &[[f32; 2]; N]) -> States {
        let mut starts = REST;
        for (i, (starts, ends)) in starts.iter_mut().zip(ends).enumerate() {
            let starts = starts.as_flattened_mut();
            starts[1..].copy_from_slice(&ends.as_flattened()[..LANES - 1]);
            for (n, carried) in carried.iter().enumerate() {
                starts[n * Self::EACH] = carried[i];
            }
        }
        starts
    }
}

/// Runs the section over a block of rows between which states are not settled.
fn step(section: &Section, block: usize, rows: &[Row], filtered: &mut [Row], states: &mut States) {
    let (rows, _) = rows.as_chunks();
    let (filtered, _) = filtered.as_chunks_mut();
    run(section, &rows[block], &mut filtered[block], states);
}

/// To the last bit.
fn same(one: &States, other: &States) -> bool {
    bytes_of(one) == bytes_of(other)
}
