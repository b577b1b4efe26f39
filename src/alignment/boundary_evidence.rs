//! What waveforms tell of a boundary between two delays, octave by octave: codecs keep the waveform of some octaves,
//! noise hides that of others.

use super::AlignmentParameters;
use crate::dsp::octaves::Octave;
use crate::dsp::scales::ratio;
use crate::dsp::sums::running;
use std::ops::{Add, Range};

/// Powers of the reference and of what is heard, and the product of both.
struct Powers {
    own: f64,
    product: f64,
    heard: f64,
}

impl Powers {
    /// What is heard without `gain` times the reference.
    fn left(&self, gain: f64) -> f64 {
        (self.heard - gain * (2.0 * self.product - gain * self.own)).max(0.0)
    }
}

impl Add for Powers {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            own: self.own + other.own,
            product: self.product + other.product,
            heard: self.heard + other.heard,
        }
    }
}

/// One octave of a side: running sums of its powers.
struct Sums {
    own: Vec<f64>,
    product: Vec<f64>,
    heard: Vec<f64>,
    /// The octave's.
    width: f64,
}

impl Sums {
    fn new(own: &Octave, heard: &Octave) -> Self {
        let products = |x: &[f32], y: &[f32]| {
            running(x.iter().zip(y).map(|(&x, &y)| f64::from(x) * f64::from(y)))
        };
        Self {
            own: products(&own.samples, &own.samples),
            product: products(&own.samples, &heard.samples),
            heard: products(&heard.samples, &heard.samples),
            width: own.width,
        }
    }

    fn over(&self, samples: Range<usize>) -> Powers {
        let over = |sums: &[f64]| sums[samples.end] - sums[samples.start];
        Powers { own: over(&self.own), product: over(&self.product), heard: over(&self.heard) }
    }
}

/// One side of a boundary: a stretch of the reference as it is heard at the side's delay.
pub(crate) struct Side {
    octaves: Vec<Sums>,
    length: usize,
}

impl Side {
    /// `own` of the reference is heard as `heard`, which is as long; both in octaves.
    pub fn new(own: &[Octave], heard: &[Octave]) -> Self {
        let octaves = own.iter().zip(heard).map(|(own, heard)| Sums::new(own, heard)).collect();
        Self { octaves, length: own[0].samples.len() }
    }
}

/// The log-likelihood ratio of the two sides: how much more of what is heard the side before a boundary explains than the
/// side after it.
pub(crate) struct LogLikelihoodRatio {
    /// Sums over the first 0, 1, 2 and so on samples, in nepers: the boundary is where it is greatest.
    pub totals: Vec<f64>,
    /// Share of the power heard on both sides that the reference explains.
    pub explained: f64,
}

impl LogLikelihoodRatio {
    /// With what each octave keeps of the reference when the boundary is at sample `boundary`.
    pub fn new(
        sides: &[Side; 2],
        boundary: usize,
        sample_rate: u32,
        parameters: &AlignmentParameters,
    ) -> Self {
        let [before, after] = sides;
        let length = before.length;
        let octaves = || before.octaves.iter().zip(&after.octaves);
        let powers = octaves()
            .map(|(before, after)| before.over(0..boundary) + after.over(boundary..length));
        let powers: Vec<Powers> = powers.collect();
        let heard: f64 = powers.iter().map(|powers| powers.heard).sum();
        let floor = heard / length as f64 * ratio(-parameters.boundaries.floor_db);
        let reach = (parameters.boundaries.window_s / 2.0 * f64::from(sample_rate)) as usize;
        let every = (2 * reach / parameters.boundaries.steps).max(1);
        let mut log_ratio = vec![0.0; length];
        let mut left = 0.0;
        for (powers, (before, after)) in powers.into_iter().zip(octaves()) {
            let (response, width) = (Response::new(&powers), before.width);
            left += powers.left(response.gain);
            for (step, values) in log_ratio.chunks_mut(every).enumerate() {
                let at = step * every;
                let around = at.saturating_sub(reach)..(at + every + reach).min(length);
                let floor = floor * around.len() as f64;
                let [before, after] = [before, after]
                    .map(|side| response.explains(&side.over(around.clone()), floor));
                let told = width / 2.0 * (before / after).ln();
                values.iter_mut().for_each(|value| *value += told);
            }
        }
        Self { totals: running(log_ratio.into_iter()), explained: 1.0 - left / heard }
    }
}

/// What becomes of the reference in an octave.
struct Response {
    gain: f64,
    /// Power of what else is heard there, as a share of the reference's power.
    residual_ratio: f64,
}

impl Response {
    fn new(powers: &Powers) -> Self {
        let share = |part: f64| if powers.own > 0.0 { part / powers.own } else { 0.0 };
        let gain = share(powers.product);
        Self { gain, residual_ratio: share(powers.left(gain)) }
    }

    /// How many times more power is heard than the reference leaves unexplained; 1 where it explains nothing.
    fn explains(&self, powers: &Powers, floor: f64) -> f64 {
        let least = self.residual_ratio * powers.own + floor;
        ((powers.heard + least) / (powers.left(self.gain) + least)).max(1.0)
    }
}
