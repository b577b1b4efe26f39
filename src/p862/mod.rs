//! The ITU-T P.862 family: PESQ narrowband (P.862.1 mapping), wideband (P.862.2) and wideband with Corrigendum 2.
//!
//! The files follow the signal: [`level`] brings both signals to one power and through the listener's terminal,
//! [`voice_activity`] finds the speech, [`delay`] and [`splitting`] line the degraded signal up with the reference
//! utterance by utterance, [`perceptual`] turns frames into pitch power densities, [`loudness`], [`densities`] and
//! [`disturbance`] compare them as an ear would, [`realignment`] looks a second time where that went badly, and
//! [`pooling`] sums it up.
//!
//! Samples are 16-bit values held as f32. Sums that decide something are added in the order and precision of the
//! reference program, because a threshold that moves in its last digit can move a delay.

mod delay;
mod densities;
mod disturbance;
mod fine_delay;
mod frame_votes;
mod level;
mod loudness;
mod perceptual;
mod pooling;
mod realignment;
mod splitting;
#[cfg(feature = "internals")]
mod staged;
#[cfg(test)]
mod stages;
mod voice_activity;
mod window_energy;

use crate::dsp::memory::Memory;
use crate::error::{Error, Result};
use crate::model::{P862, RateTables};
use crate::signal::Signal;
use delay::Utterance;
use disturbance::FrameComparison;
use level::{Levelled, Source};
use perceptual::ReferenceFrames;
use std::sync::{Arc, Mutex};

pub(crate) use pooling::Interval;
#[cfg(feature = "internals")]
pub use staged::Stages;

/// A model at one of its sample rates.
#[derive(Clone, Copy)]
struct Setup<'a> {
    p: &'a P862,
    rate: &'a RateTables,
}

impl Setup<'_> {
    /// Samples of a voice-activity window; the unit of coarse delays.
    fn window(&self) -> i64 {
        self.rate.vad_window as i64
    }

    /// Silence before and after each signal, in samples.
    fn margin(&self) -> usize {
        self.p.framing.margin_windows * self.rate.vad_window
    }

    /// Further zeros behind it, in samples.
    fn tail(&self) -> usize {
        (self.p.framing.tail_s * f64::from(self.rate.sample_rate_hz)).round() as usize
    }

    /// The shortest speech that is an utterance, in seconds.
    fn shortest_utterance_s(&self) -> f64 {
        (self.p.delay.shortest_utterance * self.window()) as f64
            / f64::from(self.rate.sample_rate_hz)
    }

    /// Samples from one frame of the perceptual model to the next.
    fn hop(&self) -> usize {
        self.rate.frame / 2
    }
}

/// A stretch of the reference with one delay, in samples from the reference's start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub start: usize,
    pub end: usize,
    pub delay: i64,
    pub confidence: f32,
}

/// What the model found out about a pair, in samples at `sample_rate`.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub raw: f64,
    pub mos_lqo: f64,
    pub sample_rate: u32,
    /// Samples from one frame to the next; a frame is two of them long.
    pub frame_hop: usize,
    pub utterances: Vec<Stretch>,
    pub disturbance: Vec<f32>,
    pub asymmetric_disturbance: Vec<f32>,
    pub silent: Vec<bool>,
    pub intervals: Vec<Interval>,
    /// Share of the windows that carry speech, reference and degraded.
    pub speech_activity: [f64; 2],
    /// Level in the speech band, reference and degraded, in dBov.
    pub speech_band_level_dbov: [f64; 2],
}

/// The reference's part of the work, done once for any number of degraded signals.
pub(crate) struct Prepared {
    p: Arc<P862>,
    sample_rate: u32,
    source: Source,
    /// The reference at the level that the longer of the two signals asks for, which most pairs of a reference share.
    latest: Mutex<Option<Arc<Reference>>>,
}

struct Reference {
    levelled: Levelled,
    frames: ReferenceFrames,
}

