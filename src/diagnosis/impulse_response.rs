//! The linear response from the reference to what is heard, over a second and a half: echoes and rooms show in it.
//!
//! It is found by regularised deconvolution. Nothing answers before it is asked, so the part at negative lags tells how
//! much of the rest is chance.

use super::spectra::filtered;
use crate::dsp::fft::{Buffer, Forward, Inverse, fast_length};
use crate::dsp::scales::decibels;
use crate::dsp::sums::{energy, moving_means};
use crate::finding::{Finding, Kind};
use std::ops::Range;

/// How far the response reaches before and behind the direct image, in seconds.
const BEFORE_S: f64 = 0.5;
const BEHIND_S: f64 = 1.5;
/// Half the width of the direct image, in seconds.
const DIRECT_S: f64 = 0.012;
/// The shortest and the longest delay of an echo, in seconds.
const ECHO_S: [f64; 2] = [0.03, 1.4];
/// How weak an echo may be against the direct image, in dB.
const ECHO_DB: f64 = -34.0;
/// By how much an echo stands out of what is around it, in dB.
const ECHO_STANDS_OUT_DB: f64 = 12.0;
/// How weak the tail of a room may be against the direct image, in dB.
const ROOM_DB: f64 = -16.0;
/// By how much a room's early tail stands out of chance, in dB.
const ROOM_STANDS_OUT_DB: f64 = 4.0;
/// Length of the steps in which an echo is looked for, and of those in which a decay is followed, in seconds.
const ECHO_STEP_S: f64 = 0.002;
const DECAY_STEP_S: f64 = 0.02;
/// Decay times that are believed, in seconds.
const DECAY_S: [f64; 2] = [0.12, 5.0];

/// A response, its direct image at sample `direct`.
pub(super) struct ImpulseResponse {
    taps: Vec<f32>,
    direct: usize,
    rate: f64,
}

/// A later image of the reference.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Image {
    Echo { delay_s: f64, level_db: f64, stands_out_db: f64 },
    Room { decay_s: f64, level_db: f64, stands_out_db: f64 },
}

impl ImpulseResponse {
    /// From the reference to what is heard; `residual` is what its direct image leaves.
    pub fn between(reference: &[f32], heard: &[f32], residual: &[f32], rate: f64) -> Self {
        Self::at_rate([reference, heard, residual], rate)
    }

    fn at_rate([reference, heard, residual]: [&[f32]; 3], rate: f64) -> Self {
        let [before, behind] = [BEFORE_S, BEHIND_S].map(|seconds| (seconds * rate) as usize);
        let length = fast_length(reference.len() + before + behind);
        let mut forward = Forward::new(length);
        let mut spectrum = |samples: &[f32]| {
            let mut buffer = Buffer::new(length);
            buffer.load(samples, 0);
            forward.run(&mut buffer);
            buffer
        };
        let (own, mut response, residual) =
            (spectrum(reference), spectrum(heard), spectrum(residual));
        let reach = ((50.0 / rate * length as f64) as usize).max(1);
        let smooth = |buffer: &Buffer| moving_means(buffer.iter().map(|bin| bin.norm_sqr()), reach);
        let (own_power, residual_power) = (smooth(&own), smooth(&residual));
        let loudest = own_power.iter().copied().fold(0.0, f64::max);
        for (bin, value) in response.iter_mut().enumerate() {
            let least = 1e-2 * own_power[bin] + 0.1 * residual_power[bin] + 1e-7 * loudest + 1e-30;
            let gain = 1.0 / (own[bin].norm_sqr() + least as f32) / length as f32;
            *value = own[bin].conj() * *value * gain;
        }
        Inverse::new(length).run(&mut response);
        let circular = response.samples();
        let mut taps = circular[length - before..].to_vec();
        taps.extend_from_slice(&circular[..behind]);
        Self { taps, direct: before, rate }
    }

    /// The samples from `from_s` to `to_s` behind the direct image.
    fn between_s(&self, from_s: f64, to_s: f64) -> &[f32] {
        let at = |seconds: f64| {
            (self.direct as f64 + seconds * self.rate).clamp(0.0, self.taps.len() as f64) as usize
        };
        &self.taps[at(from_s)..at(to_s)]
    }

    /// Energies of the steps of `step_s` from the direct image on.
    fn steps(&self, step_s: f64) -> Vec<f64> {
        let length = (step_s * self.rate).round() as usize;
        self.taps[self.direct..].chunks_exact(length).map(energy).collect()
    }

    fn direct_energy(&self) -> f64 {
        energy(self.between_s(-DIRECT_S, DIRECT_S)).max(f64::MIN_POSITIVE)
    }

    /// Energy a second that chance puts anywhere.
    fn chance(&self) -> f64 {
        let before = [-BEFORE_S + 0.02, -0.05];
        energy(self.between_s(before[0], before[1])) / (before[1] - before[0])
    }

    /// Echoes and the room, the strongest echo first.
    pub fn images(&self) -> Vec<Image> {
        let mut images: Vec<Image> = self.echo().into_iter().collect();
        images.extend(self.room());
        images
    }

