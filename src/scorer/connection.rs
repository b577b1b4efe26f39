//! What a connection did to time and level, read off the alignment, which is the same for every model.

use crate::alignment::{self, AlignmentParameters};
use crate::dsp::decimate::Decimated;
use crate::dsp::scales::{decibels, ratio};
use crate::dsp::sums::{energy, level};
use crate::error::Result;
use crate::score::Connection;
use crate::signal::Signal;

/// A segment whose delay is believed has this share of the confidence of the longest,
const BELIEVED: f64 = 0.5;
/// or is longer than this, in seconds.
const BELIEVED_FROM_S: f64 = 0.6;
/// Blocks whose gain is read, in seconds.
const BLOCK_S: f64 = 0.02;
/// Speech of which a gain is read is no fainter than this below the speech's level, in dB.
const SPEECH_DB: f64 = 15.0;
/// What is heard tells a gain from this above the noise on, in dB.
const ABOVE_NOISE_DB: f64 = 6.0;
/// Share of the blocks that are quieter than the noise is taken to be.
const QUIET_SHARE: f64 = 0.1;
/// A block so far below the median gain, in dB, is lost and not turned down.
const LOST_DB: f64 = 25.0;
/// Blocks of speech whose median is the gain of a moment: two syllables.
const MOMENT: usize = 15;
/// Share of the moments that may lie outside the range at either end.
const OUTSIDE: f64 = 0.03;

impl Connection {
    /// Aligns two recordings, in the telephone band, which every connection carries.
    pub(super) fn between(reference: &Signal, degraded: &Signal, level_dbov: f64) -> Result<Self> {
        let rate = reference.sample_rate();
        let resampled = degraded.resampled(rate)?;
        let parameters = AlignmentParameters::default();
        let working = parameters.envelope.working_rate_hz;
        let [own, other] = [reference.samples(), resampled.samples()]
            .map(|samples| Decimated::new(samples, rate, working));
        let rate = own.sample_rate.round() as u32;
        let found = alignment::align(&own.samples, &other.samples, rate, &parameters);
        let level_change_db = degraded.speech_level().active_dbov - level_dbov;
        Ok(Self::of(&found, [&own.samples, &other.samples], level_change_db))
    }

    /// What an alignment of these samples says.
    pub(super) fn of(
        found: &alignment::Alignment,
        [reference, degraded]: [&[f32]; 2],
        level_change_db: f64,
    ) -> Self {
        let rate = f64::from(found.sample_rate);
        let drift = found.clock_drift_ppm * 1e-6;
        let longest = found.segments.iter().max_by_key(|segment| segment.reference.len());
        let believed = found.segments.iter().filter(|segment| {
            longest.is_some_and(|longest| segment.confidence >= BELIEVED * longest.confidence)
                || segment.reference.len() as f64 >= BELIEVED_FROM_S * rate
        });
        // Without what the clocks alone move.
        let delays: Vec<f64> = believed
            .map(|segment| segment.delay_samples - drift * segment.reference.start as f64)
            .collect();
        let highest = delays.iter().copied().reduce(f64::max).unwrap_or(0.0);
        let lowest = delays.iter().copied().reduce(f64::min).unwrap_or(0.0);
        let at_start = longest
            .map_or(0.0, |longest| longest.delay_samples - drift * longest.reference.start as f64);
        let unheard: usize = found.unheard.iter().map(ExactSizeIterator::len).sum();
        Self {
            delay_s: at_start / rate + 0.0,
            delay_range_s: [lowest / rate + 0.0, highest / rate + 0.0],
            delay_jitter_s: (highest - lowest) / rate,
            clock_drift_ppm: found.clock_drift_ppm,
            unheard_speech_s: unheard as f64 / rate,
            level_change_db,
            gain_range_db: gain_range(found, reference, degraded),
            confidence: found.confidence,
        }
    }
}

/// Between which limits the gain goes up and down, in dB; `None` where too little speech is heard to tell.
fn gain_range(found: &alignment::Alignment, reference: &[f32], degraded: &[f32]) -> Option<f64> {
    let length = (BLOCK_S * f64::from(found.sample_rate)).round().max(1.0) as usize;
    let power = |samples: &[f32]| energy(samples) / samples.len() as f64;
    let blocks: Vec<[f64; 2]> = (0..reference.len() / length)
        .filter_map(|block| {
            let start = block * length;
            let heard = found.degraded_position(start)?.round();
            let heard = (heard >= 0.0).then_some(heard as usize)?;
            let heard = degraded.get(heard..heard + length)?;
            Some([power(&reference[start..start + length]), power(heard)])
        })
        .collect();
    let speech = level(blocks.iter().map(|block| block[0] as f32)) * ratio(-SPEECH_DB);
    let mut quiet: Vec<f64> = blocks.iter().map(|block| block[1]).collect();
    quiet.sort_by(f64::total_cmp);
    let noise = quiet.get((quiet.len() as f64 * QUIET_SHARE) as usize).copied().unwrap_or(0.0);
    let least = noise * ratio(ABOVE_NOISE_DB);
    let gains: Vec<f64> = blocks
        .iter()
        .filter(|[own, heard]| *own > speech && *heard > least)
        .map(|[own, heard]| decibels((heard - noise) / own))
        .collect();
    let median = median(&gains)?;
    let gains: Vec<f64> = gains.into_iter().filter(|gain| *gain > median - LOST_DB).collect();
    let mut moments: Vec<f64> = gains.windows(MOMENT).filter_map(self::median).collect();
    if moments.len() < MOMENT {
        return None;
    }
    moments.sort_by(f64::total_cmp);
    let outside = (moments.len() as f64 * OUTSIDE) as usize;
    Some(moments[moments.len() - 1 - outside] - moments[outside])
}

fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}
