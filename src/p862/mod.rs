//! The ITU-T P.862 family: PESQ narrowband (P.862.1 mapping), wideband (P.862.2) and wideband with Corrigendum 2.
//!
//! The files follow the signal: [`level`] brings both signals to one power and through the listener's terminal,
//! [`voice_activity`] finds the speech, [`delay`] and [`splitting`] line the degraded signal up with the reference
//! utterance by utterance, [`perceptual`] and [`pitch_power`] turn frames into pitch power densities, [`loudness`],
//! [`densities`] and [`disturbance`] compare them as an ear would, [`realignment`] aligns bad intervals a second time, and
//! [`pooling`] sums up the disturbances to the score.
//!
//! Samples are 16-bit values held as f32. Sums that decide something are added in the order and precision of the
//! reference program, because a threshold that moves in its last digit can move a delay.

#[cfg(test)]
mod conformance;
mod delay;
mod densities;
mod disturbance;
mod fine_delay;
mod frame_votes;
mod level;
mod loudness;
mod pair;
mod perceptual;
mod pitch_power;
mod pooling;
mod realignment;
mod setup;
mod shared_window;
mod splitting;
#[cfg(feature = "internals")]
mod stages;
mod utterance;
mod voice_activity;
mod window_energy;

use crate::dsp::memory::Memory;
use crate::error::{Error, Result};
use crate::model::P862;
use crate::signal::Signal;
use disturbance::FrameComparison;
use level::{Levelled, Source};
use perceptual::{DegradedFrames, ReferenceFrames};
use setup::{Setup, working_rate};
use std::sync::{Arc, Mutex};
use utterance::Utterance;

pub(crate) use pooling::Interval;
#[cfg(feature = "internals")]
pub use stages::Stages;

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
        let setup = Setup::new(p, sample_rate);
        let source =
            Source::new(setup, reference.name(), reference.resampled(sample_rate)?.samples())?;
        Ok(Self { p: Arc::clone(p), sample_rate, source, latest: Mutex::new(None) })
    }

    /// # Errors
    /// A degraded signal that is too short or silent; a reference without speech, or whose speech it does not overlap.
    pub fn score(&self, degraded: &Signal) -> Result<Outcome> {
        let setup = Setup::new(&self.p, self.sample_rate);
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
        let frames =
            DegradedFrames::new(setup, &reference.frames, &degraded_levelled.samples, &utterances);
        let signals = [&*reference.levelled.samples, &*degraded_levelled.samples];
        let disturbances = FrameComparison::new(setup, &reference.frames, &frames, &utterances)
            .compare(signals, longest);
        let pooled = pooling::pool(setup, &reference.frames.active, &disturbances, longest);
        let raw = pooling::raw(&self.p, pooled.indicators);
        Ok(Outcome {
            raw,
            mos_lqo: pooling::mos_lqo(&self.p.mapping, raw),
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
            disturbance: disturbances.symmetric,
            asymmetric_disturbance: disturbances.asymmetric,
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
