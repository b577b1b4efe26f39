//! One channel as it comes, block by block.

use super::band::LongTermSpectrum;
use super::gaps::Gaps;
use super::loudness::Loudness;
use super::mains::Mains;
use super::overdrive::Overdrive;
use super::{Heard, Measures};
use crate::diagnosis::spectra::{Framing, Powers};
use crate::dsp::sums::sum;
use crate::signal::LevelMeter;

/// Samples are gathered for so long before their spectra are taken, in seconds.
const GATHERED_S: f64 = 2.0;

/// Everything that one channel is asked.
pub(super) struct Ear {
    sample_rate: u32,
    framing: Framing,
    /// Samples that have not all been in a frame.
    gathered: Vec<f32>,
    meter: LevelMeter,
    loudness: Loudness,
    spectrum: LongTermSpectrum,
    mains: Mains,
    overdrive: Overdrive,
    gaps: Gaps,
    sum: f64,
    samples: u64,
}

impl Ear {
    pub fn new(sample_rate: u32) -> Self {
        let framing = Framing::at(sample_rate);
        Self {
            sample_rate,
            framing,
            gathered: Vec::new(),
            meter: LevelMeter::new(sample_rate),
            loudness: Loudness::default(),
            spectrum: LongTermSpectrum::new(framing),
            mains: Mains::new(sample_rate),
            overdrive: Overdrive::default(),
            gaps: Gaps::new(sample_rate),
            sum: 0.0,
            samples: 0,
        }
    }

    /// Takes the next samples.
    pub fn push(&mut self, samples: &[f32]) {
        let most = (GATHERED_S * f64::from(self.sample_rate)) as usize + self.framing.length;
        for block in samples.chunks(most) {
            self.meter.push(block);
            self.mains.push(block);
            self.overdrive.push(block);
            self.gaps.push(block);
            self.sum += sum(block);
            self.samples += block.len() as u64;
            self.gathered.extend_from_slice(block);
            if self.gathered.len() >= most {
                self.take_spectra();
            }
        }
    }

    fn take_spectra(&mut self) {
        let powers = Powers::of(&self.gathered, self.framing);
        let scale = self.framing.power_scale();
        for row in powers.rows() {
            // Below a frame's first two bins there is no speech, and a mean that is not zero.
            let power = row[2..].iter().map(|&bin| f64::from(bin)).sum::<f64>() * scale;
            self.loudness.push(power);
            self.spectrum.push(row);
        }
        self.gathered.drain(..powers.frames() * self.framing.hop);
    }

    /// What the channel shows, once all samples are in.
    pub fn finish(mut self) -> Heard {
        if !self.gathered.is_empty() {
            // What is shorter than a frame is one with silence behind.
            self.gathered.resize(self.gathered.len().max(self.framing.length), 0.0);
            self.take_spectra();
        }
        let level = self.meter.level();
        let mut measures = Measures::of_level(level);
        let active_dbov = level.active_dbov;
        let speech = self.loudness.speech(active_dbov, self.framing);
        measures.speech_share = speech.share;
        measures.noise_dbov = speech.noise_dbov;
        measures.dc_percent = 100.0 * self.sum / self.samples.max(1) as f64;
        measures.clipped_percent = self.overdrive.clipped_percent();
        let hum = self.mains.finish(active_dbov);
        measures.hum_hz = hum.as_ref().map(|hum| hum.mains_hz);
        measures.hum_dbov = hum.as_ref().map(|hum| hum.level_dbov);
        let gaps = self.gaps.finish(active_dbov);
        measures.digital_silence_s = gaps.digital_silence_s;
        let mut band_is_cut = false;
        if speech.share > 0.0 {
            measures.snr_db = Some(active_dbov - speech.noise_dbov);
            if let Some(band) = self.spectrum.band(speech.share) {
                (measures.band_lower_hz, measures.band_upper_hz) =
                    (Some(band.lower_hz), Some(band.upper_hz));
                band_is_cut = band.is_cut;
            }
        }
        Heard { measures, gaps: gaps.findings, band_is_cut }
    }
}
