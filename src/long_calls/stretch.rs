//! One stretch: its place in the degraded recording to the sample, and its score.

use super::course::Place;
use super::outline::{FRAMES_PER_S, frames};
use super::score::Stretch;
use super::survey::Survey;
use super::windows::Windows;
use crate::alignment;
use crate::error::{Error, Result};
use crate::model::long_calls::LongCallParameters;
use crate::model::{Model, Parameters};
use crate::score::{Score, Timeline};
use crate::scorer::Scorer;
use crate::signal::Signal;
use std::ops::{Range, RangeInclusive};

/// The windows in which a stretch and what is heard of it lie.
pub(super) struct Task {
    /// In samples of the reference.
    reference: Range<usize>,
    /// In samples of the degraded recording.
    degraded: Range<usize>,
    /// Delay that the course tells, in seconds.
    delay_s: f64,
    /// Delays that are looked for.
    search_s: RangeInclusive<f64>,
}

/// The tasks for the stretches of a reference, which are given in frames.
pub(super) fn tasks(
    stretches: &[Range<usize>],
    places: &[Place],
    reference: &Survey,
    degraded: &Survey,
) -> Vec<Task> {
    let parameters = &LongCallParameters::built_in().stretches;
    let [margin, leap] = [parameters.margin_s, parameters.leap_s].map(|s| frames(s) as i64);
    let delays: Vec<i64> = places.iter().map(|place| place.delay).collect();
    let task = |(k, stretch): (usize, &Range<usize>)| {
        let near = &delays[k.saturating_sub(1)..(k + 2).min(delays.len())];
        let near = || near.iter().filter(|&&delay| (delay - delays[k]).abs() <= leap);
        let least = near().min().unwrap_or(&delays[k]) - margin;
        let most = near().max().unwrap_or(&delays[k]) + margin;
        let seconds = |frames: i64| frames as f64 / FRAMES_PER_S as f64;
        let (start, end) = (stretch.start as i64, stretch.end as i64);
        Task {
            reference: reference.sample(start)..reference.sample(end),
            degraded: degraded.sample(start + least)..degraded.sample(end + most),
            delay_s: seconds(delays[k]),
            search_s: seconds(least)..=seconds(most),
        }
    };
    stretches.iter().enumerate().map(task).collect()
}

/// Reads the tasks' windows, one task after the other.
pub(super) struct Reader<'a> {
    surveys: [&'a Survey; 2],
    windows: [Windows; 2],
    tasks: std::vec::IntoIter<(usize, Task, usize)>,
}

/// A task with its samples.
pub(super) struct Cut {
    pub place: usize,
    task: Task,
    reference: Signal,
    /// Where the stretch starts and ends in the reference, in seconds.
    stretch_s: Range<f64>,
    degraded: Signal,
    /// Where those samples start in the degraded recording, in seconds.
    window_s: f64,
    /// Length of the degraded recording, in seconds.
    recorded_s: f64,
}

impl<'a> Reader<'a> {
    pub fn new(reference: &'a Survey, degraded: &'a Survey, tasks: Vec<Task>) -> Result<Self> {
        // How early the degraded recording is needed again: a delay may fall by more than a stretch's length.
        let mut needed = usize::MAX;
        let with_needed = tasks.into_iter().enumerate().rev().map(|(place, task)| {
            let later = needed;
            needed = needed.min(task.degraded.start);
            (place, task, later)
        });
        let mut tasks: Vec<_> = with_needed.collect();
        tasks.reverse();
        let windows = [Windows::of(reference)?, Windows::of(degraded)?];
        Ok(Self { surveys: [reference, degraded], windows, tasks: tasks.into_iter() })
    }

    pub fn next(&mut self) -> Result<Option<Cut>> {
        let Some((place, task, needed)) = self.tasks.next() else { return Ok(None) };
        let [reference, degraded] = self.surveys;
        let [reference_windows, degraded_windows] = &mut self.windows;
        let samples = reference_windows.cut(task.reference.clone(), task.reference.end)?;
        let reference = reference.signal(samples);
        let samples = degraded_windows.cut(task.degraded.clone(), needed)?;
        let recorded_s = degraded.duration_s();
        let degraded = degraded.signal(samples);
        let seconds =
            |sample: usize, signal: &Signal| sample as f64 / f64::from(signal.sample_rate());
        let stretch_s =
            seconds(task.reference.start, &reference)..seconds(task.reference.end, &reference);
        let window_s = seconds(task.degraded.start, &degraded);
        Ok(Some(Cut { place, task, reference, stretch_s, degraded, window_s, recorded_s }))
    }
}

impl Cut {
    /// Scores the stretch.
    pub fn score(self, model: &Model) -> Stretch {
        let (start_s, end_s) = (self.stretch_s.start, self.stretch_s.end);
        let outcome = self.outcome(model);
        let mos_lqo = match &outcome {
            Ok(score) => Some(score.mos_lqo),
            Err(Error::NotHeard { .. }) => Some(model.mos_lqo_range()[0]),
            Err(_) => None,
        };
        Stretch { start_s, end_s, mos_lqo, outcome }
    }

