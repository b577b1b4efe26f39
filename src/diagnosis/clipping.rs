//! Peaks that are cut off or squeezed: what is heard stays behind what is expected the more, the louder it is.

use super::evidence::Evidence;
use crate::finding::{Finding, Kind};

/// Classes of amplitude, each with as many samples but the loudest, which have few.
const CLASSES: [f64; 12] = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98, 0.99, 0.995, 1.0];
/// The loudest class is squeezed if it comes with less than this share of its amplitude.
const SQUEEZED: f64 = 0.74;
/// Samples are clipped from where they come with less than this share.
const CLIPPED: f64 = 0.93;
/// Samples this small against the loudest are no speech.
const SPEECH: f32 = 0.02;
/// So many samples of a recording are looked at.
const ENOUGH: usize = 60_000;
/// Least correlation of what is expected with what is heard; below it waveforms tell nothing.
const COHERENT: f64 = 0.5;

/// How amplitudes come through.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    /// Mean expected amplitude of each class and the share of it that is heard, against that of middling amplitudes.
    points: Vec<(f32, f64)>,
    /// Gain of middling amplitudes.
    gain: f64,
    /// Share of the speech samples that are clipped.
    share: f64,
}

impl Curve {
    pub fn of(evidence: &Evidence) -> Option<Self> {
        let covered = |sample: usize| {
            let frame = (sample / evidence.framing.hop).saturating_sub(1);
            evidence.followed.get(frame).copied().unwrap_or(false)
        };
        let loudest = evidence.expected.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        let mut pairs: Vec<(f32, f32)> = evidence
            .expected
            .iter()
            .zip(&evidence.heard)
            .enumerate()
            // Enough to tell, and not all of a long recording to sort.
            .step_by(evidence.expected.len().div_ceil(ENOUGH))
            .filter(|(at, (expected, _))| expected.abs() > SPEECH * loudest && covered(*at))
            .map(|(_, (expected, heard))| (expected.abs(), heard * expected.signum()))
            .collect();
        if pairs.len() < 2000 || coherence(&pairs) < COHERENT {
            return None;
        }
        pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let count = pairs.len() as f64;
        let class = |edges: &[f64]| {
            let own = &pairs[(edges[0] * count) as usize..(edges[1] * count) as usize];
            let sum = |value: fn(&(f32, f32)) -> f32| {
                own.iter().map(|pair| f64::from(value(pair))).sum::<f64>()
            };
            let (expected, heard) = (sum(|pair| pair.0), sum(|pair| pair.1));
            ((expected / own.len().max(1) as f64) as f32, heard / expected.max(1e-30))
        };
        let mut points: Vec<(f32, f64)> = CLASSES.windows(2).map(class).collect();
        let gain = points[..4].iter().map(|point| point.1).sum::<f64>() / 4.0;
        points.iter_mut().for_each(|point| point.1 /= gain.max(1e-9));
        let squeezed = points[points.len() - 1].1 < SQUEEZED && falls(&points);
        let knee = knee(&points)?;
        let share = 1.0 - pairs.partition_point(|pair| pair.0 < knee) as f64 / count;
        squeezed.then_some(Self { points, gain, share })
    }

    pub fn finding(&self) -> Finding {
        let top = self.points[self.points.len() - 1].1;
        Finding::whole(Kind::Clipping, 100.0 * self.share, 0.6 + (SQUEEZED - top))
    }

    /// What was cut off.
    pub fn cut_off(&self, expected: &[f32]) -> Vec<f32> {
        expected
            .iter()
            .map(|&sample| sample * (self.gain * (1.0 - self.at(sample.abs()))) as f32)
            .collect()
    }

    /// The share of an amplitude that is heard.
    fn at(&self, amplitude: f32) -> f64 {
        let next = self.points.partition_point(|point| point.0 < amplitude);
        match (next.checked_sub(1).map(|before| self.points[before]), self.points.get(next)) {
            (Some((low, below)), Some(&(high, above))) => {
                let share = f64::from((amplitude - low) / (high - low).max(1e-12));
                (below + share * (above - below)).min(1.0)
            }
            // Beyond the last class the output stays where it is.
            (Some((last, share)), None) => share * f64::from(last / amplitude),
            (None, _) => 1.0,
        }
    }
}

/// Correlation coefficient of amplitudes.
fn coherence(pairs: &[(f32, f32)]) -> f64 {
    let sum = |value: fn(&(f32, f32)) -> f32| {
        pairs.iter().map(|pair| f64::from(value(pair))).sum::<f64>()
    };
    let norm = (sum(|pair| pair.0 * pair.0) * sum(|pair| pair.1 * pair.1)).sqrt();
    if norm > 0.0 { sum(|pair| pair.0 * pair.1) / norm } else { 0.0 }
}

/// Whether the loud classes come with less and less.
fn falls(points: &[(f32, f64)]) -> bool {
    let loud = &points[points.len() - 4..];
    loud.windows(2).all(|pair| pair[1].1 < pair[0].1 + 0.03)
}

/// The amplitude from which less is heard.
fn knee(points: &[(f32, f64)]) -> Option<f32> {
    let last = points.iter().rposition(|point| point.1 >= CLIPPED)?;
    let (low, above) = points[last];
    let &(high, below) = points.get(last + 1)?;
    let share = ((above - CLIPPED) / (above - below).max(1e-9)) as f32;
    Some(low + share.clamp(0.0, 1.0) * (high - low))
}
