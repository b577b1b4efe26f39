//! The band of the speech, by the long-term spectrum of its loudest frames.

use crate::diagnosis::spectra::Framing;
use crate::dsp::scales::decibels;

/// Levels that are told apart, in dB, from the faintest on.
const FAINTEST_DB: f64 = -160.0;
const LEVELS: usize = 200;
/// A frequency has what it has in this share of the speech at least.
const LOUDEST: f64 = 0.05;
/// The band reaches up to where speech is no further below its strongest frequency, in dB, and down to where it is.
const UPPER_DB: f64 = 60.0;
const LOWER_DB: f64 = 28.0;
/// No voice's fundamental stays above, in Hz: what begins there has lost its low frequencies.
const LOWEST_FUNDAMENTAL_HZ: f64 = 210.0;
/// Speech at any rate reaches above this share of the band that the rate has room for, in Hz of which few hear more.
const REACHED: f64 = 0.6;
const HEARD_HZ: f64 = 14_000.0;

/// How often each frequency had each level.
pub(super) struct LongTermSpectrum {
    framing: Framing,
    frames: u32,
    counts: Vec<[u32; LEVELS]>,
}

/// What is there of the speech.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Band {
    pub lower_hz: f64,
    pub upper_hz: f64,
    /// Whether one of the edges is none that speech has by itself.
    pub is_cut: bool,
}

impl LongTermSpectrum {
    pub fn new(framing: Framing) -> Self {
        Self { framing, frames: 0, counts: vec![[0; LEVELS]; framing.bins] }
    }

    /// Takes the powers of the next frame's bins.
    pub fn push(&mut self, row: &[f32]) {
        let scale = self.framing.power_scale();
        for (counts, &power) in self.counts.iter_mut().zip(row) {
            let level = decibels(f64::from(power) * scale + 1e-20) - FAINTEST_DB;
            counts[(level.max(0.0) as usize).min(LEVELS - 1)] += 1;
        }
        self.frames += 1;
    }

    /// The band of what is speech for a share of the time.
    pub fn band(&self, speech_share: f64) -> Option<Band> {
        let enough = (LOUDEST * speech_share * f64::from(self.frames)).ceil().max(1.0) as u32;
        let level = |counts: &[u32; LEVELS]| {
            let mut sum = 0;
            let reached = counts.iter().rposition(|count| {
                sum += count;
                sum >= enough
            });
            reached.unwrap_or(0)
        };
        let levels: Vec<f64> = self.counts.iter().map(|counts| level(counts) as f64).collect();
        let loudest = levels.iter().copied().fold(0.0, f64::max);
        if loudest == 0.0 {
            return None;
        }
        let hz = |bin: usize| bin as f64 * self.framing.bin_hz;
        let upper_hz = hz(levels.iter().rposition(|&level| level >= loudest - UPPER_DB)?);
        // What a mean that is not zero puts into the lowest bins is no speech.
        let lower = levels[2..].iter().position(|&level| level >= loudest - LOWER_DB)? + 2;
        let lower_hz = if lower == 2 { 0.0 } else { hz(lower) };
        let room_hz = hz(self.framing.bins - 1).min(HEARD_HZ);
        let is_cut = upper_hz < REACHED * room_hz || lower_hz > LOWEST_FUNDAMENTAL_HZ;
        Some(Band { lower_hz, upper_hz, is_cut })
    }
}
