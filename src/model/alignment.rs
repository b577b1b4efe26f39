//! Every number of the alignment, one struct a section of `models/alignment.json`, which gives each its reason.

use super::section::{Rule, check, section};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, LazyLock};

/// The format of alignment files that this version reads.
const SCHEMA: &str = "basilar-alignment/1";

/// The numbers of the alignment; `Default` gives those that are compiled in.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AlignmentParameters {
    pub(crate) envelope: Envelope,
    pub(crate) anchors: Anchors,
    pub(crate) path: DelayPath,
    pub(crate) delays: Delays,
    pub(crate) drift: Drift,
    pub(crate) realignment: Realignment,
    pub(crate) boundaries: Boundaries,
    pub(crate) coverage: Coverage,
    pub(crate) warp: Warp,
}

section! {
    /// Band envelopes, which are what is compared.
    pub(crate) Envelope {
        /// Least sample rate of the decimated copies that are compared, in Hz.
        working_rate_hz: u32,
        /// Length of the window of one envelope frame, in seconds.
        window_s: f64,
        /// Distance of envelope frames, in seconds.
        hop_s: f64,
        /// Number of bands, equally wide on the Bark scale.
        bands: usize,
        /// Lower edge of the lowest band, in Hz.
        lowest_band_hz: f64,
        /// Upper edge of the highest band, in Hz.
        highest_band_hz: f64,
        /// How far below a band's speech level its envelope is still followed, in dB.
        floor_db: f64,
        /// Share of the frames with sound that are quieter than the noise between words is taken to be.
        quiet_share: f64,
        /// Envelopes are taken relative to their mean over this time, in seconds.
        modulation_window_s: f64,
    }
}

section! {
    /// Anchors: stretches of the reference that are sought in the whole degraded signal.
    pub(crate) Anchors {
        /// Envelope frames that are averaged into one before the search.
        decimation: usize,
        /// Length of an anchor: a stretch of the reference sought in the whole degraded signal, in seconds.
        length_s: f64,
        /// Number of anchors that are sought at most, so that time stays linear in length.
        count_at_most: usize,
        /// Least energy of an anchor, where that in which most happens has 1.
        energy_at_least: f64,
        /// Number of candidates remembered for each anchor.
        candidates: usize,
        /// Least distance of two of these candidates, in seconds.
        candidate_distance_s: f64,
        /// Delays that all anchors together favour and that every anchor has among its candidates.
        common_candidates: usize,
        /// A constant delay that all anchors together favour at least this much as the best is considered too.
        alike_share: f32,
        /// Where the degraded signal has less than this share of the energy of a stretch, that share counts.
        floor_share: f64,
        /// A change of delay between two anchors up to this is a jump, beyond it a leap, in seconds.
        jump_s: f64,
        /// What a jump between two anchors costs, in units of correlation.
        jump_cost: f64,
        /// Share of the cost of a jump that a change within the width of a peak costs.
        change_share: f64,
        /// What a leap between two anchors costs, in units of correlation.
        leap_cost: f64,
        /// What each doubling of a leap beyond a second costs besides, in units of correlation.
        leap_octave_cost: f64,
        /// What it costs to be heard before the anchor before, by more than a jump, in units of correlation.
        backward_cost: f64,
        /// An anchor whose correlation is less has not been found.
        correlation_at_least: f64,
        /// Correlation from which an anchor is surely found; where none is, anchors half as long are tried.
        found: f64,
    }
}

section! {
    /// The delay of each frame.
    pub(crate) DelayPath {
        /// The delay path may leave the anchors' delays by this much, in seconds.
        search_s: f64,
        /// Costs are divided by the correlation of the best anchor, at least by this.
        match_at_least: f32,
        /// Costs of the path on which drift is measured: jumps are dear and slips cheap.
        tracking: PathCosts,
        /// Costs of the path that is reported, when no drift is left.
        following: PathCosts,
        /// A delay that is taken up again within this time was not left, in seconds.
        excursion_s: f64,
    }
}

section! {
    /// Delays of stretches, from correlation around the path.
    pub(crate) Delays {
        /// Length of the blocks whose envelopes are correlated, in seconds.
        envelope_block_s: f64,
        /// How far from the path the envelopes are correlated, in seconds.
        envelope_search_s: f64,
        /// Length of the blocks whose waveforms are correlated, in seconds.
        waveform_block_s: f64,
        /// How far from the path the waveforms are correlated, in seconds.
        waveform_search_s: f64,
        /// Weight of the sample before in the pre-emphasis of waveforms.
        flattening: f64,
        /// Places with less than this share of the energy of the loudest place count as having that.
        floor_share: f32,
        /// Blocks whose correlations are added up at most while the drift is not known.
        stacked: usize,
        /// Least correlation coefficient of waveforms that tells a delay.
        coherent: f64,
        /// Neighbouring segments whose delays differ by less are one segment, in seconds.
        same_delay_s: f64,
    }
}

