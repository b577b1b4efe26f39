//! The course of the delay over a whole recording: where each stretch of the reference is heard, to a few frames.
//!
//! Twice the same search: first a few long stretches, sought everywhere in coarse frames, then every stretch, sought
//! around those in fine frames. Each has a correlation at every delay; the best sequence of delays, which change
//! little or seldom, is found by dynamic programming, so that a stretch that is noisy or gone keeps its neighbours'.

use super::outline::{BANDS, frames};
use crate::dsp::sums::{moving_means, running};
use crate::model::long_calls::Course;
use std::ops::Range;

/// Where a stretch is heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// By how many frames the degraded recording is later.
    pub delay: i64,
    /// Correlation coefficient of the outlines there, -1 to 1.
    pub correlation: f32,
}

/// Finds each stretch of the reference in the degraded recording, from the log powers of both.
pub(super) fn course(
    stretches: &[Range<usize>],
    reference: &[[f32; BANDS]],
    degraded: &[[f32; BANDS]],
    parameters: &Course,
) -> Vec<Place> {
    let [coarse_reference, coarse_degraded] =
        [reference, degraded].map(|frames| Features::coarse(frames, parameters));
    let anchors = busiest(&coarse_reference);
    let everywhere = anchors.iter().map(|anchor| {
        let half = anchor.len() as i64 / 2;
        -(anchor.start as i64) - half..coarse_degraded.len() as i64 - anchor.start as i64 - half
    });
    let mut places =
        best_course(&coarse_reference, &coarse_degraded, &anchors, everywhere.collect());
    let best = places.iter().map(|place| place.correlation).fold(f32::NEG_INFINITY, f32::max);
    let least_found = |best: f32| parameters.found.max(parameters.found_of_best * best);
    let decimation = parameters.decimation;
    let anchors: Vec<(usize, i64)> = anchors
        .iter()
        .zip(places.drain(..))
        .filter(|(_, place)| place.correlation >= least_found(best).min(best))
        .map(|(anchor, place)| (anchor.start * decimation, place.delay * decimation as i64))
        .collect();
    let search = frames(parameters.search_s) as i64;
    let around = stretches.iter().map(|stretch| {
        let next = anchors.partition_point(|(start, _)| *start < stretch.start);
        let near = &anchors[next.saturating_sub(1)..(next + 1).min(anchors.len())];
        let delays = || near.iter().map(|(_, delay)| *delay);
        delays().min().unwrap_or(0) - search..delays().max().unwrap_or(0) + search + 1
    });
    let [reference, degraded] =
        [reference, degraded].map(|frames| Features::new(frames.to_vec(), parameters));
    best_course(&reference, &degraded, stretches, around.collect())
}

/// Frames less their surroundings' mean, and the sums of their energies.
struct Features<'a> {
    frames: Vec<[f32; BANDS]>,
    energy_sums: Vec<f64>,
    parameters: &'a Course,
}

impl<'a> Features<'a> {
    fn new(mut frames: Vec<[f32; BANDS]>, parameters: &'a Course) -> Self {
        for band in 0..BANDS {
            let means =
                moving_means(frames.iter().map(|frame| frame[band]), parameters.modulation_frames);
            let values = frames.iter_mut().map(|frame| &mut frame[band]);
            values.zip(means).for_each(|(value, mean)| *value -= mean as f32);
        }
        let energy =
            |frame: &[f32; BANDS]| -> f32 { frame.iter().map(|value| value * value).sum() };
        let energy_sums = running(frames.iter().map(energy));
        Self { frames, energy_sums, parameters }
    }

    /// Each coarse frame is as long as two, so that a delay between two frames correlates nearly as well.
    fn coarse(frames: &[[f32; BANDS]], parameters: &'a Course) -> Self {
        let mean = |first: usize| {
            let near = &frames[first..(first + 2 * parameters.decimation).min(frames.len())];
            let sum = |band: usize| near.iter().map(|frame| frame[band]).sum::<f32>();
            std::array::from_fn(|band| sum(band) / near.len() as f32)
        };
        Self::new((0..frames.len()).step_by(parameters.decimation).map(mean).collect(), parameters)
    }

    fn len(&self) -> usize {
        self.frames.len()
    }

    fn energy(&self, frames: &Range<usize>) -> f64 {
        self.energy_sums[frames.end] - self.energy_sums[frames.start]
    }

