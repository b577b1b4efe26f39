//! Which of several prompts is heard: by envelopes first where there are many, by alignment in the end.

use super::heard::Heard;
use super::parameters;
use crate::alignment::{AlignmentParameters, align};
use crate::dsp::correlation::Correlator;
use crate::error::Result;
use crate::signal::Signal;

/// A prompt, ready to be sought.
#[derive(Debug, Clone)]
pub(super) struct Sought {
    /// As it was given.
    pub prompt: Signal,
    /// At the rate of the search.
    samples: Vec<f32>,
    envelope: Vec<f32>,
}

impl Sought {
    pub fn new(prompt: Signal) -> Result<Self> {
        let parameters = parameters::built_in();
        let samples = prompt.resampled(parameters.rate_hz)?.samples().to_vec();
        Ok(Self { envelope: envelope(&samples), prompt, samples })
    }
}

/// The prompt that is heard with most confidence, and the part of it; none where none of them is.
///
/// Of one prompt at several sample rates that is taken which holds what the codec carries, and no more than that.
pub(super) fn find<'a>(
    prompts: &[&'a Sought],
    heard: &Signal,
) -> Result<Option<(&'a Signal, Heard)>> {
    let parameters = parameters::built_in();
    if heard.samples().is_empty() {
        return Ok(None);
    }
    let searched = heard.resampled(parameters.rate_hz)?;
    let searched = searched.samples();
    let aligned = AlignmentParameters::default();
    let mut found: Vec<(f64, &Signal, Heard)> = Vec::new();
    for sought in likeliest(prompts, searched) {
        let alignment = align(&sought.samples, searched, parameters.rate_hz, &aligned);
        if alignment.confidence >= parameters.played_from
            && let Some(part) = Heard::of(&alignment, sought.samples.len(), searched.len())
        {
            found.push((alignment.confidence, &sought.prompt, part));
        }
    }
    let best = found.iter().map(|found| found.0).fold(0.0, f64::max);
    found.retain(|found| found.0 >= best - parameters.alike_within);
    let rate = heard.sample_rate();
    let unsuited = |prompt: &Signal| {
        let own = prompt.sample_rate();
        (own < rate, own.abs_diff(rate))
    };
    let chosen = found.into_iter().min_by_key(|(_, prompt, _)| unsuited(prompt));
    Ok(chosen.map(|(_, prompt, part)| (prompt, part)))
}

/// Of many prompts those whose envelopes fit best.
fn likeliest<'a>(prompts: &[&'a Sought], heard: &[f32]) -> Vec<&'a Sought> {
    let wanted = parameters::built_in().aligned_at_most;
    if prompts.len() <= wanted {
        return prompts.to_vec();
    }
    let heard = envelope(heard);
    let mut correlator = Correlator::default();
    let mut ranked: Vec<(f32, &Sought)> = prompts
        .iter()
        .map(|sought| (likeness(&sought.envelope, &heard, &mut correlator), *sought))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().take(wanted).map(|(_, sought)| sought).collect()
}

/// The level over time in decibels, less its mean.
fn envelope(samples: &[f32]) -> Vec<f32> {
    let parameters = parameters::built_in();
    let hop = ((f64::from(parameters.rate_hz) * parameters.envelope_hop_s) as usize).max(1);
    /// Below -60 dBov nothing is followed.
    const FLOOR: f32 = 1e-6;
    let power = |block: &[f32]| block.iter().map(|x| x * x).sum::<f32>() / block.len() as f32;
    let mut levels: Vec<f32> =
        samples.chunks(hop).map(|block| (power(block) + FLOOR).log10()).collect();
    let mean = levels.iter().sum::<f32>() / levels.len().max(1) as f32;
    levels.iter_mut().for_each(|level| *level -= mean);
    levels
}

/// The greatest correlation coefficient of two envelopes that overlap by half of the shorter one or more.
fn likeness(one: &[f32], other: &[f32], correlator: &mut Correlator) -> f32 {
    let (a, b) = (one.len(), other.len());
    if a == 0 || b == 0 {
        return 0.0;
    }
    let [one_energy, other_energy] = [one, other].map(energies);
    let least = (a.min(b) / 2).max(1);
    let correlation = correlator.correlate(one, other);
    let coefficient = |(k, product): (usize, &f32)| {
        // one[i] lies over other[i + k - (a - 1)].
        let (start, end) = ((a - 1).saturating_sub(k), a.min(b + a - 1 - k));
        if end < start + least {
            return 0.0;
        }
        let shift = |at: usize| at + k - (a - 1);
        let energy = (one_energy[end] - one_energy[start])
            * (other_energy[shift(end)] - other_energy[shift(start)]);
        if energy > 0.0 { product / energy.sqrt() as f32 } else { 0.0 }
    };
    correlation.iter().enumerate().map(coefficient).fold(0.0, f32::max)
}

/// The energy of all values before each, and of all.
fn energies(values: &[f32]) -> Vec<f64> {
    let mut sum = 0.0;
    let before = values.iter().map(|value| {
        sum += f64::from(*value).powi(2);
        sum
    });
    std::iter::once(0.0).chain(before).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Syllables of lengths and levels that a seed tells.
    fn babble(mut seed: u32, seconds: usize) -> Vec<f32> {
        let mut samples = Vec::new();
        while samples.len() < seconds * 8000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (length, level) = (400 + (seed >> 20) as usize, ((seed >> 8) % 100) as f32 * 0.005);
            samples.extend((0..length).map(|at| level * (at as f32 * 0.7).sin()));
        }
        samples
    }

    #[test]
    fn envelopes_tell_the_right_prompt_of_many() {
        let prompts: Vec<Sought> = (0..20)
            .map(|seed| {
                let name = format!("{seed}");
                Sought::new(Signal::new(name, babble(seed * 7919, 6), 8000)).unwrap()
            })
            .collect();
        let references: Vec<&Sought> = prompts.iter().collect();
        // It begins late, and ends early.
        let mut heard = vec![0.0; 4000];
        heard.extend(&babble(13 * 7919, 6)[..40_000]);
        let likeliest = likeliest(&references, &heard);
        assert_eq!(likeliest.len(), parameters::built_in().aligned_at_most);
        assert_eq!(likeliest[0].prompt.name(), "13");
    }
}
