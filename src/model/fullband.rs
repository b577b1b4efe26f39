//! The parameters of basilar-fb, one struct a section of `models/basilar-fb.json`, which says where each comes from.

use super::alignment::{AlignmentParameters, Chosen};
use super::indicators::Indicators;
use super::section::{Rule, check, rising, section};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Most Bark bands that a model may have.
pub(crate) const MOST_BANDS: usize = 128;

/// Every constant of the model. The weights of [`Mapping`] were fitted to people's votes, and some of its exponents.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// The built-in alignment where a file says nothing of it, as those of version 1.0.0.
    #[serde(default)]
    alignment: Chosen,
    pub(crate) frames: Frames,
    /// Where a file says nothing of it, as those of version 1.0.0, whatever is below hearing is heard.
    pub(crate) hearing: Option<Hearing>,
    pub(crate) bands: Bands,
    pub(crate) loudness: Loudness,
    pub(crate) level: Level,
    pub(crate) response: Response,
    pub(crate) slow_gain: SlowGain,
    /// Heard by the models of version 1 only.
    pub(crate) similarity: Option<Similarity>,
    /// Not heard by the models of version 1, as the two that follow.
    pub(crate) spectral_distance: Option<SpectralDistance>,
    pub(crate) modulation: Option<Modulation>,
    pub(crate) roughness: Option<Roughness>,
    pub(crate) added: Added,
    pub(crate) missing: Missing,
    pub(crate) periodicity: Periodicity,
    pub(crate) bandwidth: Bandwidth,
    /// From indicators to MOS-LQO.
    pub mapping: Mapping,
    /// Where a file says nothing of it, as those of version 1.0.0, scores have no error.
    pub(crate) spread: Option<Spread>,
}

section! {
    /// Short-time spectra.
    pub(crate) Frames {
        /// Rate of both signals, in Hz.
        sample_rate_hz: u32,
        /// Samples of a frame, under a Hann window.
        length: usize,
        /// Samples from one frame to the next.
        hop: usize,
        /// The shortest reference, in seconds.
        minimum_s: f64,
    }
}

impl Frames {
    /// Bins of a frame's spectrum.
    pub fn bins(&self) -> usize {
        self.length / 2 + 1
    }

    /// Distance of two bins, in Hz.
    pub fn bin_hz(&self) -> f64 {
        f64::from(self.sample_rate_hz) / self.length as f64
    }
}

section! {
    /// Where hearing begins.
    pub(crate) Hearing {
        /// Cut-off frequency in Hz.
        lowest_hz: f64,
        /// Second-order sections of the filter, each of 12 dB an octave.
        sections: usize,
    }
}

section! {
    /// Critical bands.
    pub(crate) Bands {
        /// How many.
        count: usize,
        /// Their distance, in Bark.
        width_bark: f64,
        /// Decay of excitation towards higher bands, in dB per Bark.
        upper_slope_db_per_bark: f64,
        /// Decay of excitation towards lower bands, in dB per Bark.
        lower_slope_db_per_bark: f64,
        /// The threshold in quiet is held below this, in dB SPL.
        highest_threshold_db: f64,
    }
}

section! {
    /// Zwicker's loudness.
    pub(crate) Loudness {
        /// The constant in front.
        sone_per_bark: f64,
        /// Exponent of the excitation.
        exponent: f64,
    }
}

section! {
    /// Listening level and speech activity.
    pub(crate) Level {
        /// Level of the active speech, in dB SPL.
        listening_db: f64,
        /// Frames this far below the active level are inactive, in dB.
        margin_db: f64,
        /// Rounds of measuring the active level.
        rounds: usize,
        /// Frames this far below the active level are pauses, in dB.
        pause_db: f64,
    }
}

section! {
    /// Gain and linear frequency response of the path.
    pub(crate) Response {
        /// Gains of bands are held above this part of the ratio of powers.
        lowest_share: f64,
        /// Bands whose loudness weighs in the overall gain, in Bark.
        gain_bark: [f64; 2],
        /// The overall gain is held to this range around the ratio of powers, in dB.
        gain_range_db: [f64; 2],
        /// The reference is equalised within this range, in dB.
        equalise_db: [f64; 2],
    }
}

