//! Mains hum: steady lines at 50 or 60 Hz and their multiples.

use super::evidence::Evidence;
use super::spectra::{Framing, Powers, changed};
use crate::dsp::decimate::Decimated;
use crate::dsp::fft::fast_length;
use crate::dsp::scales::decibels;
use crate::finding::{Finding, Kind};

/// Rate at which lines are looked for, in Hz; the tenth harmonic lies below half of it.
const RATE_HZ: u32 = 2000;
/// Length of a frame that parts lines from each other, in seconds.
const FRAME_S: f64 = 0.5;
/// Frequencies of the mains, in Hz.
const MAINS_HZ: [f64; 2] = [50.0, 60.0];
const HARMONICS: usize = 10;
/// By how much a line stands out of what is around it, in dB.
const STANDS_OUT_DB: f64 = 12.0;
/// Hum that is further below the speech is not worth a word, in dB.
const AUDIBLE_DB: f64 = 42.0;
/// Share of the frames in which a line is as strong as it counts: steadiness tells hum from voices.
const STEADY: f64 = 0.3;

/// A hum.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hum {
    pub mains_hz: f64,
    /// In dBov.
    pub level_dbov: f64,
    /// Harmonics that stand out.
    pub harmonics: Vec<usize>,
}

impl Hum {
    /// The stronger of the two mains' hums in a signal, if there is one.
    pub fn in_signal(samples: &[f32], sample_rate: u32) -> Option<Self> {
        let found = Self::steady_in(samples, sample_rate, STEADY);
        let sure = |hum: &Self| {
            let harmonics = &hum.harmonics;
            harmonics.contains(&1) || harmonics.len() >= 2 && harmonics.contains(&2)
        };
        found.into_iter().filter(sure).max_by(|a, b| a.level_dbov.total_cmp(&b.level_dbov))
    }

    /// The lines at multiples of each of the two mains' frequencies that are there in all frames but a share of them.
    pub fn steady_in(samples: &[f32], sample_rate: u32, share: f64) -> Vec<Self> {
        let coarse = Decimated::new(samples, sample_rate, RATE_HZ);
        let framing = framing(coarse.sample_rate);
        let powers = Powers::of(&coarse.samples, framing);
        if powers.frames() < 4 {
            return Vec::new();
        }
        let steady: Vec<f64> = (0..framing.bins).map(|bin| steady(&powers, bin, share)).collect();
        let scale = framing.power_scale();
        let hum = |mains_hz: f64| {
            let lines: Vec<(usize, f64)> = (1..=HARMONICS)
                .filter_map(|harmonic| {
                    let power = line(&steady, mains_hz * harmonic as f64 / framing.bin_hz)?;
                    Some((harmonic, power))
                })
                .collect();
            let power: f64 = lines.iter().map(|line| line.1).sum();
            let harmonics: Vec<usize> = lines.iter().map(|line| line.0).collect();
            let level_dbov = decibels(power * scale);
            (!harmonics.is_empty()).then_some(Self { mains_hz, level_dbov, harmonics })
        };
        MAINS_HZ.into_iter().filter_map(hum).collect()
    }

    /// The hum in what is heard beyond the reference.
    pub fn of(evidence: &Evidence) -> Option<Self> {
        let hum = Self::in_signal(&evidence.residual(), evidence.sample_rate)?;
        (evidence.heard_speech_dbov() - hum.level_dbov < AUDIBLE_DB).then_some(hum)
    }

    pub fn finding(&self, speech_dbov: f64) -> Finding {
        let confidence = 0.7 + 0.1 * self.harmonics.len() as f64;
        Finding::whole(Kind::Hum, speech_dbov - self.level_dbov, confidence)
            .with_second(self.mains_hz)
    }

    /// The hum alone.
    pub fn within(&self, samples: &[f32], sample_rate: u32) -> Vec<f32> {
        let framing = framing(f64::from(sample_rate));
        let near = |bin: usize| {
            let hz = bin as f64 * framing.bin_hz;
            self.harmonics.iter().any(|&harmonic| {
                (hz - self.mains_hz * harmonic as f64).abs() < 2.5 * framing.bin_hz
            })
        };
        let kept: Vec<bool> = (0..framing.bins).map(near).collect();
        changed(samples, framing, |_, spectrum| {
            let bins = spectrum.iter_mut().zip(&kept);
            bins.filter(|(_, kept)| !**kept).for_each(|(bin, _)| *bin = Default::default());
        })
    }
}

fn framing(rate: f64) -> Framing {
    let length = fast_length((FRAME_S * rate) as usize);
    Framing {
        length,
        hop: length / 2,
        bins: length / 2 + 1,
        bin_hz: rate / length as f64,
        rate: rate / (length / 2) as f64,
    }
}

/// The power that a bin has at least, but for a share of the time.
fn steady(powers: &Powers, bin: usize, share: f64) -> f64 {
    let mut values: Vec<f32> = powers.rows().map(|row| row[bin]).collect();
    let place = ((values.len() as f64 * share) as usize).min(values.len() - 1);
    f64::from(*values.select_nth_unstable_by(place, f32::total_cmp).1)
}

/// The power of the line at a place between bins, if there is one.
fn line(powers: &[f64], place: f64) -> Option<f64> {
    let centre = place.round() as usize;
    if centre < 4 || centre + 13 > powers.len() {
        return None;
    }
    let own: f64 = powers[centre - 2..=centre + 2].iter().sum();
    let mut around: Vec<f64> = powers[centre.saturating_sub(12).max(2)..centre - 3].to_vec();
    around.extend(&powers[centre + 4..centre + 13]);
    around.sort_by(f64::total_cmp);
    let usual = around[around.len() / 2].max(f64::MIN_POSITIVE);
    (decibels(own / (5.0 * usual)) > STANDS_OUT_DB - 5.0 && own > 0.0).then_some(own)
}
