//! Cuts the reference at its pauses into stretches of 6 to 12 s, which is what the models were made for (P.862.3, 7).
//!
//! Of all ways to cover the speech with such stretches the one is taken whose cuts lie deepest in pauses, by dynamic
//! programming. Silence that is further than half a second from speech may be left out.

use super::outline::frames;
use crate::model::long_calls::Cuts;
use std::ops::Range;

/// Stretches in frames, in order of time; none where there is no speech.
pub(super) fn stretches(powers: &[f32], speech: &[bool], parameters: &Cuts) -> Vec<Range<usize>> {
    let [shortest, longest] = [parameters.shortest_s, parameters.longest_s].map(frames);
    let margin = frames(parameters.margin_s);
    let middle = (shortest + longest) as f32 / 2.0;
    // The middle of what is allowed is liked best.
    let length_cost = |length: usize| {
        parameters.length_cost * ((length as f32 - middle) / (longest as f32 - middle)).powi(2)
    };
    let frames = speech.len();
    if !speech.contains(&true) {
        return Vec::new();
    }
    if frames < longest {
        return std::iter::once(0..frames).collect();
    }
    let distances = distances(speech);
    let costs = cut_costs(powers, speech, &distances, parameters);
    let mut spoken = vec![0u32];
    speech.iter().for_each(|&speech| spoken.push(spoken[spoken.len() - 1] + u32::from(speech)));

    // For each place between frames: the least cost up to it, and the length of the last step, 1 for left-out silence.
    let mut best = vec![(f32::INFINITY, 0usize); frames + 1];
    best[0] = (0.0, 0);
    for end in 1..=frames {
        let far = distances[end].min(distances[end - 1]) >= margin;
        let left_out = (if far { best[end - 1].0 } else { f32::INFINITY }, 1);
        let stretch = |length: usize| {
            let start = end.checked_sub(length)?;
            let silent = if spoken[end] == spoken[start] { parameters.no_speech } else { 0.0 };
            let cost = costs[start] + costs[end] + length_cost(length) + silent;
            Some((best[start].0 + cost, length))
        };
        best[end] = (shortest..=longest)
            .map_while(stretch)
            .fold(left_out, |least, next| if next.0 < least.0 { next } else { least });
    }
    let mut stretches = Vec::new();
    let mut end = frames;
    while end > 0 {
        let length = best[end].1.max(1);
        if length >= shortest {
            stretches.push(end - length..end);
        }
        end -= length;
    }
    stretches.reverse();
    stretches
}

/// For each place between frames, how many frames away speech is.
fn distances(speech: &[bool]) -> Vec<usize> {
    let mut distances = vec![usize::MAX; speech.len() + 1];
    for (place, &speech) in speech.iter().enumerate() {
        let before = distances[place].saturating_add(1);
        distances[place + 1] = if speech { 0 } else { before };
    }
    for (place, &speech) in speech.iter().enumerate().rev() {
        let after = if speech { 0 } else { distances[place + 1].saturating_add(1) };
        distances[place] = distances[place].min(after);
    }
    distances
}

/// What a cut at each place between frames costs.
fn cut_costs(powers: &[f32], speech: &[bool], distances: &[usize], parameters: &Cuts) -> Vec<f32> {
    let margin = frames(parameters.margin_s);
    let Cuts { cut_in_speech, cut_in_speech_decades, .. } = *parameters;
    let highest = powers.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let cost = |place: usize| {
        if place == 0 || place == speech.len() {
            return 0.0;
        }
        if speech[place - 1] && speech[place] {
            let loudest = powers[place - 1].max(powers[place]) / highest;
            return cut_in_speech + (cut_in_speech_decades + loudest.log10()).max(0.0);
        }
        1.0 - distances[place].min(margin) as f32 / margin as f32
    };
    (0..=speech.len()).map(cost).collect()
}

#[cfg(test)]
mod tests {
    use super::super::outline::FRAMES_PER_S;
    use super::*;
    use crate::model::long_calls::LongCallParameters;

    fn stretches(powers: &[f32], speech: &[bool]) -> Vec<Range<usize>> {
        super::stretches(powers, speech, &LongCallParameters::built_in().cuts)
    }

    /// Speech and pauses in turn, in tenths of a second.
    fn talk(tenths: &[usize]) -> (Vec<f32>, Vec<bool>) {
        let frames = tenths
            .iter()
            .enumerate()
            .flat_map(|(i, &tenths)| std::iter::repeat_n(i % 2 == 1, tenths * FRAMES_PER_S / 10));
        let speech: Vec<bool> = frames.collect();
        (speech.iter().map(|&speech| if speech { 1.0 } else { 1e-6 }).collect(), speech)
    }

    fn check(tenths: &[usize]) -> Vec<Range<usize>> {
        let (powers, speech) = talk(tenths);
        let found = stretches(&powers, &speech);
        assert!(
            found
                .iter()
                .all(|stretch| (6 * FRAMES_PER_S..=12 * FRAMES_PER_S).contains(&stretch.len()))
        );
        assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
        let covered = |frame| found.iter().any(|stretch| stretch.contains(&frame));
        assert!((0..speech.len()).all(|frame| covered(frame) || !speech[frame]), "{found:?}");
        found
    }

    #[test]
    fn every_word_is_in_a_stretch_and_cuts_are_in_the_middle_of_pauses() {
        let sentence = [6, 30, 8, 25, 4, 37];
        let tenths: Vec<usize> = sentence.iter().copied().cycle().take(60).chain([6]).collect();
        let (_, speech) = talk(&tenths);
        let found = check(&tenths);
        for cut in found.iter().flat_map(|stretch| [stretch.start, stretch.end]) {
            let pause = cut == 0 || cut == speech.len() || distances(&speech)[cut] >= 10;
            assert!(pause, "{cut} in {found:?}");
        }
    }

    #[test]
    fn a_single_word_in_long_silence_is_a_stretch_with_silence_around() {
        let found = check(&[300, 5, 300, 40, 300]);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn speech_without_a_pause_is_cut_all_the_same() {
        let (mut powers, speech) = talk(&[0, 250]);
        powers[430] = 1e-4;
        powers[431] = 1e-4;
        let found = stretches(&powers, &speech);
        assert!(found.iter().any(|stretch| stretch.end == 431), "{found:?}");
        for tenths in [121, 125, 133, 180, 181, 239, 241] {
            check(&[0, tenths]);
            check(&[tenths - 1, 1]);
        }
    }

    #[test]
    fn less_than_twelve_seconds_are_one_stretch_and_silence_is_none() {
        assert_eq!(check(&[3, 80, 3]).len(), 1);
        let (powers, speech) = talk(&[3, 10, 3]);
        assert_eq!(stretches(&powers, &speech), vec![Range { start: 0, end: 80 }]);
        assert!(stretches(&[0.0; 900], &[false; 900]).is_empty());
    }
}
