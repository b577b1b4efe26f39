//! FFTs of many real frames at once, each in a lane of SIMD registers: every value is a row of lanes, so no step shuffles
//! values within a register.
//!
//! Even and odd samples are taken as real and imaginary parts of half as many complex values. With Z their spectrum of M
//! bins, E = Z[k] + conj Z[M − k], O = Z[k] − conj Z[M − k] and w = −i·exp(−iπk/M), the real frame has the bins
//! X[k] = (E + w·O)/2 and X[M − k] = conj(E − w·O)/2. The forward transform takes rows in order to bins in digit-reversed
//! order; the inverse takes those back to rows in order, so nothing is ever reordered. Both are unnormalised.

use crate::dsp::lanes::{ComplexLanes, Lanes, MOST};
use std::cell::RefCell;
use std::collections::HashMap;
use std::f32::consts::FRAC_1_SQRT_2;
use std::f64::consts::TAU;
use std::rc::Rc;

/// N rows.
type Block<L, const N: usize> = [ComplexLanes<L>; N];

/// A transform of frames of one length.
pub(crate) struct FrameTransform {
    /// Rows of a frame: half as many as it has samples.
    half: usize,
    /// Twiddles of each radix-4 pass, from the longest blocks to those of 16 or 32 rows: exp(−2πijk/block) for j = 1, 2, 3
    /// at each k up to a quarter of the block.
    passes: Vec<Vec<[[f32; 2]; 3]>>,
    /// Every pair of bins k and half − k but the outermost and the middle one.
    pub pairs: Vec<Mirrored>,
    /// The row of each bin of the complex transform.
    pub order: Vec<usize>,
}

/// The bins k and half − k, which together make two bins of the real frame.
#[derive(Clone, Copy)]
pub(crate) struct Mirrored {
    /// The bin k, from 1 to half / 2 − 1.
    pub bin: usize,
    /// The row of the bin k.
    pub low: usize,
    /// The row of the bin half − k.
    pub high: usize,
    /// Real and imaginary part of −i·exp(−iπk/half).
    pub twiddle: [f32; 2],
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
        let twiddles = |block: usize| {
            let twiddle = move |jk: usize| cis(-TAU * jk as f64 / block as f64);
            (0..block / 4).map(|k| [twiddle(k), twiddle(2 * k), twiddle(3 * k)]).collect()
        };
        let passes = blocks.take_while(|&block| block > 8).map(twiddles).collect();
        let mut order = vec![0; half];
        order_bins(&mut order, 0..half, 0, 1);
        let pair = |k: usize| Mirrored {
            bin: k,
            low: order[k],
            high: order[half - k],
            twiddle: cis(-TAU * k as f64 / length as f64 - TAU / 4.0),
        };
        let mut pairs: Vec<Mirrored> = (1..half / 2).map(pair).collect();
        // In the order of memory, so that neighbours share the cache.
        pairs.sort_by_key(|pair| pair.low);
        Self { half, passes, pairs, order }
    }

    /// The row of the bin half / 2, which is its own mirror.
    pub fn middle(&self) -> usize {
        self.order[self.half / 2]
    }

    /// How many f32 values the rows take up in memory, in lanes of the widest registers.
    pub fn room(&self) -> usize {
        2 * self.half * MOST
    }

    /// Fills rows with the first samples of `frames`, a frame a lane, times `window`, which is a frame long. `values` is the
    /// memory of the rows, [`room`](Self::room) values.
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

    /// From rows of samples, in place, to rows of bins.
    #[inline(always)]
    pub fn forward<L: Lanes>(&self, rows: &mut [ComplexLanes<L>]) {
        radix4_forward(rows, &self.passes[0]);
        // A quarter stays in the cache until it is done.
        for quarter in rows.chunks_exact_mut(self.half / 4) {
            for twiddles in &self.passes[1..] {
                for block in quarter.chunks_exact_mut(4 * twiddles.len()) {
                    radix4_forward(block, twiddles);
                }
            }
            let (eights, fours) = self.last_blocks(quarter);
            for block in eights {
                *block = dft8(*block);
            }
            for block in fours {
                *block = dft4(*block);
            }
        }
    }

    /// From rows of bins, in place, to rows of samples.
    #[inline(always)]
    pub fn inverse<L: Lanes>(&self, rows: &mut [ComplexLanes<L>]) {
        for quarter in rows.chunks_exact_mut(self.half / 4) {
            let (eights, fours) = self.last_blocks(quarter);
            for block in eights {
                *block = inverse_dft8(*block);
            }
            for block in fours {
                *block = inverse_dft4(*block);
            }
            for twiddles in self.passes[1..].iter().rev() {
                for block in quarter.chunks_exact_mut(4 * twiddles.len()) {
                    radix4_inverse(block, twiddles);
                }
            }
        }
        radix4_inverse(rows, &self.passes[0]);
    }

    /// The blocks that the radix-4 passes end at: all of eight rows, or all of four.
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

/// Real and imaginary part of exp(i·angle), with the angle in radians.
pub(crate) fn cis(angle: f64) -> [f32; 2] {
    [angle.cos() as f32, angle.sin() as f32]
}

/// Writes into `rows` the row of each bin that `block` holds: the bins `first`, `first + step` and so on.
fn order_bins(rows: &mut [usize], block: std::ops::Range<usize>, first: usize, step: usize) {
    let length = block.len();
    if length == 1 {
        rows[first] = block.start;
        return;
    }
    let radix = if length == 2 { 2 } else { 4 };
    for j in 0..radix {
        let start = block.start + j * (length / radix);
        order_bins(rows, start..start + length / radix, first + j * step, radix * step);
    }
}

