//! basilar-fb: quality of fullband speech (and music) at 48 kHz, MOS-LQO 1 to 4.75.
//!
//! The files follow the signal, and each says where in the literature its stage comes from:
//!
//! | stage | what it does | source |
//! |---|---|---|
//! | `spectrum`, `bark` | power in critical bands of 0.5 Bark, every 21 ms | Zwicker and Terhardt 1980 |
//! | `level` | active speech at 73 dB SPL; where the reference pauses | ITU-T P.56, P.800 |
//! | `compensation` | takes out what listeners adapt to: level, linear response, slow gain | P.862 10.2.5, 10.2.6 |
//! | `loudness` | spreads excitation between bands and turns it into sone per Bark | Zwicker and Fastl, 6.2 and 8.7 |
//! | `similarity` | do the loudness patterns rise and fall together | NSIM, Hines and Harte 2012 |
//! | `periodicity` | does the voice still have its pitch | Meddis and O'Mard 1997 |
//! | `added` | loudness that was added | P.862 10.2.8, P.863 |
//! | `missing` | speech that was lost, or filled by repeating what was just heard | G.113, P.563 |
//! | `bandwidth` | how many Bark of the audible band are gone | fullband E-model, G.107.2 |
//! | `pooling` | from frames to one indicator each; one lost word is worse than a little lost everywhere | |
//! | `mapping` | from the five indicators to MOS-LQO, falling in each | |
//!
//! Each indicator also says why a score is low. Constants and their sources stand in `models/basilar-fb.json`. Twelve
//! numbers decide between indicators: the five weights are fitted by `examples/fit_fullband.rs`, the five exponents, the
//! norm and the unnoticed dissimilarity are chosen from coarse grids by how talkers that are left out are met.
//!
//! The degraded signal is expected on the reference's time axis, to a few milliseconds; frames of 43 ms do not mind
//! less. [`crate::alignment`] brings it there. That is a room of its own, for any model and for reports, and its
//! constants stand in a file of their own, `models/alignment.json`.

mod added;
mod bandwidth;
mod bark;
mod compensation;
mod contrast;
mod frames;
mod level;
mod loudness;
mod mapping;
mod missing;
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
use roughness::{Modulation, Smoothness};
use spectrum::Spectrum;
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
    /// Band levels in dB SPL.
    levels: FrameBands,
    /// What the roughness of a degraded signal is told by.
    smoothness: Option<Smoothness>,
}

/// How a degraded signal sounds against its reference, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Mean opinion score, listening quality, objective, fullband.
    pub mos_lqo: f64,
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
        let bands =
            BarkBands::new(parameters.frames.bins(), parameters.frames.bin_hz(), &parameters.bands);
        let mut spectrum = Spectrum::new(
            samples,
            Spectrum::frames(samples.len(), &parameters),
            &bands,
            &parameters,
        );
        let activity = Activity::of(&spectrum.powers, &parameters.level)
            .ok_or_else(|| Error::Silent { name: name.to_owned() })?;
        let calibration = activity.calibration(&parameters.level);
        spectrum.powers *= calibration;
        let speech = mean_where(&spectrum.powers, &activity.active);
        let levels = levels(&spectrum.powers);
        let smoothness = parameters.roughness.as_ref().map(|roughness| {
            Smoothness::new(samples, &activity.active, calibration, &parameters.frames, roughness)
        });
        let voice = Voice::new(samples, parameters.sample_rate(), &parameters.missing);
        Ok(Self { parameters, bands, spectrum, voice, activity, speech, levels, smoothness })
    }

    /// Compares with a degraded signal on the same time axis at 48 kHz; what is missing at its end is silence.
    pub fn compare(&self, degraded: &[f32]) -> Assessment {
        self.compare_recorded(degraded, ALWAYS)
    }

    /// The same where the degraded signal was recorded in part of the time only, given in samples: outside it nothing is
    /// known of pauses and of the frequency response.
    pub fn compare_recorded(&self, degraded: &[f32], recorded: Range<usize>) -> Assessment {
        let mut heard = self.hear(degraded);
        let recorded = self.recorded(&recorded);
        let path = self.path(&heard, &recorded);
        let expected = self.compensate(&mut heard.powers, &path);
        let heard_levels = levels(&heard.powers);
        let loudness = [expected, heard.powers].map(|powers| self.loudness(powers));
        pooling::Frames {
            active: &self.activity.active,
            pauses: self.pauses(&recorded),
            dissimilarity: self.dissimilarity(&loudness),
            spectral_distance: self.spectral_distance(&heard_levels, &recorded),
            lost_contrast: self.lost_contrast(&heard_levels),
            roughness: self.roughness(degraded, &path),
            added: self.added(&loudness),
            missing: self.missing(degraded),
            periodicity: self.lost_periodicity(&heard.compressed, &path),
            lost_bandwidth: self.lost_bandwidth(&path),
        }
        .pool(&self.parameters)
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
        let parameters = &self.parameters.similarity;
        similarity::dissimilarity(expected, heard, self.first_band(), parameters)
    }

    /// Of each frame, from the levels that are heard.
    fn spectral_distance(&self, heard: &FrameBands, recorded: &[bool]) -> Vec<f64> {
        let Some(parameters) = &self.parameters.spectral_distance else { return self.nothing() };
        let active = &self.activity.active;
        let floor_db = spectral_distance::masked_below_db(&self.levels, active, parameters);
        let counted: Vec<bool> = active.iter().zip(recorded).map(|(a, b)| *a && *b).collect();
        spectral_distance::spectral_distance([&self.levels, heard], &counted, floor_db)
    }

    /// Of each frame, from the levels that are heard.
    fn lost_contrast(&self, heard: &FrameBands) -> Vec<f64> {
        let Some(parameters) = &self.parameters.contrast else { return self.nothing() };
        let thresholds = &self.bands.threshold_db;
        let contrast = |levels| contrast::local_contrast(levels, thresholds, parameters);
        contrast::lost_contrast([&contrast(&self.levels), &contrast(heard)], parameters)
    }

    /// Of each frame.
    fn roughness(&self, degraded: &[f32], path: &Path) -> Vec<f64> {
        let Parameters { roughness: Some(roughness), frames, .. } = &self.parameters else {
            return self.nothing();
        };
        let Some(smoothness) = &self.smoothness else { return self.nothing() };
        let heard = Modulation::new(degraded, self.activity.active.len(), frames, roughness);
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
        let lowest = self.parameters.similarity.lowest_bark;
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

/// Levels of powers relative to 0 dB SPL, in dB.
fn levels(powers: &FrameBands) -> FrameBands {
    // Far below what can be heard; keeps silence out of the logarithm.
    powers.mapv(|power| 10.0 * power.max(1e-9).log10())
}
