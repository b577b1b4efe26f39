//! Voice activity and log energies in 4 ms windows (P.862 clause 10.1, envelope-based alignment).

use super::setup::Setup;
use super::window_energy::window_energies;
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
        Self { log: log.collect(), energy }
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

/// Copies of signals as the alignment hears them, and the speech in them; `lengths` are without the tail, `sums` are those
/// of the samples between the margins.
pub(super) fn activity<const N: usize>(
    setup: Setup,
    signals: [&[f32]; N],
    lengths: [usize; N],
    sums: [f32; N],
) -> [(Memory<f32>, Activity); N] {
    let (margin, window) = (setup.margin(), setup.rate.vad_window);
    let mut each = lengths.into_iter().zip(sums);
    let mut copies = signals.map(|signal| {
        let (length, sum) = each.next().expect("as many as there are signals");
        let mut copy = Memory::new(length + setup.tail());
        let inner = margin..length - margin;
        for outer in [0..inner.start, inner.end..copy.len()] {
            copy[outer.clone()].copy_from_slice(&signal[outer]);
        }
        without_mean(&mut copy[inner.clone()], &signal[inner], sum / length as f32, window);
        copy
    });
    biquad::cascade(&setup.rate.alignment_filter, copies.each_mut().map(|copy| &mut **copy));
    let mut lengths = lengths.into_iter();
    copies.map(|copy| {
        let energy = window_energies(&copy[..lengths.next().unwrap_or_default()], window);
        (copy, Activity::from_energies(&setup.p.voice_activity, energy))
    })
}

/// A copy without the mean, its first and last window faded.
fn without_mean(copy: &mut [f32], signal: &[f32], mean: f32, window: usize) {
    for (out, sample) in copy.iter_mut().zip(signal) {
        *out = sample - mean;
    }
    let last = copy.len() - 1;
    for k in 0..window {
        let gain = (0.5 + k as f32) / window as f32;
        copy[k] *= gain;
        copy[last - k] *= gain;
    }
}

/// Turns the energies of windows without speech negative; returns the threshold between noise and speech.
fn mark_speech(p: &VoiceActivity, energy: &mut [f32], floor: f32) -> f32 {
    let first = mean(energy.iter().copied()).unwrap_or(0.0);
    energy.iter_mut().for_each(|e| *e = e.max(floor));
    let mut threshold = noise_threshold(p, energy, first);
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
    merge_runs(energy, p.joined_gap, floor);
    if runs(energy).is_empty() {
        energy.iter_mut().for_each(|e| *e = e.abs());
        silence_ends(energy, floor);
    }
    threshold
}

/// The threshold between noise and speech, from a first one on: in every pass, from mean and deviations of what lies below
/// the last.
fn noise_threshold(p: &VoiceActivity, energy: &[f32], first: f32) -> f32 {
    let (mut threshold, mut last) = (first, f32::INFINITY);
    let mut below = energy.to_vec();
    for _ in 0..p.passes {
        // It falls as a rule, so what lies below is found in what lay below before.
        if threshold > last {
            below.clear();
            below.extend_from_slice(energy);
        }
        keep_below(&mut below, threshold);
        last = threshold;
        threshold = next_threshold(p, &below);
        if threshold == last {
            break; // as all further passes would find
        }
    }
    threshold
}

/// Drops the energies above the threshold, without a branch that the processor would have to guess.
fn keep_below(energy: &mut Vec<f32>, threshold: f32) {
    let mut kept = 0;
    for i in 0..energy.len() {
        let e = energy[i];
        energy[kept] = e;
        kept += usize::from(e <= threshold);
    }
    energy.truncate(kept);
}

fn next_threshold(p: &VoiceActivity, below: &[f32]) -> f32 {
    let noise = mean(below.iter().copied()).unwrap_or(0.0);
    let variance = mean(below.iter().map(|&e| (e - noise) * (e - noise))).unwrap_or(0.0);
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

/// Turns the energies of `unwanted` runs negative.
fn drop_runs(energy: &mut [f32], unwanted: impl Fn(&[f32]) -> bool) {
    for run in runs(energy) {
        if unwanted(&energy[run.clone()]) {
            energy[run].iter_mut().for_each(|e| *e = -*e);
        }
    }
}

/// Fills the short gaps between runs with the floor.
fn merge_runs(energy: &mut [f32], longest_gap: usize, floor: f32) {
    for pair in runs(energy).windows(2) {
        let gap = pair[0].end..pair[1].start;
        if gap.len() <= longest_gap {
            energy[gap].fill(floor);
        }
    }
}

/// Gives the two windows before and after each run a share of the energy at its edge. A run that starts within three
/// windows after the end of another gets none before it.
fn soften_edges(p: &VoiceActivity, energy: &mut [f32]) {
    let share_of = |e: f32, share: f64| (f64::from(e) * share) as f32;
    let mut v = 3;
    while v + 2 < energy.len() {
        if energy[v] > 0.0 && energy[v - 2] <= 0.0 {
            energy[v - 2] = share_of(energy[v], p.edge_far);
            energy[v - 1] = share_of(energy[v], p.edge_near);
            v += 1;
        }
        if energy[v] <= 0.0 && energy[v - 1] > 0.0 {
            energy[v] = share_of(energy[v - 1], p.edge_near);
            energy[v + 1] = share_of(energy[v - 1], p.edge_far);
            v += 3;
        }
        v += 1;
    }
}
