//! Levels in mel bands, as librosa's `melspectrogram` and `power_to_db` give them.

use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// The scale of Slaney's Auditory Toolbox: even in Hz up to here, logarithmic above.
const LINEAR_TO_HZ: f64 = 1000.0;
const HZ_PER_MEL: f64 = 200.0 / 3.0;
/// Mels from 1 kHz to 6.4 kHz.
const LOGARITHMIC_MELS: f64 = 27.0;
/// What stands for no power.
const LEAST_POWER: f32 = 1e-10;
/// Nothing is further below the loudest, in dB.
const RANGE_DB: f32 = 80.0;

/// Mel spectra of one length of frame.
pub(super) struct Mel {
    hop: usize,
    window: Vec<f32>,
    /// For each band its first bin and the weights from it on.
    bands: Vec<(usize, Vec<f32>)>,
    plan: Arc<dyn RealToComplex<f32>>,
}

impl Mel {
    pub fn new(sample_rate: u32, length: usize, hop: usize, bands: usize) -> Self {
        let step = std::f64::consts::TAU / length as f64;
        let window = (0..length).map(|n| (0.5 - 0.5 * (step * n as f64).cos()) as f32).collect();
        let bands = weights(f64::from(sample_rate), length, bands);
        let plan = RealFftPlanner::new().plan_fft_forward(length);
        Self { hop, window, bands, plan }
    }

    /// The bands of every frame, one frame after the other; frames are centred on multiples of the hop, with silence
    /// before and behind the samples.
    pub fn of(&self, samples: &[f32]) -> Vec<f32> {
        let length = self.window.len();
        let half = length / 2;
        let frames = 1 + (samples.len() + 2 * half).saturating_sub(length) / self.hop;
        let mut values = Vec::with_capacity(frames * self.bands.len());
        let mut input = self.plan.make_input_vec();
        let mut spectrum = self.plan.make_output_vec();
        let mut scratch = self.plan.make_scratch_vec();
        let mut powers = vec![0.0f32; spectrum.len()];
        for frame in 0..frames {
            let start = (frame * self.hop) as isize - half as isize;
            for (at, (to, gain)) in input.iter_mut().zip(&self.window).enumerate() {
                let sample =
                    usize::try_from(start + at as isize).ok().and_then(|at| samples.get(at));
                *to = sample.map_or(0.0, |sample| sample * gain);
            }
            self.plan
                .process_with_scratch(&mut input, &mut spectrum, &mut scratch)
                .expect("buffers that the plan made");
            powers.iter_mut().zip(&spectrum).for_each(|(power, bin)| *power = bin.norm_sqr());
            values.extend(self.bands.iter().map(|(first, weights)| {
                let bins = weights.iter().zip(&powers[*first..]);
                bins.map(|(weight, power)| weight * power).sum::<f32>()
            }));
        }
        let loudest = values.iter().copied().fold(0.0, f32::max);
        let db = |power: f32| 10.0 * power.max(LEAST_POWER).log10();
        let loudest = db(loudest);
        for value in &mut values {
            *value = ((db(*value) - loudest).max(-RANGE_DB) + 40.0) / 40.0;
        }
        values
    }
}

fn mel(hz: f64) -> f64 {
    if hz < LINEAR_TO_HZ {
        return hz / HZ_PER_MEL;
    }
    LINEAR_TO_HZ / HZ_PER_MEL + (hz / LINEAR_TO_HZ).ln() * LOGARITHMIC_MELS / 6.4f64.ln()
}

fn hz(mel: f64) -> f64 {
    let linear = LINEAR_TO_HZ / HZ_PER_MEL;
    if mel < linear {
        return mel * HZ_PER_MEL;
    }
    LINEAR_TO_HZ * ((mel - linear) * 6.4f64.ln() / LOGARITHMIC_MELS).exp()
}

/// Triangles between neighbours in mel, each of area one in Hz.
fn weights(rate: f64, length: usize, bands: usize) -> Vec<(usize, Vec<f32>)> {
    let top = mel(rate / 2.0);
    let edge = |place: usize| hz(top * place as f64 / (bands + 1) as f64);
    (0..bands)
        .map(|band| {
            let [low, centre, high] = [edge(band), edge(band + 1), edge(band + 2)];
            let weight = |bin: usize| {
                let hz = bin as f64 * rate / length as f64;
                let triangle = ((hz - low) / (centre - low)).min((high - hz) / (high - centre));
                (triangle.max(0.0) * 2.0 / (high - low)) as f32
            };
            let all: Vec<f32> = (0..=length / 2).map(weight).collect();
            let first = all.iter().position(|&weight| weight > 0.0).unwrap_or(0);
            let end = all.iter().rposition(|&weight| weight > 0.0).map_or(first, |last| last + 1);
            (first, all[first..end].to_vec())
        })
        .collect()
}