section! {
    /// Gain that changes slowly.
    pub(crate) SlowGain {
        /// Frames over which it is smoothed.
        smooth_frames: usize,
        /// It is followed within this, in dB.
        limit_db: f64,
        /// Added to both powers of a frame, relative to 0 dB SPL squared.
        floor: f64,
        /// Weight of no change, as a part of the mean loudness.
        inertia: f64,
    }
}

section! {
    /// Similarity of loudness patterns.
    pub(crate) Similarity {
        /// Frames and bands over which loudness is smoothed.
        smooth: [usize; 2],
        /// Frames and bands of the patch that is correlated.
        patch: [usize; 2],
        /// Covariance that is too small to matter, in (sone per Bark) squared.
        constant: f64,
        /// Bands below are left out here and of what was added, in Bark.
        lowest_bark: f64,
    }
}

section! {
    /// Added loudness.
    pub(crate) Added {
        /// Frames and bands over which loudness is smoothed.
        smooth: [usize; 2],
        /// Additions within this part of the smaller loudness are not heard.
        masked_share: f64,
        /// Share of pauses in the added loudness.
        pause_share: f64,
        /// Bands below are left out, in Bark; where a file does not say, those that similarity leaves out.
        #[serde(default)]
        lowest_bark: Option<f64>,
    }
}

section! {
    /// Missing speech.
    pub(crate) Missing {
        /// Least rate of the copies in which holes are sought, in Hz.
        hole_rate_hz: u32,
        /// Least rate of the copies in which repetitions are sought, in Hz.
        repetition_rate_hz: u32,
        /// Weight of the sample before in the pre-emphasis.
        flattening: f64,
        /// Length of a block, in seconds.
        block_s: f64,
        /// Blocks this far below the reference's mean power are no speech, in dB.
        speech_db: f64,
        /// How far below the expected power a block begins to be missed and is gone, in dB.
        hole_db: [f64; 2],
        /// Blocks that a hole or a repetition lasts at least.
        shortest_blocks: usize,
        /// Length of what is compared with what was heard before, in seconds.
        repetition_window_s: f64,
        /// How long before, in seconds.
        repetition_lag_s: [f64; 2],
        /// Correlation coefficient, where the reference's own is 0 and equality 1, at which something begins to be a
        /// repetition and is one.
        alike: [f64; 2],
    }
}

section! {
    /// Periodicity of voiced sounds.
    pub(crate) Periodicity {
        /// Exponent of the power spectrum.
        compression: f64,
        /// Frequencies that take part, in Hz; the upper quarter fades out.
        range_hz: [f64; 2],
        /// Samples of the autocorrelation's transform.
        transform: usize,
        /// Periods that are looked for, in ms.
        period_ms: [f64; 2],
        /// Steps of lag by which the degraded period may differ.
        tolerance: usize,
        /// Frames with a lower peak are not voiced.
        voiced_above: f64,
        /// Added to the periodicity of each active frame, for voices that have hardly any.
        hoarse: f64,
    }
}

section! {
    /// Distance of the levels of bands.
    pub(crate) SpectralDistance {
        /// Levels this far below the loudest are masked, in dB.
        range_db: f64,
        /// Share of the levels in speech that lie below what counts as the loudest.
        loudest_share: f64,
        /// Frames and bands over which differences are averaged.
        patch: [usize; 2],
    }
}

section! {
    /// Modulation of the envelopes of bands.
    pub(crate) Modulation {
        /// Frames of the averages between which modulations carry speech.
        window_frames: [usize; 2],
        /// Depth that is too small to matter, as a ratio of mean squares.
        floor: f64,
        /// The most that a band can lose, in dB.
        most_db: f64,
        /// Level relative to the threshold in quiet at which a band begins to matter and matters fully, in dB.
        present_db: [f64; 2],
    }
}

