//! Both signals frame by frame in the perceptual domain: short-term spectra as pitch power densities (P.862 clause 10.2).

use super::level::Levelled;
use super::pitch_power::{Analyser, PitchPowers};
use super::setup::Setup;
use super::utterance::{Utterance, delay_at};

/// The frames between the reference's first and last sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ActiveFrames {
    /// The first frame that counts in the score.
    pub first: usize,
    /// One more than the last.
    pub end: usize,
}

impl ActiveFrames {
    fn of(setup: Setup, reference: &Levelled) -> Self {
        let p = &setup.p.perceptual;
        let (margin, hop, longest) = (setup.margin(), setup.hop(), reference.longest);
        let from = &reference.samples[margin..];
        let to = &reference.samples[..longest - margin + setup.tail()];
        let loud =
            |samples: &[f32]| samples.iter().map(|sample| sample.abs()).sum::<f32>() >= p.start_sum;
        let count = longest / 2;
        let skip_start = from.windows(p.start_samples).take(count).position(loud).unwrap_or(count);
        let skip_end =
            to.windows(p.start_samples).rev().take(count).position(loud).unwrap_or(count);
        let end = (longest - 2 * margin + setup.tail()).saturating_sub(skip_end) / hop;
        Self { first: skip_start / hop, end: end.max(1) }
    }
}

/// The reference in the perceptual domain.
pub(super) struct ReferenceFrames {
    pub active: ActiveFrames,
    pub powers: PitchPowers,
    /// Whether each frame is silent.
    pub silent: Vec<bool>,
    /// Average pitch power density of each band over the frames that are not silent.
    pub average: Vec<f32>,
}

impl ReferenceFrames {
    pub fn new(setup: Setup, reference: &Levelled) -> Self {
        let active = ActiveFrames::of(setup, reference);
        let mut powers = PitchPowers::new(setup.rate.bands.len(), active.end);
        let mut analyser = Analyser::new(setup);
        let from = |f: usize| setup.margin() + f * setup.hop();
        let frames = (0..active.end).map(|f| (f, &reference.samples[from(f)..]));
        analyser.pitch_powers(frames, &mut powers);
        let p = &setup.p.perceptual;
        let silent = |f| audible(setup, powers.frame(f), p.audible_factor) < p.silent_power;
        let silent: Vec<bool> = (0..active.end).map(silent).collect();
        let average = powers.average(setup, &silent, average_count(setup, reference.longest));
        Self { active, powers, silent, average }
    }
}

/// The degraded signal in the perceptual domain, each frame at the delay of its utterance.
pub(super) struct DegradedFrames {
    pub powers: PitchPowers,
    /// Average pitch power density of each band over the frames in which the reference is not silent.
    pub average: Vec<f32>,
}

impl DegradedFrames {
    /// The frames of `degraded`, as long as the pair's longer signal and the tail; frames that lie outside it are zero.
    pub fn new(
        setup: Setup,
        reference: &ReferenceFrames,
        degraded: &[f32],
        utterances: &[Utterance],
    ) -> Self {
        let frames = reference.active.end;
        let mut powers = PitchPowers::new(setup.rate.bands.len(), frames);
        let heard = (0..frames).filter_map(|f| {
            let x = setup.margin() + f * setup.hop();
            let from = x as i64 + delay_at(setup, utterances, x);
            let heard = from > 0 && from as usize + setup.rate.frame < degraded.len();
            heard.then(|| (f, &degraded[from as usize..]))
        });
        Analyser::new(setup).pitch_powers(heard, &mut powers);
        let count = average_count(setup, degraded.len() - setup.tail());
        Self { average: powers.average(setup, &reference.silent, count), powers }
    }
}

/// The number of frames that averages divide by.
fn average_count(setup: Setup, longest: usize) -> usize {
    ((longest - 2 * setup.margin() + setup.tail()) / setup.hop()).saturating_sub(1).max(1)
}

/// Power in the bands above `factor` times the threshold of hearing; the lowest band does not count.
fn audible(setup: Setup, powers: &[f32], factor: f32) -> f32 {
    let bands = powers.iter().zip(&setup.rate.bands).skip(1);
    let heard = bands.filter(|(power, band)| **power > factor * band.threshold_power);
    heard.map(|(&power, _)| f64::from(power)).sum::<f64>() as f32
}
