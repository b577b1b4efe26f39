//! Where the reference speaks and where it pauses, however its level and its background change over the hours.

use super::outline::FRAMES_PER_S;
use crate::dsp::scales::ratio;
use crate::dsp::sums::{level, moving_means};
use std::collections::VecDeque;

/// Levels are compared with those of so many frames on either side.
const SURROUNDINGS: usize = 10 * FRAMES_PER_S;
/// Speech is above its mean level less this: the margin of P.56, 5.2.2, in dB.
const BELOW_SURROUNDINGS_DB: f64 = 15.9;
/// And above the level of the whole recording less this, which quiet talkers are and silence is not, in dB.
const BELOW_WHOLE_DB: f64 = 35.0;
/// And above the quietest tenth of a second around by this, in dB.
const ABOVE_BACKGROUND_DB: f64 = 6.0;
/// Shorter pauses are parts of words: the hangover of P.56, 5.2.2.
const SHORTEST_PAUSE: usize = FRAMES_PER_S / 5;
/// Shorter sounds are clicks.
const SHORTEST_SPEECH: usize = 3;
/// The same in seconds.
pub(super) const SHORTEST_SPEECH_S: f64 = SHORTEST_SPEECH as f64 / FRAMES_PER_S as f64;

/// Whether each frame is speech.
pub(super) fn speech(powers: &[f32]) -> Vec<bool> {
    let least = level(powers.iter().copied()) * ratio(-BELOW_WHOLE_DB);
    let around = moving_means(powers.iter().copied(), SURROUNDINGS);
    let background = moving_minima(&moving_means(powers.iter().copied(), 2), SURROUNDINGS);
    let is_speech = |((&power, around), background): ((&f32, f64), f64)| {
        let threshold = (around * ratio(-BELOW_SURROUNDINGS_DB))
            .max(background * ratio(ABOVE_BACKGROUND_DB))
            .max(least);
        f64::from(power) > threshold
    };
    let mut speech: Vec<bool> = powers.iter().zip(around).zip(background).map(is_speech).collect();
    drop_runs(&mut speech, true, SHORTEST_SPEECH);
    drop_runs(&mut speech, false, SHORTEST_PAUSE);
    speech
}

/// Minima over so many frames on either side.
fn moving_minima(values: &[f64], reach: usize) -> Vec<f64> {
    let mut minima = Vec::with_capacity(values.len());
    // Frames whose values rise; each may still become the minimum.
    let mut rising: VecDeque<usize> = VecDeque::new();
    for next in 0..values.len() + reach {
        if next < values.len() {
            while rising.back().is_some_and(|&last| values[last] >= values[next]) {
                rising.pop_back();
            }
            rising.push_back(next);
        }
        if let Some(frame) = next.checked_sub(reach) {
            while rising.front().is_some_and(|&first| first + reach < frame) {
                rising.pop_front();
            }
            minima.push(rising.front().map_or(0.0, |&first| values[first]));
        }
    }
    minima.truncate(values.len());
    minima
}

/// Turns runs of `value` over that are shorter than `least`, but for those at the ends.
fn drop_runs(frames: &mut [bool], value: bool, least: usize) {
    let length = frames.len();
    let mut start = 0;
    while start < length {
        let run = frames[start..].iter().take_while(|&&frame| frame == frames[start]).count();
        let inside = start > 0 && start + run < length;
        if frames[start] == value && run < least && inside {
            frames[start..start + run].fill(!value);
        }
        start += run;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_told_from_speech_of_changing_level_over_changing_noise() {
        // A second of speech, a second of pause; after a minute all is 20 dB quieter, the noise included.
        let frame = |k: usize| {
            let quieter = if k < 60 * FRAMES_PER_S { 1.0 } else { 0.01 };
            let speech = if (k / FRAMES_PER_S).is_multiple_of(2) { 1.0 } else { 0.0 };
            quieter * (speech * (1.0 + (k as f32 * 1.7).sin() * 0.9) + 1e-3)
        };
        let powers: Vec<f32> = (0..120 * FRAMES_PER_S).map(frame).collect();
        let found = speech(&powers);
        let wrong =
            (0..powers.len()).filter(|k| found[*k] != (k / FRAMES_PER_S).is_multiple_of(2)).count();
        assert!(wrong < powers.len() / 50, "{wrong} of {} frames", powers.len());
    }

    #[test]
    fn steady_noise_and_silence_are_no_speech() {
        assert!(!speech(&[0.0; 1000]).contains(&true));
        assert!(!speech(&[1.0; 1000]).contains(&true));
    }
}
