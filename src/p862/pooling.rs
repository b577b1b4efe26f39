//! From the disturbance of frames to the score (P.862 clause 10.2, aggregation over time; P.862.1; P.862.2).

use super::disturbance::Disturbances;
use super::perceptual::ActiveFrames;
use super::setup::Setup;
use crate::dsp::power::raise;
use crate::model::{Mapping, P862};

/// A split-second interval: the score that a recording would get that were all like this.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    /// Its first frame.
    pub first_frame: usize,
    /// Its frames.
    pub frames: usize,
    /// Its MOS-LQO.
    pub mos_lqo: f64,
}

/// The disturbance of a recording, and how its score changed over time.
pub(super) struct Pooled {
    /// Symmetric and asymmetric disturbance over all split-second intervals.
    pub indicators: [f64; 2],
    pub intervals: Vec<Interval>,
}

/// Pools the disturbances of the active frames; the pair's longer signal has `longest` samples.
pub(super) fn pool(
    setup: Setup,
    active: &ActiveFrames,
    disturbances: &Disturbances,
    longest: usize,
) -> Pooled {
    let p = &setup.p.pooling;
    // A reference whose first sound comes after its last frame still has that frame.
    let first = active.first.min(active.end - 1);
    let weights = time_weights(setup, active.end, longest);
    let powers = [&disturbances.symmetric, &disturbances.asymmetric].map(|frames| {
        let mut powers: Vec<f64> = frames.iter().copied().map(f64::from).collect();
        raise(&mut powers, p.interval_exponent);
        powers
    });
    let mut intervals = Vec::new();
    let (mut sums, mut total) = ([0.0f64; 2], 0.0f64);
    for start in (first..active.end).step_by(p.interval_hop) {
        let end = (start + p.interval_frames).min(active.end);
        let values = powers.each_ref().map(|powers| {
            let sum = powers[start..end].iter().sum::<f64>();
            (sum / p.interval_frames as f64).powf(1.0 / p.interval_exponent)
        });
        let weight = weights.at(start - first);
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += (weight * value).powi(2);
        }
        total += weight * weight;
        intervals.push(Interval {
            first_frame: start,
            frames: end - start,
            mos_lqo: mos_lqo(&setup.p.mapping, raw(setup.p, values)),
        });
    }
    let indicators = sums.map(|sum| (sum / total).sqrt());
    Pooled { indicators, intervals }
}

/// The raw score of a symmetric and an asymmetric disturbance.
pub(super) fn raw(p: &P862, [symmetric, asymmetric]: [f64; 2]) -> f64 {
    let p = &p.pooling;
    p.perfect - p.symmetric_weight * symmetric - p.asymmetric_weight * asymmetric
}

/// MOS-LQO of a raw score.
pub(super) fn mos_lqo(p: &Mapping, raw: f64) -> f64 {
    p.low + p.span / (1.0 + (p.slope * raw + p.offset).exp())
}

/// The weight of an interval by its time: listeners remember the end of long recordings better.
struct TimeWeights {
    fade: f64,
    frames: f64,
}

impl TimeWeights {
    /// The weight of the interval that begins so many frames after the first active one.
    fn at(&self, frame: usize) -> f64 {
        (1.0 - self.fade) + self.fade * frame as f64 / self.frames
    }
}

fn time_weights(setup: Setup, frames: usize, longest: usize) -> TimeWeights {
    let p = &setup.p.pooling;
    let whole = ((longest - 2 * setup.margin()) / setup.hop()).saturating_sub(1).max(1) as f64;
    let fade = if frames > p.long_frames {
        ((whole - p.long_frames as f64) / p.long_scale).min(p.long_limit)
    } else {
        0.0
    };
    TimeWeights { fade, frames: whole }
}
