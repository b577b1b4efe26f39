//! Pooling: from frames to one indicator each.
//!
//! Means over the reference's speech; dissimilarity by its root mean square, because one word that is spoiled is worse
//! than a little of it everywhere.

use super::missing::MissingSpeech;
use super::periodicity::Loss;
use super::{Assessment, Moment};
use crate::model::fullband::Parameters;
use crate::model::indicators::Indicators;

/// What the stages found in each frame.
pub(crate) struct Frames<'a> {
    pub active: &'a [bool],
    /// The reference's pauses that were recorded.
    pub pauses: Vec<bool>,
    pub dissimilarity: Vec<f64>,
    pub spectral_distance: Vec<f64>,
    /// Of the whole signal, in dB.
    pub lost_modulation: f64,
    pub roughness: Vec<f64>,
    /// Loudness that was added.
    pub added: Vec<f64>,
    pub missing: MissingSpeech,
    pub periodicity: Vec<Loss>,
    /// Of the whole signal, in Bark.
    pub lost_bandwidth: f64,
}

impl Frames<'_> {
    /// The whole signal's and each frame's indicators and scores.
    pub fn pool(&self, parameters: &Parameters) -> Assessment {
        let mapping = &parameters.mapping;
        let indicators = self.indicators(parameters);
        let impairments = mapping.impairments(&indicators);
        Assessment {
            mos_lqo: mapping.mos_lqo(&indicators),
            mos_lqo_error: parameters.spread.as_ref().map(|spread| spread.of(&impairments)),
            impairments,
            indicators,
            noise_in_pauses: self.mean_added(&self.pauses),
            timeline: (0..self.active.len()).map(|frame| self.moment(frame, parameters)).collect(),
            frame_hop_s: parameters.frames.hop as f64 / f64::from(parameters.frames.sample_rate_hz),
        }
    }

    fn indicators(&self, parameters: &Parameters) -> Indicators {
        let hoarse = parameters.periodicity.hoarse;
        let pause_share = parameters.added.pause_share;
        let speech = || self.active.iter().copied();
        let in_speech = |values: &[f64]| mean(values.iter().copied().zip(speech()));
        let in_pauses = self.mean_added(&self.pauses);
        let pause_share = if self.pauses.contains(&true) { pause_share } else { 0.0 };
        Indicators {
            dissimilarity: root_mean_square(self.dissimilarity.iter().copied().zip(speech())),
            spectral_distance: in_speech(&self.spectral_distance),
            lost_modulation: self.lost_modulation,
            roughness: in_speech(&self.roughness),
            lost_periodicity: lost_share(&self.periodicity, hoarse),
            missing: self.missing.share(),
            added: (1.0 - pause_share) * in_speech(&self.added) + pause_share * in_pauses,
            lost_bandwidth: self.lost_bandwidth,
        }
    }

    /// Mean added loudness of the frames that are chosen.
    fn mean_added(&self, chosen: &[bool]) -> f64 {
        mean(self.added.iter().copied().zip(chosen.iter().copied()))
    }

    fn moment(&self, frame: usize, parameters: &Parameters) -> Moment {
        let active = self.active[frame];
        let frames = &parameters.frames;
        let [from_s, to_s] = [frame * frames.hop, frame * frames.hop + frames.length]
            .map(|sample| sample as f64 / f64::from(frames.sample_rate_hz));
        let only_active = |value: f64| if active { value } else { 0.0 };
        let indicators = Indicators {
            dissimilarity: only_active(self.dissimilarity[frame]),
            spectral_distance: only_active(self.spectral_distance[frame]),
            lost_modulation: self.lost_modulation,
            roughness: only_active(self.roughness[frame]),
            lost_periodicity: lost_share(
                &self.periodicity[frame..=frame],
                parameters.periodicity.hoarse,
            ),
            missing: only_active(self.missing.share_between(from_s, to_s)),
            added: self.added[frame],
            lost_bandwidth: self.lost_bandwidth,
        };
        Moment { active, indicators, mos_lqo: parameters.mapping.mos_lqo(&indicators) }
    }
}

/// The mean of the values that are chosen; zero where none is.
fn mean(values: impl Iterator<Item = (f64, bool)>) -> f64 {
    let (sum, count) =
        values.filter(|(_, chosen)| *chosen).fold((0.0, 0usize), |(s, n), (v, _)| (s + v, n + 1));
    sum / count.max(1) as f64
}

/// The root of the mean of their squares.
fn root_mean_square(values: impl Iterator<Item = (f64, bool)>) -> f64 {
    mean(values.map(|(value, chosen)| (value * value, chosen))).sqrt()
}

/// Lost periodicity of voiced frames relative to what there was; a voice that has hardly any has little to lose.
fn lost_share(frames: &[Loss], hoarse: f64) -> f64 {
    let weighted = |value: fn(&Loss) -> f64| {
        frames.iter().map(|frame| frame.voicing * value(frame)).sum::<f64>()
    };
    let active = frames.iter().filter(|frame| frame.active).count() as f64;
    let present = weighted(|frame| frame.peak) + hoarse * active;
    if present > 0.0 { weighted(|frame| frame.lost) / present } else { 0.0 }
}
