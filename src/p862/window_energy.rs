//! Energies of the windows that voice activity is decided on (P.862 clause 10.1).

use crate::dsp::lanes::{self, Lanes, MOST, OnLanes};
use bytemuck::cast_slice;

/// Mean square of each whole window, summed in f32 in order.
pub(super) fn window_energies(samples: &[f32], window: usize) -> Vec<f32> {
    lanes::run(WindowEnergies { samples, window })
}

struct WindowEnergies<'a> {
    samples: &'a [f32],
    window: usize,
}

impl OnLanes for WindowEnergies<'_> {
    type Output = Vec<f32>;

    /// Windows abreast, one a lane, keep as many sums in flight.
    #[inline(always)]
    fn run<L: Lanes>(self) -> Vec<f32> {
        let Self { samples, window } = self;
        let mut energies = Vec::with_capacity(samples.len() / window);
        let mut abreast = samples.chunks_exact(L::WIDTH * window);
        for samples in &mut abreast {
            let mut windows = [&[] as &[f32]; MOST];
            for (lane, samples) in windows.iter_mut().zip(samples.chunks_exact(window)) {
                *lane = samples;
            }
            energies.extend_from_slice(cast_slice(&[squares::<L>(&windows, window)]));
        }
        let rest = abreast.remainder().chunks_exact(window);
        energies
            .extend(rest.map(|samples| samples.iter().map(|sample| sample * sample).sum::<f32>()));
        energies.iter_mut().for_each(|energy| *energy /= window as f32);
        energies
    }
}

/// The sum of squares of each window.
#[inline(always)]
fn squares<L: Lanes>(windows: &[&[f32]; MOST], window: usize) -> L {
    let mut sums = L::splat(0.0);
    let mut samples = [sums; MOST];
    let whole = window - window % L::WIDTH;
    for first in (0..whole).step_by(L::WIDTH) {
        L::gather(windows, first, &mut samples);
        for &samples in &samples[..L::WIDTH] {
            sums = sums.add(samples.mul(samples));
        }
    }
    for i in whole..window {
        let mut last = [0.0; MOST];
        for (last, window) in last.iter_mut().zip(&windows[..L::WIDTH]) {
            *last = window[i];
        }
        let last = L::load(&last);
        sums = sums.add(last.mul(last));
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_abreast_equal_sums_in_order_bit_for_bit() {
        let samples: Vec<f32> = (0..1999).map(|t| 9000.0 * (t as f32).sin()).collect();
        for window in [1, 8, 30, 32, 64, 2000] {
            let expected: Vec<f32> = samples
                .chunks_exact(window)
                .map(|samples| samples.iter().fold(0.0, |sum, x| sum + x * x) / window as f32)
                .collect();
            for found in lanes::run_on_each(|| WindowEnergies { samples: &samples, window }) {
                assert_eq!(found, expected);
            }
        }
    }
}
