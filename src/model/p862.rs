//! The parameters of the P.862 family, one struct a section of the model file.

use crate::dsp::biquad::Section;
use crate::signal::SAMPLE_RATES;
use serde::Deserialize;

/// Everything the P.862 pipeline reads.
#[derive(Debug, Deserialize)]
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

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            #[serde(rename = "source")]
            _source: String,
            $($(#[$field_doc])* pub $field: $type,)*
        }
    };
}

section! {
    /// The silence around the signals and the shortest that is judged.
    Framing {
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
    Level {
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
#[derive(Debug, Deserialize)]
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
    VoiceActivity {
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
        /// Soft edges: what the window beside a run gets of its neighbour.
        edge_near: f64,
        /// And the one beyond it.
        edge_far: f64,
    }
}

section! {
    /// Utterances and their delays.
    DelaySearch {
        /// Fewest windows of an utterance, and of its overlap with the degraded signal.
        shortest_utterance: i64,
        /// Windows searched before and after an utterance.
        search_margin: i64,
        /// Lags above this fraction of the largest correlation vote.
        peak_fraction: f32,
        /// Their vote is the correlation to this power.
        peak_exponent: f64,
        /// Frames advance by the FFT length over this.
        hop_divisor: usize,
        /// Votes are smoothed over the FFT length over this.
        smoothing_divisor: usize,
    }
}

section! {
    /// Splitting utterances where the delay changes within them.
    Splitting {
        /// No splitting from this many utterances on.
        utterance_limit: usize,
        /// Fewest windows of speech to look for a split in.
        shortest_speech: i64,
        /// Most split points tried.
        candidates: i64,
        /// Share of the speech that they cover.
        step_fraction: f64,
        /// The outermost tenth is left alone,
        edge_divisor: i64,
        /// and at least this many windows.
        edge_minimum: i64,
        /// Where the window of the fine alignment stands in the reference program's memory, from the start of every
        /// correlation, which overwrites it: FFT lengths, and values in addition.
        window_offset: [usize; 2],
    }
}

section! {
    /// From waveforms to loudness densities.
    Perceptual {
        /// The signal starts where this many samples
        start_samples: usize,
        /// sum to this magnitude.
        start_sum: f32,
        /// A frame is silent below this audible power,
        silent_power: f32,
        /// counting bands above this many times the threshold in quiet.
        audible_factor: f32,
        response_offset: f32,
        response_range: [f32; 2],
        gain_offset: f32,
        gain_smoothing: f64,
        gain_range: [f32; 2],
        /// Zwicker's exponent,
        zwicker_power: f64,
        /// raised below this many Bark
        low_band_bark: f64,
        low_band_numerator: f64,
        low_band_offset: f64,
        low_band_limit: f64,
        low_band_exponent: f64,
    }
}

section! {
    /// From loudness densities to a disturbance per frame.
    Disturbance {
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
    Realignment {
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
    Pooling {
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
    Mapping {
        low: f64,
        span: f64,
        slope: f64,
        offset: f64,
    }
}

/// What depends on the sample rate.
#[derive(Debug, Deserialize)]
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
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BarkBand {
    /// FFT bins it sums.
    pub bins: usize,
    pub centre_bark: f64,
    #[serde(rename = "centre_hz")]
    _centre_hz: f64,
    pub width_bark: f64,
    #[serde(rename = "width_hz")]
    _width_hz: f64,
    pub power_correction: f64,
    /// Power at the threshold of hearing in quiet.
    pub threshold_power: f32,
}

impl P862 {
    /// What makes these numbers impossible to evaluate, if anything.
    pub fn validate(&self) -> Result<(), String> {
        let curve = match &self.input_filter {
            InputFilter::Curve { curve_db, .. } => curve_db,
            InputFilter::Section { .. } => &self.level.bandpass_db,
        };
        check(
            rising(curve) && rising(&self.level.bandpass_db),
            "a curve needs two points or more, rising in Hz",
        )?;
        let divisors =
            [self.delay.hop_divisor, self.delay.smoothing_divisor, self.pooling.interval_hop];
        check(
            divisors.iter().all(|&divisor| (1..=64).contains(&divisor)),
            "divisors and hops are 1 to 64",
        )?;
        check((1..=1000).contains(&self.framing.margin_windows), "margin_windows is 1 to 1000")?;
        check((0.0..=10.0).contains(&self.framing.tail_s), "tail_s is 0 to 10")?;
        check((0.1..=10.0).contains(&self.framing.minimum_s), "minimum_s is 0.1 to 10")?;
        check((1..=1000).contains(&self.splitting.edge_divisor), "edge_divisor is 1 to 1000")?;
        check((1..=1000).contains(&self.splitting.candidates), "candidates is 1 to 1000")?;
        check(
            self.splitting.window_offset.iter().all(|offset| (0..=1000).contains(offset)),
            "window_offset is 0 to 1000",
        )?;
        check((1..=1000).contains(&self.pooling.interval_frames), "interval_frames is 1 to 1000")?;
        check((1..=100).contains(&self.realignment.smear), "smear is 1 to 100")?;
        check((1..=64).contains(&self.realignment.range_frames), "range_frames is 1 to 64")?;
        check((1..=1000).contains(&self.delay.search_margin), "search_margin is 1 to 1000")?;
        check((1..=64).contains(&self.perceptual.start_samples), "start_samples is 1 to 64")?;
        check(!self.rates.is_empty(), "at least one sample rate")?;
        check(self.rates.is_sorted_by_key(|rate| rate.sample_rate_hz), "rates rise in Hz")?;
        // Then the last frame ends inside the signal and its silence, however short the signal.
        let framed = |rate: &RateTables| {
            rate.frame <= self.framing.margin_windows.saturating_mul(rate.vad_window)
        };
        check(self.rates.iter().all(framed), "frame is no longer than the margin")?;
        self.rates.iter().try_for_each(|rate| rate.validate(&self.delay))
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
    fn validate(&self, delay: &DelaySearch) -> Result<(), String> {
        let powers_of_two =
            [self.vad_window, self.align_fft, self.frame].iter().all(|n| n.is_power_of_two());
        check(powers_of_two, "vad_window, align_fft and frame are powers of two")?;
        let (lowest, highest) = (SAMPLE_RATES.start(), SAMPLE_RATES.end());
        check(
            SAMPLE_RATES.contains(&self.sample_rate_hz),
            &format!("sample_rate_hz is {lowest} to {highest}"),
        )?;
        check((16..=1024).contains(&self.vad_window), "vad_window is 16 to 1024")?;
        check(
            (4 * self.vad_window..=65_536).contains(&self.align_fft),
            "align_fft is 4 VAD windows to 65536",
        )?;
        check(
            self.align_fft >= delay.smoothing_divisor,
            "align_fft is at least smoothing_divisor",
        )?;
        check((64..=65_536).contains(&self.frame), "frame is 64 to 65536")?;
        check(!self.alignment_filter.is_empty(), "alignment_filter has a section")?;
        check((2..=256).contains(&self.bands.len()), "2 to 256 bands")?;
        let bins = self.bands.iter().try_fold(0usize, |sum, band| sum.checked_add(band.bins));
        check(
            bins.is_some_and(|bins| bins <= self.frame / 2),
            "the bands have no more bins than the spectrum",
        )
    }
}

fn rising(curve: &Curve) -> bool {
    curve.len() >= 2 && curve.windows(2).all(|pair| pair[0][0] < pair[1][0])
}

fn check(holds: bool, rule: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}
