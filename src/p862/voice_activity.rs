//! Voice activity and log energies in 4 ms windows (P.862 clause 10.1, envelope-based alignment).

use super::Setup;
use crate::dsp::biquad;
use crate::dsp::memory::Memory;
use crate::model::{DelaySearch, VoiceActivity};
use std::ops::Range;

/// The speech activity of one signal.
pub(super) struct Activity {
    /// Energy of each window, 0 where there is no speech.
    pub energy: Vec<f32>,
    /// ln(energy / threshold) where above it, else 0.
    pub log: Vec<f32>,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a stage that the conformance test compares")
    )]
    pub threshold: f32,
}

impl Activity {
    fn from_energies(p: &VoiceActivity, mut energy: Vec<f32>) -> Self {
        let largest = energy.iter().copied().fold(0.0, f32::max);
        let floor = if largest > 0.0 { (f64::from(largest) * p.floor_ratio) as f32 } else { 1.0 };
        let threshold = mark_speech(p, &mut energy, floor);
        soften_edges(p, &mut energy);
        energy.iter_mut().for_each(|e| *e = e.max(0.0));
        let threshold = if threshold <= 0.0 { floor } else { threshold };
        let log = energy
            .iter()
            .map(|&e| if e > threshold { f64::from(e / threshold).ln() as f32 } else { 0.0 });
        Self { log: log.collect(), threshold, energy }
    }

    /// Share of the windows that carry speech, 0 to 1.
    pub fn share(&self) -> f64 {
        self.energy.iter().filter(|&&e| e > 0.0).count() as f64 / self.energy.len().max(1) as f64
    }

    /// Whether any run of speech is long enough for an utterance.
    pub fn has_utterance(&self, delay: &DelaySearch) -> bool {
        runs(&self.energy).iter().any(|run| run.len() as i64 >= delay.shortest_utterance)
    }
}

/// Copies of signals as the alignment hears them, and the speech in them; `lengths` are without the tail.
pub(super) fn activity<const N: usize>(
    setup: Setup,
    signals: [&[f32]; N],
    lengths: [usize; N],
) -> [(Memory<f32>, Activity); N] {
    let (margin, window) = (setup.margin(), setup.rate.vad_window);
    let mut copies = signals.map(Memory::from);
    let mut lengths_in_order = lengths.into_iter();
    let mut inner = copies.each_mut().map(|copy| {
        let length = lengths_in_order.next().unwrap_or_default();
        &mut copy[margin..length - margin]
    });
    let sums = sums_in_order(inner.each_ref().map(|signal| &**signal));
    for ((signal, sum), length) in inner.iter_mut().zip(sums).zip(lengths) {
        remove_mean(signal, sum / length as f32, window);
    }
    biquad::cascade(&setup.rate.alignment_filter, copies.each_mut().map(|copy| &mut **copy));
    let mut lengths = lengths.into_iter();
    copies.map(|copy| {
        let energy = window_energies(&copy[..lengths.next().unwrap_or_default()], window);
        (copy, Activity::from_energies(&setup.p.voice_activity, energy))
    })
}

/// f32 sums in index order; side by side they hide each other's latency.
fn sums_in_order<const N: usize>(signals: [&[f32]; N]) -> [f32; N] {
    let common = signals.iter().map(|signal| signal.len()).min().unwrap_or(0);
    let mut sums = [0.0f32; N];
    for t in 0..common {
        for (sum, signal) in sums.iter_mut().zip(&signals) {
            *sum += signal[t];
        }
    }
    for (sum, signal) in sums.iter_mut().zip(&signals) {
        signal[common..].iter().for_each(|sample| *sum += sample);
    }
    sums
}

/// Subtracts the mean and fades the first and last window.
fn remove_mean(signal: &mut [f32], mean: f32, window: usize) {
    signal.iter_mut().for_each(|sample| *sample -= mean);
    let last = signal.len() - 1;
    for k in 0..window {
        let gain = (0.5 + k as f32) / window as f32;
        signal[k] *= gain;
        signal[last - k] *= gain;
    }
}

/// Mean square of each whole window, summed in f32 in order; eight windows at a time keep eight sums in flight.
fn window_energies(samples: &[f32], window: usize) -> Vec<f32> {
    const ABREAST: usize = 8;
    let mut energies = Vec::with_capacity(samples.len() / window);
    let mut blocks = samples.chunks_exact(ABREAST * window);
    for block in &mut blocks {
        let mut sums = [0.0f32; ABREAST];
        for i in 0..window {
            for (lane, sum) in sums.iter_mut().enumerate() {
                let sample = block[lane * window + i];
                *sum += sample * sample;
            }
        }
        energies.extend(sums.map(|sum| sum / window as f32));
    }
    let rest = blocks.remainder().chunks_exact(window);
    energies.extend(
        rest.map(|samples| {
            samples.iter().map(|sample| sample * sample).sum::<f32>() / window as f32
        }),
    );
    energies
}

