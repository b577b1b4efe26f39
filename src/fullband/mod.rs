//! basilar-fb: quality of fullband speech (and music) at 48 kHz, MOS-LQO 1 to 4.75.
//!
//! The files follow the signal, and each says where in the literature its stage comes from:
//!
//! | stage | what it does | source |
//! |---|---|---|
//! | `hearing` | takes out what lies below it | |
//! | `spectrum`, `bark` | power in critical bands of 0.5 Bark, every 21 ms | Zwicker and Terhardt 1980 |
//! | `level` | active speech at 73 dB SPL; where the reference pauses | ITU-T P.56, P.800 |
//! | `compensation` | takes out what listeners adapt to: level, linear response, slow gain | P.862 10.2.5, 10.2.6 |
//! | `loudness` | spreads excitation between bands and turns it into sone per Bark | Zwicker and Fastl, 6.2 and 8.7 |
//! | `spectral_distance` | by how many decibels levels differ, moment by moment | Gray and Markel 1976 |
//! | `modulation` | do envelopes still rise and fall as speech makes them | Houtgast and Steeneken 1985 |
//! | `roughness` | do they flutter where they should not | Zwicker and Fastl, chapter 11 |
//! | `similarity` | do loudness patterns rise and fall together; models of version 1 only | NSIM, Hines and Harte 2012 |
//! | `periodicity` | does the voice still have its pitch | Meddis and O'Mard 1997 |
//! | `added` | loudness that was added | P.862 10.2.8, P.863 |
//! | `missing` | speech that was lost, or filled by repeating what was just heard | G.113, P.563 |
//! | `bandwidth` | how many Bark of the audible band are gone | fullband E-model, G.107.2 |
//! | `pooling` | from frames to one indicator each | |
//! | `mapping` | from the indicators to MOS-LQO, falling in each, and how sure that is | |
//!
//! Each indicator also says why a score is low. Constants and their sources stand in `models/basilar-fb.json`; weights
//! and exponents are fitted by `examples/fit_fullband`, by whole listening tests that are left out. A view that a model
//! file has no section for is not listened for.
//!
//! The degraded signal is expected on the reference's time axis, to a few milliseconds; frames of 43 ms do not mind
//! less. [`crate::alignment`] brings it there. That is a room of its own, for any model and for reports, and its
//! constants stand in a file of their own, `models/alignment.json`.

mod added;
mod bandwidth;
mod bark;
mod compensation;
mod frames;
mod hearing;
mod level;
mod loudness;
mod mapping;
mod missing;
mod modulation;
mod periodicity;
mod pooling;
mod roughness;
mod similarity;
mod spectral_distance;
mod spectrum;
#[cfg(feature = "internals")]
mod staged;

pub use crate::model::fullband::{Mapping, Parameters};
pub use crate::model::indicators::Indicators;
#[cfg(feature = "internals")]
pub use staged::FullbandStages;

use crate::error::{Error, Result};
use added::added_loudness;
use bark::BarkBands;
use compensation::{Path, follow_slow_gain};
use frames::{FrameBands, mean_where};
use level::Activity;
use loudness::specific_loudness;
use missing::{MissingSpeech, Voice};
use periodicity::Loss;
use roughness::{Flutter, Smoothness};
use spectrum::Spectrum;
use std::borrow::Cow;
use std::ops::Range;

/// The samples of a degraded signal that was recorded all the time.
const ALWAYS: Range<usize> = 0..usize::MAX;

/// A reference, ready to be compared with any number of degraded signals.
#[derive(Debug, Clone)]
pub struct Reference {
    parameters: Parameters,
    bands: BarkBands,
    spectrum: Spectrum,
    voice: Voice,
    activity: Activity,
    /// Mean band powers in speech, relative to 0 dB SPL.
    speech: Vec<f64>,
    /// Levels below it are masked, in dB SPL.
    masked_below_db: f64,
    /// What the roughness of a degraded signal is told by.
    smoothness: Option<Smoothness>,
}