    /// Correlation coefficient of a stretch with another recording's frames that much later.
    fn correlation(&self, stretch: &Range<usize>, other: &Self, delay: i64) -> f32 {
        let within = |frame: usize| (frame as i64 + delay).clamp(0, other.len() as i64);
        let heard = within(stretch.start) as usize..within(stretch.end) as usize;
        if heard.is_empty() {
            return 0.0;
        }
        let first = (heard.start as i64 - delay) as usize;
        let mut sums = [0.0f32; BANDS];
        for (frame, other) in self.frames[first..].iter().zip(&other.frames[heard.clone()]) {
            for ((sum, value), other) in sums.iter_mut().zip(frame).zip(other) {
                *sum += value * other;
            }
        }
        let own = self.energy(stretch);
        let norm = (own * other.energy(&heard).max(own * self.parameters.floor_share)).sqrt();
        if norm > 0.0 { (f64::from(sums.iter().sum::<f32>()) / norm) as f32 } else { 0.0 }
    }
}

/// Long stretches, one in each equal part: where most happens, but at the ends as near to them as half of that does,
/// because only the ends tell how often a recording that repeats itself was repeated before.
fn busiest(reference: &Features) -> Vec<Range<usize>> {
    let parameters = reference.parameters;
    let length = frames(parameters.long_stretch_s) / parameters.decimation;
    let length = length.min(reference.len());
    let starts = reference.len() - length + 1;
    let parts = (reference.len() / length.max(1)).clamp(2, parameters.long_stretches).min(starts);
    let energy = |start: usize| reference.energy(&(start..start + length));
    let busiest = |part: usize| {
        let mut places = part * starts / parts..(part + 1) * starts / parts;
        let most = places.clone().map(energy).fold(0.0, f64::max);
        let start = match part {
            0 => places.find(|&start| energy(start) >= most / 2.0),
            last if last + 1 == parts => places.rfind(|&start| energy(start) >= most / 2.0),
            _ => places.find(|&start| energy(start) >= most),
        };
        let start = start.unwrap_or(part * starts / parts);
        start..start + length
    };
    (0..parts).map(busiest).collect()
}

/// The totals of the best courses that end at each delay from `lowest` on.
struct Row {
    lowest: i64,
    totals: Vec<f32>,
}

/// One place for each stretch within its delays: the most correlation less what changes cost.
fn best_course(
    reference: &Features,
    degraded: &Features,
    stretches: &[Range<usize>],
    delays: Vec<Range<i64>>,
) -> Vec<Place> {
    let mut origins: Vec<Vec<i32>> = Vec::with_capacity(stretches.len());
    let mut row = Row { lowest: 0, totals: Vec::new() };
    let mut before = 0;
    for (stretch, delays) in stretches.iter().zip(&delays) {
        let (reached, from) =
            reach(&row, delays, (stretch.start - before) as i64, reference.parameters);
        before = stretch.start;
        let totals = reached
            .iter()
            .zip(delays.clone())
            .map(|(total, delay)| total + reference.correlation(stretch, degraded, delay));
        row = Row { lowest: delays.start, totals: totals.collect() };
        origins.push(from);
    }
    let ends = (row.lowest..).zip(row.totals.iter().copied());
    let Some((mut delay, _)) = ends.reduce(higher) else { return Vec::new() };
    let mut places = Vec::with_capacity(stretches.len());
    for ((stretch, delays), origins) in stretches.iter().zip(&delays).zip(&origins).rev() {
        let correlation = reference.correlation(stretch, degraded, delay);
        places.push(Place { delay, correlation });
        delay = i64::from(origins[(delay - delays.start) as usize]);
    }
    places.reverse();
    places
}

fn higher(best: (i64, f32), next: (i64, f32)) -> (i64, f32) {
    if next.1 > best.1 { next } else { best }
}

