//! FFTs of many real frames at once, each in a lane of SIMD registers: every value is a row of lanes, so no step shuffles
//! values within a register.
//!
//! Even and odd samples are real and imaginary parts of half as many complex values ([`real_split`](crate::dsp::real_split)
//! has the arithmetic). The transform takes rows in order to bins in digit-reversed order; the inverse takes them back, so
//! nothing is ever put in order. Both are unnormalised.

use crate::dsp::lanes::{ComplexLanes, Lanes, MOST};
use std::cell::RefCell;
use std::collections::HashMap;
use std::f32::consts::FRAC_1_SQRT_2;
use std::f64::consts::TAU;
use std::rc::Rc;

/// So many rows.
type Block<L, const N: usize> = [ComplexLanes<L>; N];

/// A transform of frames of one length.
pub(crate) struct FrameTransform {
    /// Rows of a frame.
    half: usize,
    /// Twiddles of each radix-4 pass, from the longest blocks to those of 16 or 32: exp(−2πijk/block) for j = 1, 2, 3.
    passes: Vec<Vec<[[f32; 2]; 3]>>,
    /// Every pair of bins k and half − k but the outermost and the middle one.
    pub pairs: Vec<Mirrored>,
    /// The row of each bin of the complex transform.
    pub order: Vec<usize>,
}

/// Rows of the bins k and half − k.
#[derive(Clone, Copy)]
pub(crate) struct Mirrored {
    /// k
    pub bin: usize,
    pub low: usize,
    pub high: usize,
    /// −i·exp(−iπk/half)
    pub turn: [f32; 2],
}

thread_local! {
    static TRANSFORMS: RefCell<HashMap<usize, Rc<FrameTransform>>> = RefCell::default();
}

impl FrameTransform {
    /// For frames of `length` samples, a power of two of at least 32; made once a thread.
    pub fn of(length: usize) -> Rc<Self> {
        TRANSFORMS.with_borrow_mut(|transforms| {
            Rc::clone(transforms.entry(length).or_insert_with(|| Rc::new(Self::new(length))))
        })
    }

    fn new(length: usize) -> Self {
        assert!(length.is_power_of_two() && length >= 2 * MOST, "{length} samples in a frame");
        let half = length / 2;
        let blocks = std::iter::successors(Some(half), |block| Some(block / 4));
        let turns = |block: usize| {
            let turn = move |turns: usize| cis(-TAU * turns as f64 / block as f64);
            (0..block / 4).map(|k| [turn(k), turn(2 * k), turn(3 * k)]).collect()
        };
        let passes = blocks.take_while(|&block| block > 8).map(turns).collect();
        let mut order = vec![0; half];
        place_bins(&mut order, 0..half, 0, 1);
        let pair = |k: usize| Mirrored {
            bin: k,
            low: order[k],
            high: order[half - k],
            turn: cis(-TAU * k as f64 / length as f64 - TAU / 4.0),
        };
        let mut pairs: Vec<Mirrored> = (1..half / 2).map(pair).collect();
        // In the order of memory, so that neighbours share the cache.
        pairs.sort_by_key(|pair| pair.low);
        Self { half, passes, pairs, order }
    }

    /// The row of the bin in the middle.
    pub fn middle(&self) -> usize {
        self.order[self.half / 2]
    }

    /// Values that frames take in memory.
    pub fn room(&self) -> usize {
        2 * self.half * MOST
    }

