//! Mending of the path where waveforms were kept: envelopes miss a jump close to the end of the speech and misplace
//! one in a steady vowel, waveforms tell it to a few milliseconds.

use super::correlogram::Curve;
use super::fine::blocks;
use super::inner_product::inner_product;
use super::path::{Run, runs_of};
use super::refine::Measured;
use super::{AlignmentParameters, Pair};
use crate::dsp::scales::ratio;
use crate::dsp::sums::energy;
use std::ops::Range;

/// The path with strays put where their waveforms fit and seams where the waveforms change over; `None` where there is
/// nothing to mend or the connection kept no waveform.
pub(crate) fn mended(
    pair: &Pair,
    runs: &[Run],
    measured: &Measured,
    parameters: &AlignmentParameters,
) -> Option<Vec<Run>> {
    if measured.coherence < parameters.mend_coherence {
        return None;
    }
    let waveforms = Waveforms::new(pair, parameters);
    let mut delays = vec![None; pair.reference_envelope.len()];
    for run in runs {
        delays[run.frames.clone()].fill(run.delay);
    }
    let reach = (parameters.search_s / pair.frame_s()) as i64;
    for (frames, delay) in strays(pair, runs, &measured.waveform.curves, parameters) {
        let found = waveforms.best(&frames, (delay - reach)..(delay + reach + 1));
        if let Some((found, _)) = found.filter(|found| found.1 >= parameters.mend_coherence) {
            delays[frames].fill(Some((found as f64 / pair.hop as f64).round() as i64));
        }
    }
    for end in outermost(pair, parameters) {
        waveforms.mend_end(end, &mut delays, reach, parameters);
    }
    waveforms.move_seams(&mut delays);
    let mended = runs_of(&delays);
    (mended != runs).then_some(mended)
}

/// Stretches whose waveforms do not follow the path, and the path's delay there; those as long as an anchor the
/// envelopes find.
fn strays(
    pair: &Pair,
    runs: &[Run],
    curves: &[Curve],
    parameters: &AlignmentParameters,
) -> Vec<(Range<usize>, i64)> {
    let length = (parameters.waveform_block_s / pair.frame_s()) as usize;
    let mean = curves.iter().map(|curve| curve.energy).sum::<f64>() / curves.len().max(1) as f64;
    let mut strays: Vec<(Range<usize>, i64)> = Vec::new();
    for ((frames, delay, _), curve) in blocks(runs, length).into_iter().zip(curves) {
        let best = curve.values.iter().fold(0.0f32, |best, value| best.max(value.abs()));
        let heard = f64::from(best) >= parameters.coherent * curve.energy;
        if heard || curve.energy < parameters.stray_energy * mean {
            continue;
        }
        match strays.last_mut() {
            Some((last, _)) if last.end == frames.start => last.end = frames.end,
            _ => strays.push((frames, delay)),
        }
    }
    let longest = (parameters.anchor_s / pair.frame_s()) as usize;
    strays.retain(|(frames, _)| frames.len() < longest);
    strays
}

/// Which end of the speech.
#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

/// The first and the last half block of speech: a jump in a block there leaves the rest of the block as it was, which
/// then is no stray.
fn outermost(pair: &Pair, parameters: &AlignmentParameters) -> Vec<(End, Range<usize>)> {
    let length = (parameters.waveform_block_s / 2.0 / pair.frame_s()) as usize;
    let frames = pair.reference_envelope.len();
    let samples = &pair.reference.samples;
    let least = energy(samples) / samples.len().max(1) as f64
        * ratio(-parameters.pause_db)
        * pair.hop as f64;
    let speaks = |&frame: &usize| {
        let end = ((frame + 1) * pair.hop).min(samples.len());
        samples.get(frame * pair.hop..end).is_some_and(|frame| energy(frame) > least)
    };
    let (Some(first), Some(last)) = ((0..frames).find(speaks), (0..frames).rfind(speaks)) else {
        return Vec::new();
    };
    vec![
        (End::First, first..(first + length).min(frames)),
        (End::Last, (last + 1).saturating_sub(length)..last + 1),
    ]
}

/// Both waveforms, and the samples of a frame.
struct Waveforms<'a> {
    reference: &'a [f32],
    degraded: &'a [f32],
    hop: usize,
    /// How far a seam may be moved, in frames.
    reach: usize,
    /// Half the frames over which waveforms are compared at a seam.
    half_window: usize,
}

impl<'a> Waveforms<'a> {
    fn new(pair: &'a Pair, parameters: &AlignmentParameters) -> Self {
        let frames = |seconds: f64| (seconds / pair.frame_s()) as usize;
        Self {
            reference: &pair.reference.samples,
            degraded: &pair.degraded,
            hop: pair.hop,
            reach: frames(parameters.seam_search_s),
            half_window: frames(parameters.seam_window_s / 2.0).max(1),
        }
    }

