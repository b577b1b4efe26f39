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
    compensated: [Grid; 2],
    /// Loudness of both signals.
    loudness: [Grid; 2],
    first_band: usize,
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
        let heard = heard(&reference, &samples[1]);
        let path = path(&reference, &heard);
        let compensated = compensate(&reference, &heard, &path);
        let loudness = compensated.clone().map(|powers| loudness(&reference, powers));
        let lowest = parameters.similarity.lowest_bark;
        let centres = &reference.bands.centre_bark;
        let first_band = centres.iter().take_while(|&&centre| centre <= lowest).count();
        Ok(Self { samples, reference, heard, path, compensated, loudness, first_band })
    }

    /// Spectra, level and activity of the reference.
    pub fn reference(&self) -> bool {
        Reference::new("", &self.samples[0], self.reference.parameters.clone()).is_ok()
    }

    /// Spectra of the degraded signal.
    pub fn spectrum(&self) -> usize {
        heard(&self.reference, &self.samples[1]).powers.frames()
    }

    /// The path's frequency response and level, and slow changes of gain.
    pub fn compensation(&self) -> usize {
        let path = path(&self.reference, &self.heard);
        compensate(&self.reference, &self.heard, &path)[1].frames()
    }

    /// Loudness of both signals.
    pub fn loudness(&self) -> usize {
        self.compensated.clone().map(|powers| loudness(&self.reference, powers))[1].frames()
    }

    /// Whether the loudness patterns resemble each other.
    pub fn similarity(&self) -> usize {
        let parameters = &self.reference.parameters.similarity;
        let [expected, heard] = &self.loudness;
        similarity::dissimilarity(expected, heard, self.first_band, parameters).len()
    }

    /// What was added and what is missing.
    pub fn disturbance(&self) -> usize {
        let Reference { parameters, activity, .. } = &self.reference;
        let ([expected, heard], active) = (&self.loudness, &activity.active);
        disturbance::disturbance(expected, heard, active, self.first_band, &parameters.disturbance)
            .len()
    }

    /// Whether the voice's periodicity was kept.
    pub fn periodicity(&self) -> usize {
        let Reference { parameters, activity, spectrum, bands, .. } = &self.reference;
        periodicity::lost_periodicity(
            &spectrum.compressed,
            &self.heard.compressed,
            &activity.active,
            &bands.at_bins(
                &self.path.equalisation_db(&parameters.response),
                parameters.frames.bins(),
            ),
            parameters,
        )
        .len()
    }

    /// How much bandwidth is gone.
    pub fn bandwidth(&self) -> f64 {
        let Reference { parameters, speech, bands, .. } = &self.reference;
        bandwidth::lost_bandwidth(&self.path.response_db, speech, bands, &parameters.bandwidth)
    }

    /// Everything on the degraded side, pooling and mapping included.
    pub fn compare(&self) -> f64 {
        self.reference.compare(&self.samples[1]).mos_lqo
    }
}

fn heard(reference: &Reference, degraded: &[f32]) -> Spectrum {
    let Reference { parameters, bands, spectrum, activity, .. } = reference;
    let mut heard = Spectrum::new(degraded, spectrum.powers.frames(), bands, parameters);
    calibrate(&mut heard.powers, activity.calibration(&parameters.level));
    heard
}

fn path(reference: &Reference, heard: &Spectrum) -> Path {
    let Reference { parameters, bands, spectrum, activity, .. } = reference;
    Path::between(&spectrum.powers, &heard.powers, activity, bands, parameters)
}

fn compensate(reference: &Reference, heard: &Spectrum, path: &Path) -> [Grid; 2] {
    let Reference { parameters, bands, spectrum, .. } = reference;
    let (mut expected, mut heard) = (spectrum.powers.clone(), heard.powers.clone());
    path.equalise(&mut expected, &parameters.response);
    path.level(&mut heard);
    let Parameters { slow_gain, loudness, .. } = parameters;
    follow_slow_gain(&expected, &mut heard, bands, slow_gain, loudness);
    [expected, heard]
}

fn loudness(reference: &Reference, powers: Grid) -> Grid {
    specific_loudness(powers, &reference.bands, &reference.parameters.loudness)
}