section! {
    /// Clock drift.
    pub(crate) Drift {
        /// Largest clock drift, as a fraction.
        at_most: f64,
        /// Times that limit that drift may reach in several passes.
        overshoot: f64,
        /// How often drift is measured, removed and measured again at most.
        passes: usize,
        /// Mean correlation coefficient of waveforms that certainly fit.
        fitting: f64,
        /// Share of the largest drift that is searched with waveforms.
        waveform_share: f64,
        /// Precision to which waveforms are searched for drift, as a fraction.
        waveform_precision: f64,
        /// Precision to which envelopes are searched for drift, as a fraction.
        envelope_precision: f64,
        /// Envelopes tell of drift that moves them by this from end to end, in seconds; of less, only waveforms do.
        envelope_tells_s: f64,
        /// Short recordings are searched for more drift in blocks so many times shorter.
        short_blocks: f64,
        /// Correlation coefficient that drift must gain in these.
        waveform_gain_at_least: f64,
        /// Blocks that are further from the line of drift tell nothing of it, in seconds.
        tolerance_s: f64,
        /// Correlation coefficient that drift must gain where only envelopes tell it.
        gain_at_least: f64,
        /// Share of a drift to which either half of the blocks of waveforms, every other one each, must show it alike where
        /// waveforms fit badly.
        halves_share: f64,
        /// A block weighs by c / (limit - c), c being its squared correlation coefficient.
        weight_limit: f64,
        /// Standard errors by which drift must differ from none.
        significance: f64,
        /// Drift that is small enough not to be removed before delays are measured, as a fraction.
        left_at_most: f64,
        /// What removing drift must gain on the path where only envelopes tell, in frames of perfectly matching speech.
        evidence: f64,
        /// Mean correlation coefficient of waveforms that drift may lose.
        coherence_loss_at_most: f64,
        /// Drift that moves the end of the reference by less is not reported, in seconds.
        reported_from_s: f64,
    }
}

section! {
    /// Where waveforms were kept: jumps that the envelopes missed or misplaced.
    pub(crate) Realignment {
        /// Least correlation coefficient of waveforms, of the upper quartile and of a stray, with which a path is mended.
        coherence: f64,
        /// Evidence that a change of delay needs: seconds of speech times nepers of its power explained.
        evidence_s: f64,
        /// Evidence of envelopes that match as those of running speech do, in nepers.
        envelope_evidence: f64,
        /// Speech this far below the reference's mean power is still put where its waveforms fit, in dB.
        faint_speech_db: f64,
        /// Length of the stretches whose delay is sought where waveforms do not follow the path, in seconds.
        candidate_s: f64,
        /// Delays that differ by more are rivals for a stretch, in seconds.
        rivals_apart_s: f64,
        /// By how much the best delay of a stretch must explain more than its rivals: seconds of speech times nepers of its
        /// power explained.
        lead_s: f64,
        /// Waveforms are compared over this time to tell the delay of a frame, in seconds.
        window_s: f64,
        /// Waveforms this far below their mean power tell no delay, in dB.
        floor_db: f64,
        /// Share of the power that no delay explains.
        unexplained: f64,
    }
}

section! {
    /// Where one delay ends and the next begins, to the sample.
    pub(crate) Boundaries {
        /// How far a jump is moved at most, in seconds of speech; how far from there its sample is sought, in seconds.
        search_s: f64,
        /// Upper edge of what is compared below the first octave, in Hz.
        lowest_octave_hz: f64,
        /// Least share of the power around a seam that the reference explains where waveforms tell its sample.
        explained: f64,
        /// Time over which powers are compared to tell what a sample is heard from, in seconds.
        window_s: f64,
        /// Steps in that time at which powers are compared.
        steps: usize,
        /// What is this far below the mean power heard around a seam tells nothing, in dB.
        floor_db: f64,
        /// Evidence that moves a seam further than to the nearest likely place, in nepers.
        evidence: f64,
        /// How often a boundary is placed at most.
        rounds: usize,
    }
}

section! {
    /// What was not heard, and what was heard besides.
    pub(crate) Coverage {
        /// Envelopes are compared over this time to tell what was heard, in seconds.
        window_s: f64,
        /// Energy of an active envelope frame, where running speech has 1.
        active_energy: f64,
        /// An active stretch that matches less than this share of the whole was not heard.
        unheard_correlation: f64,
        /// Shortest unheard stretch reported, in seconds.
        unheard_at_least_s: f64,
        /// Shortest insertion reported and heard, in seconds.
        inserted_at_least_s: f64,
        /// Least share of an insertion's energy that what it repeats explains.
        repeat_correlation: f64,
    }
}