/// Turns the energies of windows without speech negative; returns the threshold between noise and speech.
fn mark_speech(p: &VoiceActivity, energy: &mut [f32], floor: f32) -> f32 {
    let mut threshold = mean(energy.iter().copied()).unwrap_or(0.0);
    energy.iter_mut().for_each(|e| *e = e.max(floor));
    for _ in 0..p.passes {
        threshold = noise_threshold(p, energy, threshold);
    }
    let noise = mean(energy.iter().copied().filter(|&e| e <= threshold)).unwrap_or(1.0);
    let speech = mean(energy.iter().copied().filter(|&e| e > threshold));
    if speech.is_none() {
        threshold = -1.0;
    }
    energy.iter_mut().filter(|e| **e <= threshold).for_each(|e| *e = -*e);
    silence_ends(energy, floor);
    drop_runs(energy, |run| run.len() < p.shortest_run);
    if speech.unwrap_or(0.0) >= p.clean_ratio * noise {
        drop_runs(energy, |run| {
            run.iter().sum::<f32>() < p.weak_run_factor * threshold * run.len() as f32
        });
    }
    join_runs(energy, p.joined_gap, floor);
    if runs(energy).is_empty() {
        energy.iter_mut().for_each(|e| *e = e.abs());
        silence_ends(energy, floor);
    }
    threshold
}

/// One pass of the threshold: mean and deviations of what lies below it.
fn noise_threshold(p: &VoiceActivity, energy: &[f32], threshold: f32) -> f32 {
    let below = || energy.iter().copied().filter(|&e| e <= threshold);
    let noise = mean(below()).unwrap_or(0.0);
    let variance = mean(below().map(|e| (e - noise) * (e - noise))).unwrap_or(0.0);
    let deviation = f64::from(variance).sqrt() as f32;
    (p.threshold_factor * (f64::from(noise) + p.threshold_deviations * f64::from(deviation))) as f32
}

/// Mean by an f32 sum in order; none of nothing.
fn mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let (sum, count) = values.fold((0.0f32, 0u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f32)
}

fn silence_ends(energy: &mut [f32], floor: f32) {
    if let [first, .., last] = energy {
        *first = -floor;
        *last = -floor;
    }
}

/// The maximal runs of windows above zero.
pub(super) fn runs(energy: &[f32]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = None;
    for (v, &e) in energy.iter().enumerate() {
        match start {
            None if e > 0.0 => start = Some(v),
            Some(from) if e <= 0.0 => {
                runs.push(from..v);
                start = None;
            }
            _ => {}
        }
    }
    runs.extend(start.map(|from| from..energy.len()));
    runs
}

/// Turns the runs negative that are not `wanted` any more.
fn drop_runs(energy: &mut [f32], unwanted: impl Fn(&[f32]) -> bool) {
    for run in runs(energy) {
        if unwanted(&energy[run.clone()]) {
            energy[run].iter_mut().for_each(|e| *e = -*e);
        }
    }
}

/// Fills the short gaps between runs with the floor.
fn join_runs(energy: &mut [f32], longest_gap: usize, floor: f32) {
    for pair in runs(energy).windows(2) {
        let gap = pair[0].end..pair[1].start;
        if gap.len() <= longest_gap {
            energy[gap].fill(floor);
        }
    }
}

/// Two windows before and after each run get a part of its edge; a run just ended hides a start within its fade.
fn soften_edges(p: &VoiceActivity, energy: &mut [f32]) {
    let part = |e: f32, share: f64| (f64::from(e) * share) as f32;
    let mut v = 3;
    while v + 2 < energy.len() {
        if energy[v] > 0.0 && energy[v - 2] <= 0.0 {
            energy[v - 2] = part(energy[v], p.edge_far);
            energy[v - 1] = part(energy[v], p.edge_near);
            v += 1;
        }
        if energy[v] <= 0.0 && energy[v - 1] > 0.0 {
            energy[v] = part(energy[v - 1], p.edge_near);
            energy[v + 1] = part(energy[v - 1], p.edge_far);
            v += 3;
        }
        v += 1;
    }
}
