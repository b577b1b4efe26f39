//! A signal split into octaves that add up to it.

use super::fft::{Buffer, Forward, Inverse, fast_length};
use std::f64::consts::SQRT_2;

/// How far a crossover reaches to either side of its edge, as a factor of frequency: a quarter of an octave.
const CROSSOVER: f64 = 1.189_207_115_002_721;

/// What a signal has in an octave.
#[derive(Debug)]
pub(crate) struct Octave {
    /// As many samples as the signal has, at its sample rate.
    pub samples: Vec<f32>,
    /// The octave's share of the band up to half the sample rate, 0 to 1.
    pub width: f64,
}

/// Splits a signal with zero phase: first all below `lowest_hz`, then octave by octave up to half the sample rate.
pub(crate) fn octaves(signal: &[f32], sample_rate: u32, lowest_hz: f64) -> Vec<Octave> {
    let highest_hz = f64::from(sample_rate) / 2.0;
    let length = fast_length(signal.len());
    let mut spectrum = Buffer::new(length);
    spectrum.load(signal, 0);
    Forward::new(length).run(&mut spectrum);
    let mut inverse = Inverse::new(length);
    let mut filtered = Buffer::new(length);
    let mut octave = |lower_hz: f64, upper_hz: f64| {
        for (k, (filtered, bin)) in filtered.iter_mut().zip(spectrum.iter()).enumerate() {
            let hz = k as f64 * 2.0 * highest_hz / length as f64;
            let gain = (share_above(hz, lower_hz) - share_above(hz, upper_hz)) / length as f64;
            *filtered = bin * gain as f32;
        }
        inverse.run(&mut filtered);
        Octave {
            samples: filtered.samples()[..signal.len()].to_vec(),
            width: (upper_hz.min(highest_hz) - lower_hz) / highest_hz,
        }
    };
    let doubled = std::iter::successors(Some(lowest_hz), |edge| Some(2.0 * edge));
    // The last edge leaves half an octave or more.
    let edges = doubled.take_while(|&edge| edge < highest_hz / SQRT_2);
    let edges: Vec<f64> = [0.0].into_iter().chain(edges).chain([f64::INFINITY]).collect();
    edges.windows(2).map(|edges| octave(edges[0], edges[1])).collect()
}

/// The gain, 0 to 1, that a crossover at `edge_hz` gives its upper side at `hz`.
fn share_above(hz: f64, edge_hz: f64) -> f64 {
    if edge_hz == 0.0 {
        return 1.0;
    }
    ((hz / edge_hz - 1.0 / CROSSOVER) / (CROSSOVER - 1.0 / CROSSOVER)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn octaves_add_up_to_the_signal(signal in prop::collection::vec(-1f32..1.0, 0..2000)) {
            let octaves = octaves(&signal, 48_000, 700.0);
            prop_assert_eq!(octaves.len(), 6);
            let width: f64 = octaves.iter().map(|octave| octave.width).sum();
            prop_assert!((width - 1.0).abs() < 1e-12);
            for (at, &sample) in signal.iter().enumerate() {
                let sum: f32 = octaves.iter().map(|octave| octave.samples[at]).sum();
                prop_assert!((sum - sample).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn a_tone_is_in_its_octave() {
        let step = std::f32::consts::TAU * 2000.0 / 16_000.0;
        let tone: Vec<f32> = (0..1600).map(|n| (step * n as f32).sin()).collect();
        let octaves = octaves(&tone, 16_000, 700.0);
        let energy =
            |octave: &Octave| octave.samples.iter().map(|sample| sample * sample).sum::<f32>();
        let energies: Vec<f32> = octaves.iter().map(energy).collect();
        assert_eq!(energies.len(), 5);
        assert!(energies[2] > 0.99 * energies.iter().sum::<f32>(), "{energies:?}");
    }
}
