//! From the frames' path to the alignment: segments, their delays, the remaining drift.

use super::coverage::{self, Heard};
use super::drift::{DelayPoint, common_slope, weighted_median};
use super::fine::{Block, Waveforms, envelope_delay, fine_scale};
use super::path::Run;
use super::{Alignment, AlignmentParameters, Pair, Segment};
use std::ops::Range;

/// Runs that slips at most part from each other; jumps lie between two stretches.
fn stretches(runs: &[Run]) -> Vec<Vec<(Range<usize>, i64)>> {
    let mut stretches: Vec<Vec<(Range<usize>, i64)>> = Vec::new();
    for run in runs {
        let Some(delay) = run.delay else { continue };
        let goes_on = stretches.last().and_then(|stretch| stretch.last()).is_some_and(|(frames, before)| {
            frames.end == run.frames.start && (delay - before).abs() <= 1
        });
        if !goes_on {
            stretches.push(Vec::new());
        }
        // The line above made one where there was none.
        stretches.last_mut().expect("a stretch").push((run.frames.clone(), delay));
    }
    stretches
}

/// Delays measured on the envelopes alone, block by block.
pub(crate) fn envelope_points(pair: &Pair, runs: &[Run], parameters: &AlignmentParameters) -> Vec<DelayPoint> {
    let length = (parameters.fine_block_s / pair.frame_s()) as usize;
    let mut points = Vec::new();
    for (number, stretch) in stretches(runs).iter().enumerate() {
        let whole = stretch[0].0.start..stretch[stretch.len() - 1].0.end;
        let count = (whole.len() / length.max(1)).max(1);
        for index in 0..count {
            let edge = |index: usize| whole.start + index * whole.len() / count;
            let frames = edge(index)..edge(index + 1);
            let centre = (frames.start + frames.end) / 2;
            let Some((_, delay)) = stretch.iter().find(|(frames, _)| frames.contains(&centre)) else { continue };
            let energy: f32 = pair.reference_envelope.energy[frames.clone()].iter().sum();
            let (frames_late, correlation) =
                envelope_delay(&pair.reference_envelope, &pair.degraded_envelope, &frames, *delay);
            points.push(DelayPoint {
                time_s: centre as f64 * pair.frame_s(),
                delay_s: frames_late * pair.frame_s(),
                weight: f64::from(energy) * correlation.powi(2),
                stretch: number,
            });
        }
    }
    points
}

/// A piece of the path with what was measured on it, in samples of the decimated signals.
struct Piece {
    samples: Range<usize>,
    stretch: usize,
    blocks: Vec<Block>,
    /// Moment and delay by the envelopes.
    envelope: (f64, f64),
    /// Correlation coefficient of the envelopes.
    correlation: f64,
    energy: f64,
}

/// Waveforms that correlate less than this measure no delay.
const COHERENT: f64 = 0.35;

impl Piece {
    fn centre(&self) -> f64 {
        (self.samples.start + self.samples.end) as f64 / 2.0
    }

    /// The delay at the middle, given the drift.
    fn delay(&self, drift: f64) -> f64 {
        let at_centre = |moment: f64, delay: f64| delay + drift * (self.centre() - moment);
        let coherent: Vec<(f64, f64)> = self
            .blocks
            .iter()
            .filter(|block| block.correlation >= COHERENT)
            .map(|block| (at_centre(block.centre, block.delay), block.energy * block.correlation.powi(2)))
            .collect();
        let all: f64 = self.blocks.iter().map(|block| block.energy).sum();
        let counted: f64 = coherent.iter().map(|value| value.1).sum();
        match weighted_median(coherent) {
            Some(delay) if counted >= 0.05 * all => delay,
            _ => at_centre(self.envelope.0, self.envelope.1),
        }
    }

    /// This piece and the next as one.
    fn join(&mut self, next: Piece) {
        let (own, other) = (self.energy * self.correlation + 1e-9, next.energy * next.correlation + 1e-9);
        let mean = |a: f64, b: f64| (own * a + other * b) / (own + other);
        self.envelope = (mean(self.envelope.0, next.envelope.0), mean(self.envelope.1, next.envelope.1));
        let energy = self.energy + next.energy;
        if energy > 0.0 {
            self.correlation = (self.energy * self.correlation + next.energy * next.correlation) / energy;
        }
        self.energy = energy;
        self.samples.end = next.samples.end;
        self.blocks.extend(next.blocks);
    }
}

