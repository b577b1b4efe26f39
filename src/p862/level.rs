//! Level alignment and the listener's terminal (P.862 clause 10.1): what both models and the alignment hear.

use super::setup::Setup;
use super::voice_activity::{Activity, activity};
use crate::dsp::biquad::{self, Section};
use crate::dsp::curve::{filtered, filtered_energy};
use crate::dsp::memory::Memory;
use crate::error::{Error, Result};
use crate::model::InputFilter;

/// Full scale of the 16-bit values that P.862's constants are made for.
const FULL_SCALE: f32 = 32_768.0;

/// A signal between its margins, before its level is set.
pub(super) struct Source {
    name: String,
    /// Margin, signal, margin, tail; through the terminal already where that is a curve.
    samples: Memory<f32>,
    /// Samples without the tail.
    length: usize,
    /// Energy in the speech band, of 16-bit values.
    energy: f64,
}

/// A signal at the level of its pair and through the terminal.
pub(super) struct Levelled {
    /// What the perceptual model hears: zeros extend it to the pair's longer signal and the tail.
    pub samples: Memory<f32>,
    /// What the alignment hears, and where the speech is; the signal's own length and the tail.
    pub alignment: Memory<f32>,
    pub activity: Activity,
    /// Samples without the tail.
    pub length: usize,
    /// Samples of the pair's longer signal, without the tail.
    pub longest: usize,
    /// Power in the speech band before levelling.
    pub power: f32,
}

impl Source {
    /// Measures a signal, whose samples lie within ±1, and brings it through the terminal where that is a curve.
    ///
    /// # Errors
    /// A signal that is too short, or silent in the speech band.
    pub fn new(setup: Setup, name: &str, signal: &[f32]) -> Result<Self> {
        let sample_rate = setup.rate.sample_rate_hz;
        let duration_s = signal.len() as f64 / f64::from(sample_rate);
        let minimum_s = setup.p.framing.minimum_s;
        if duration_s < minimum_s {
            return Err(Error::TooShort { name: name.to_owned(), duration_s, minimum_s });
        }
        let (margin, tail) = (setup.margin(), setup.tail());
        let length = signal.len() + 2 * margin;
        let mut samples = Memory::new(length + tail);
        samples[..margin].fill(0.0);
        for (out, sample) in samples[margin..].iter_mut().zip(signal) {
            *out = sample * FULL_SCALE;
        }
        samples[margin + signal.len()..].fill(0.0);

        let heard = margin..length - margin + tail;
        let in_speech_band =
            filtered_energy(&samples[heard.clone()], sample_rate, &setup.p.level.bandpass_db);
        if let InputFilter::Curve { curve_db, gain_factor } = &setup.p.input_filter {
            let filtered = filtered(&samples[heard.clone()], sample_rate, curve_db, *gain_factor);
            samples[heard.clone()].copy_from_slice(&filtered[..heard.len()]);
        }
        let energy = setup.p.level.energy_factor * in_speech_band;
        let source = Self { name: name.to_owned(), samples, length, energy };
        // The level is power over length, so the longest pair has the least of it.
        if source.power(setup, length) > 0.0 {
            Ok(source)
        } else {
            Err(Error::Silent { name: name.to_owned(), band_hz: setup.p.level.band_hz() })
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Samples without the tail.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Power in the speech band over the pair's longer signal.
    fn power(&self, setup: Setup, longest: usize) -> f32 {
        (self.energy / (longest - 2 * setup.margin() + setup.tail()) as f64) as f32
    }

    /// The factor that brings the signal to the level of its pair.
    pub fn scale(&self, setup: Setup, longest: usize) -> f32 {
        let power = self.power(setup, longest).max(f32::MIN_POSITIVE);
        (setup.p.level.target_power / f64::from(power)).sqrt() as f32
    }

    /// The signal at the level of its pair, zeros behind it up to the length of the longer one and the tail.
    fn scaled(&self, setup: Setup, longest: usize) -> Memory<f32> {
        let scale = self.scale(setup, longest);
        let mut samples = Memory::new(longest + setup.tail());
        for (out, sample) in samples.iter_mut().zip(&*self.samples) {
            *out = sample * scale;
        }
        samples[self.samples.len()..].fill(0.0);
        samples
    }
}

/// The signals of a pair, or one of them, at the level of the pair, whose longer signal has `longest` samples, and through
/// the terminal.
pub(super) fn level<const N: usize>(
    setup: Setup,
    sources: [&Source; N],
    longest: usize,
) -> [Levelled; N] {
    let margin = setup.margin();
    let mut scaled = sources.map(|source| source.scaled(setup, longest));
    let lengths = sources.map(Source::length);
    let mut length = lengths.into_iter();
    let mut inner = scaled.each_mut().map(|samples| {
        let length = length.next().expect("as many as were scaled");
        if let InputFilter::Section { edge_fade, .. } = &setup.p.input_filter {
            fade_edges(&mut samples[margin - 1..length - margin + 1], *edge_fade);
        }
        &mut samples[margin..length - margin]
    });
    if let InputFilter::Section { gain, section, .. } = &setup.p.input_filter {
        let signals = inner.each_mut().map(|signal| &mut **signal);
        biquad::cascade(&[lowered(section, *gain)], signals);
    }
    let sums = sums_in_order(inner);
    let samples = scaled.each_ref().map(|samples| &**samples);
    let mut heard = activity(setup, samples, lengths, sums).into_iter();
    let mut sources = sources.into_iter();
    scaled.map(|samples| {
        let (source, (alignment, activity)) =
            sources.next().zip(heard.next()).expect("as many as were scaled");
        Levelled {
            samples,
            alignment,
            activity,
            length: source.length,
            longest,
            power: source.power(setup, longest),
        }
    })
}

impl Levelled {
    /// Level in the speech band before levelling, in dB relative to full scale.
    pub fn level_dbov(&self) -> f64 {
        10.0 * (f64::from(self.power) / f64::from(FULL_SCALE * FULL_SCALE)).log10()
    }
}

/// The i-th sample from either edge times i over `fade`; the outermost ones belong to the margins.
fn fade_edges(samples: &mut [f32], fade: usize) {
    let last = samples.len() - 1;
    for i in 0..fade.min(samples.len()) {
        let gain = i as f32 / fade as f32;
        samples[i] *= gain;
        samples[last - i] *= gain;
    }
}

/// f32 sums in index order; side by side they hide each other's latency.
fn sums_in_order<const N: usize>(signals: [&mut [f32]; N]) -> [f32; N] {
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

/// The section with its gain lowered, each coefficient rounded once (Corrigendum 2).
fn lowered(section: &Section, gain: f64) -> Section {
    let lower = |coefficient: f32| (f64::from(coefficient) * gain) as f32;
    Section { b0: lower(section.b0), b1: lower(section.b1), b2: lower(section.b2), ..*section }
}