    /// Correlation coefficient of `samples` of the reference with the degraded signal `delay` samples later.
    fn correlation(&self, samples: Range<usize>, delay: i64) -> f32 {
        let end = samples.end.min(self.reference.len());
        let first = usize::try_from(samples.start as i64 + delay);
        let (Ok(first), true) = (first, samples.start < end) else { return 0.0 };
        let own = &self.reference[samples.start..end];
        let Some(other) = self.degraded.get(first..first + own.len()) else { return 0.0 };
        let norm = inner_product(own, own) * inner_product(other, other);
        if norm > 0.0 { inner_product(own, other).abs() / norm.sqrt() } else { 0.0 }
    }

    fn samples(&self, frames: &Range<usize>) -> Range<usize> {
        frames.start * self.hop..frames.end * self.hop
    }

    /// The delay in samples, among `delays` in frames, at which `frames` fit best, and how well.
    fn best(&self, frames: &Range<usize>, delays: Range<i64>) -> Option<(i64, f64)> {
        let hop = self.hop as i64;
        let fits = (delays.start * hop..delays.end * hop)
            .map(|delay| (delay, f64::from(self.correlation(self.samples(frames), delay))));
        fits.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// Puts the outermost `frames` at the delay at which their waveforms fit, if they do not follow the path's, that one
    /// fits much better, and what is heard there is not the rest of the speech: an end that fell silent was not moved.
    fn mend_end(
        &self,
        (end, frames): (End, Range<usize>),
        delays: &mut [Option<i64>],
        reach: i64,
        parameters: &AlignmentParameters,
    ) {
        let Some(delay) = delays[frames.clone()].iter().rev().find_map(|&delay| delay) else {
            return;
        };
        let fit = |frames: &Range<usize>, reach: i64| {
            self.best(frames, delay - reach..delay + reach + 1).unwrap_or((0, 0.0))
        };
        let own = fit(&frames, 1).1;
        if own + parameters.mend_coherence >= 1.0 {
            return;
        }
        let (found, best) = fit(&frames, reach);
        let found = (found as f64 / self.hop as f64).round() as i64;
        // The end may be heard earlier, the beginning later, only if the speech that belongs there was cut out.
        let inwards = match end {
            End::First => found > delay,
            End::Last => found < delay,
        };
        let moved = |frame: usize| (frame as i64 + found - delay).clamp(0, delays.len() as i64);
        let there = moved(frames.start) as usize..moved(frames.end) as usize;
        let cut_out = !inwards || fit(&there, 1).1 < parameters.coherent;
        if best >= own + parameters.mend_coherence && cut_out {
            delays[frames].fill(Some(found));
        }
    }

    /// Puts every change of delay where the waveforms change over.
    fn move_seams(&self, delays: &mut [Option<i64>]) {
        let runs = runs_of(delays);
        let heard: Vec<(&Range<usize>, i64)> =
            runs.iter().filter_map(|run| Some((&run.frames, run.delay?))).collect();
        // What the seam before has settled stays.
        let mut settled = 0;
        for pair in heard.windows(2) {
            let [(before, old), (after, new)] = [pair[0], pair[1]];
            let lost = (old - new).max(0) as usize;
            let first = settled.max(before.start).max(before.end.saturating_sub(self.reach));
            let end = after.end.min(after.start + self.reach);
            if (new - old).abs() <= 1 || first >= before.end || first + lost >= end {
                continue;
            }
            let near = |frames: Range<usize>, delay| {
                self.best(&frames, delay - 1..delay + 2).map_or(0, |best| best.0)
            };
            let fine = [near(first..before.end, old), near(after.start..end, new)];
            let seam = self.seam(first..end, lost, fine);
            delays[first..seam].fill(Some(old));
            delays[seam..seam + lost].fill(None);
            delays[seam + lost..end].fill(Some(new));
            settled = seam + lost;
        }
    }

    /// The frame up to which the waveforms fit better at the first delay and, `lost` frames later, at the second.
    fn seam(&self, frames: Range<usize>, lost: usize, delays: [i64; 2]) -> usize {
        let fit = |delay: i64| {
            let frame = move |frame: usize| {
                let around = frame.saturating_sub(self.half_window)..frame + self.half_window;
                let samples = self.samples(&around);
                let length = self.reference.len();
                let own = &self.reference[samples.start.min(length)..samples.end.min(length)];
                // Loud frames weigh more, by their loudness rather than their energy.
                f64::from(inner_product(own, own)).powf(0.25)
                    * f64::from(self.correlation(samples, delay))
            };
            frames.clone().map(frame).collect::<Vec<f64>>()
        };
        let [before, after] = delays.map(fit);
        let mut total: f64 = after[lost..].iter().sum();
        let mut best = (total, 0);
        for split in 0..before.len() - lost {
            total += before[split] - after[split + lost];
            if total > best.0 {
                best = (total, split + 1);
            }
        }
        frames.start + best.1
    }
}
