//! Band envelopes: what survives codecs that keep no waveform, noise, level and tone changes.
//!
//! A frame is the vector of the bands' log powers, each relative to its own mean over about half a second.
//! The relative log removes gain and linear frequency response, the short mean removes steady noise and
//! leaves the 2 to 20 Hz modulations that carry speech (Hermansky and Morgan, RASTA, 1994).

use super::AlignmentParameters;
use crate::dsp::fft::{Buffer, Forward};
use crate::dsp::scales::{ratio, traunmueller_bark, traunmueller_hz};
use crate::dsp::sums::{level, moving_means};
use crate::dsp::window::hann_centred;
use crate::model::alignment as model;
use std::ops::Range;

/// Band envelopes of one signal, band after band, frames at equal distances.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    /// One row of frames for each band.
    pub bands: Vec<Vec<f32>>,
    /// Sum of squares over the bands, frame by frame; about 1 in running speech.
    pub energy: Vec<f32>,
}

impl Envelope {
    /// Envelopes of `samples`; frame k is centred at sample k · `hop`.
    pub fn new(
        samples: &[f32],
        sample_rate: f64,
        hop: usize,
        parameters: &AlignmentParameters,
    ) -> Self {
        let mut bands = band_powers(samples, sample_rate, hop, parameters);
        let span =
            (parameters.envelope.modulation_window_s * sample_rate / hop as f64 / 2.0) as usize;
        for band in &mut bands {
            compress(band, &parameters.envelope);
            let means = moving_means(band.iter().copied(), span.max(1));
            band.iter_mut().zip(means).for_each(|(value, mean)| *value -= mean as f32);
        }
        Self::normalised(bands)
    }

    /// Scaled so that the frames' energy, averaged where there is some, is one.
    fn normalised(mut bands: Vec<Vec<f32>>) -> Self {
        let mut energy = energy(&bands);
        let (sum, squares) = energy.iter().fold((0.0, 0.0), |(sum, squares), &e| {
            (sum + f64::from(e), squares + f64::from(e).powi(2))
        });
        let scale = if squares > 0.0 { (sum / squares) as f32 } else { 0.0 };
        bands.iter_mut().flatten().for_each(|value| *value *= scale.sqrt());
        energy.iter_mut().for_each(|value| *value *= scale);
        Self { bands, energy }
    }

    /// Number of frames.
    pub fn len(&self) -> usize {
        self.energy.len()
    }

    /// Means of `factor` neighbouring frames.
    pub fn coarser(&self, factor: usize) -> Self {
        let mean = |chunk: &[f32]| chunk.iter().sum::<f32>() / factor as f32;
        Self::normalised(
            self.bands.iter().map(|band| band.chunks(factor).map(mean).collect()).collect(),
        )
    }

    /// Inner products of frame `frame` with the frames `others` of `other`, into `scores`; zero outside it.
    pub fn products(&self, frame: usize, other: &Self, others: Range<i64>, scores: &mut [f32]) {
        scores.fill(0.0);
        let (first, end) = (others.start.max(0), others.end.min(other.len() as i64));
        if first >= end {
            return;
        }
        let inside = &mut scores[(first - others.start) as usize..(end - others.start) as usize];
        for (band, other_band) in self.bands.iter().zip(&other.bands) {
            let value = band[frame];
            for (score, &other_value) in
                inside.iter_mut().zip(&other_band[first as usize..end as usize])
            {
                *score += value * other_value;
            }
        }
    }

    /// Inner product of frame `frame` with frame `other_frame` of `other`; zero outside it.
    pub fn product(&self, frame: usize, other: &Self, other_frame: i64) -> f32 {
        match usize::try_from(other_frame) {
            Ok(index) if index < other.len() => self
                .bands
                .iter()
                .zip(&other.bands)
                .map(|(band, other_band)| band[frame] * other_band[index])
                .sum(),
            _ => 0.0,
        }
    }
}

fn energy(bands: &[Vec<f32>]) -> Vec<f32> {
    let mut energy = vec![0.0; bands.first().map_or(0, Vec::len)];
    for band in bands {
        energy.iter_mut().zip(band).for_each(|(sum, value)| *sum += value * value);
    }
    energy
}

/// Power in bands equally wide on the Bark scale, from Hann-windowed short-time spectra.
fn band_powers(
    samples: &[f32],
    sample_rate: f64,
    hop: usize,
    parameters: &AlignmentParameters,
) -> Vec<Vec<f32>> {
    let length = (parameters.envelope.window_s * sample_rate / 2.0).round().max(2.0) as usize * 2;
    let bins = band_bins(length, sample_rate, parameters);
    let window = hann_centred(length);
    let (mut transform, mut buffer) = (Forward::new(length), Buffer::new(length));
    let frames = samples.len().div_ceil(hop);
    let mut bands: Vec<Vec<f32>> = vec![Vec::with_capacity(frames); bins.len()];
    for centre in (0..frames).map(|index| (index * hop) as i64) {
        let first = centre - length as i64 / 2;
        let start = first.max(0) as usize;
        let end = ((first + length as i64) as usize).min(samples.len());
        let skipped = (start as i64 - first) as usize;
        let frame = buffer.samples_mut();
        frame.fill(0.0);
        for ((value, sample), weight) in
            frame[skipped..].iter_mut().zip(&samples[start..end]).zip(&window[skipped..])
        {
            *value = sample * weight;
        }
        transform.run(&mut buffer);
        for (band, bins) in bands.iter_mut().zip(&bins) {
            band.push(buffer[bins.clone()].iter().map(|bin| bin.norm_sqr()).sum());
        }
    }
    bands
}

/// FFT bins of each band.
fn band_bins(
    length: usize,
    sample_rate: f64,
    parameters: &AlignmentParameters,
) -> Vec<Range<usize>> {
    let (low, high) = (
        traunmueller_bark(parameters.envelope.lowest_band_hz),
        traunmueller_bark(parameters.envelope.highest_band_hz),
    );
    let edge = |index: usize| -> usize {
        let share = index as f64 / parameters.envelope.bands as f64;
        let edge_hz = traunmueller_hz(low + (high - low) * share);
        ((edge_hz * length as f64 / sample_rate).round() as usize).min(length / 2)
    };
    (0..parameters.envelope.bands)
        .map(|band| edge(band)..edge(band + 1).max(edge(band) + 1))
        .collect()
}

/// Log power above a floor: below the band's level by `floor_db`, or the noise between the words where that is
/// higher, so that neither noise nor a gap in it looks like speech.
fn compress(band: &mut [f32], parameters: &model::Envelope) {
    let level = level(band.iter().copied());
    if level <= 0.0 {
        return band.fill(0.0);
    }
    let floor =
        (level * ratio(-parameters.floor_db)).max(noise_power(band, level, parameters.quiet_share));
    let scale = (1.0 / floor) as f32;
    band.iter_mut().for_each(|value| *value = (*value * scale).ln_1p());
}

/// Power of the background in a band of `level`, digital silence left out.
fn noise_power(band: &[f32], level: f64, quiet_share: f64) -> f64 {
    let silent = (level * 1e-6) as f32;
    let mut sounding: Vec<f32> = band.iter().copied().filter(|&power| power > silent).collect();
    let quiet = (sounding.len() as f64 * quiet_share) as usize;
    if quiet >= sounding.len() {
        return 0.0;
    }
    f64::from(*sounding.select_nth_unstable_by(quiet, f32::total_cmp).1)
}