/// How a degraded signal sounds against its reference, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Mean opinion score, listening quality, objective, fullband.
    pub mos_lqo: f64,
    /// How far the score may lie from people's votes: the standard error that was found for such impairments in
    /// listening tests that took no part in the fit. `None` if the model's file does not tell.
    pub mos_lqo_error: Option<f64>,
    /// In which ways the signal is impaired.
    pub indicators: Indicators,
    /// What each of them does to the score, on a common scale; the largest says why it is low.
    pub impairments: Indicators,
    /// Loudness added in the reference's pauses, relative to the loudness of its speech; a part of what was added.
    pub noise_in_pauses: f64,
    /// Each frame by itself.
    pub timeline: Vec<Moment>,
    /// Seconds from one frame to the next. A frame is twice as long.
    pub frame_hop_s: f64,
}

/// One frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Whether the reference speaks.
    pub active: bool,
    /// In which ways the frame is impaired; bandwidth is the whole signal's.
    pub indicators: Indicators,
    /// The score that a recording would have that was all like this frame.
    pub mos_lqo: f64,
}

impl Reference {
    /// Prepares samples within ±1 at 48 kHz; `name` is how errors call them.
    ///
    /// # Errors
    /// [`Error::TooShort`] and [`Error::Silent`].
    pub fn new(name: &str, samples: &[f32], parameters: Parameters) -> Result<Self> {
        let rate = f64::from(parameters.frames.sample_rate_hz);
        let (duration_s, minimum_s) = (samples.len() as f64 / rate, parameters.frames.minimum_s);
        if duration_s < minimum_s {
            return Err(Error::TooShort { name: name.to_owned(), duration_s, minimum_s });
        }
        let heard = audible(samples, &ALWAYS, &parameters);
        let samples = &*heard;
        let bands =
            BarkBands::new(parameters.frames.bins(), parameters.frames.bin_hz(), &parameters.bands);
        let mut spectrum = Spectrum::new(
            samples,
            Spectrum::frames(samples.len(), &parameters),
            &bands,
            &parameters,
        );
        let activity = Activity::of(&spectrum.powers, &parameters.level)
            .ok_or_else(|| Error::Silent { name: name.to_owned(), band_hz: None })?;
        let calibration = activity.calibration(&parameters.level);
        spectrum.powers *= calibration;
        let speech = mean_where(&spectrum.powers, &activity.active);
        let masked_below_db =
            parameters.spectral_distance.as_ref().map_or(f64::INFINITY, |distance| {
                let levels = levels(&spectrum.powers);
                spectral_distance::masked_below_db(&levels, &activity.active, distance)
            });
        let smoothness = parameters.roughness.as_ref().map(|roughness| {
            Smoothness::new(samples, &activity.active, calibration, &parameters.frames, roughness)
        });
        let voice = Voice::new(samples, parameters.sample_rate(), &parameters.missing);
        Ok(Self {
            parameters,
            bands,
            spectrum,
            voice,
            activity,
            speech,
            masked_below_db,
            smoothness,
        })
    }

    /// Compares with a degraded signal on the same time axis at 48 kHz; what is missing at its end is silence.
    pub fn compare(&self, degraded: &[f32]) -> Assessment {
        self.compare_recorded(degraded, ALWAYS)
    }

    /// The same where the degraded signal was recorded in part of the time only, given in samples: outside it nothing is
    /// known of pauses and of the frequency response.
    pub fn compare_recorded(&self, degraded: &[f32], recorded: Range<usize>) -> Assessment {
        let degraded = &*audible(degraded, &recorded, &self.parameters);
        let mut heard = self.hear(degraded);
        let recorded = self.recorded(&recorded);
        let path = self.path(&heard, &recorded);
        let expected = self.compensate(&mut heard.powers, &path);
        let spectral_distance =
            self.spectral_distance([&expected, &heard.powers], &path, &recorded);
        let lost_modulation = self.lost_modulation(&heard.powers, &recorded);
        let loudness = [expected, heard.powers].map(|powers| self.loudness(powers));
        pooling::Frames {
            active: &self.activity.active,
            pauses: self.pauses(&recorded),
            dissimilarity: self.dissimilarity(&loudness),
            spectral_distance,
            lost_modulation,
            roughness: self.roughness(degraded, &path),
            added: self.added(&loudness),
            missing: self.missing(degraded),
            periodicity: self.lost_periodicity(&heard.compressed, &path),
            lost_bandwidth: self.lost_bandwidth(&path),
        }
        .pool(&self.parameters)
    }

