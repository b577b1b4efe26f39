//! A second, finer alignment where the first left bad intervals (P.862 clause 10.2, realignment of bad intervals).

use super::setup::Setup;
use super::utterance::Utterance;
use crate::dsp::argmax::argmax_by;
use crate::dsp::correlation::coefficient;
use crate::dsp::fft::{Buffer, Correlation, fast_length};
use crate::dsp::memory::Memory;
use crate::dsp::sums::energy;
use std::ops::Range;

/// Consecutive frames with much disturbance, and the further delay at which the signals correlate best there.
#[derive(Debug)]
pub(super) struct BadInterval {
    /// Frames of the reference.
    pub frames: Range<usize>,
    /// In samples.
    pub delay: i64,
}

/// What the second alignment found and made.
pub(super) struct Realigned {
    pub intervals: Vec<BadInterval>,
    /// The degraded signal on the reference's time axis, bad intervals moved by their delay; empty without such intervals.
    pub degraded: Memory<f32>,
}

/// Realigns `degraded`, both signals `longest` samples and the tail long; `symmetric` is the disturbance so far.
pub(super) fn realign(
    setup: Setup,
    reference: &[f32],
    degraded: &[f32],
    utterances: &[Utterance],
    longest: usize,
    symmetric: &[f32],
) -> Realigned {
    let bad = bad_intervals(setup, symmetric);
    if bad.is_empty() {
        return Realigned { intervals: Vec::new(), degraded: Memory::new(0) };
    }
    let aligned = on_reference_time(setup, degraded, utterances);
    let search = Search { setup, reference, aligned: &aligned, longest };
    let interval = |frames| BadInterval { delay: search.delay(search.samples(&frames)), frames };
    let intervals: Vec<BadInterval> = bad.into_iter().map(interval).collect();
    let mut moved = aligned.clone();
    for interval in intervals.iter().filter(|interval| interval.delay != 0) {
        for x in search.samples(&interval.frames) {
            moved[x] = aligned[(x as i64 + interval.delay).clamp(0, longest as i64 - 1) as usize];
        }
    }
    Realigned { intervals, degraded: moved }
}

/// The degraded signal with each utterance's delay taken out; zero in the margins.
fn on_reference_time(setup: Setup, degraded: &[f32], utterances: &[Utterance]) -> Memory<f32> {
    let inside = setup.margin()..degraded.len() - setup.margin();
    let held = inside.start as i64..=inside.end as i64 - 1;
    let mut aligned = Memory::zeroed(degraded.len());
    for (u, utterance) in utterances.iter().enumerate() {
        // An utterance's delay holds from its start to the next one's; the first one's from the beginning.
        let begin = |u: usize| {
            (utterances[u].start * setup.window()).clamp(*held.start(), held.end() + 1) as usize
        };
        let start = if u == 0 { inside.start } else { begin(u) };
        let end = if u + 1 < utterances.len() { begin(u + 1) } else { inside.end };
        for x in start..end {
            aligned[x] =
                degraded[(x as i64 + utterance.delay).clamp(*held.start(), *held.end()) as usize];
        }
    }
    aligned
}

/// Runs of frames that are bad within a few frames on both sides.
fn bad_intervals(setup: Setup, symmetric: &[f32]) -> Vec<Range<usize>> {
    let p = &setup.p.realignment;
    let bad = |f: usize| f > 0 && symmetric[f] > p.bad_disturbance;
    let last = symmetric.len() - 1;
    let wide = |f: usize| {
        f >= p.smear
            && f + p.smear < last
            && (f - p.smear..=f).any(bad)
            && (f..=f + p.smear).any(bad)
    };
    let mut intervals = Vec::new();
    let mut start = None;
    for f in 0..=last {
        match start {
            None if wide(f) => start = Some(f),
            Some(from) if !wide(f) => {
                start = None;
                if f - from >= p.shortest_interval {
                    intervals.push(from..f);
                }
            }
            _ => {}
        }
    }
    intervals
}

/// Both signals on the reference's time axis, to search delays in.
struct Search<'a> {
    setup: Setup<'a>,
    reference: &'a [f32],
    aligned: &'a [f32],
    longest: usize,
}

impl Search<'_> {
    /// The samples that frames cover.
    fn samples(&self, frames: &Range<usize>) -> Range<usize> {
        let (margin, hop) = (self.setup.margin(), self.setup.hop());
        frames.start * hop + margin..frames.end * hop + self.setup.rate.frame + margin
    }

    /// The delay at which the magnitudes of both signals correlate best, 0 where that is not convincing.
    fn delay(&self, samples: Range<usize>) -> i64 {
        let p = &self.setup.p.realignment;
        let range = p.range_frames * self.setup.rate.frame;
        let span = samples.len() + 2 * range;
        // The lags that count do not wrap around: the interval stands `range` away from both ends.
        let length = fast_length(span);

        let (mut x, mut y) = (Buffer::new(length), Buffer::new(length));
        let (reference, degraded) = (x.samples_mut(), y.samples_mut());
        reference.fill(0.0);
        degraded.fill(0.0);
        for (out, x) in reference[range..].iter_mut().zip(samples.clone()) {
            *out = self.reference[x].abs();
        }
        let first = self.setup.margin() as i64;
        let last = (self.longest - self.setup.margin() + self.setup.tail()) as i64 - 1;
        for (i, out) in degraded[..span].iter_mut().enumerate() {
            let x = samples.start as i64 - range as i64 + i as i64;
            *out = self.aligned[x.clamp(first, last) as usize].abs();
        }
        // Powers are those over a span that is padded to twice the next power of two.
        let padded = (2 * span).next_power_of_two() as f64;
        let energies = [energy(reference), energy(degraded)];
        if energies.iter().any(|&energy| energy / padded <= p.least_power) {
            return 0;
        }
        let mut correlation = Correlation::new(length);
        correlation.spectrum(&mut x);
        correlation.run(&x, &mut y);
        let products = y.samples();
        let range = range as i64;
        let at_lag = |lag: i64| {
            let product =
                f64::from(products[lag.rem_euclid(length as i64) as usize]) / length as f64;
            (lag, coefficient(product, energies))
        };
        let best = argmax_by((-range..range).map(at_lag), |&(_, value)| value);
        let convincing = |&(_, value): &(i64, f64)| value > 0.0 && value >= p.least_correlation;
        best.filter(convincing).map_or(0, |(lag, _)| lag)
    }
}