impl Prepared {
    /// # Errors
    /// A reference that is too short or silent.
    pub fn new(p: &Arc<P862>, reference: &Signal) -> Result<Self> {
        let sample_rate = working_rate(p, reference.sample_rate());
        let setup = setup(p, sample_rate);
        let source =
            Source::new(setup, reference.name(), reference.resampled(sample_rate)?.samples())?;
        Ok(Self { p: Arc::clone(p), sample_rate, source, latest: Mutex::new(None) })
    }

    /// # Errors
    /// A degraded signal that is too short or silent; a reference without speech, or whose speech it does not overlap.
    pub fn score(&self, degraded: &Signal) -> Result<Outcome> {
        let setup = setup(&self.p, self.sample_rate);
        let source =
            Source::new(setup, degraded.name(), degraded.resampled(self.sample_rate)?.samples())?;
        let longest = self.source.length().max(source.length());
        let (reference, mut degraded_levelled) = self.level(setup, &source, longest);
        drop(source);
        if !reference.levelled.activity.has_utterance(&setup.p.delay) {
            let minimum_s = setup.shortest_utterance_s();
            return Err(Error::NoSpeech { name: self.source.name().to_owned(), minimum_s });
        }
        let utterances =
            delay::align(setup, &reference.levelled, &degraded_levelled).ok_or_else(|| {
                Error::NoOverlap {
                    reference: self.source.name().into(),
                    degraded: degraded.name().into(),
                }
            })?;
        degraded_levelled.alignment = Memory::new(0);
        let compared =
            FrameComparison::new(setup, &reference.frames, &degraded_levelled.samples, &utterances)
                .compare(&reference.levelled.samples, &degraded_levelled.samples, longest);
        let pooled = pooling::pool(setup, &reference.frames.active, &compared, longest);
        Ok(Outcome {
            raw: pooled.raw,
            mos_lqo: pooled.mos_lqo,
            sample_rate: self.sample_rate,
            frame_hop: setup.hop(),
            speech_activity: [
                reference.levelled.activity.share(),
                degraded_levelled.activity.share(),
            ],
            speech_band_level_dbov: [
                reference.levelled.level_dbov(),
                degraded_levelled.level_dbov(),
            ],
            utterances: utterances.iter().map(|utterance| self.stretch(setup, utterance)).collect(),
            disturbance: compared.symmetric,
            asymmetric_disturbance: compared.asymmetric,
            silent: reference.frames.silent.clone(),
            intervals: pooled.intervals,
        })
    }

    /// Both signals at the level of a pair whose longer signal has `longest` samples. A reference that is not there yet
    /// is levelled beside the degraded signal, which takes little longer than one of them alone.
    fn level(&self, setup: Setup, degraded: &Source, longest: usize) -> (Arc<Reference>, Levelled) {
        let latest = || self.latest.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let known = latest().clone().filter(|known| known.levelled.longest == longest);
        if let Some(reference) = known {
            let [degraded] = level::level(setup, [degraded], longest);
            return (reference, degraded);
        }
        let [reference, degraded] = level::level(setup, [&self.source, degraded], longest);
        let frames = ReferenceFrames::new(setup, &reference);
        let reference = Arc::new(Reference { levelled: reference, frames });
        *latest() = Some(Arc::clone(&reference));
        (reference, degraded)
    }

    fn stretch(&self, setup: Setup, utterance: &Utterance) -> Stretch {
        let margin = setup.margin() as i64;
        let last = self.source.length() as i64 - 2 * margin;
        let sample = |window: i64| (window * setup.window() - margin).clamp(0, last) as usize;
        let Utterance { start, end, delay, confidence, .. } = *utterance;
        Stretch { start: sample(start), end: sample(end), delay, confidence }
    }
}

/// The model's own rate for a signal: the highest that the signal fills, or the lowest there is.
fn working_rate(p: &P862, sample_rate: u32) -> u32 {
    let filled = p.rates.iter().rev().find(|rate| rate.sample_rate_hz <= sample_rate);
    filled.unwrap_or(&p.rates[0]).sample_rate_hz
}

fn setup(p: &P862, sample_rate: u32) -> Setup<'_> {
    Setup { p, rate: p.at_rate(sample_rate).unwrap_or(&p.rates[0]) }
}