    /// The loudness that is expected and that is heard in each band, in sone per Bark, after what listeners adapt to.
    #[cfg(feature = "cli")]
    pub(crate) fn loudness_patterns(
        &self,
        degraded: &[f32],
        recorded: Range<usize>,
    ) -> [FrameBands; 2] {
        let mut heard = self.hear(degraded);
        let path = self.path(&heard, &self.recorded(&recorded));
        let expected = self.compensate(&mut heard.powers, &path);
        [expected, heard.powers].map(|powers| self.loudness(powers))
    }

    /// Seconds from one frame to the next. A frame is twice as long.
    #[cfg(feature = "cli")]
    pub(crate) fn frame_hop_s(&self) -> f64 {
        self.parameters.frames.hop as f64 / f64::from(self.parameters.sample_rate())
    }

    /// Centres of the bands of a pattern, in Hz.
    #[cfg(feature = "cli")]
    pub(crate) fn frequencies_hz(&self) -> Vec<f64> {
        self.bands.centre_bark.iter().map(|&bark| bark::frequency_hz(bark)).collect()
    }

    /// Which frames lie within what was recorded.
    fn recorded(&self, samples: &Range<usize>) -> Vec<bool> {
        let frames = &self.parameters.frames;
        let within = |start: usize| samples.start <= start && start + frames.length <= samples.end;
        (0..self.activity.active.len()).map(|frame| within(frame * frames.hop)).collect()
    }

    /// Which frames are pauses that were recorded.
    fn pauses(&self, recorded: &[bool]) -> Vec<bool> {
        let frames = self.activity.active.iter().zip(recorded);
        frames.map(|(active, recorded)| !active && *recorded).collect()
    }

    /// The degraded signal as the ear gets it.
    fn hear(&self, degraded: &[f32]) -> Spectrum {
        let frames = self.spectrum.powers.nrows();
        let mut heard = Spectrum::new(degraded, frames, &self.bands, &self.parameters);
        heard.powers *= self.activity.calibration(&self.parameters.level);
        heard
    }

    fn path(&self, heard: &Spectrum, recorded: &[bool]) -> Path {
        let Self { parameters, bands, spectrum, activity, .. } = self;
        Path::between(&spectrum.powers, &heard.powers, activity, recorded, bands, parameters)
    }

    /// Takes out of the degraded powers what listeners adapt to, and gives the reference's as they are expected.
    fn compensate(&self, heard: &mut FrameBands, path: &Path) -> FrameBands {
        let Parameters { response, slow_gain, loudness, .. } = &self.parameters;
        let mut expected = self.spectrum.powers.clone();
        path.equalise(&mut expected, response);
        path.level(heard);
        follow_slow_gain(&expected, heard, &self.bands, slow_gain, loudness);
        expected
    }

    fn loudness(&self, powers: FrameBands) -> FrameBands {
        specific_loudness(powers, &self.bands, &self.parameters.loudness)
    }

    /// Of each frame, from the loudness that is expected and that is heard.
    fn dissimilarity(&self, [expected, heard]: &[FrameBands; 2]) -> Vec<f64> {
        let Some(parameters) = &self.parameters.similarity else { return self.nothing() };
        similarity::dissimilarity(expected, heard, self.first_band(), parameters)
    }

    /// Of each frame, from the powers that are expected and that are heard.
    fn spectral_distance(
        &self,
        powers: [&FrameBands; 2],
        path: &Path,
        recorded: &[bool],
    ) -> Vec<f64> {
        let Some(parameters) = &self.parameters.spectral_distance else { return self.nothing() };
        let [expected, heard] = powers.map(levels);
        let carried = bandwidth::carried_shares(&path.response_db, &self.parameters.bandwidth);
        let (counted, floor_db) = (self.speech_recorded(recorded), self.masked_below_db);
        let levels = [&expected, &heard];
        spectral_distance::spectral_distance(levels, &carried, &counted, floor_db, parameters)
    }