    fn echo(&self) -> Option<Image> {
        let steps = self.steps(ECHO_STEP_S);
        let pairs: Vec<f64> = steps.windows(2).map(|pair| pair[0] + pair[1]).collect();
        let [first, end] = ECHO_S.map(|seconds| (seconds / ECHO_STEP_S) as usize);
        let end = end.min(pairs.len());
        let place = (first..end).max_by(|&a, &b| pairs[a].total_cmp(&pairs[b]))?;
        let around = |range: Range<usize>| {
            let end = range.end.min(end);
            pairs[range.start.min(end)..end].to_vec()
        };
        let mut others = around(place.saturating_sub(25).max(first)..place.saturating_sub(3));
        others.extend(around(place + 4..place + 26));
        others.sort_by(f64::total_cmp);
        let usual = others.get(others.len() / 2).copied()?;
        let chance = 2.0 * ECHO_STEP_S * self.chance();
        let stands_out_db = decibels(pairs[place] / usual.max(chance).max(f64::MIN_POSITIVE));
        let level_db = decibels(pairs[place] / self.direct_energy());
        if stands_out_db < ECHO_STANDS_OUT_DB || level_db < ECHO_DB {
            return None;
        }
        // The largest tap of the two steps.
        let length = (ECHO_STEP_S * self.rate).round() as usize;
        let start = self.direct + place * length;
        let peak = (start..start + 2 * length)
            .max_by(|&a, &b| self.taps[a].abs().total_cmp(&self.taps[b].abs()))?;
        let delay_s = (peak - self.direct) as f64 / self.rate;
        Some(Image::Echo { delay_s, level_db, stands_out_db })
    }

    fn room(&self) -> Option<Image> {
        // Medians of short steps, which no echo moves.
        let short = self.steps(ECHO_STEP_S);
        let count = (DECAY_STEP_S / ECHO_STEP_S).round() as usize;
        let chance = DECAY_STEP_S * self.chance();
        let decay: Vec<f64> = short
            .chunks_exact(count)
            .map(|steps| {
                let mut sorted = steps.to_vec();
                sorted.sort_by(f64::total_cmp);
                let middle = &sorted[count / 4..count - count / 4];
                middle.iter().sum::<f64>() / middle.len() as f64 * count as f64
            })
            .collect();
        // From the second step on, as the direct image reaches into the first, while it stands clear of chance.
        let last = (1..decay.len()).find(|&step| decay[step] < 2.0 * chance).unwrap_or(decay.len());
        if last < 4 {
            return None;
        }
        let tail: f64 = decay[1..last].iter().map(|energy| energy - chance).sum();
        let level_db = decibels(tail / self.direct_energy());
        let early = decay[1..last.min(5)].iter().sum::<f64>() / (last.min(5) - 1) as f64;
        let stands_out_db = decibels(early / chance.max(f64::MIN_POSITIVE));
        let points: Vec<(f64, f64)> = (1..last)
            .map(|step| (step as f64 * DECAY_STEP_S, decibels((decay[step] - chance).max(1e-30))))
            .collect();
        let slope = slope(&points);
        let decay_s = -60.0 / slope;
        let believed = level_db > ROOM_DB
            && stands_out_db > ROOM_STANDS_OUT_DB
            && slope < 0.0
            && (DECAY_S[0]..DECAY_S[1]).contains(&decay_s);
        believed.then_some(Image::Room { decay_s, level_db, stands_out_db })
    }

    /// What the images add to the direct one, at the full rate.
    pub fn late(
        &self,
        reference: &[f32],
        heard: &[f32],
        residual: &[f32],
        sample_rate: u32,
        images: &[Image],
    ) -> Vec<f32> {
        let rate = f64::from(sample_rate);
        let full = Self::at_rate([reference, heard, residual], rate);
        let chance = full.chance();
        let mut taps = full.taps[full.direct..].to_vec();
        let echoes: Vec<f64> = images
            .iter()
            .filter_map(|image| match image {
                Image::Echo { delay_s, .. } => Some(*delay_s),
                Image::Room { .. } => None,
            })
            .collect();
        let room_s = images.iter().find_map(|image| match image {
            Image::Room { decay_s, .. } => Some(*decay_s),
            Image::Echo { .. } => None,
        });
        let step = (DECAY_STEP_S / 4.0 * rate) as usize;
        for (index, steps) in taps.chunks_mut(step).enumerate() {
            let from_s = (index * step) as f64 / rate;
            let own = energy(steps);
            let sure = 1.0 - chance * steps.len() as f64 / rate / own.max(f64::MIN_POSITIVE);
            let near = |delay: &f64| (from_s + DECAY_STEP_S / 8.0 - delay).abs() < 0.008;
            let wanted = from_s >= 0.01
                && (echoes.iter().any(near) || room_s.is_some_and(|decay_s| from_s < decay_s));
            let gain = if wanted { sure.max(0.0) } else { 0.0 };
            steps.iter_mut().for_each(|tap| *tap *= gain as f32);
        }
        filtered(reference, &taps, 0)
    }
}

/// Of the line of least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let product: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let square: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    product / square
}

impl Image {
    /// The image as a finding.
    pub fn finding(&self) -> Finding {
        match *self {
            Self::Echo { delay_s, level_db, stands_out_db } => {
                let sure = 0.6 + 0.03 * (stands_out_db - ECHO_STANDS_OUT_DB);
                Finding::whole(Kind::Echo, 1000.0 * delay_s, sure).with_second(level_db)
            }
            Self::Room { decay_s, stands_out_db, .. } => {
                let sure = 0.6 + 0.05 * (stands_out_db - ROOM_STANDS_OUT_DB);
                Finding::whole(Kind::Reverberation, decay_s, sure)
            }
        }
    }
}
