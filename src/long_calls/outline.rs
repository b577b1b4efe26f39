//! The first pass over a recording: a frame of a few band powers every 20 ms is all that is kept of it.
//!
//! Three hours take 20 MB. It shows where speech pauses, and which part of another recording is the same speech.

use crate::dsp::fft::{Buffer, Forward};
use crate::dsp::scales::{ratio, traunmueller_hz};
use crate::dsp::sums::level;
use crate::dsp::window::{hann_centred, multiply};
use crate::error::Result;
use crate::model::long_calls::LongCallParameters;
use crate::signal::{Stream, Warning};
use num_complex::Complex32;
use std::ops::Range;

/// Frames in a second.
pub(super) const FRAMES_PER_S: usize = 50;

/// Bands of equal width on the Bark scale.
pub(super) const BANDS: usize = 8;

/// A time in seconds as a number of frames.
pub(super) fn frames(seconds: f64) -> usize {
    (seconds * FRAMES_PER_S as f64).round() as usize
}

/// A recording in frames.
pub(super) struct Outline {
    /// Power above 100 Hz.
    pub powers: Vec<f32>,
    /// Log power of the bands above a floor.
    pub bands: Vec<[f32; BANDS]>,
    /// Samples per second.
    pub sample_rate: u32,
    /// Length in samples.
    pub samples: u64,
    /// What was noticed about the file.
    pub warnings: Vec<Warning>,
}

impl Outline {
    /// Reads a stream to its end.
    pub fn of(mut stream: Stream) -> Result<Self> {
        let sample_rate = stream.sample_rate();
        let mut framing = Framing::new(sample_rate);
        let mut block = Vec::new();
        let mut samples = 0;
        while stream.read(&mut block)? {
            samples += block.len() as u64;
            framing.push(&block);
            block.clear();
        }
        let warnings = stream.warnings().to_vec();
        let (powers, mut bands) = framing.finish(samples);
        compress(&mut bands, LongCallParameters::built_in().outline.floor_db);
        Ok(Self { powers, bands, sample_rate, samples, warnings })
    }
}

/// Cuts a stream into frames of 40 ms, each centred on its 20 ms.
struct Framing {
    sample_rate: usize,
    window: Vec<f32>,
    bins: [Range<usize>; BANDS],
    lowest_bin: usize,
    transform: Forward,
    frame: Buffer,
    /// Samples that later frames need, from `start` on; the first frame reaches before the first sample.
    pending: Vec<f32>,
    start: usize,
    powers: Vec<f32>,
    bands: Vec<[f32; BANDS]>,
}

impl Framing {
    fn new(sample_rate: u32) -> Self {
        let parameters = &LongCallParameters::built_in().outline;
        let sample_rate = sample_rate as usize;
        let length = 2 * (sample_rate / FRAMES_PER_S);
        let bin =
            |hz: f64| ((hz * length as f64 / sample_rate as f64).round() as usize).min(length / 2);
        let edge = |band: usize| {
            let share = band as f64 / BANDS as f64;
            bin(traunmueller_hz(
                parameters.lowest_bark + (parameters.highest_bark - parameters.lowest_bark) * share,
            ))
        };
        Self {
            sample_rate,
            window: hann_centred(length),
            bins: std::array::from_fn(|band| edge(band)..edge(band + 1)),
            lowest_bin: bin(parameters.lowest_hz),
            transform: Forward::new(length),
            frame: Buffer::new(length),
            pending: vec![0.0; length / 4],
            start: 0,
            powers: Vec::new(),
            bands: Vec::new(),
        }
    }

    fn push(&mut self, block: &[f32]) {
        self.pending.extend_from_slice(block);
        loop {
            // Rates that are no multiple of the frames' keep in step all the same.
            let first = self.powers.len() * self.sample_rate / FRAMES_PER_S - self.start;
            let Some(samples) = self.pending.get(first..first + self.window.len()) else {
                self.pending.drain(..first.min(self.pending.len()));
                self.start += first;
                return;
            };
            multiply(self.frame.samples_mut(), samples, &self.window);
            self.transform.run(&mut self.frame);
            let power = |bins: &[Complex32]| -> f32 { bins.iter().map(Complex32::norm_sqr).sum() };
            self.powers.push(power(&self.frame[self.lowest_bin..]));
            self.bands
                .push(std::array::from_fn(|band| power(&self.frame[self.bins[band].clone()])));
        }
    }

    /// The frames of all samples; silence follows them.
    fn finish(mut self, samples: u64) -> (Vec<f32>, Vec<[f32; BANDS]>) {
        let frames = (samples as usize * FRAMES_PER_S).div_ceil(self.sample_rate);
        while self.powers.len() < frames {
            self.push(&vec![0.0; self.window.len()]);
        }
        self.powers.truncate(frames);
        self.bands.truncate(frames);
        (self.powers, self.bands)
    }
}

/// Log power above a floor that follows each band's level.
fn compress(bands: &mut [[f32; BANDS]], floor_db: f64) {
    for band in 0..BANDS {
        let level = level(bands.iter().map(|frame| frame[band]));
        let scale = (ratio(floor_db) / level.max(f64::MIN_POSITIVE)) as f32;
        let scale = if scale.is_finite() { scale } else { 0.0 };
        bands.iter_mut().for_each(|frame| frame[band] = (frame[band] * scale).ln_1p());
    }
}