    /// Of the whole signal, from the powers that are heard.
    fn lost_modulation(&self, heard: &FrameBands, recorded: &[bool]) -> f64 {
        let Some(parameters) = &self.parameters.modulation else { return 0.0 };
        let counted = self.speech_recorded(recorded);
        let thresholds = &self.bands.threshold_db;
        let depths = [&self.spectrum.powers, heard]
            .map(|powers| modulation::modulation_depth(powers, thresholds, &counted, parameters));
        modulation::lost_modulation(
            depths.each_ref().map(Vec::as_slice),
            &self.speech,
            thresholds,
            parameters,
        )
    }

    /// Which frames of speech were recorded.
    fn speech_recorded(&self, recorded: &[bool]) -> Vec<bool> {
        self.activity
            .active
            .iter()
            .zip(recorded)
            .map(|(active, recorded)| *active && *recorded)
            .collect()
    }

    /// Of each frame.
    fn roughness(&self, degraded: &[f32], path: &Path) -> Vec<f64> {
        let Parameters { roughness: Some(roughness), frames, .. } = &self.parameters else {
            return self.nothing();
        };
        let Some(smoothness) = &self.smoothness else { return self.nothing() };
        let heard = Flutter::new(degraded, self.activity.active.len(), frames, roughness);
        smoothness.rise(&heard, path.gain)
    }

    /// What a stage finds that the model has no section for.
    fn nothing(&self) -> Vec<f64> {
        vec![0.0; self.activity.active.len()]
    }

    /// Of each frame, from the loudness that is expected and that is heard.
    fn added(&self, [expected, heard]: &[FrameBands; 2]) -> Vec<f64> {
        let (active, parameters) = (&self.activity.active, &self.parameters.added);
        added_loudness(expected, heard, active, self.first_band(), parameters)
    }

    fn missing(&self, degraded: &[f32]) -> MissingSpeech {
        let parameters = &self.parameters.missing;
        let heard = Voice::new(degraded, self.parameters.sample_rate(), parameters);
        MissingSpeech::between(&self.voice, &heard, parameters)
    }

    /// Bands below it are not compared.
    fn first_band(&self) -> usize {
        let Parameters { added, similarity, .. } = &self.parameters;
        let similarity = similarity.as_ref().map(|similarity| similarity.lowest_bark);
        let lowest = added.lowest_bark.or(similarity).unwrap_or(0.0);
        self.bands.centre_bark.iter().take_while(|&&centre| centre <= lowest).count()
    }

    fn lost_periodicity(&self, heard: &FrameBands, path: &Path) -> Vec<Loss> {
        let Self { parameters, bands, spectrum, activity, .. } = self;
        let response_db = path.equalisation_db(&parameters.response);
        let response_db = bands.at_bins(&response_db, parameters.frames.bins());
        periodicity::lost_periodicity(
            &spectrum.compressed,
            heard,
            &activity.active,
            &response_db,
            parameters,
        )
    }

    fn lost_bandwidth(&self, path: &Path) -> f64 {
        let Self { parameters, bands, speech, .. } = self;
        bandwidth::lost_bandwidth(&path.response_db, speech, bands, &parameters.bandwidth)
    }
}

/// What of a signal can be heard, where the model knows of that.
fn audible<'a>(
    samples: &'a [f32],
    recorded: &Range<usize>,
    parameters: &Parameters,
) -> Cow<'a, [f32]> {
    match &parameters.hearing {
        Some(hearing) => {
            hearing::audible(samples, recorded, parameters.sample_rate(), hearing).into()
        }
        None => samples.into(),
    }
}

/// Levels of powers relative to 0 dB SPL, in dB.
fn levels(powers: &FrameBands) -> FrameBands {
    // Far below what can be heard; keeps silence out of the logarithm.
    powers.mapv(|power| 10.0 * power.max(1e-9).log10())
}