fn pieces(pair: &Pair, runs: &[Run], parameters: &AlignmentParameters) -> Vec<Piece> {
    let waveforms = Waveforms::new(&pair.reference, &pair.degraded);
    let (length, search) = fine_scale(pair.reference.sample_rate, parameters);
    let mut pieces = Vec::new();
    for (number, stretch) in stretches(runs).into_iter().enumerate() {
        for (frames, delay) in stretch {
            let samples = frames.start * pair.hop..(frames.end * pair.hop).min(pair.reference.samples.len());
            let blocks = waveforms.blocks(samples.clone(), delay * pair.hop as i64, length, search);
            let (late, correlation) = envelope_delay(&pair.reference_envelope, &pair.degraded_envelope, &frames, delay);
            let energy = pair.reference_envelope.energy[frames].iter().map(|&energy| f64::from(energy)).sum();
            let centre = (samples.start + samples.end) as f64 / 2.0;
            let envelope = (centre, late * pair.hop as f64);
            pieces.push(Piece { samples, stretch: number, blocks, envelope, correlation, energy });
        }
    }
    pieces
}

/// The drift that the waveforms still show, as a fraction, and its standard error.
fn remaining_drift(pair: &Pair, pieces: &[Piece]) -> Option<(f64, f64)> {
    let rate = pair.reference.sample_rate;
    let all = pieces.iter().flat_map(|piece| piece.blocks.iter().map(|block| (piece.stretch, block)));
    let energies = all.clone().map(|(_, block)| (block.energy, block.energy)).collect();
    let speech = weighted_median(energies)?;
    let points: Vec<DelayPoint> = all
        .filter(|(_, block)| block.correlation >= COHERENT && block.energy >= 0.01 * speech)
        .map(|(stretch, block)| DelayPoint {
            time_s: block.centre / rate,
            delay_s: block.delay / rate,
            weight: block.correlation.powi(2) / (1.01 - block.correlation.powi(2)),
            stretch,
        })
        .collect();
    common_slope(&points).map(|slope| (slope.value, slope.standard_error))
}

/// The alignment that `runs` amount to.
pub(crate) fn alignment(
    pair: &Pair,
    runs: &[Run],
    reference_length: usize,
    sample_rate: u32,
    parameters: &AlignmentParameters,
) -> Alignment {
    let pieces = pieces(pair, runs, parameters);
    let measured = remaining_drift(pair, &pieces);
    let remaining = measured.map_or(0.0, |(slope, _)| slope);
    let duration_s = reference_length as f64 / f64::from(sample_rate);
    let drift = (1.0 + pair.drift) * (1.0 + remaining) - 1.0;
    let error = measured.map(|(_, error)| error);
    let told = drift.abs() * duration_s >= parameters.drift_at_least_s && error.is_none_or(|error| drift.abs() > 3.0 * error);
    let remaining = if told { remaining } else { -pair.drift };
    let drift = if told { drift } else { 0.0 };
    let joined = join(pieces, remaining, parameters.same_delay_s * pair.reference.sample_rate);
    let factor = pair.reference.factor as f64;
    let segments: Vec<Segment> = joined
        .iter()
        .map(|piece| {
            let at_centre = (piece.centre() + piece.delay(remaining)) * (1.0 + pair.drift) - piece.centre();
            let at_start = at_centre + drift * (piece.samples.start as f64 - piece.centre());
            let end = (piece.samples.end * pair.reference.factor).min(reference_length);
            Segment {
                reference: piece.samples.start * pair.reference.factor..end,
                delay_samples: at_start * factor,
                confidence: piece.correlation,
            }
        })
        .collect();
    let Heard { unheard, inserted, confidence } = coverage::heard(pair, runs, parameters);
    Alignment {
        segments,
        clock_drift_ppm: drift * 1e6,
        clock_drift_error_ppm: error.map(|error| error * 1e6),
        confidence,
        unheard,
        inserted,
        sample_rate,
    }
}

/// Neighbours whose delays are the same but for drift become one.
fn join(pieces: Vec<Piece>, drift: f64, same: f64) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        match joined.last_mut() {
            Some(last) if (last.delay(drift) + drift * (piece.centre() - last.centre()) - piece.delay(drift)).abs() < same => {
                last.join(piece);
            }
            _ => joined.push(piece),
        }
    }
    joined
}