    /// The rows of windowed frames, which `frames` begin with.
    #[inline(always)]
    pub fn load<'a, L: Lanes>(
        &self,
        values: &'a mut [f32],
        frames: &[&[f32]; MOST],
        window: &[f32],
    ) -> &'a mut [ComplexLanes<L>] {
        let rows = &mut ComplexLanes::of(values)[..self.half];
        let mut samples = [L::splat(0.0); MOST];
        let blocks = rows.chunks_exact_mut(L::WIDTH / 2).zip(window.chunks_exact(L::WIDTH));
        for (block, (rows, window)) in blocks.enumerate() {
            L::gather(frames, block * L::WIDTH, &mut samples);
            for (i, row) in rows.iter_mut().enumerate() {
                row.re = samples[2 * i].mul(L::splat(window[2 * i]));
                row.im = samples[2 * i + 1].mul(L::splat(window[2 * i + 1]));
            }
        }
        rows
    }

    /// Rows of samples to rows of bins.
    #[inline(always)]
    pub fn forward<L: Lanes>(&self, rows: &mut [ComplexLanes<L>]) {
        part_by_four(rows, &self.passes[0]);
        // A quarter stays in the cache until it is done.
        for quarter in rows.chunks_exact_mut(self.half / 4) {
            for turns in &self.passes[1..] {
                for block in quarter.chunks_exact_mut(4 * turns.len()) {
                    part_by_four(block, turns);
                }
            }
            let (eights, fours) = self.last_blocks(quarter);
            for block in eights {
                part_eight(block);
            }
            for block in fours {
                part_four(block);
            }
        }
    }

    /// Rows of bins to rows of samples.
    #[inline(always)]
    pub fn inverse<L: Lanes>(&self, rows: &mut [ComplexLanes<L>]) {
        for quarter in rows.chunks_exact_mut(self.half / 4) {
            let (eights, fours) = self.last_blocks(quarter);
            for block in eights {
                join_eight(block);
            }
            for block in fours {
                join_four(block);
            }
            for turns in self.passes[1..].iter().rev() {
                for block in quarter.chunks_exact_mut(4 * turns.len()) {
                    join_by_four(block, turns);
                }
            }
        }
        join_by_four(rows, &self.passes[0]);
    }

    /// The blocks that the passes leave: all of eight rows, or all of four.
    #[inline(always)]
    fn last_blocks<'a, L: Lanes>(
        &self,
        rows: &'a mut [ComplexLanes<L>],
    ) -> (&'a mut [Block<L, 8>], &'a mut [Block<L, 4>]) {
        let eights = if self.half.trailing_zeros().is_multiple_of(2) { 0 } else { rows.len() };
        let (eights, fours) = rows.split_at_mut(eights);
        (eights.as_chunks_mut().0, fours.as_chunks_mut().0)
    }
}

/// exp(i·angle)
pub(crate) fn cis(angle: f64) -> [f32; 2] {
    [angle.cos() as f32, angle.sin() as f32]
}

/// Notes the row of each bin of a block: those of the bins `first`, `first + step` and so on.
fn place_bins(rows: &mut [usize], block: std::ops::Range<usize>, first: usize, step: usize) {
    let length = block.len();
    if length == 1 {
        rows[first] = block.start;
        return;
    }
    let parts = if length == 2 { 2 } else { 4 };
    let part = length / parts;
    for j in 0..parts {
        let start = block.start + j * part;
        place_bins(rows, start..start + part, first + j * step, parts * step);
    }
}

/// Four blocks of a quarter of the length, with the bins of remainder 0, 1, 2 and 3, from one.
#[inline(always)]
fn part_by_four<L: Lanes>(block: &mut [ComplexLanes<L>], turns: &[[[f32; 2]; 3]]) {
    let (low, high) = block.split_at_mut(2 * turns.len());
    let (a, b) = low.split_at_mut(turns.len());
    let (c, d) = high.split_at_mut(turns.len());
    for ((((a, b), c), d), turns) in a.iter_mut().zip(b).zip(c).zip(d).zip(turns) {
        let [first, second, third, fourth] = parted([*a, *b, *c, *d]);
        *a = first;
        *b = second.times(ComplexLanes::splat(turns[0]));
        *c = third.times(ComplexLanes::splat(turns[1]));
        *d = fourth.times(ComplexLanes::splat(turns[2]));
    }
}

