//! Every number of the alignment, read from `models/alignment.json`, where each has its reason.

use super::PathCosts;
use serde::Deserialize;
use std::sync::LazyLock;

/// The numbers of the alignment; `Default` gives those of `models/alignment.json`, where each has its reason.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AlignmentParameters {
    /// Least sample rate of the decimated copies that are compared, in Hz.
    pub working_rate_hz: u32,
    /// Length of the window of one envelope frame, in seconds.
    pub window_s: f64,
    /// Distance of envelope frames, in seconds.
    pub hop_s: f64,
    /// Number of bands, equally wide on the Bark scale.
    pub bands: usize,
    /// Lower edge of the lowest band, in Hz.
    pub lowest_band_hz: f64,
    /// Upper edge of the highest band, in Hz.
    pub highest_band_hz: f64,
    /// How far below a band's speech level its envelope is still followed, in dB.
    pub floor_db: f64,
    /// Envelopes are taken relative to their mean over this time, in seconds.
    pub modulation_window_s: f64,
    /// Length of an anchor: a stretch of the reference sought in the whole degraded signal, in seconds.
    pub anchor_s: f64,
    /// Number of anchors that are sought at most, so that time stays linear in length.
    pub anchors_at_most: usize,
    /// Least energy of an anchor, where that in which most happens has 1.
    pub anchor_energy_at_least: f64,
    /// Number of places remembered for each anchor.
    pub candidates_per_anchor: usize,
    /// Least distance of two such places, in seconds.
    pub candidate_distance_s: f64,
    /// Largest clock drift, as a fraction.
    pub drift_at_most: f64,
    /// A change of delay between two anchors up to this is a jump, beyond it a leap, in seconds.
    pub anchor_jump_s: f64,
    /// What a jump between two anchors costs, in units of correlation.
    pub anchor_jump_cost: f64,
    /// What a leap between two anchors costs, in units of correlation.
    pub anchor_leap_cost: f64,
    /// An anchor whose correlation is less has not been found.
    pub anchor_correlation_at_least: f64,
    /// Correlation from which an anchor is surely found; where none is, anchors half as long are tried.
    pub anchor_found: f64,
    /// The delay path may leave the anchors' delays by this much, in seconds.
    pub search_s: f64,
    /// Costs of the path on which drift is measured: jumps are dear and slips cheap.
    pub tracking: PathCosts,
    /// Costs of the path that is reported, when no drift is left.
    pub following: PathCosts,
    /// A delay that is taken up again within this time was not left, in seconds.
    pub excursion_s: f64,
    /// Length of the blocks whose envelopes are correlated, in seconds.
    pub envelope_block_s: f64,
    /// How far from the path the envelopes are correlated, in seconds.
    pub envelope_search_s: f64,
    /// Length of the blocks whose waveforms are correlated, in seconds.
    pub waveform_block_s: f64,
    /// How far from the path the waveforms are correlated, in seconds.
    pub waveform_search_s: f64,
    /// Least correlation coefficient of waveforms that tells a delay.
    pub coherent: f64,
    /// Least correlation coefficient of waveforms, of the upper quartile and of a stray, with which a path is mended.
    pub mend_coherence: f64,
    /// Evidence that a change of delay needs: seconds of speech times nepers of its power explained.
    pub mend_evidence_s: f64,
    /// Evidence of envelopes that match as those of running speech do, in nepers.
    pub envelope_evidence: f64,
    /// Speech this far below the reference's mean power is still put where its waveforms fit, in dB.
    pub faint_speech_db: f64,
    /// Length of the stretches whose delay is sought where waveforms do not follow the path, in seconds.
    pub stray_s: f64,
    /// Waveforms are compared over this time to tell the delay of a frame, in seconds.
    pub evidence_window_s: f64,
    /// Waveforms this far below their mean power tell no delay, in dB.
    pub evidence_floor_db: f64,
    /// How far a jump is moved at most, in seconds of speech; how far from there its sample is sought, in seconds.
    pub seam_search_s: f64,
    /// Upper edge of what is compared below the first octave, in Hz.
    pub seam_lowest_octave_hz: f64,
    /// Least share of the power around a seam that the reference explains where waveforms tell its sample.
    pub seam_explained: f64,
    /// Time over which powers are compared to tell what a sample is heard from, in seconds.
    pub seam_window_s: f64,
    /// What is this far below the mean power heard around a seam tells nothing, in dB.
    pub seam_floor_db: f64,
    /// Evidence that moves a seam further than to the nearest likely place, in nepers.
    pub seam_evidence: f64,
    /// Shortest pause that silence makes longer without loss, in seconds.
    pub seam_pause_s: f64,
    /// Blocks that are further from the line of drift tell nothing of it, in seconds.
    pub drift_tolerance_s: f64,
    /// Correlation coefficient that drift must gain where only envelopes tell it.
    pub drift_gain_at_least: f64,
    /// Drift that is small enough not to be removed before delays are measured, as a fraction.
    pub drift_left_at_most: f64,
    /// Neighbouring segments whose delays differ by less are one segment, in seconds.
    pub same_delay_s: f64,
    /// Drift that moves the end of the reference by less is not reported, in seconds.
    pub drift_at_least_s: f64,
    /// Envelopes are compared over this time to tell what was heard, in seconds.
    pub unheard_window_s: f64,
    /// Energy of an active envelope frame, where running speech has 1.
    pub active_energy: f64,
    /// An active stretch that matches less than this share of the whole was not heard.
    pub unheard_correlation: f64,
    /// Shortest unheard stretch reported, in seconds.
    pub unheard_at_least_s: f64,
    /// Shortest insertion reported and heard, in seconds.
    pub inserted_at_least_s: f64,
    /// How much of an insertion is heard in place of the reference, in seconds.
    pub inserted_at_most_s: f64,
    /// Least share of an insertion's energy that what it repeats explains.
    pub repeat_correlation: f64,
    /// A stretch this far below its signal's mean power is a pause, in dB.
    pub pause_db: f64,
    /// Length of the cross-fade where the delay jumps, in seconds.
    pub cross_fade_s: f64,
}

static BUILT_IN: LazyLock<AlignmentParameters> = LazyLock::new(|| {
    // The file is compiled in, and every test of the alignment reads it.
    serde_json::from_str(include_str!("../../models/alignment.json"))
        .expect("models/alignment.json is well formed")
});

impl Default for AlignmentParameters {
    fn default() -> Self {
        BUILT_IN.clone()
    }
}
