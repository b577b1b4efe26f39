//! The parameters of the P.862 family, one struct a section of the model file.

use super::section::{Rule, check, section};
use crate::dsp::biquad::Section;
use crate::signal::SAMPLE_RATES;
use serde::{Deserialize, Serialize};

/// Everything the P.862 pipeline reads.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct P862 {
    pub framing: Framing,
    pub level: Level,
    pub input_filter: InputFilter,
    pub voice_activity: VoiceActivity,
    pub delay: DelaySearch,
    pub splitting: Splitting,
    pub perceptual: Perceptual,
    pub disturbance: Disturbance,
    pub realignment: Realignment,
    pub pooling: Pooling,
    pub mapping: Mapping,
    pub rates: Vec<RateTables>,
}

/// A gain curve: points of (frequency in Hz, gain in dB), linear between and beyond them.
pub(crate) type Curve = Vec<[f64; 2]>;

section! {
    /// The silence around the signals and the shortest that is judged.
    pub(crate) Framing {
        /// Silence before and after, in VAD windows.
        margin_windows: usize,
        /// Further zeros behind it, in seconds.
        tail_s: f64,
        /// The shortest signal, in seconds.
        minimum_s: f64,
    }
}

section! {
    /// Level alignment: both signals are brought to one power in the speech band.
    pub(crate) Level {
        /// Power that the band-passed signal is brought to.
        target_power: f64,
        /// The band-pass.
        bandpass_db: Curve,
        /// Factor of the measured energy: transforms lose some of it, because their twiddles are rounded to f32, and those of
        /// the reference program lose another share than ours.
        energy_factor: f64,
    }
}

/// What the listener's terminal does to both signals.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum InputFilter {
    /// A gain curve over the spectrum of the whole signal (narrowband: IRS receive).
    /// `gain_factor` multiplies the signal, for the same reason as [`Level::energy_factor`].
    Curve { curve_db: Curve, gain_factor: f64 },
    /// One second-order section after faded edges (wideband).
    Section { edge_fade: usize, gain: f64, section: Section },
}

section! {
    /// Which windows carry speech.
    pub(crate) VoiceActivity {
        /// Lowest window energy, as a fraction of the highest.
        floor_ratio: f64,
        /// How often the noise threshold is refined.
        passes: usize,
        threshold_factor: f64,
        threshold_deviations: f64,
        /// Fewest windows in a run of speech.
        shortest_run: usize,
        /// Speech over noise energy from which weak runs are dropped.
        clean_ratio: f32,
        /// A run is weak below this many times the threshold.
        weak_run_factor: f32,
        /// Longest gap, in windows, that joins two runs.
        joined_gap: usize,
        /// Share of its neighbour that the window right beside a run of speech gets.
        edge_near: f64,
        /// Share that the window beyond that one gets.
        edge_far: f64,
    }
}

section! {
    /// Utterances and their delays.
    pub(crate) DelaySearch {
        /// Fewest windows of an utterance, and of its overlap with the degraded signal.
        shortest_utterance: i64,
        /// Windows searched before and after an utterance.
        search_margin: i64,
        /// Lags above this fraction of the largest correlation vote.
        peak_fraction: f32,
        /// A lag's vote is its correlation to this power.
        peak_exponent: f64,
        /// Frames advance by the FFT length over this.
        hop_divisor: usize,
        /// Votes are smoothed over the FFT length over this.
        smoothing_divisor: usize,
    }
}

section! {
    /// Splitting utterances where the delay changes within them.
    pub(crate) Splitting {
        /// No splitting from this many utterances on.
        utterance_limit: usize,
        /// Fewest windows of speech to look for a split in.
        shortest_speech: i64,
        /// Most split points tried.
        candidates: i64,
        /// Share of the speech that the split points cover.
        step_fraction: f64,
        /// The outermost part of the speech, one over this, is not split,
        edge_divisor: i64,
        /// Nor are this many windows at either end.
        edge_minimum: i64,
        /// Where the window of the fine alignment stands in the reference program's memory, from the start of every
        /// correlation, which overwrites it: FFT lengths, and values in addition.
        window_offset: [usize; 2],
    }
}