    fn outcome(&self, model: &Model) -> Result<Score> {
        let (start_s, end_s) = (self.stretch_s.start, self.stretch_s.end);
        let parameters = &LongCallParameters::built_in().stretches;
        let name = || self.degraded.name().to_owned();
        let ([first_s, last_s], found) = self.delays_s(model)?;
        let heard = start_s + first_s..end_s + last_s;
        let recorded = heard.start.max(0.0)..heard.end.min(self.recorded_s);
        let duration_s = |range: &Range<f64>| range.end - range.start;
        if duration_s(&heard) <= 0.0 {
            return Err(Error::NotHeard { name: name(), start_s, end_s });
        }
        if duration_s(&recorded)
            < parameters.recorded_share * (end_s - start_s).min(duration_s(&heard))
        {
            return Err(Error::NotRecorded { name: name(), start_s, end_s });
        }
        let missing = |missing_s: f64| if missing_s > parameters.slack_s { missing_s } else { 0.0 };
        let missing_before_s = missing(recorded.start - heard.start);
        let missing_behind_s = missing(heard.end - recorded.end);
        let missing_s = missing_before_s + missing_behind_s;
        let whole = duration_s(&self.stretch_s);
        let reference = part(&self.reference, missing_before_s..whole - missing_behind_s);
        let within_window = recorded.start - self.window_s..recorded.end - self.window_s;
        let degraded = part(&self.degraded, within_window.clone());
        let known = found.filter(|_| missing_s == 0.0).map(|mut found| {
            // What is cut off before the part makes nothing late any more.
            let cut_off = sample(&self.degraded, within_window.start) as f64
                / f64::from(self.degraded.sample_rate());
            let later = cut_off * f64::from(found.sample_rate);
            found.segments.iter_mut().for_each(|segment| segment.delay_samples -= later);
            found
        });
        let prepared = Scorer::new(model.clone()).prepare(&reference)?;
        match prepared.score_aligned(&degraded, known) {
            Ok(score) => {
                let start_s = start_s + missing_before_s;
                let mut score = moved(score, start_s, recorded.start - start_s);
                if missing_s > 0.0 {
                    let words = "of this stretch are not recorded; the rest is scored";
                    let warning = format!("{}: {missing_s:.1} s {words}", name());
                    score.notice("partly_recorded", warning);
                }
                Ok(score)
            }
            Err(Error::Silent { .. } | Error::NoOverlap { .. } | Error::TooShort { .. }) => {
                Err(Error::NotHeard { name: name(), start_s, end_s })
            }
            Err(error) => Err(error),
        }
    }

    /// The delays at the stretch's start and end, in seconds; and the alignment with all that was looked at, where it
    /// is sure of both.
    fn delays_s(&self, model: &Model) -> Result<([f64; 2], Option<alignment::Alignment>)> {
        // At the rate of a model that goes by the same alignment, so that it is made once.
        let rate = match model.parameters() {
            Parameters::Fullband(fullband) => fullband.sample_rate(),
            Parameters::P862(_) => self.reference.sample_rate(),
        };
        let (reference, degraded) =
            (self.reference.resampled(rate)?, self.degraded.resampled(rate)?);
        let samples = reference.samples();
        let found = alignment::align(samples, degraded.samples(), rate, model.alignment());
        let offset_s = self.window_s - self.stretch_s.start;
        let least = LongCallParameters::built_in().stretches.sure;
        let mut sure = found.segments.iter().filter(|segment| segment.confidence >= least);
        let (Some(first), true) = (sure.next(), found.confidence >= least) else {
            return Ok(([self.task.delay_s; 2], None));
        };
        let last = sure.next_back().unwrap_or(first);
        let drift = found.clock_drift_ppm * 1e-6 * (samples.len() - last.reference.start) as f64;
        let delays_s = [first.delay_samples, last.delay_samples + drift]
            .map(|delay| offset_s + delay / f64::from(rate));
        // What lies outside was aligned with the edge of the window.
        let inside = |delay_s: &f64| self.task.search_s.contains(delay_s);
        let trusted = delays_s.map(|found| if inside(&found) { found } else { self.task.delay_s });
        let all_inside = delays_s.iter().all(inside);
        Ok((trusted, all_inside.then_some(found)))
    }
}

/// The part of a signal between two moments in seconds, as far as it goes.
fn part(signal: &Signal, seconds: Range<f64>) -> Signal {
    let (start, end) = (sample(signal, seconds.start), sample(signal, seconds.end));
    let samples = signal.samples()[start..end.max(start)].to_vec();
    Signal::inspected(signal.name().to_owned(), samples, signal.sample_rate())
}

/// The sample at a moment in seconds, within the signal.
fn sample(signal: &Signal, seconds: f64) -> usize {
    let sample = (seconds * f64::from(signal.sample_rate())).round().max(0.0) as usize;
    sample.min(signal.samples().len())
}

/// A score of a part that starts at `start_s` of the reference and `delay_s` later in the degraded recording.
fn moved(mut score: Score, start_s: f64, delay_s: f64) -> Score {
    let rate = f64::from(score.timeline.sample_rate);
    for utterance in &mut score.alignment.utterances {
        utterance.start_s += start_s;
        utterance.end_s += start_s;
        utterance.delay_s += delay_s;
        utterance.delay_samples = (utterance.delay_s * rate).round() as i64;
    }
    let unheard = score.alignment.unheard_s.iter_mut().flatten();
    unheard.for_each(|moment_s| *moment_s += start_s);
    score.timeline = Timeline::default();
    score
}
