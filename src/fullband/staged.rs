//! The comparison stage by stage, for the benchmarks.

use super::*;
use crate::model::Model;
use crate::signal::Signal;

/// A pair on one time axis with the result of each stage, so that any stage can be run again alone.
pub struct FullbandStages {
    samples: [Vec<f32>; 2],
    reference: Reference,
    heard: Spectrum,
    path: Path,
    /// Powers of both signals after compensation.
    compensated: [FrameBands; 2],
    /// Loudness of both signals.
    loudness: [FrameBands; 2],
}

impl FullbandStages {
    /// The stages of a pair at 48 kHz, whose alignment is a room of its own.
    ///
    /// # Errors
    /// What scoring the pair would refuse.
    ///
    /// # Panics
    /// With a model of another family.
    pub fn new(model: &Model, reference: &Signal, degraded: &Signal) -> Result<Self> {
        let crate::model::Parameters::Fullband(parameters) = model.parameters() else {
            panic!("a fullband model")
        };
        let samples = [reference, degraded].map(|signal| signal.samples().to_vec());
        let reference = Reference::new(reference.name(), &samples[0], (**parameters).clone())?;
        let heard = reference.hear(&samples[1]);
        let path = reference.path(&heard, &reference.recorded(&ALWAYS));
        let mut powers = heard.powers.clone();
        let compensated = [reference.compensate(&mut powers, &path), powers];
        let loudness = compensated.clone().map(|powers| reference.loudness(powers));
        Ok(Self { samples, reference, heard, path, compensated, loudness })
    }

    /// Spectra, level and activity of the reference.
    pub fn reference(&self) -> bool {
        Reference::new("", &self.samples[0], self.reference.parameters.clone()).is_ok()
    }

    /// Spectra of the degraded signal.
    pub fn spectrum(&self) -> usize {
        self.reference.hear(&self.samples[1]).powers.nrows()
    }

    /// The path's frequency response and level, and slow changes of gain.
    pub fn compensation(&self) -> usize {
        let path = self.reference.path(&self.heard, &self.reference.recorded(&ALWAYS));
        self.reference.compensate(&mut self.heard.powers.clone(), &path).nrows()
    }

    /// Loudness of both signals.
    pub fn loudness(&self) -> usize {
        self.compensated.clone().map(|powers| self.reference.loudness(powers))[1].nrows()
    }

    /// Distance of the levels of bands.
    pub fn spectral_distance(&self) -> usize {
        let recorded = self.reference.recorded(&ALWAYS);
        let [expected, heard] = &self.compensated;
        self.reference.spectral_distance([expected, heard], &self.path, &recorded).len()
    }

    /// How much modulation is left.
    pub fn modulation(&self) -> f64 {
        let recorded = self.reference.recorded(&ALWAYS);
        self.reference.lost_modulation(&self.compensated[1], &recorded)
    }

    /// Whether envelopes flutter.
    pub fn roughness(&self) -> usize {
        self.reference.roughness(&self.samples[1], &self.path).len()
    }

    /// What was added.
    pub fn added(&self) -> usize {
        self.reference.added(&self.loudness).len()
    }

    /// What is missing.
    pub fn missing(&self) -> f64 {
        self.reference.missing(&self.samples[1]).share()
    }

    /// Whether the voice's periodicity was kept.
    pub fn periodicity(&self) -> usize {
        self.reference.lost_periodicity(&self.heard.compressed, &self.path).len()
    }

    /// How much bandwidth is gone.
    pub fn bandwidth(&self) -> f64 {
        self.reference.lost_bandwidth(&self.path)
    }

    /// Everything on the degraded side, pooling and mapping included.
    pub fn compare(&self) -> f64 {
        self.reference.compare(&self.samples[1]).mos_lqo
    }
}