section! {
    /// From waveforms to loudness densities.
    pub(crate) Perceptual {
        /// Samples whose magnitudes are added up to find where the signal starts.
        start_samples: usize,
        /// The signal starts where that sum exceeds this.
        start_sum: f32,
        /// A frame is silent below this audible power.
        silent_power: f32,
        /// Bands above this many times the threshold in quiet count as audible.
        audible_factor: f32,
        response_offset: f32,
        response_range: [f32; 2],
        gain_offset: f32,
        gain_smoothing: f64,
        gain_range: [f32; 2],
        /// Zwicker's exponent of loudness.
        zwicker_power: f64,
        /// Below this many Bark the exponent is raised.
        low_band_bark: f64,
        low_band_numerator: f64,
        low_band_offset: f64,
        low_band_limit: f64,
        low_band_exponent: f64,
    }
}

section! {
    /// From loudness densities to a disturbance per frame.
    pub(crate) Disturbance {
        /// Differences below this part of the smaller loudness are not heard.
        dead_zone: f32,
        asymmetry_offset: f32,
        asymmetry_exponent: f64,
        asymmetry_floor: f64,
        asymmetry_limit: f64,
        weight_offset: f32,
        weight_scale: f64,
        weight_exponent: f64,
        /// Largest disturbance of a frame.
        frame_limit: f32,
    }
}

section! {
    /// Second look at intervals that are bad because they were misaligned.
    pub(crate) Realignment {
        /// A frame is bad above this disturbance.
        bad_disturbance: f32,
        /// Frames on either side that are looked at.
        smear: usize,
        /// Fewest frames of a bad interval.
        shortest_interval: usize,
        /// Delays searched, in frames either way.
        range_frames: usize,
        least_power: f64,
        least_correlation: f64,
    }
}

section! {
    /// From frames to the raw score.
    pub(crate) Pooling {
        /// Frames of a split-second interval.
        interval_frames: usize,
        interval_hop: usize,
        interval_exponent: f64,
        /// From this many frames on, late frames weigh more.
        long_frames: usize,
        long_scale: f64,
        long_limit: f64,
        /// The raw score of an undisturbed signal.
        perfect: f64,
        symmetric_weight: f64,
        asymmetric_weight: f64,
    }
}

section! {
    /// The logistic mapping from the raw score to MOS-LQO.
    pub(crate) Mapping {
        low: f64,
        span: f64,
        slope: f64,
        offset: f64,
    }
}

/// What depends on the sample rate.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateTables {
    pub sample_rate_hz: u32,
    /// Samples of a voice-activity window.
    pub vad_window: usize,
    /// FFT length of the fine alignment.
    pub align_fft: usize,
    /// Samples of a frame of the perceptual model.
    pub frame: usize,
    pub pitch_power_scale: f64,
    pub loudness_scale: f64,
    /// The filter before alignment, second-order sections in order.
    pub alignment_filter: Vec<Section>,
    pub bands: Vec<BarkBand>,
}

/// One critical band.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BarkBand {
    /// FFT bins it sums.
    pub bins: usize,
    pub centre_bark: f64,
    #[serde(rename = "centre_hz", skip_serializing)]
    _centre_hz: f64,
    pub width_bark: f64,
    #[serde(rename = "width_hz", skip_serializing)]
    _width_hz: f64,
    pub power_correction: f64,
    /// Power at the threshold of hearing in quiet.
    pub threshold_power: f32,
}

impl P862 {
    /// What makes these numbers impossible to evaluate, if anything.
    pub fn validate(&self) -> Result<(), String> {
        check(self.rules())?;
        self.rates.iter().try_for_each(|rate| check(rate.rules(&self.delay)))
    }

