//! Listening level: the reference's active speech is heard at a fixed level, and its pauses are known.
//!
//! The active level follows the idea of ITU-T P.56: the mean power of the frames within a margin of itself.

use super::frames::{FrameBands, rows};
use crate::dsp::scales::ratio;
use crate::model::fullband::Level;

/// When the reference speaks, and how loud.
#[derive(Debug, Clone)]
pub(crate) struct Activity {
    /// Mean square of the active frames, of samples within ±1.
    pub power: f64,
    /// Frames that are no pause.
    pub active: Vec<bool>,
}

impl Activity {
    /// The activity of a signal's band powers; `None` where it is silent.
    pub fn of(powers: &FrameBands, parameters: &Level) -> Option<Self> {
        let frames: Vec<f64> = rows(powers).map(|row| f64::from(row.iter().sum::<f32>())).collect();
        let mut power = mean(frames.iter().copied())?;
        for _ in 0..parameters.rounds {
            let threshold = power * ratio(-parameters.margin_db);
            power = mean(frames.iter().copied().filter(|&frame| frame > threshold))?;
        }
        let threshold = power * ratio(-parameters.pause_db);
        let active = frames.iter().map(|&frame| frame > threshold).collect();
        (power > 0.0).then_some(Self { power, active })
    }

    /// The factor from powers to powers relative to 0 dB SPL.
    pub fn calibration(&self, parameters: &Level) -> f32 {
        (ratio(parameters.listening_db) / self.power) as f32
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}