section! {
    /// The degraded signal on the time axis of the reference.
    pub(crate) Warp {
        /// How much of an insertion is heard in place of the reference, in seconds.
        inserted_at_most_s: f64,
        /// A stretch this far below its signal's mean power is a pause, in dB.
        pause_db: f64,
        /// Shortest pause that silence makes longer without loss, in seconds.
        pause_s: f64,
        /// Length of the cross-fade where the delay jumps, in seconds.
        cross_fade_s: f64,
    }
}

/// What changes of the delay cost on a path, in frames of perfectly matching speech.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PathCosts {
    /// A jump.
    pub jump: f32,
    /// A change by one frame.
    pub slip: f32,
    /// Each inserted frame besides.
    pub inserted_frame: f32,
}

/// An alignment file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    schema: String,
    pub name: String,
    pub version: String,
    #[serde(rename = "title")]
    _title: String,
    #[serde(rename = "source")]
    _source: String,
    pub parameters: AlignmentParameters,
}

static BUILT_IN: LazyLock<Arc<File>> = LazyLock::new(|| {
    let file = serde_json::from_str(include_str!("../../models/alignment.json"));
    Arc::new(file.expect("the alignment that is compiled in is valid, as the tests show"))
});

impl File {
    fn validate(&self) -> std::result::Result<(), String> {
        if self.schema != SCHEMA {
            return Err(format!(
                "the schema of its alignment is {:?}, this version reads {SCHEMA:?}",
                self.schema
            ));
        }
        self.parameters.validate()
    }
}

/// The alignment that a model uses: in its file the name and version of the one that is compiled in, or a whole alignment
/// file.
#[derive(Debug, Clone)]
pub(crate) struct Chosen(Arc<File>);

impl Chosen {
    pub fn file(&self) -> &File {
        &self.0
    }

    /// What makes its numbers impossible to evaluate, if anything.
    pub fn validate(&self) -> std::result::Result<(), String> {
        self.0.validate()
    }
}

impl Default for Chosen {
    fn default() -> Self {
        Self(Arc::clone(&BUILT_IN))
    }
}

impl Serialize for Chosen {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        self.0.parameters.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Chosen {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Self, D::Error> {
        use serde::de::Error as _;
        let value = serde_json::Value::deserialize(deserializer)?;
        if let Some(wanted) = value.as_str() {
            let built_in = format!("{} {}", BUILT_IN.name, BUILT_IN.version);
            return if wanted == built_in {
                Ok(Self::default())
            } else {
                Err(D::Error::custom(format!(
                    "its alignment is {wanted:?}, this version has {built_in:?}; put the whole alignment file in its place"
                )))
            };
        }
        let file = serde_json::from_value(value).map_err(D::Error::custom)?;
        Ok(Self(Arc::new(file)))
    }
}

impl Default for AlignmentParameters {
    fn default() -> Self {
        Self::built_in().clone()
    }
}

impl AlignmentParameters {
    /// The numbers that are compiled in, of `models/alignment.json`.
    pub(crate) fn built_in() -> &'static Self {
        &BUILT_IN.parameters
    }

    /// Numbers from the text of an alignment file; `name` is how an error calls it.
    ///
    /// # Errors
    /// [`Error::InvalidModel`] where the text is no alignment file or its numbers cannot be evaluated.
    pub fn from_json(name: &str, json: &str) -> Result<Self> {
        let invalid = |reason: String| Error::InvalidModel { name: name.to_owned(), reason };
        let file: File = serde_json::from_str(json).map_err(|error| invalid(error.to_string()))?;
        file.validate().map_err(invalid)?;
        Ok(file.parameters)
    }

    fn validate(&self) -> std::result::Result<(), String> {
        check(self.envelope.rules())?;
        check(self.anchors.rules())?;
        check(self.rest())
    }