section! {
    /// Roughness of envelopes.
    pub(crate) Roughness {
        /// Samples of a short frame, under a Hann window.
        length: usize,
        /// Samples from one short frame to the next.
        hop: usize,
        /// Critical bands of the short frames.
        bands: Bands,
        /// Short frames of the averages between which modulations are rough.
        modulation_frames: [usize; 2],
        /// Short frames over which modulations are averaged.
        smooth_frames: usize,
        /// Added to envelopes, as a part of the reference's mean.
        floor_share: f64,
        /// Bands this far below the threshold in quiet are still heard in the peaks of speech, in dB.
        audible_margin_db: f64,
    }
}

section! {
    /// Bandwidth that is lost.
    pub(crate) Bandwidth {
        /// Attenuation at which a band begins to be missed and at which it is gone, in dB.
        lost_db: [f64; 2],
        /// Level relative to the threshold in quiet at which a band begins to matter and matters fully, in dB.
        present_db: [f64; 2],
    }
}

section! {
    /// How far scores lie from people's votes.
    pub(crate) Spread {
        /// Root mean square of what is left in MOS where nothing is impaired.
        least: f64,
        /// Sum of impairments at which most of the spread below is there.
        much: f64,
        /// The same root mean square where an indicator alone lowers the score.
        by: Indicators,
    }
}

section! {
    /// From indicators to MOS-LQO.
    pub Mapping {
        /// MOS-LQO where nothing is impaired.
        highest: f64,
        /// MOS-LQO where nothing is left.
        lowest: f64,
        /// Exponent under which impairments add up.
        norm: f64,
        /// Weight of each indicator; the numbers that were fitted.
        weights: Indicators,
        /// Exponent of each indicator.
        exponents: Indicators,
        /// Dissimilarity that goes unnoticed.
        unnoticed_dissimilarity: f64,
    }
}

/// What of a model file concerns this model.
#[derive(Deserialize)]
struct File {
    parameters: Parameters,
}

impl Parameters {
    /// The parameters that are compiled in, of `models/basilar-fb.json`.
    pub fn built_in() -> Self {
        Self::from_json("basilar-fb.json", include_str!("../../models/basilar-fb.json"))
            .expect("the model that is compiled in is valid, as the tests show")
    }

    /// Parameters from the text of a model file; `name` is how an error calls it.
    ///
    /// # Errors
    /// [`Error::InvalidModel`] where the text is no model of this kind or its numbers cannot be evaluated.
    pub fn from_json(name: &str, json: &str) -> Result<Self> {
        let invalid = |reason: String| Error::InvalidModel { name: name.to_owned(), reason };
        let file: File = serde_json::from_str(json).map_err(|error| invalid(error.to_string()))?;
        file.parameters.validate().map_err(invalid)?;
        Ok(file.parameters)
    }

    /// The rate the model works at, in Hz.
    pub fn sample_rate(&self) -> u32 {
        self.frames.sample_rate_hz
    }

    /// How pairs are brought onto one time axis before they are compared.
    pub fn alignment(&self) -> &AlignmentParameters {
        &self.alignment.file().parameters
    }

    /// What makes these numbers impossible to evaluate, if anything.
    pub(crate) fn validate(&self) -> std::result::Result<(), String> {
        self.alignment.validate()?;
        check(self.frames.rules())?;
        check(self.bands.rules())?;
        check(self.patterns())?;
        if let Some(Hearing { lowest_hz, sections, .. }) = &self.hearing {
            let below = f64::from(self.frames.sample_rate_hz) / 4.0;
            check([
                (*lowest_hz > 0.0 && *lowest_hz < below, "hearing.lowest_hz is positive and low"),
                ((1..=16).contains(sections), "hearing.sections lies between 1 and 16"),
            ])?;
        }
        if let Some(roughness) = &self.roughness {
            check(roughness.bands.rules())?;
            check(roughness.rules(&self.frames))?;
        }
        check(self.missing.rules())?;
        check(self.periodicity.rules(&self.frames))?;
        check(self.mapping.rules())
    }

    /// The numbers of cells that averages span.
    fn windows(&self) -> Vec<usize> {
        let similarity = self.similarity.iter().flat_map(|s| [s.smooth, s.patch]);
        let distance = self.spectral_distance.iter().map(|distance| distance.patch);
        let modulation = self.modulation.iter().map(|modulation| modulation.window_frames);
        let roughness =
            self.roughness.iter().flat_map(|r| [r.modulation_frames, [r.smooth_frames; 2]]);
        let windows = similarity.chain(distance).chain(modulation).chain(roughness);
        windows.chain([self.added.smooth]).flatten().collect()
    }