/// Splits a block into four of a quarter of its length, whose bins leave the remainders 0, 1, 2 and 3 when divided by 4.
#[inline(always)]
fn radix4_forward<L: Lanes>(block: &mut [ComplexLanes<L>], twiddles: &[[[f32; 2]; 3]]) {
    let (low, high) = block.split_at_mut(2 * twiddles.len());
    let (a, b) = low.split_at_mut(twiddles.len());
    let (c, d) = high.split_at_mut(twiddles.len());
    for ((((a, b), c), d), [w1, w2, w3]) in a.iter_mut().zip(b).zip(c).zip(d).zip(twiddles) {
        let [first, second, third, fourth] = dft4([*a, *b, *c, *d]);
        *a = first;
        *b = second.times(ComplexLanes::splat(*w1));
        *c = third.times(ComplexLanes::splat(*w2));
        *d = fourth.times(ComplexLanes::splat(*w3));
    }
}

/// Merges the four quarters that [`radix4_forward`] leaves, four times as large.
#[inline(always)]
fn radix4_inverse<L: Lanes>(block: &mut [ComplexLanes<L>], twiddles: &[[[f32; 2]; 3]]) {
    let (low, high) = block.split_at_mut(2 * twiddles.len());
    let (a, b) = low.split_at_mut(twiddles.len());
    let (c, d) = high.split_at_mut(twiddles.len());
    for ((((a, b), c), d), [w1, w2, w3]) in a.iter_mut().zip(b).zip(c).zip(d).zip(twiddles) {
        let second = b.times_conjugate(ComplexLanes::splat(*w1));
        let third = c.times_conjugate(ComplexLanes::splat(*w2));
        let fourth = d.times_conjugate(ComplexLanes::splat(*w3));
        [*a, *b, *c, *d] = inverse_dft4([*a, second, third, fourth]);
    }
}

/// The discrete Fourier transform of four values.
#[inline(always)]
fn dft4<L: Lanes>([a, b, c, d]: Block<L, 4>) -> Block<L, 4> {
    let (even_sum, even_difference) = (a.add(c), a.sub(c));
    let (odd_sum, odd_difference) = (b.add(d), b.sub(d));
    [
        even_sum.add(odd_sum),
        even_difference.sub_i_times(odd_difference),
        even_sum.sub(odd_sum),
        even_difference.add_i_times(odd_difference),
    ]
}

/// The inverse of [`dft4`], four times as large.
#[inline(always)]
fn inverse_dft4<L: Lanes>([a, b, c, d]: Block<L, 4>) -> Block<L, 4> {
    let [first, second, third, fourth] = dft4([a, b, c, d]);
    [first, fourth, third, second]
}

/// The discrete Fourier transform of eight values, in the digit-reversed order that a pass of four and one of two leave.
#[inline(always)]
fn dft8<L: Lanes>([a, b, c, d, e, f, g, h]: Block<L, 8>) -> Block<L, 8> {
    let even = dft4([a, c, e, g]);
    let odd = dft4([b, d, f, h]);
    let second = odd[1].times(ComplexLanes::splat(EIGHTH));
    let fourth = odd[3].times(ComplexLanes::splat(THREE_EIGHTHS));
    [
        even[0].add(odd[0]),
        even[0].sub(odd[0]),
        even[1].add(second),
        even[1].sub(second),
        even[2].sub_i_times(odd[2]),
        even[2].add_i_times(odd[2]),
        even[3].add(fourth),
        even[3].sub(fourth),
    ]
}

/// The inverse of [`dft8`], from the order that it leaves; eight times as large.
#[inline(always)]
fn inverse_dft8<L: Lanes>([a, b, c, d, e, f, g, h]: Block<L, 8>) -> Block<L, 8> {
    let second = c.sub(d).times_conjugate(ComplexLanes::splat(EIGHTH));
    let fourth = g.sub(h).times_conjugate(ComplexLanes::splat(THREE_EIGHTHS));
    let third = e.sub(f);
    let third = ComplexLanes { re: L::splat(0.0).sub(third.im), im: third.re };
    let even = inverse_dft4([a.add(b), c.add(d), e.add(f), g.add(h)]);
    let odd = inverse_dft4([a.sub(b), second, third, fourth]);
    [even[0], odd[0], even[1], odd[1], even[2], odd[2], even[3], odd[3]]
}

/// Splits a mirrored pair of bins of the complex transform into twice the bin k of the real frame and twice the conjugate of
/// its bin half − k.
#[inline(always)]
pub(crate) fn split<L: Lanes>(
    low: ComplexLanes<L>,
    high: ComplexLanes<L>,
    twiddle: ComplexLanes<L>,
) -> (ComplexLanes<L>, ComplexLanes<L>) {
    let even = ComplexLanes { re: low.re.add(high.re), im: low.im.sub(high.im) };
    let odd = ComplexLanes { re: low.re.sub(high.re), im: low.im.add(high.im) }.times(twiddle);
    (even.add(odd), even.sub(odd))
}

/// exp(−2πi/8)
const EIGHTH: [f32; 2] = [FRAC_1_SQRT_2, -FRAC_1_SQRT_2];
/// exp(−3·2πi/8)
const THREE_EIGHTHS: [f32; 2] = [-FRAC_1_SQRT_2, -FRAC_1_SQRT_2];
