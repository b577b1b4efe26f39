//! The part of a prompt that a direction holds, and when each moment of it is heard.

use super::parameters;
use crate::alignment::Alignment;
use crate::signal::Signal;

/// A part of a prompt, and where it is heard.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heard {
    /// Its start and end in the prompt, in seconds.
    pub prompt_s: (f64, f64),
    /// The same in the direction.
    pub heard_s: (f64, f64),
    /// From which time of the prompt on it is heard how much later, in seconds.
    delays: Vec<(f64, f64)>,
}

impl Heard {
    /// What lies within both, by the delays at the beginning and at the end; both lengths are in samples.
    pub fn of(alignment: &Alignment, prompt: usize, heard: usize) -> Option<Self> {
        let parameters = parameters::built_in();
        let seconds = |samples: f64| samples / f64::from(parameters.rate_hz);
        let delays: Vec<_> = alignment
            .segments
            .iter()
            .map(|segment| {
                (seconds(segment.reference.start as f64), seconds(segment.delay_samples))
            })
            .collect();
        let (early_s, late_s) = (delays.first()?.1, delays.last()?.1);
        let (prompt_s, heard_s) = (seconds(prompt as f64), seconds(heard as f64));
        let mut start_s = (-early_s).max(0.0);
        let mut end_s = prompt_s.min(heard_s - late_s);
        if start_s < parameters.tolerance_s {
            start_s = 0.0;
        }
        if prompt_s - end_s < parameters.tolerance_s {
            end_s = prompt_s;
        }
        let heard_part = ((start_s + early_s).max(0.0), (end_s + late_s).min(heard_s));
        let long_enough = end_s - start_s >= parameters.least_heard_s;
        long_enough.then_some(Self { prompt_s: (start_s, end_s), heard_s: heard_part, delays })
    }

    /// When a moment of the prompt is heard, in seconds since the direction began.
    pub fn heard_at(&self, prompt_s: f64) -> f64 {
        let known = self.delays.partition_point(|(start_s, _)| *start_s <= prompt_s);
        prompt_s + self.delays.get(known.saturating_sub(1)).map_or(0.0, |(_, delay_s)| *delay_s)
    }
}

/// What lies between two times of a signal.
pub(super) fn cut(signal: &Signal, (start_s, end_s): (f64, f64)) -> Signal {
    let rate = f64::from(signal.sample_rate());
    let samples = signal.samples();
    let place = |time_s: f64| ((time_s * rate).round().max(0.0) as usize).min(samples.len());
    let (start, end) = (place(start_s), place(end_s));
    let part = samples[start..end.max(start)].to_vec();
    Signal::new(signal.name(), part, signal.sample_rate())
}
