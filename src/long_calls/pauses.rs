//! Where the reference speaks and where it pauses, however its level and its background change over the hours.

use super::outline::frames;
use crate::dsp::scales::ratio;
use crate::dsp::sums::{level, moving_means};
use crate::model::long_calls::Pauses;
use std::collections::VecDeque;

/// Whether each frame is speech.
pub(super) fn speech(powers: &[f32], parameters: &Pauses) -> Vec<bool> {
    let surroundings = frames(parameters.surroundings_s);
    let least = level(powers.iter().copied()) * ratio(-parameters.below_whole_db);
    let around = moving_means(powers.iter().copied(), surroundings);
    let background = moving_minima(&moving_means(powers.iter().copied(), 2), surroundings);
    let is_speech = |((&power, around), background): ((&f32, f64), f64)| {
        let threshold = (around * ratio(-parameters.below_surroundings_db))
            .max(background * ratio(parameters.above_background_db))
            .max(least);
        f64::from(power) > threshold
    };
    let mut speech: Vec<bool> = powers.iter().zip(around).zip(background).map(is_speech).collect();
    drop_runs(&mut speech, true, frames(parameters.shortest_speech_s));
    drop_runs(&mut speech, false, frames(parameters.shortest_pause_s));
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
    use super::super::outline::FRAMES_PER_S;
    use crate::model::long_calls::LongCallParameters;

    fn speech(powers: &[f32]) -> Vec<bool> {
        super::speech(powers, &LongCallParameters::built_in().pauses)
    }

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