/// The best totals with which each of `delays` is reached from `row`, and from which delay. Who speaks `later` than
/// another is heard later too, or recordings that repeat themselves would be heard all over the place.
fn reach(row: &Row, delays: &Range<i64>, later: i64, parameters: &Course) -> (Vec<f32>, Vec<i32>) {
    if row.totals.is_empty() {
        return (delays.clone().map(|_| 0.0).collect(), delays.clone().map(|_| 0).collect());
    }
    let total = |delay: i64| {
        let place = usize::try_from(delay - row.lowest).ok();
        let total = place.and_then(|place| row.totals.get(place));
        total.copied().unwrap_or(f32::NEG_INFINITY)
    };
    let mut reached: Vec<(i64, f32)> = delays.clone().map(|delay| (delay, total(delay))).collect();
    let mut slip = |to: usize, from: usize| {
        let (origin, total) = reached[from];
        reached[to] = higher(reached[to], (origin, total - parameters.slip_cost));
    };
    let length = (delays.end - delays.start) as usize;
    (1..length).for_each(|place| slip(place, place - 1));
    (1..length).rev().for_each(|place| slip(place - 1, place));
    // The best delay from which one may jump to the first delay, and one more for each further.
    let mut from = row.lowest..delays.start + later;
    let none = (delays.start, f32::NEG_INFINITY);
    let mut best = from.clone().map(|delay| (delay, total(delay))).fold(none, higher);
    let jump = |(origin, total_before): (i64, f32)| {
        best = higher(best, (from.end, total(from.end)));
        from.end += 1;
        let (origin, total) =
            higher((origin, total_before), (best.0, best.1 - parameters.jump_cost));
        (total, origin as i32)
    };
    reached.into_iter().map(jump).unzip()
}

#[cfg(test)]
mod tests {
    use super::super::outline::FRAMES_PER_S;
    use super::*;
    use crate::model::long_calls::LongCallParameters;

    fn course(
        stretches: &[Range<usize>],
        reference: &[[f32; BANDS]],
        degraded: &[[f32; BANDS]],
    ) -> Vec<Place> {
        super::course(stretches, reference, degraded, &LongCallParameters::built_in().course)
    }

    /// Frames as unlike each other as speech is, from a random walk.
    fn babble(seconds: usize, mut random: u32) -> Vec<[f32; BANDS]> {
        let mut frame = [0.0f32; BANDS];
        let frames = 0..seconds * FRAMES_PER_S;
        let next = |_| {
            for value in &mut frame {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *value = 0.9 * *value + (random >> 8) as f32 / (1 << 24) as f32 - 0.5;
            }
            frame
        };
        frames.map(next).collect()
    }

    #[test]
    fn delays_are_followed_through_jumps_leaps_and_loss() {
        let reference = babble(600, 1);
        // The first minute is missing; at 300 s a second is inserted; 400 to 450 s are other sounds; then 40 s more.
        let mut degraded = reference[3000..15_000].to_vec();
        degraded.extend(babble(1, 2));
        degraded.extend(&reference[15_000..20_000]);
        degraded.extend(babble(50, 3));
        degraded.extend(babble(40, 4));
        degraded.extend(&reference[22_500..]);
        let stretches: Vec<_> = (0..60).map(|k| k * 500..(k + 1) * 500).collect();
        let places = course(&stretches, &reference, &degraded);
        for (stretch, place) in stretches.iter().zip(places) {
            let expected = match stretch.start {
                3000..15_000 => -3000,
                15_000..20_000 => -2950,
                22_500.. => -950,
                _ => continue,
            };
            assert_eq!(place.delay, expected, "{stretch:?}");
            assert!(place.correlation > 0.9, "{stretch:?} {place:?}");
        }
    }

    #[test]
    fn what_is_said_again_and_again_is_heard_in_order() {
        // Three sentences in turn; the first minute and the last were not recorded.
        let sentences = [babble(9, 1), babble(11, 2), babble(10, 3)];
        let reference = sentences.concat().repeat(20);
        let degraded = &reference[3000..reference.len() - 3000];
        let stretches: Vec<_> = (0..60).map(|k| k * 500..(k + 1) * 500).collect();
        let places = course(&stretches, &reference, degraded);
        let heard = stretches.iter().zip(&places).filter(|(_, place)| place.correlation > 0.5);
        let heard: Vec<i64> = heard
            .map(|(stretch, place)| {
                assert_eq!(place.delay % 1500, 0, "{stretch:?} {place:?}");
                stretch.start as i64 + place.delay
            })
            .collect();
        assert!(heard.len() >= 45 && heard.is_sorted(), "{heard:?}");
    }

    #[test]
    fn unrelated_recordings_correlate_little() {
        let stretches: Vec<_> = (0..6).map(|k| k * 500..(k + 1) * 500).collect();
        let places = course(&stretches, &babble(60, 1), &babble(60, 5));
        assert!(places.iter().all(|place| place.correlation < 0.5), "{places:?}");
    }
}
