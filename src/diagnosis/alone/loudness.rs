//! Speech and pauses by the loudness of frames: how strong the noise is, and how much of the time is speech.

use crate::diagnosis::spectra::Framing;
use crate::dsp::scales::{decibels, ratio};
use crate::dsp::sums::moving_means;

/// The noise is what is heard in this share of the frames at most,
const PAUSES: f64 = 0.1;
/// unless it is this much fainter, in dB, in a smaller share: noise is steady, and what is not is speech without pauses.
const STEADY_DB: f64 = 3.0;
const FAINTEST: f64 = 0.03;
/// Frames on either side that a frame's loudness is smoothed with, so that noise is not taken at its faintest moments.
const REACH: usize = 2;
/// Speech is this far above the noise, in dB, and not further below the active level.
const ABOVE_NOISE_DB: f64 = 6.0;
const BELOW_ACTIVE_DB: f64 = 22.0;
/// The loudest frames are further above the noise where there is speech, in dB: noise alone stays within.
const SPEECH_RANGE_DB: f64 = 9.0;
/// Pauses up to this long are within speech, in seconds (P.56, 5.2.2).
const HANGOVER_S: f64 = 0.2;
/// What is fainter is no noise but nothing, in dBov.
const NOTHING_DBOV: f64 = -120.0;

/// The powers of a channel's frames.
#[derive(Debug, Default)]
pub(super) struct Loudness {
    powers: Vec<f32>,
}

/// What the frames tell of speech.
#[derive(Debug)]
pub(super) struct Speech {
    /// Level of the noise in dBov.
    pub noise_dbov: f64,
    /// Share of the time in which there is speech.
    pub share: f64,
}

impl Loudness {
    /// Takes the mean square of the next frame.
    pub fn push(&mut self, power: f64) {
        self.powers.push(power as f32);
    }

    /// Speech and noise, given the active level in dBov.
    pub fn speech(&self, active_dbov: f64, framing: Framing) -> Speech {
        let nothing = ratio(NOTHING_DBOV);
        // Digital silence before and behind is no part of the recording.
        let is_something = |power: &f32| f64::from(*power) > nothing;
        let first = self.powers.iter().position(is_something).unwrap_or(0);
        let last = self.powers.iter().rposition(is_something).map_or(0, |last| last + 1);
        let within = &self.powers[first.min(last)..last];
        let smooth = moving_means(within.iter().copied(), REACH);
        if smooth.is_empty() {
            return Speech { noise_dbov: NOTHING_DBOV, share: 0.0 };
        }
        let mut sorted = smooth.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| {
            decibels(sorted[(share * (sorted.len() - 1) as f64) as usize].max(nothing))
        };
        let (noise_dbov, faintest_dbov) = (at(PAUSES), at(FAINTEST));
        let is_steady = noise_dbov - faintest_dbov <= STEADY_DB;
        let noise_dbov = if is_steady { noise_dbov } else { faintest_dbov };
        if at(0.98) - noise_dbov < SPEECH_RANGE_DB {
            return Speech { noise_dbov: decibels(mean(&sorted).max(nothing)), share: 0.0 };
        }
        let least = (noise_dbov + ABOVE_NOISE_DB).max(active_dbov - BELOW_ACTIVE_DB);
        let least = ratio(least);
        let hangover = (HANGOVER_S * framing.rate).round() as usize;
        let mut speech = 0;
        let mut pause = usize::MAX;
        for power in smooth {
            if power >= least {
                // A pause that was short enough was speech.
                speech += 1 + if pause <= hangover { pause } else { 0 };
                pause = 0;
            } else {
                pause = pause.saturating_add(1);
            }
        }
        Speech { noise_dbov, share: speech as f64 / self.powers.len() as f64 }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
