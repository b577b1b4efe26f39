//! The twiddles between the transforms of columns and those of lines.

use crate::dsp::frames::cis;
use crate::dsp::lanes::{ComplexLanes, Lanes, MOST};
use std::f64::consts::TAU;

/// exp(−2πi·line·column/N) for some lines in the order of their use, each the product of the twiddle of the first column of a
/// register and one that leads on from there.
pub(super) struct Twiddles {
    /// Real and imaginary parts for the columns of the first register, line by line.
    near: Vec<[[f32; MOST]; 2]>,
    /// Real and imaginary parts of the first column of each register, for each line, register by register.
    far: Vec<[f32; 2]>,
}

impl Twiddles {
    /// Twiddles of `lines` of `columns` values each, N = rows·columns, in registers of `lanes` lanes.
    pub fn new(lines: &[usize], rows: usize, columns: usize, lanes: usize) -> Self {
        let step = -TAU / (rows * columns) as f64;
        let twiddle = move |line: usize, column: usize| cis(step * (line * column) as f64);
        let near = |&line: &usize| {
            let twiddles: [_; MOST] = std::array::from_fn(|column| twiddle(line, column));
            [twiddles.map(|[re, _]| re), twiddles.map(|[_, im]| im)]
        };
        let far = |column: usize| lines.iter().map(move |&line| twiddle(line, column));
        Self {
            near: lines.iter().map(near).collect(),
            far: (0..columns).step_by(lanes).flat_map(far).collect(),
        }
    }

    /// The twiddles of the i-th line in the columns from `first` on.
    #[inline(always)]
    pub fn at<L: Lanes>(&self, i: usize, first: usize) -> ComplexLanes<L> {
        let [re, im] = &self.near[i];
        let far = self.far[first / L::WIDTH * self.near.len() + i];
        ComplexLanes { re: L::load(re), im: L::load(im) }.times(ComplexLanes::splat(far))
    }
}
