//! Boundaries: frames of the telephone band tell to a few milliseconds where one delay ends and the next begins,
//! waveforms of the whole band to a sample. A boundary that is off leaves a hole or an echo, which is heard in faint
//! breath as in a word.

use super::boundary_evidence::{LogLikelihoodRatio, Side};
use super::{Alignment, AlignmentParameters};
use crate::dsp::octaves::{Octave, octaves};
use std::ops::Range;

impl Alignment {
    /// Moves each boundary between two segments to the sample that the waveforms around it tell.
    pub(crate) fn with_boundaries_placed(
        mut self,
        reference: &[f32],
        degraded: &[f32],
        parameters: &AlignmentParameters,
    ) -> Self {
        let samples = |seconds: f64| (seconds * f64::from(self.sample_rate)) as usize;
        for index in 1..self.segments.len() {
            let boundary = self.boundary(
                index,
                samples(2.0 * parameters.envelope.hop_s),
                samples(parameters.boundaries.search_s),
            );
            let placed = boundary.and_then(|boundary| {
                let end =
                    boundary.likeliest_end(reference, degraded, self.sample_rate, parameters)?;
                Some((end, end + boundary.skipped))
            });
            let Some((end, start)) = placed else { continue };
            self.segments[index - 1].reference.end = end;
            let segment = &self.segments[index];
            let delay_samples = self.position(segment, start as f64) - start as f64;
            let segment = &mut self.segments[index];
            (segment.reference.start, segment.delay_samples) = (start, delay_samples);
        }
        self
    }

    /// The boundary before segment `index`, if all that is not heard there is what its delays skip.
    fn boundary(&self, index: usize, frames: usize, span: usize) -> Option<Boundary> {
        let sides = [&self.segments[index - 1], &self.segments[index]];
        let (end, start) = (sides[0].reference.end, sides[1].reference.start);
        let delays =
            sides.map(|side| (self.position(side, start as f64).round() as i64) - start as i64);
        let skipped = (delays[0] - delays[1]).max(0) as usize;
        let first = sides[0].reference.start.max(end.saturating_sub(span));
        let last = sides[1].reference.end.checked_sub(skipped)?.min(end + span);
        let fits = start.abs_diff(end + skipped) <= frames && first < end && end < last;
        fits.then_some(Boundary { end, delays, skipped, around: first..last })
    }
}

/// Where the delay changes.
struct Boundary {
    /// The sample of the reference that is no longer heard at the delay before.
    end: usize,
    /// Delays before and after, in samples.
    delays: [i64; 2],
    /// Samples of the reference that are not heard in between.
    skipped: usize,
    /// Where it may be told by the waveforms, in samples of the reference without those skipped.
    around: Range<usize>,
}

impl Boundary {
    /// The end for which the reference explains most of what is heard on either side; `None` where it explains too little.
    fn likeliest_end(
        &self,
        reference: &[f32],
        degraded: &[f32],
        sample_rate: u32,
        parameters: &AlignmentParameters,
    ) -> Option<usize> {
        let sides = self.sides(reference, degraded, |signal| {
            octaves(signal, sample_rate, parameters.boundaries.lowest_octave_hz)
        });
        let ratio_at = |at: usize| LogLikelihoodRatio::new(&sides, at, sample_rate, parameters);
        let middle = self.end - self.around.start;
        let (mut position, mut found) = (middle, ratio_at(middle));
        for _ in 0..parameters.boundaries.rounds {
            // Something is left on either side.
            let positions = 1..self.around.len();
            let most = found.totals[positions.clone()].iter().copied().fold(f64::MIN, f64::max);
            // Where something is heard twice, the jump may lie anywhere in it: the nearest position is taken.
            let likely = |&at: &usize| found.totals[at] + parameters.boundaries.evidence >= most;
            let nearest = positions.filter(likely).min_by_key(|at| at.abs_diff(middle))?;
            if nearest == position {
                break;
            }
            (position, found) = (nearest, ratio_at(nearest));
        }
        (found.explained >= parameters.boundaries.explained).then_some(self.around.start + position)
    }

    /// What is before and after the boundary, `around` it.
    fn sides(
        &self,
        reference: &[f32],
        degraded: &[f32],
        octaves: impl Fn(&[f32]) -> Vec<Octave>,
    ) -> [Side; 2] {
        let first = |side: usize| self.around.start + side * self.skipped;
        let own = |side: usize| octaves(&reference[first(side)..first(side) + self.around.len()]);
        let heard = |side: usize| {
            let heard = |at: usize| {
                let place = usize::try_from((first(side) + at) as i64 + self.delays[side]);
                place.ok().and_then(|place| degraded.get(place)).copied().unwrap_or(0.0)
            };
            octaves(&(0..self.around.len()).map(heard).collect::<Vec<f32>>())
        };
        let (own_before, heard_before) = (own(0), heard(0));
        let before = Side::new(&own_before, &heard_before);
        // Where the delay falls, both sides hear the same, else they hear the same of the reference.
        let after = if self.skipped > 0 {
            Side::new(&own(1), &heard_before)
        } else {
            Side::new(&own_before, &heard(1))
        };
        [before, after]
    }
}
