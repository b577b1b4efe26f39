//! A gain that goes up and down, as of automatic gain controls.

use super::clipping::Curve;
use super::evidence::Evidence;
use super::spectra::Powers;
use crate::dsp::scales::decibels;
use crate::finding::{Finding, Kind};

/// Time over which the gain is averaged, in seconds: two syllables.
const WINDOW_S: f64 = 0.4;
/// Least speech in it, in seconds.
const SPEECH_S: f64 = 0.1;
/// A range that is worth a word, in dB; more in rooms, which fill pauses.
const PUMPING_DB: f64 = 5.5;
const PUMPING_IN_ROOMS_DB: f64 = 8.0;
/// Share of the time that may lie outside the range at either end.
const OUTSIDE: f64 = 0.03;
/// Frames that are within this of the noise tell no gain, in dB.
const ABOVE_NOISE: f64 = 4.0;

/// The gain over time.
pub(super) struct SlowGain {
    /// In dB, of each frame.
    gains_db: Vec<f64>,
    pub range_db: f64,
    /// The range from which on it is worth a word.
    least_db: f64,
}

impl SlowGain {
    pub fn of(evidence: &Evidence, clipping: Option<&Curve>) -> Self {
        let framing = evidence.framing;
        let (low, high) = (framing.bin(150.0), framing.bin(3800.0));
        let noise: f64 = evidence.noise[low..=high].iter().sum();
        let sum = |row: &[f32]| row[low..=high].iter().map(|&power| f64::from(power)).sum::<f64>();
        // Loud speech that is clipped is not turned down.
        let clipped = clipping.map(|curve| {
            let cut_off = curve.cut_off(&evidence.expected);
            let left = evidence.expected.iter().zip(cut_off).map(|(a, b)| a - b);
            Powers::of(&left.collect::<Vec<f32>>(), framing)
        });
        let expected = clipped.as_ref().unwrap_or(&evidence.expected_powers);
        let frames = expected.rows().zip(evidence.heard_powers.rows());
        let gains: Vec<Option<f64>> = frames
            .enumerate()
            .map(|(frame, (expected, heard))| {
                let (expected, heard) = (sum(expected), sum(heard));
                let tells = evidence.followed[frame] && heard > ABOVE_NOISE * noise;
                (tells && expected > 0.0).then(|| decibels((heard - noise) / expected))
            })
            .collect();
        let reach = (WINDOW_S / 2.0 * framing.rate) as usize;
        let least = (SPEECH_S * framing.rate).ceil() as usize;
        let smooth: Vec<Option<f64>> =
            (0..gains.len()).map(|frame| median_around(&gains, frame, reach, least)).collect();
        let least_db = if evidence.in_room() { PUMPING_IN_ROOMS_DB } else { PUMPING_DB };
        Self { gains_db: held(&smooth), range_db: range(&smooth), least_db }
    }

    pub fn finding(&self) -> Option<Finding> {
        let sure = 0.5 + 0.1 * (self.range_db - self.least_db);
        (self.range_db >= self.least_db)
            .then(|| Finding::whole(Kind::LevelPumping, self.range_db, sure))
    }

    /// `samples` with the gain of every moment.
    pub fn applied(&self, samples: &[f32], hop: usize, sign: f64) -> Vec<f32> {
        let gain = |frame: usize| {
            let last = self.gains_db.len().saturating_sub(1);
            self.gains_db.get(frame.min(last)).copied().unwrap_or(0.0)
        };
        let at = |index: usize| {
            // A frame's centre is one hop behind its start.
            let place = (index as f64 / hop as f64 - 1.0).max(0.0);
            let (before, share) = (place as usize, place.fract());
            let db = gain(before) + share * (gain(before + 1) - gain(before));
            10f64.powf(sign * db / 20.0) as f32
        };
        samples.iter().enumerate().map(|(index, sample)| sample * at(index)).collect()
    }
}

fn median_around(values: &[Option<f64>], centre: usize, reach: usize, least: usize) -> Option<f64> {
    let around = centre.saturating_sub(reach)..(centre + reach + 1).min(values.len());
    let mut known: Vec<f64> = values[around].iter().flatten().copied().collect();
    if known.len() < least.max(1) {
        return None;
    }
    let middle = known.len() / 2;
    Some(*known.select_nth_unstable_by(middle, f64::total_cmp).1)
}

fn range(values: &[Option<f64>]) -> f64 {
    let mut known: Vec<f64> = values.iter().flatten().copied().collect();
    if known.is_empty() {
        return 0.0;
    }
    known.sort_by(f64::total_cmp);
    let outside = (known.len() as f64 * OUTSIDE) as usize;
    known[known.len() - 1 - outside] - known[outside]
}

/// Every value known: between two known ones the way is straight.
fn held(values: &[Option<f64>]) -> Vec<f64> {
    let known: Vec<(usize, f64)> = values
        .iter()
        .enumerate()
        .filter_map(|(at, value)| value.map(|value| (at, value)))
        .collect();
    let value = |at: usize| {
        let next = known.partition_point(|&(place, _)| place < at);
        match (next.checked_sub(1).map(|before| known[before]), known.get(next)) {
            (Some((before, low)), Some(&(behind, high))) => {
                low + (high - low) * (at - before) as f64 / (behind - before) as f64
            }
            (Some((_, only)), None) | (None, Some(&(_, only))) => only,
            (None, None) => 0.0,
        }
    };
    (0..values.len()).map(value).collect()
}