    fn rules(&self) -> impl IntoIterator<Item = Rule> {
        let curve = match &self.input_filter {
            InputFilter::Curve { curve_db, .. } => curve_db,
            InputFilter::Section { .. } => &self.level.bandpass_db,
        };
        let divisors =
            [self.delay.hop_divisor, self.delay.smoothing_divisor, self.pooling.interval_hop];
        // Then the last frame ends inside the signal and its silence, however short the signal.
        let framed = |rate: &RateTables| {
            rate.frame <= self.framing.margin_windows.saturating_mul(rate.vad_window)
        };
        let to_1000 = 1..=1000;
        [
            (
                rising(curve) && rising(&self.level.bandpass_db),
                "a curve needs two points or more, rising in Hz",
            ),
            (
                divisors.iter().all(|divisor| (1..=64).contains(divisor)),
                "divisors and hops are 1 to 64",
            ),
            (to_1000.contains(&self.framing.margin_windows), "margin_windows is 1 to 1000"),
            ((0.0..=10.0).contains(&self.framing.tail_s), "tail_s is 0 to 10"),
            ((0.1..=10.0).contains(&self.framing.minimum_s), "minimum_s is 0.1 to 10"),
            ((1..=1000).contains(&self.splitting.edge_divisor), "edge_divisor is 1 to 1000"),
            ((1..=1000).contains(&self.splitting.candidates), "candidates is 1 to 1000"),
            (
                self.splitting.window_offset.iter().all(|offset| (0..=1000).contains(offset)),
                "window_offset is 0 to 1000",
            ),
            (to_1000.contains(&self.pooling.interval_frames), "interval_frames is 1 to 1000"),
            ((1..=100).contains(&self.realignment.smear), "smear is 1 to 100"),
            ((1..=64).contains(&self.realignment.range_frames), "range_frames is 1 to 64"),
            ((1..=1000).contains(&self.delay.search_margin), "search_margin is 1 to 1000"),
            ((1..=64).contains(&self.perceptual.start_samples), "start_samples is 1 to 64"),
            (
                risen(self.perceptual.response_range) && risen(self.perceptual.gain_range),
                "response_range and gain_range rise",
            ),
            (self.voice_activity.passes <= 1000, "passes is at most 1000"),
            (!self.rates.is_empty(), "at least one sample rate"),
            (self.rates.is_sorted_by_key(|rate| rate.sample_rate_hz), "rates rise in Hz"),
            (self.rates.iter().all(framed), "frame is no longer than the margin"),
        ]
    }

    /// The tables of one of the model's sample rates.
    pub fn at_rate(&self, sample_rate: u32) -> Option<&RateTables> {
        self.rates.iter().find(|rate| rate.sample_rate_hz == sample_rate)
    }
}

impl Level {
    /// The band that the band-pass lets through as it is, in Hz.
    pub fn band_hz(&self) -> Option<[f64; 2]> {
        let passed = || self.bandpass_db.iter().filter(|[_, gain_db]| *gain_db == 0.0);
        Some([passed().next()?[0], passed().next_back()?[0]])
    }
}

impl RateTables {
    fn rules(&self, delay: &DelaySearch) -> impl IntoIterator<Item = Rule> {
        let powers_of_two =
            [self.vad_window, self.align_fft, self.frame].iter().all(|n| n.is_power_of_two());
        let bins = self.bands.iter().try_fold(0usize, |sum, band| sum.checked_add(band.bins));
        let least_fft = self.vad_window.saturating_mul(4);
        [
            (powers_of_two, "vad_window, align_fft and frame are powers of two"),
            (
                SAMPLE_RATES.contains(&self.sample_rate_hz),
                "sample_rate_hz is one that signals have",
            ),
            ((16..=1024).contains(&self.vad_window), "vad_window is 16 to 1024"),
            ((least_fft..=65_536).contains(&self.align_fft), "align_fft is 4 VAD windows to 65536"),
            (self.align_fft >= delay.smoothing_divisor, "align_fft is at least smoothing_divisor"),
            ((64..=65_536).contains(&self.frame), "frame is 64 to 65536"),
            (!self.alignment_filter.is_empty(), "alignment_filter has a section"),
            ((2..=256).contains(&self.bands.len()), "2 to 256 bands"),
            (
                bins.is_some_and(|bins| bins <= self.frame / 2),
                "the bands have no more bins than the spectrum",
            ),
        ]
    }
}

fn risen([low, high]: [f32; 2]) -> bool {
    low < high
}

fn rising(curve: &Curve) -> bool {
    curve.len() >= 2 && curve.windows(2).all(|pair| pair[0][0] < pair[1][0])
}