    fn rest(&self) -> impl IntoIterator<Item = Rule> {
        let Self { envelope, path, delays, drift, boundaries, warp, .. } = self;
        let costs = [path.tracking, path.following];
        [
            (
                costs.iter().all(|costs| costs.jump >= 0.0 && costs.slip >= 0.0),
                "jumps and slips of the path cost something",
            ),
            ((0.0..=10.0).contains(&path.search_s), "path.search_s is 0 to 10"),
            (
                delays.envelope_block_s >= envelope.hop_s
                    && delays.waveform_block_s >= envelope.hop_s,
                "blocks of delays are no shorter than envelope.hop_s",
            ),
            (
                [delays.envelope_search_s, delays.waveform_search_s]
                    .iter()
                    .all(|search_s| (0.0..=1.0).contains(search_s)),
                "searches of delays are 0 to 1 s",
            ),
            (delays.stacked > 0, "delays.stacked is positive"),
            ((0.0..=0.1).contains(&drift.at_most), "drift.at_most is 0 to 0.1"),
            (
                drift.waveform_precision > 0.0 && drift.envelope_precision > 0.0,
                "precisions of drift are positive",
            ),
            ((1.0..=100.0).contains(&drift.short_blocks), "drift.short_blocks is 1 to 100"),
            (drift.weight_limit > 1.0, "drift.weight_limit is above 1"),
            (drift.passes <= 100, "drift.passes is at most 100"),
            (boundaries.lowest_octave_hz > 0.0, "boundaries.lowest_octave_hz is positive"),
            ((1..=1000).contains(&boundaries.steps), "boundaries.steps is 1 to 1000"),
            ((0.0..=1.0).contains(&warp.cross_fade_s), "warp.cross_fade_s is 0 to 1"),
        ]
    }
}

impl Envelope {
    fn rules(&self) -> impl IntoIterator<Item = Rule> {
        [
            (
                (1000..=384_000).contains(&self.working_rate_hz),
                "envelope.working_rate_hz is 1000 to 384000",
            ),
            ((0.001..=1.0).contains(&self.hop_s), "envelope.hop_s is 0.001 to 1"),
            ((0.001..=1.0).contains(&self.window_s), "envelope.window_s is 0.001 to 1"),
            ((1..=64).contains(&self.bands), "envelope.bands is 1 to 64"),
            (
                (0.0..self.highest_band_hz).contains(&self.lowest_band_hz),
                "envelope.lowest_band_hz is below highest_band_hz",
            ),
            (
                2.0 * self.highest_band_hz <= f64::from(self.working_rate_hz),
                "envelope.highest_band_hz is at most half of working_rate_hz",
            ),
            ((0.0..1.0).contains(&self.quiet_share), "envelope.quiet_share is below 1"),
        ]
    }
}

impl Anchors {
    fn rules(&self) -> impl IntoIterator<Item = Rule> {
        [
            ((1..=64).contains(&self.decimation), "anchors.decimation is 1 to 64"),
            ((0.1..=60.0).contains(&self.length_s), "anchors.length_s is 0.1 to 60"),
            ((1..=1000).contains(&self.count_at_most), "anchors.count_at_most is 1 to 1000"),
            ((1..=1000).contains(&self.candidates), "anchors.candidates is 1 to 1000"),
            (self.common_candidates <= 1000, "anchors.common_candidates is at most 1000"),
            (self.candidate_distance_s > 0.0, "anchors.candidate_distance_s is positive"),
            (self.floor_share > 0.0, "anchors.floor_share is positive"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT_IN: &str = include_str!("../../models/alignment.json");

    #[test]
    fn every_number_has_its_reason() {
        let file: serde_json::Value = serde_json::from_str(BUILT_IN).expect("JSON");
        let sections = file["parameters"].as_object().expect("sections");
        for (name, section) in sections {
            let numbers = section.as_object().expect("a section").keys();
            let numbers: Vec<&String> = numbers.filter(|&field| field != "source").collect();
            let reasons = section["source"].as_object().expect("reasons");
            assert!(numbers.iter().copied().eq(reasons.keys()), "{name}: {numbers:?}");
        }
    }

    #[test]
    fn numbers_that_cannot_be_evaluated_are_refused() {
        assert!(AlignmentParameters::from_json("alignment.json", BUILT_IN).is_ok());
        for (from, to) in [
            ("\"schema\": \"basilar-alignment/1\"", "\"schema\": \"basilar-model/1\""),
            ("\"hop_s\": 0.004", "\"hop_s\": 0.0"),
            ("\"bands\": 12", "\"bands\": 0"),
            ("\"decimation\": 4", "\"decimation\": 0"),
            ("\"highest_band_hz\": 3600.0", "\"highest_band_hz\": 5000.0"),
            ("\"stacked\": 20", "\"stacked\": 0"),
            ("\"stacked\": 20", "\"stackd\": 20"),
        ] {
            assert!(BUILT_IN.contains(from), "{from}");
            let refused = AlignmentParameters::from_json("own.json", &BUILT_IN.replace(from, to));
            assert!(matches!(refused, Err(Error::InvalidModel { .. })), "{to}");
        }
    }
}
