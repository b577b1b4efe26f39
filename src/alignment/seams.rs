//! Seams: frames tell to a few milliseconds where one delay hands over to the next, waveforms to a sample. A seam that
//! is off leaves a hole or an echo, which in faint breath is heard as in a word.

use super::{Alignment, AlignmentParameters};
use crate::dsp::sums::running;
use std::ops::Range;

impl Alignment {
    /// The same with each seam where the waveforms around it differ least.
    pub(crate) fn with_seams_placed(
        mut self,
        reference: &[f32],
        degraded: &[f32],
        parameters: &AlignmentParameters,
    ) -> Self {
        let samples = |seconds: f64| (seconds * f64::from(self.sample_rate)) as usize;
        let reach = samples(parameters.seam_reach_s);
        for index in 1..self.segments.len() {
            let seam = self.seam(
                index,
                samples(2.0 * parameters.hop_s),
                samples(parameters.waveform_block_s),
            );
            let placed = seam.and_then(|seam| {
                let end = seam.best_end(reference, degraded, reach, parameters.seam_coherence)?;
                Some((end, end + seam.skipped))
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

    /// The seam before segment `index`, if all that is not heard there is what its delays skip.
    fn seam(&self, index: usize, frames: usize, span: usize) -> Option<Seam> {
        let sides = [&self.segments[index - 1], &self.segments[index]];
        let (end, start) = (sides[0].reference.end, sides[1].reference.start);
        let delays =
            sides.map(|side| (self.position(side, start as f64).round() as i64) - start as i64);
        let skipped = (delays[0] - delays[1]).max(0) as usize;
        let first = sides[0].reference.start.max(end.saturating_sub(span));
        let last = sides[1].reference.end.checked_sub(skipped)?.min(end + span);
        let fits = start.abs_diff(end + skipped) <= frames && first < end && end < last;
        fits.then_some(Seam { end, delays, skipped, around: first..last })
    }
}

/// Where the delay changes.
struct Seam {
    /// The sample of the reference that is no longer heard at the delay before.
    end: usize,
    /// Delays before and after, in samples.
    delays: [i64; 2],
    /// Samples of the reference that are not heard in between.
    skipped: usize,
    /// Where it may be told by the waveforms, in samples of the reference without those skipped.
    around: Range<usize>,
}

impl Seam {
    /// The end, at most `reach` from where it was, for which what is heard on either side differs least from what is
    /// expected; of equals the nearest. `None` where the waveforms correlate less than `coherence`.
    fn best_end(
        &self,
        reference: &[f32],
        degraded: &[f32],
        reach: usize,
        coherence: f64,
    ) -> Option<usize> {
        let sides = [0, 1].map(|side| {
            let first = self.around.start + side * self.skipped;
            let own = &reference[first..first + self.around.len()];
            let heard = |at: usize| {
                let place = usize::try_from((first + at) as i64 + self.delays[side]);
                place.ok().and_then(|place| degraded.get(place)).copied().unwrap_or(0.0)
            };
            own.iter().enumerate().map(|(at, &own)| (own, heard(at))).collect::<Vec<_>>()
        });
        let middle = self.end - self.around.start;
        let both = || sides[0][..middle].iter().chain(&sides[1][middle..]);
        let sum = |value: fn(&(f32, f32)) -> f32| both().map(value).sum::<f32>();
        let (product, powers) = (sum(|(x, y)| x * y), [sum(|(x, _)| x * x), sum(|(_, y)| y * y)]);
        let correlation = f64::from(product.abs() / (powers[0] * powers[1]).sqrt());
        if correlation.is_nan() || correlation < coherence {
            return None;
        }
        let gain = product / powers[1];
        let [before, after] =
            sides.map(|side| running(side.iter().map(|(x, y)| (x - gain * y).powi(2))));
        // Something is left on either side.
        let places =
            middle.saturating_sub(reach).max(1)..(middle + reach + 1).min(self.around.len());
        let differs = |at: usize| before[at] - after[at];
        let best = places.min_by(|&a, &b| {
            let nearest = a.abs_diff(middle).cmp(&b.abs_diff(middle));
            differs(a).total_cmp(&differs(b)).then(nearest)
        });
        Some(self.around.start + best?)
    }
}
