//! What waveforms tell of a seam, octave by octave: codecs keep the waveform of some octaves, noise hides that of others.

use super::AlignmentParameters;
use crate::dsp::octaves::{self, octaves};
use crate::dsp::scales::ratio;
use std::ops::Range;

/// Powers of the reference and of what is heard, and the product of both.
#[derive(Debug, Clone, Copy, Default)]
struct Powers {
    own: f64,
    product: f64,
    heard: f64,
}

impl Powers {
    /// Each with what is said of two.
    fn with(self, other: Self, each: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            own: each(self.own, other.own),
            product: each(self.product, other.product),
            heard: each(self.heard, other.heard),
        }
    }

    /// What is heard without `gain` times the reference.
    fn left(self, gain: f64) -> f64 {
        (self.heard - gain * (2.0 * self.product - gain * self.own)).max(0.0)
    }
}

/// One octave of a side.
struct Octave {
    /// Sums over the first 0, 1, 2 and so on samples.
    sums: Vec<Powers>,
    width: f64,
}

impl Octave {
    fn sum(&self, samples: Range<usize>) -> Powers {
        self.sums[samples.end].with(self.sums[samples.start], |end, start| end - start)
    }
}

/// One side of a seam: a stretch of the reference as it is heard at the side's delay.
pub(crate) struct Side {
    octaves: Vec<Octave>,
}

impl Side {
    /// `own` of the reference is heard as `heard`, which is as long.
    pub fn new(
        own: &[f32],
        heard: &[f32],
        sample_rate: u32,
        parameters: &AlignmentParameters,
    ) -> Self {
        let parted = |samples| octaves(samples, sample_rate, parameters.seam_lowest_octave_hz);
        let octave = |(own, heard): (octaves::Octave, octaves::Octave)| {
            let mut sum = Powers::default();
            let sums = own.samples.iter().zip(&heard.samples).map(|(&own, &heard)| {
                let (own, heard) = (f64::from(own), f64::from(heard));
                let next = Powers { own: own * own, product: own * heard, heard: heard * heard };
                sum = sum.with(next, |sum, next| sum + next);
                sum
            });
            let sums = std::iter::once(Powers::default()).chain(sums).collect();
            Octave { sums, width: own.width }
        };
        Self { octaves: parted(own).into_iter().zip(parted(heard)).map(octave).collect() }
    }

    fn len(&self) -> usize {
        self.octaves[0].sums.len() - 1
    }
}

/// How much more of what is heard the side before a seam explains than the side after it.
pub(crate) struct Leaning {
    /// Sums over the first 0, 1, 2 and so on samples, in nepers: a seam is where it is greatest.
    pub totals: Vec<f64>,
    /// Share of the power heard on both sides that the reference explains.
    pub explained: f64,
}

impl Leaning {
    /// With what each octave keeps of the reference when the seam is at `place`.
    pub fn new(
        sides: &[Side; 2],
        place: usize,
        sample_rate: u32,
        parameters: &AlignmentParameters,
    ) -> Self {
        let [before, after] = sides;
        let length = before.len();
        let octaves = || before.octaves.iter().zip(&after.octaves);
        let powers = octaves().map(|(before, after)| {
            before.sum(0..place).with(after.sum(place..length), |before, after| before + after)
        });
        let powers: Vec<Powers> = powers.collect();
        let heard: f64 = powers.iter().map(|powers| powers.heard).sum();
        let floor = heard / length as f64 * ratio(-parameters.seam_floor_db);
        let reach = (parameters.seam_window_s / 2.0 * f64::from(sample_rate)) as usize;
        // A twelfth of the window is told at once.
        let every = (reach / 6).max(1);
        let mut leaning = vec![0.0; length];
        let mut left = 0.0;
        for (powers, (before, after)) in powers.into_iter().zip(octaves()) {
            let (response, width) = (Response::new(powers), before.width);
            left += powers.left(response.gain);
            for (step, leaning) in leaning.chunks_mut(every).enumerate() {
                let at = step * every;
                let around = at.saturating_sub(reach)..(at + every + reach).min(length);
                let floor = floor * around.len() as f64;
                let [before, after] =
                    [before, after].map(|side| response.explains(side.sum(around.clone()), floor));
                let told = width / 2.0 * (before / after).ln();
                leaning.iter_mut().for_each(|leaning| *leaning += told);
            }
        }
        let mut total = 0.0;
        let totals = leaning.into_iter().map(|next| {
            total += next;
            total
        });
        Self { totals: std::iter::once(0.0).chain(totals).collect(), explained: 1.0 - left / heard }
    }
}

/// What becomes of the reference in an octave.
struct Response {
    gain: f64,
    /// What else is heard there, as a share of the reference's power.
    usual: f64,
}

impl Response {
    fn new(powers: Powers) -> Self {
        let share = |part: f64| if powers.own > 0.0 { part / powers.own } else { 0.0 };
        let gain = share(powers.product);
        Self { gain, usual: share(powers.left(gain)) }
    }

    /// How many times more power is heard than the reference leaves unexplained; 1 where it explains nothing.
    fn explains(&self, powers: Powers, floor: f64) -> f64 {
        let least = self.usual * powers.own + floor;
        ((powers.heard + least) / (powers.left(self.gain) + least)).max(1.0)
    }
}
