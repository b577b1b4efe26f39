//! Candidates for an anchor: where in the degraded signal a stretch of the reference may be heard, which is where its
//! normalised cross-correlation with the whole has peaks.

use super::envelope::Envelope;
use crate::dsp::correlation::coefficient;
use crate::dsp::fft::{Buffer, Forward, Inverse};
use crate::dsp::sums::running;
use num_complex::Complex32;
use std::ops::Range;

/// A stretch of the reference and where it may be heard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anchor {
    /// Middle of the stretch, in frames of the reference.
    pub centre: f64,
    /// Frames by which the degraded signal is later.
    pub delay: f64,
    /// Correlation coefficient of the envelopes.
    pub correlation: f32,
}

impl Anchor {
    /// Moves it to where it is heard once `drift` is removed from the degraded signal.
    pub fn remove_drift(&mut self, drift: f64) {
        self.delay = (self.centre + self.delay) / (1.0 + drift) - self.centre;
    }
}

/// Cross-correlation with the degraded envelopes, whose spectra are kept.
pub(crate) struct Correlator<'a> {
    degraded: &'a Envelope,
    energy_sums: Vec<f64>,
    /// Share of the energy of a stretch that the degraded signal counts as having at least.
    floor_share: f64,
    padding: usize,
    length: usize,
    forward: Forward,
    inverse: Inverse,
    spectra: Vec<Buffer>,
}

/// Correlation coefficients of one stretch with the degraded signal from `first_delay` on.
pub(crate) struct Curve {
    centre: f64,
    pub first_delay: i64,
    pub correlation: Vec<f32>,
}

impl<'a> Correlator<'a> {
    /// A correlator for stretches of at most `longest` frames.
    pub fn new(degraded: &'a Envelope, longest: usize, floor_share: f64) -> Self {
        let padding = longest - 1;
        let length = (degraded.len() + 2 * padding + 1).next_power_of_two().max(4);
        let energy_sums = running(degraded.energy.iter().copied());
        let mut correlator = Self {
            degraded,
            energy_sums,
            floor_share,
            padding,
            length,
            forward: Forward::new(length),
            inverse: Inverse::new(length),
            spectra: Vec::new(),
        };
        correlator.spectra =
            degraded.bands.iter().map(|band| correlator.spectrum(band, padding)).collect();
        correlator
    }

    fn spectrum(&mut self, values: &[f32], offset: usize) -> Buffer {
        let mut spectrum = Buffer::new(self.length);
        spectrum.load(values, offset);
        self.forward.run(&mut spectrum);
        spectrum
    }

    /// The coefficients of a stretch of `reference` at every delay at which they overlap.
    pub fn correlate(&mut self, reference: &Envelope, stretch: &Range<usize>) -> Curve {
        let mut product = Buffer::new(self.length);
        product.fill(Complex32::default());
        for (band, values) in reference.bands.iter().enumerate() {
            let spectrum = self.spectrum(&values[stretch.clone()], 0);
            for ((sum, own), other) in product.iter_mut().zip(&*spectrum).zip(&*self.spectra[band])
            {
                *sum += own.conj() * other;
            }
        }
        self.inverse.run(&mut product);
        let products = product.samples();
        let energy: f64 =
            reference.energy[stretch.clone()].iter().map(|&energy| f64::from(energy)).sum();
        let scale = 1.0 / self.length as f64;
        let count = self.degraded.len() + self.padding;
        let correlation = (0..count).map(|index| {
            let first = (index as i64 - self.padding as i64).max(0) as usize;
            let end = (index + stretch.len())
                .saturating_sub(self.padding)
                .clamp(first, self.degraded.len());
            let heard = self.energy_sums[end] - self.energy_sums[first];
            let energies = [energy, heard.max(self.floor_share * energy)];
            coefficient(f64::from(products[index]) * scale, energies) as f32
        });
        Curve {
            centre: (stretch.start + stretch.end) as f64 / 2.0,
            first_delay: -(self.padding as i64) - stretch.start as i64,
            correlation: correlation.collect(),
        }
    }
}

impl Curve {
    /// The best `count` peaks that are at least `distance` frames apart.
    pub fn peaks(&self, count: usize, distance: usize) -> Vec<Anchor> {
        let peaks = highest_peaks(&self.correlation, count, distance);
        peaks.into_iter().map(|index| self.anchor(index)).collect()
    }

    /// The best delay within `distance` frames of `delay`.
    pub fn near(&self, delay: i64, distance: i64) -> Option<Anchor> {
        let length = self.correlation.len() as i64;
        let first = (delay - distance - self.first_delay).clamp(0, length) as usize;
        let end = (delay + distance + 1 - self.first_delay).clamp(0, length) as usize;
        (first..end)
            .max_by(|&a, &b| self.correlation[a].total_cmp(&self.correlation[b]))
            .map(|index| self.anchor(index))
    }

    fn anchor(&self, index: usize) -> Anchor {
        let (offset, correlation) = vertex(&self.correlation, index);
        let delay = (index as i64 + self.first_delay) as f64 + f64::from(offset);
        Anchor { centre: self.centre, delay, correlation }
    }
}

/// The offset from `index` at which a parabola through the peak there and its neighbours is highest, and that height.
/// Speech that is heard twice falls between two frames the first time and on a frame the second; that must not decide.
fn vertex(values: &[f32], index: usize) -> (f32, f32) {
    let peak = values[index];
    let at = |index: usize| values.get(index).copied().unwrap_or(peak);
    let (before, after) = (at(index.wrapping_sub(1)), at(index + 1));
    let curvature = before - 2.0 * peak + after;
    if curvature >= 0.0 || before.max(after) > peak {
        return (0.0, peak);
    }
    let offset = 0.5 * (before - after) / curvature;
    (offset, peak - 0.25 * (before - after) * offset)
}

/// Indices of the `count` highest local maxima that are at least `distance` apart, highest first.
pub(crate) fn highest_peaks(values: &[f32], count: usize, distance: usize) -> Vec<usize> {
    let at = |index: usize| values.get(index).copied().unwrap_or(f32::NEG_INFINITY);
    let is_peak = |&index: &usize| {
        values[index] >= at(index.wrapping_sub(1)) && values[index] > at(index + 1)
    };
    let mut peaks: Vec<(usize, f32)> =
        (0..values.len()).filter(is_peak).map(|index| (index, vertex(values, index).1)).collect();
    let enough = (count * (2 * distance + 1)).min(peaks.len());
    let higher = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if enough < peaks.len() {
        peaks.select_nth_unstable_by(enough, higher);
        peaks.truncate(enough);
    }
    peaks.sort_unstable_by(higher);
    let mut chosen: Vec<usize> = Vec::new();
    for (peak, _) in peaks {
        if chosen.len() < count && chosen.iter().all(|&other| other.abs_diff(peak) >= distance) {
            chosen.push(peak);
        }
    }
    chosen
}