/// The way back.
#[inline(always)]
fn join_by_four<L: Lanes>(block: &mut [ComplexLanes<L>], turns: &[[[f32; 2]; 3]]) {
    let (low, high) = block.split_at_mut(2 * turns.len());
    let (a, b) = low.split_at_mut(turns.len());
    let (c, d) = high.split_at_mut(turns.len());
    for ((((a, b), c), d), turns) in a.iter_mut().zip(b).zip(c).zip(d).zip(turns) {
        let second = b.times_conjugate(ComplexLanes::splat(turns[0]));
        let third = c.times_conjugate(ComplexLanes::splat(turns[1]));
        let fourth = d.times_conjugate(ComplexLanes::splat(turns[2]));
        [*a, *b, *c, *d] = joined([*a, second, third, fourth]);
    }
}

/// The transform of four values.
#[inline(always)]
fn parted<L: Lanes>([a, b, c, d]: Block<L, 4>) -> Block<L, 4> {
    let (even, odd) = (a.add(c), a.sub(c));
    let (even_beside, odd_beside) = (b.add(d), b.sub(d));
    [
        even.add(even_beside),
        odd.sub_turned(odd_beside),
        even.sub(even_beside),
        odd.add_turned(odd_beside),
    ]
}

/// The inverse transform of four values.
#[inline(always)]
fn joined<L: Lanes>([a, b, c, d]: Block<L, 4>) -> Block<L, 4> {
    let [first, second, third, fourth] = parted([a, b, c, d]);
    [first, fourth, third, second]
}

/// A last block of four.
#[inline(always)]
fn part_four<L: Lanes>(block: &mut Block<L, 4>) {
    *block = parted(*block);
}

/// The way back.
#[inline(always)]
fn join_four<L: Lanes>(block: &mut Block<L, 4>) {
    *block = joined(*block);
}

/// A last block of eight: a step of four and one of two.
#[inline(always)]
fn part_eight<L: Lanes>(block: &mut Block<L, 8>) {
    let [a, b, c, d, e, f, g, h] = *block;
    let even = parted([a, c, e, g]);
    let odd = parted([b, d, f, h]);
    let second = odd[1].times(ComplexLanes::splat(EIGHTH));
    let fourth = odd[3].times(ComplexLanes::splat(THREE_EIGHTHS));
    *block = [
        even[0].add(odd[0]),
        even[0].sub(odd[0]),
        even[1].add(second),
        even[1].sub(second),
        even[2].sub_turned(odd[2]),
        even[2].add_turned(odd[2]),
        even[3].add(fourth),
        even[3].sub(fourth),
    ];
}

/// The way back.
#[inline(always)]
fn join_eight<L: Lanes>(block: &mut Block<L, 8>) {
    let [a, b, c, d, e, f, g, h] = *block;
    let second = c.sub(d).times_conjugate(ComplexLanes::splat(EIGHTH));
    let fourth = g.sub(h).times_conjugate(ComplexLanes::splat(THREE_EIGHTHS));
    let third = e.sub(f);
    let third = ComplexLanes { re: L::splat(0.0).sub(third.im), im: third.re };
    let even = joined([a.add(b), c.add(d), e.add(f), g.add(h)]);
    let odd = joined([a.sub(b), second, third, fourth]);
    *block = [even[0], odd[0], even[1], odd[1], even[2], odd[2], even[3], odd[3]];
}

/// Twice the bins k and, conjugate, half − k of a real frame.
#[inline(always)]
pub(crate) fn part<L: Lanes>(
    low: ComplexLanes<L>,
    high: ComplexLanes<L>,
    turn: ComplexLanes<L>,
) -> (ComplexLanes<L>, ComplexLanes<L>) {
    let even = ComplexLanes { re: low.re.add(high.re), im: low.im.sub(high.im) };
    let odd = ComplexLanes { re: low.re.sub(high.re), im: low.im.add(high.im) }.times(turn);
    (even.add(odd), even.sub(odd))
}

/// exp(−2πi/8)
const EIGHTH: [f32; 2] = [FRAC_1_SQRT_2, -FRAC_1_SQRT_2];
/// Its third power.
const THREE_EIGHTHS: [f32; 2] = [-FRAC_1_SQRT_2, -FRAC_1_SQRT_2];
