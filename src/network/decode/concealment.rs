//! What is played in place of what is missing.

use crate::network::options::Concealment;

/// Where samples are left out, what is before fades into what is behind over this time, in seconds.
const FADE_S: f64 = 0.005;

/// Fills gaps and joins what follows to them.
pub struct Filler {
    mode: Concealment,
    rate_hz: usize,
    /// What would have been played on, to be faded into what comes next.
    tail: Vec<i16>,
}

impl Filler {
    /// A filler of that kind for samples of a rate.
    pub fn new(mode: Concealment, rate_hz: u32) -> Self {
        Self { mode, rate_hz: rate_hz as usize, tail: Vec::new() }
    }

    /// Appends so many samples in place of what is missing.
    pub fn fill(&mut self, samples: &mut Vec<i16>, count: usize) {
        match self.mode {
            Concealment::Silence | Concealment::Skip => samples.resize(samples.len() + count, 0),
            Concealment::Repeat => self.repeat(samples, count),
            Concealment::G711Appendix1 | Concealment::Codec => {
                self.tail = appendix_1(samples, count, self.rate_hz);
            }
        }
    }

    /// Notes what would have been played on where samples are left out, to be faded into those that follow.
    pub fn leave_out(&mut self, left_out: &[i16]) {
        let length = (FADE_S * self.rate_hz as f64) as usize;
        self.tail = left_out[..length.min(left_out.len())].to_vec();
    }

    /// Fades from what would have been played on into the samples behind `start`.
    pub fn join(&mut self, samples: &mut [i16], start: usize) {
        let fresh = &mut samples[start..];
        if fresh.is_empty() {
            return;
        }
        let length = self.tail.len().min(fresh.len());
        for (at, (sample, tail)) in fresh.iter_mut().zip(&self.tail).enumerate() {
            let weight = (at + 1) as f32 / (length + 1) as f32;
            let mixed = f32::from(*sample) * weight + f32::from(*tail) * (1.0 - weight);
            if at < length {
                *sample = mixed as i16;
            }
        }
        self.tail.clear();
    }

    /// The last 20 ms again and again, a fifth quieter every time.
    fn repeat(&self, samples: &mut Vec<i16>, count: usize) {
        let length = (self.rate_hz / 50).min(samples.len());
        let last = samples[samples.len() - length..].to_vec();
        for at in 0..count {
            let gain = (0.8 - 0.2 * (at / length.max(1)) as f32).max(0.0);
            let sample = last.get(at % length.max(1)).map_or(0.0, |sample| f32::from(*sample));
            samples.push((sample * gain) as i16);
        }
    }
}

/// Pitch periods of the last sound, more of them the longer the gap, fading from 10 ms on to nothing at 60 ms: after
/// G.711 Appendix I. Gives what it would have played on.
fn appendix_1(samples: &mut Vec<i16>, count: usize, rate_hz: usize) -> Vec<i16> {
    let ms = |ms: f64| (ms * rate_hz as f64 * 1e-3) as usize;
    let (shortest, longest, window) = (ms(5.0), ms(15.0), ms(20.0));
    let history_length = 3 * longest + window;
    if samples.len() < history_length {
        samples.resize(samples.len() + count, 0);
        return Vec::new();
    }
    let history: Vec<f32> =
        samples[samples.len() - history_length..].iter().map(|sample| f32::from(*sample)).collect();
    let pitch = pitch(&history, shortest, longest, window);
    let frame = ms(10.0);
    let tail = ms(4.0) + pitch / 4;
    let mut periods = [const { Vec::new() }; 3];
    for (number, periods) in periods.iter_mut().enumerate() {
        *periods = loop_of(&history, pitch, number + 1);
    }
    let mut filled = Vec::with_capacity(count + tail);
    for at in 0..count + tail {
        let number = (at / frame).min(2);
        // Into a longer loop with the same phase, over a quarter of a period.
        let (now, before) = (&periods[number], &periods[number.saturating_sub(1)]);
        let since = at - number * frame;
        let mut sample = now[at % now.len()];
        let quarter = pitch / 4;
        if number > 0 && at < 3 * frame && since < quarter {
            let weight = since as f32 / quarter as f32;
            sample = sample * weight + before[at % before.len()] * (1.0 - weight);
        }
        let late = (at as f32 - frame as f32) / (5 * frame) as f32;
        filled.push((sample * (1.0 - late.clamp(0.0, 1.0))) as i16);
    }
    samples.extend(&filled[..count]);
    filled.split_off(count)
}

/// The last periods, their end faded into what came before their start, so that they can follow themselves.
fn loop_of(history: &[f32], pitch: usize, number: usize) -> Vec<f32> {
    let start = history.len() - number * pitch;
    let mut periods = history[start..].to_vec();
    let quarter = pitch / 4;
    let end = periods.len() - quarter;
    for at in 0..quarter {
        let weight = (at + 1) as f32 / (quarter + 1) as f32;
        let before = history[start - quarter + at];
        periods[end + at] = periods[end + at] * (1.0 - weight) + before * weight;
    }
    periods
}

/// The lag at which the last sound is most like itself.
fn pitch(history: &[f32], shortest: usize, longest: usize, window: usize) -> usize {
    let end = history.len();
    let last = &history[end - window..];
    let likeness = |lag: usize| {
        let earlier = &history[end - window - lag..end - lag];
        let product: f32 = last.iter().zip(earlier).map(|(a, b)| a * b).sum();
        let energy: f32 = earlier.iter().map(|sample| sample * sample).sum();
        product / energy.max(1.0).sqrt()
    };
    let best = (shortest..=longest).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b)));
    best.unwrap_or(longest)
}