    /// The rules for what is compared band by band.
    fn patterns(&self) -> impl IntoIterator<Item = Rule> {
        let odd = |count: usize| count % 2 == 1;
        let windows = self.windows();
        let (response, bandwidth) = (&self.response, &self.bandwidth);
        [
            (
                windows.into_iter().all(odd),
                "windows of similarity, spectral_distance, modulation, roughness and added span odd numbers of cells",
            ),
            (odd(self.slow_gain.smooth_frames), "smoothing spans odd numbers of cells"),
            (
                rising(response.equalise_db) && rising(response.gain_range_db),
                "ranges of response rise",
            ),
            (rising(bandwidth.lost_db) && rising(bandwidth.present_db), "ranges of bandwidth rise"),
        ]
    }
}

impl Frames {
    fn rules(&self) -> impl IntoIterator<Item = Rule> {
        [
            (
                self.length >= 64 && self.length.is_power_of_two(),
                "frames.length is a power of two from 64",
            ),
            ((1..=self.length).contains(&self.hop), "frames.hop lies between 1 and frames.length"),
        ]
    }
}

impl Bands {
    fn rules(&self) -> impl IntoIterator<Item = Rule> {
        [
            ((4..=MOST_BANDS).contains(&self.count), "bands.count lies between 4 and 128"),
            (self.width_bark > 0.0, "bands.width_bark is positive"),
        ]
    }
}

impl Roughness {
    fn rules(&self, frames: &Frames) -> impl IntoIterator<Item = Rule> {
        [
            (
                self.length.is_power_of_two() && (64..=frames.length).contains(&self.length),
                "roughness.length is a power of two from 64 to frames.length",
            ),
            (
                (1..=self.length).contains(&self.hop),
                "roughness.hop lies between 1 and roughness.length",
            ),
        ]
    }
}

impl Missing {
    fn rules(&self) -> impl IntoIterator<Item = Rule> {
        [
            (
                self.block_s > 0.0
                    && self.shortest_blocks > 0
                    && self.repetition_window_s >= self.block_s
                    && self.repetition_lag_s[0] >= self.block_s,
                "blocks of missing last some time, and windows and lags no less",
            ),
            (
                rising(self.hole_db) && rising(self.alike) && rising(self.repetition_lag_s),
                "ranges of missing rise",
            ),
        ]
    }
}

impl Periodicity {
    fn rules(&self, frames: &Frames) -> impl IntoIterator<Item = Rule> {
        let bin_hz = frames.bin_hz();
        let [highest_hz, transform] = [self.range_hz[1], self.transform as f64];
        let lags = self.period_ms.map(|ms| ms / 1000.0 * transform * bin_hz);
        [
            (rising(self.range_hz) && rising(self.period_ms), "ranges of periodicity rise"),
            (
                highest_hz <= f64::from(frames.sample_rate_hz) / 2.0,
                "periodicity.range_hz ends below half the sample rate",
            ),
            (
                self.transform.is_power_of_two() && transform >= 2.0 * highest_hz / bin_hz,
                "periodicity.transform is a power of two and holds range_hz",
            ),
            (
                lags[0] >= 1.0 && lags[1] < transform / 2.0,
                "periodicity.period_ms fits the transform",
            ),
        ]
    }
}

impl Mapping {
    fn rules(&self) -> impl IntoIterator<Item = Rule> {
        [
            (
                self.lowest < self.highest && self.norm >= 1.0,
                "mapping.lowest is below highest and norm at least 1",
            ),
            (
                self.weights.to_array().iter().all(|&weight| weight >= 0.0),
                "weights are not negative",
            ),
            (
                self.exponents.to_array().iter().zip(self.weights.to_array()).all(
                    |(&exponent, weight)| exponent > 0.0 || (exponent == 0.0 && weight == 0.0),
                ),
                "exponents of what has a weight are positive",
            ),
        ]
    }
}
