//! Correlograms along the path: of the waveforms, to a small part of a millisecond where the connection kept them,
//! and of the envelopes, to about a millisecond where it did not.

use super::correlogram::{Correlogram, Curve};
use super::path::Run;
use super::{AlignmentParameters, Pair};
use crate::dsp::correlation::coefficient;
use crate::dsp::emphasis::pre_emphasised;
use crate::dsp::inner_product::inner_product;
use crate::dsp::interpolate::Interpolator;
use std::ops::Range;

/// Samples between two values of a waveform's curve: close enough to interpolate between them by a cubic.
const WAVEFORM_STEP: f64 = 0.5;

/// Runs that slips at most part from each other have the same number; jumps lie between two numbers.
pub(crate) fn stretches(runs: &[Run]) -> Vec<(Range<usize>, i64, usize)> {
    let mut heard: Vec<(Range<usize>, i64, usize)> = Vec::new();
    for run in runs {
        let Some(delay) = run.delay else { continue };
        let number = heard.last().map_or(0, |(frames, before, number)| {
            let goes_on = frames.end == run.frames.start && (delay - before).abs() <= 1;
            if goes_on { *number } else { number + 1 }
        });
        heard.push((run.frames.clone(), delay, number));
    }
    heard
}

/// Pieces of about `length` frames of each run.
pub(crate) fn blocks(runs: &[Run], length: usize) -> Vec<(Range<usize>, i64, usize)> {
    let mut blocks = Vec::new();
    for (frames, delay, stretch) in stretches(runs) {
        let count = (frames.len() / length.max(1)).max(1);
        let edge = |index: usize| frames.start + index * frames.len() / count;
        blocks.extend((0..count).map(|index| (edge(index)..edge(index + 1), delay, stretch)));
    }
    blocks
}

/// Correlation of the envelopes around the path.
pub(crate) fn envelope_correlogram(
    pair: &Pair,
    runs: &[Run],
    parameters: &AlignmentParameters,
) -> Correlogram {
    let reach = (parameters.delays.envelope_search_s / pair.frame_s()).ceil() as i64;
    let length = (parameters.delays.envelope_block_s / pair.frame_s()) as usize;
    let (reference, degraded) = (&pair.reference_envelope, &pair.degraded_envelope);
    let width = 2 * reach as usize + 1;
    let curve = |(frames, delay, stretch): (Range<usize>, i64, usize)| {
        let (mut sums, mut energies) = (vec![0.0f32; width], vec![0.0f32; width]);
        let mut products = vec![0.0f32; width];
        for frame in frames.clone() {
            let first = frame as i64 + delay - reach;
            reference.products(frame, degraded, first..first + width as i64, &mut products);
            for (index, product) in products.iter().enumerate() {
                sums[index] += product;
                let heard = usize::try_from(first + index as i64)
                    .ok()
                    .and_then(|at| degraded.energy.get(at));
                energies[index] += heard.unwrap_or(&0.0);
            }
        }
        let energy: f32 = reference.energy[frames.clone()].iter().sum();
        normalise(&mut sums, &energies, energy, parameters.delays.floor_share);
        Curve {
            centre: (frames.start + frames.end) as f64 / 2.0 * pair.hop as f64,
            first_delay: ((delay - reach) * pair.hop as i64) as f64,
            values: sums,
            energy: f64::from(energy),
            stretch,
        }
    };
    Correlogram {
        curves: blocks(runs, length).into_iter().map(curve).collect(),
        step: pair.hop as f64,
        signless: false,
        stacked: parameters.delays.stacked,
    }
}

/// Correlation of the waveforms around the path, in blocks of about `block_s` seconds.
pub(crate) fn waveform_correlogram(
    pair: &Pair,
    runs: &[Run],
    block_s: f64,
    parameters: &AlignmentParameters,
) -> Correlogram {
    let flattening = parameters.delays.flattening as f32;
    let reference = pre_emphasised(&pair.reference.samples, flattening);
    let degraded = pre_emphasised(&pair.degraded, flattening);
    let reach = (parameters.delays.waveform_search_s * pair.reference.sample_rate).ceil() as i64;
    let length = (block_s / pair.frame_s()) as usize;
    let interpolator = Interpolator::new();
    let curve = |(frames, delay, stretch): (Range<usize>, i64, usize)| {
        let piece = frames.start * pair.hop..(frames.end * pair.hop).min(reference.len());
        let first = delay * pair.hop as i64 - reach;
        let delays = first..first + 2 * reach + 1;
        let energy = inner_product(&reference[piece.clone()], &reference[piece.clone()]);
        let mut values: Vec<f32> = delays
            .clone()
            .map(|delay| {
                let Some((own, other)) = overlap(&piece, delay, degraded.len()) else { return 0.0 };
                inner_product(&reference[own], &degraded[other])
            })
            .collect();
        let heard = moving_energy(&degraded, &piece, delays);
        normalise(&mut values, &heard, energy, parameters.delays.floor_share);
        let centre = (piece.start + piece.end) as f64 / 2.0;
        let values = interpolator.stretched(&values, WAVEFORM_STEP);
        Curve { centre, first_delay: first as f64, values, energy: f64::from(energy), stretch }
    };
    Correlogram {
        curves: blocks(runs, length).into_iter().map(curve).collect(),
        step: WAVEFORM_STEP,
        signless: true,
        stacked: parameters.delays.stacked,
    }
}

/// Inner products into coefficients times `energy`; the least energy that counts is `floor_share` of the greatest.
fn normalise(products: &mut [f32], energies: &[f32], energy: f32, floor_share: f32) {
    let least = floor_share * energies.iter().copied().fold(0.0, f32::max);
    for (product, &other) in products.iter_mut().zip(energies) {
        *product = coefficient(*product * energy, [energy, other.max(least)]);
    }
}

/// Energy of `signal` in `piece` moved by each of `delays`.
fn moving_energy(signal: &[f32], piece: &Range<usize>, delays: Range<i64>) -> Vec<f32> {
    let energy = |from: i64, to: i64| -> f64 {
        let within = |index: i64| index.clamp(0, signal.len() as i64) as usize;
        signal[within(from)..within(to)].iter().map(|&value| f64::from(value).powi(2)).sum()
    };
    let (start, end) = (piece.start as i64, piece.end as i64);
    let mut sum = energy(start + delays.start, end + delays.start);
    delays
        .map(|delay| {
            let now = sum.max(0.0) as f32;
            sum += energy(end + delay, end + delay + 1) - energy(start + delay, start + delay + 1);
            now
        })
        .collect()
}

/// The part of `piece` that `delay` moves inside a signal of `length`, before and after the move.
fn overlap(
    piece: &Range<usize>,
    delay: i64,
    length: usize,
) -> Option<(Range<usize>, Range<usize>)> {
    let first = (piece.start as i64).max(-delay);
    let end = (piece.end as i64).min(length as i64 - delay);
    (first < end)
        .then(|| (first as usize..end as usize, (first + delay) as usize..(end + delay) as usize))
}
