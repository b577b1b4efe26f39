//! Stretches of several signals, cut into chunks that are filtered side by side.

use super::layout::{LANES, Row, end_to_end, side_by_side};
use super::recurrence::{REST, SETTLE_EVERY, States, run};
use super::section::Section;
use crate::dsp::lanes::Lanes;
use crate::dsp::memory::Memory;
use bytemuck::{cast_slice, cast_slice_mut};

/// Chunks of N signals, a chunk a lane. Every signal has the same number of lanes, which hold its chunks in order.
pub(super) struct Chunks<const N: usize> {
    /// Samples of a chunk, which is the number of rows.
    length: usize,
    /// The samples of all chunks, a row for each sample of a chunk.
    rows: Memory<f32>,
    /// What the latest run left behind each block of rows, where states are settled, section by section.
    passed: Vec<States>,
}

impl<const N: usize> Chunks<N> {
    /// The number of chunks of each signal.
    const EACH: usize = LANES / N;
    /// Most samples of a chunk, so that long signals need no memory of their length; far from a power of two, at
    /// whose distance the chunks would compete for the same lines of the cache.
    const LONGEST: usize = 125 * SETTLE_EVERY;

    /// Room for signals of `samples` samples, or for stretches of longer ones, and for filters of `sections` sections.
    pub fn of(samples: usize, sections: usize) -> Self {
        let length = samples.div_ceil(Self::EACH).next_multiple_of(SETTLE_EVERY);
        let length = length.clamp(SETTLE_EVERY, Self::LONGEST);
        Self {
            length,
            rows: Memory::new(length * LANES),
            passed: vec![REST; length / SETTLE_EVERY * sections],
        }
    }

    /// How many samples of each signal there is room for.
    pub fn samples(&self) -> usize {
        self.length * Self::EACH
    }

    /// Filters every signal in place by all sections, whose states are carried from stretch to stretch. Sections that never
    /// forget take as long as chunk after chunk.
    #[inline(always)]
    pub fn filter<L: Lanes>(
        &mut self,
        sections: &[Section],
        signals: [&mut [f32]; N],
        carried: &mut [[[f32; 2]; N]],
    ) {
        let inputs = Inputs::new(signals.each_ref().map(|signal| &**signal), self.length);
        let mut ends = vec![REST; sections.len()];
        let mut starts = Self::after(&ends, carried);
        self.run::<L>(sections, &inputs, &starts, &mut ends, false);
        // Every run makes at least one chunk more of each signal right.
        for _ in 1..Self::EACH {
            let next = Self::after(&ends, carried);
            if same(&next, &starts) {
                break;
            }
            starts = next;
            self.run::<L>(sections, &inputs, &starts, &mut ends, true);
        }
        for (carried, ends) in carried.iter_mut().zip(&ends) {
            for (n, carried) in carried.iter_mut().enumerate() {
                *carried = ends.map(|end| end[(n + 1) * Self::EACH - 1]);
            }
        }
        let outputs = signals.map(|signal| signal.chunks_mut(self.length));
        end_to_end::<L>(cast_slice(&self.rows), &mut cut(outputs, || &mut []));
    }

    /// Runs every chunk from its start; `again` only until all lanes meet what the run before has left.
    #[inline(always)]
    fn run<L: Lanes>(
        &mut self,
        sections: &[Section],
        inputs: &Inputs<N>,
        starts: &[States],
        ends: &mut [States],
        again: bool,
    ) {
        let mut states = starts.to_vec();
        let (rows, _) = cast_slice_mut::<f32, Row>(&mut self.rows).as_chunks_mut();
        let passed = self.passed.chunks_exact_mut(sections.len());
        for (block, (rows, passed)) in rows.iter_mut().zip(passed).enumerate() {
            side_by_side::<L>(&inputs.block(block), rows);
            for (section, states) in sections.iter().zip(&mut states) {
                run::<L>(section, rows, states);
            }
            if again && same(&states, passed) {
                return;
            }
            passed.copy_from_slice(&states);
        }
        ends.copy_from_slice(&states);
    }

    /// The states with which chunks begin: those with which the chunk before ends, and for the first of a signal those that
    /// its last stretch left.
    fn after(ends: &[States], carried: &[[[f32; 2]; N]]) -> Vec<States> {
        let after = |(ends, carried): (&States, &[[f32; 2]; N])| {
            let mut starts = *ends;
            for (i, starts) in starts.iter_mut().enumerate() {
                starts.rotate_right(1);
                for (n, carried) in carried.iter().enumerate() {
                    starts[n * Self::EACH] = carried[i];
                }
            }
            starts
        };
        ends.iter().zip(carried).map(after).collect()
    }
}

/// Chunks of signals, block by block.
struct Inputs<'a, const N: usize> {
    chunks: [&'a [f32]; LANES],
    /// The last block of each signal, where it is not whole, and zeros.
    last: [[f32; SETTLE_EVERY]; N],
}

impl<'a, const N: usize> Inputs<'a, N> {
    fn new(signals: [&'a [f32]; N], length: usize) -> Self {
        let last = signals.map(|signal| {
            let (_, rest) = signal.as_chunks::<SETTLE_EVERY>();
            let mut last = [0.0; SETTLE_EVERY];
            last[..rest.len()].copy_from_slice(rest);
            last
        });
        Self { chunks: cut(signals.map(|signal| signal.chunks(length)), || &[]), last }
    }

    /// A block of every chunk; zeros follow a signal that ends early.
    fn block(&self, block: usize) -> [&[f32]; LANES] {
        std::array::from_fn(|lane| {
            match self.chunks[lane].get(block * SETTLE_EVERY..).unwrap_or_default() {
                [] => &[0.0; SETTLE_EVERY],
                rest => rest.get(..SETTLE_EVERY).unwrap_or(&self.last[lane / (LANES / N)]),
            }
        })
    }
}

/// The chunks of every signal in order, with empty ones behind its end.
fn cut<T, const N: usize>(
    signals: [impl Iterator<Item = T>; N],
    empty: impl Fn() -> T,
) -> [T; LANES] {
    let mut chunks = signals
        .into_iter()
        .flat_map(|chunks| chunks.chain(std::iter::repeat_with(&empty)).take(LANES / N));
    std::array::from_fn(|_| chunks.next().unwrap_or_else(&empty))
}

/// Whether states are equal to the last bit.
fn same(one: &[States], other: &[States]) -> bool {
    cast_slice::<_, u8>(one) == cast_slice::<_, u8>(other)
}
