//! Energies of the windows that voice activity is decided on (P.862 clause 10.1).

use crate::dsp::transposition::{Block, WIDTH, transposed};

/// Mean square of each whole window, summed in f32 in order.
pub(super) fn window_energies(samples: &[f32], window: usize) -> Vec<f32> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the CPU has AVX2, as asked on the line above.
        return unsafe { avx2::window_energies(samples, window) };
    }
    windows_abreast(samples, window, transposed)
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use crate::dsp::transposition::avx2::transposed;

    #[target_feature(enable = "avx2")]
    pub fn window_energies(samples: &[f32], window: usize) -> Vec<f32> {
        super::windows_abreast(samples, window, |block| transposed(block))
    }
}

/// Eight windows at a time keep eight sums in flight.
#[inline(always)]
fn windows_abreast(
    samples: &[f32],
    window: usize,
    transposed: impl Fn(Block) -> Block,
) -> Vec<f32> {
    let mut energies = Vec::with_capacity(samples.len() / window);
    let mut abreast = samples.chunks_exact(WIDTH * window);
    for samples in &mut abreast {
        let mut sums = [0.0f32; WIDTH];
        let mut windows = samples.chunks_exact(window);
        let windows: Windows = std::array::from_fn(|_| windows.next().unwrap_or_default());
        let whole = window - window % WIDTH;
        for i in (0..whole).step_by(WIDTH) {
            for samples in transposed(block(&windows, i)) {
                add_squares(&mut sums, samples);
            }
        }
        for i in whole..window {
            add_squares(&mut sums, samples_at(&windows, i));
        }
        energies.extend(sums.iter().map(|sum| sum / window as f32));
    }
    energies.extend(
        abreast.remainder().chunks_exact(window).map(|samples| {
            samples.iter().map(|sample| sample * sample).sum::<f32>() / window as f32
        }),
    );
    energies
}

type Windows<'a> = [&'a [f32]; WIDTH];

/// Samples of each window from `start` on.
#[inline(always)]
fn block(windows: &Windows, start: usize) -> Block {
    std::array::from_fn(|l| windows[l][start..].first_chunk().copied().unwrap_or_default())
}

/// The i-th sample of each window.
#[inline(always)]
fn samples_at(windows: &Windows, i: usize) -> [f32; WIDTH] {
    std::array::from_fn(|l| windows[l][i])
}

#[inline(always)]
fn add_squares(sums: &mut [f32; WIDTH], samples: [f32; WIDTH]) {
    for (sum, sample) in sums.iter_mut().zip(samples) {
        *sum += sample * sample;
    }
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
            assert_eq!(window_energies(&samples, window), expected);
            assert_eq!(windows_abreast(&samples, window, transposed), expected);
        }
    }
}
