//! The pipeline stage by stage, for the benchmarks.

use super::disturbance::FrameComparison;
use super::level::{self, Levelled, Source};
use super::perceptual::{DegradedFrames, ReferenceFrames};
use super::setup::{Setup, working_rate};
use super::utterance::Utterance;
use super::{delay, pooling};
use crate::error::{Error, Result};
use crate::model::{Model, P862, Parameters};
use crate::signal::Signal;
use std::sync::Arc;

/// A pair with the result of each stage, so that any stage can be run again alone.
pub struct Stages {
    p: Arc<P862>,
    sample_rate: u32,
    samples: [Vec<f32>; 2],
    sources: [Source; 2],
    longest: usize,
    levelled: [Levelled; 2],
    frames: ReferenceFrames,
    utterances: Vec<Utterance>,
}

impl Stages {
    /// # Errors
    /// What scoring the pair would refuse.
    ///
    /// # Panics
    /// With a model of another family.
    pub fn new(model: &Model, reference: &Signal, degraded: &Signal) -> Result<Self> {
        let Parameters::P862(p) = model.parameters() else { panic!("a P.862 model") };
        let sample_rate = working_rate(p, reference.sample_rate());
        let setup = Setup::new(p, sample_rate);
        let samples = [reference, degraded].map(|signal| signal.samples().to_vec());
        let sources = [
            Source::new(setup, reference.name(), &samples[0])?,
            Source::new(setup, degraded.name(), &samples[1])?,
        ];
        let longest = sources[0].length().max(sources[1].length());
        let levelled = level::level(setup, sources.each_ref(), longest);
        let frames = ReferenceFrames::new(setup, &levelled[0]);
        let utterances =
            delay::align(setup, &levelled[0], &levelled[1]).ok_or_else(|| Error::NoOverlap {
                reference: reference.name().to_owned(),
                degraded: degraded.name().to_owned(),
            })?;
        Ok(Self {
            p: Arc::clone(p),
            sample_rate,
            samples,
            sources,
            longest,
            levelled,
            frames,
            utterances,
        })
    }

    fn setup(&self) -> Setup<'_> {
        Setup::new(&self.p, self.sample_rate)
    }

    /// Level measurement and, in narrowband, the terminal's curve, of the degraded signal.
    pub fn source(&self) -> bool {
        Source::new(self.setup(), "", &self.samples[1]).is_ok()
    }

    /// Scaling, the terminal's section, the alignment filter and voice activity, of both signals.
    pub fn level(&self) -> f64 {
        let [reference, _] = level::level(self.setup(), self.sources.each_ref(), self.longest);
        reference.activity.share()
    }

    /// Scaling, terminal, alignment filter and voice activity of the degraded signal alone, as beside a prepared reference.
    pub fn level_degraded(&self) -> f64 {
        let [degraded] = level::level(self.setup(), [&self.sources[1]], self.longest);
        degraded.activity.share()
    }

    /// Coarse and fine delays and splitting.
    pub fn align(&self) -> usize {
        delay::align(self.setup(), &self.levelled[0], &self.levelled[1])
            .map_or(0, |utterances| utterances.len())
    }

    /// Pitch powers of the reference.
    pub fn reference_frames(&self) -> usize {
        ReferenceFrames::new(self.setup(), &self.levelled[0]).silent.len()
    }

    /// Pitch powers of the degraded signal, loudness, disturbance and realignment.
    pub fn compare(&self) -> f64 {
        let [reference, degraded] = &self.levelled;
        let setup = self.setup();
        let frames = DegradedFrames::new(setup, &self.frames, &degraded.samples, &self.utterances);
        let disturbances = FrameComparison::new(setup, &self.frames, &frames, &self.utterances)
            .compare([&reference.samples, &degraded.samples], self.longest);
        let pooled = pooling::pool(setup, &self.frames.active, &disturbances, self.longest);
        pooling::raw(&self.p, pooled.indicators)
    }
}
