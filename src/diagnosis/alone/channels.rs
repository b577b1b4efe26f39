//! The two sides of a call: what one hears of the other, and whether both are there.
//!
//! The response from one channel to the other is their cross spectrum over the first one's power, summed over the whole
//! recording: what the other side says itself has nothing to do with it and averages out.

use crate::dsp::decimate::Decimated;
use crate::dsp::fft::{Buffer, Forward, Inverse};
use crate::dsp::scales::decibels;
use crate::dsp::window::{hann, multiply};
use num_complex::Complex32;

/// Rate at which the sides are compared, in Hz: the telephone band tells.
const RATE_HZ: u32 = 8000;
/// Samples of a stretch that is compared at once, at that rate.
const STRETCH: usize = 32_768;
/// The latest echo, in seconds, and how much earlier chance is looked at.
const LATEST_S: f64 = 0.8;
/// Samples around the strongest tap that belong to an echo, on either side.
const AROUND: usize = 32;
/// An echo stands out of chance this many times.
const STANDS_OUT: f32 = 9.0;
/// An echo that is fainter is not heard, in dB.
const FAINTEST_DB: f64 = -46.0;
/// The same sound in both channels is no echo: within these limits, in seconds and dB.
const SAME_S: f64 = 0.001;
const SAME_DB: f64 = -6.0;

/// Sums over the stretches.
pub(super) struct Sides {
    sample_rate: u32,
    gathered: [Vec<f32>; 2],
    cross: Vec<Complex32>,
    powers: [Vec<f32>; 2],
    rate: f64,
}

/// How one side is heard in the other channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Echo {
    pub delay_ms: f64,
    pub level_db: f64,
}

/// What the two channels are to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Relation {
    /// Two recordings of the same.
    Same,
    /// Two sides; with the echo of the other one that is heard in the first channel and in the second.
    Sides([Option<Echo>; 2]),
}

impl Sides {
    pub fn new(sample_rate: u32) -> Self {
        let bins = STRETCH / 2 + 1;
        Self {
            sample_rate,
            gathered: Default::default(),
            cross: vec![Complex32::default(); bins],
            powers: [vec![0.0; bins], vec![0.0; bins]],
            rate: f64::from(RATE_HZ),
        }
    }

    /// Takes the next samples of both channels.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        self.gathered[0].extend_from_slice(left);
        self.gathered[1].extend_from_slice(right);
        let factor = (self.sample_rate / RATE_HZ).max(1) as usize;
        while self.gathered.iter().all(|own| own.len() >= STRETCH * factor) {
            self.compare(STRETCH * factor, STRETCH * factor / 2);
        }
    }

    /// Adds what the first samples tell, and drops some of them.
    fn compare(&mut self, samples: usize, dropped: usize) {
        let spectra = [0, 1].map(|side| {
            let coarse = Decimated::new(&self.gathered[side][..samples], self.sample_rate, RATE_HZ);
            self.rate = coarse.sample_rate;
            let mut own = coarse.samples;
            own.resize(STRETCH, 0.0);
            let mut buffer = Buffer::new(STRETCH);
            multiply(buffer.samples_mut(), &own, &hann(STRETCH));
            Forward::new(STRETCH).run(&mut buffer);
            buffer
        });
        for (bin, cross) in self.cross.iter_mut().enumerate() {
            let (left, right) = (spectra[0][bin], spectra[1][bin]);
            *cross += left.conj() * right;
            self.powers[0][bin] += left.norm_sqr();
            self.powers[1][bin] += right.norm_sqr();
        }
        self.gathered.iter_mut().for_each(|own| drop(own.drain(..dropped)));
    }

    /// What the channels are to each other, once all samples are in.
    pub fn finish(mut self) -> Relation {
        let rest = self.gathered[0].len().min(self.gathered[1].len());
        if rest > 0 {
            self.compare(rest, rest);
        }
        let forth = self.echo(&self.powers[0], false);
        let back = self.echo(&self.powers[1], true);
        let same = |echo: &Option<Echo>| {
            echo.is_some_and(|echo| {
                echo.delay_ms.abs() <= 1000.0 * SAME_S && echo.level_db >= SAME_DB
            })
        };
        if same(&forth) && same(&back) {
            return Relation::Same;
        }
        let audible = |echo: Option<Echo>| echo.filter(|echo| echo.level_db >= FAINTEST_DB);
        Relation::Sides([audible(back), audible(forth)])
    }

    /// The strongest image of one channel in the other; of the second in the first if turned round.
    fn echo(&self, powers: &[f32], turned: bool) -> Option<Echo> {
        let mean = powers.iter().sum::<f32>() / powers.len() as f32;
        let mut response = Buffer::new(STRETCH);
        for (bin, (cross, power)) in response.iter_mut().zip(self.cross.iter().zip(powers)) {
            let cross = if turned { cross.conj() } else { *cross };
            *bin = cross / (power + 1e-3 * mean + f32::MIN_POSITIVE) / STRETCH as f32;
        }
        Inverse::new(STRETCH).run(&mut response);
        let taps = response.samples();
        let latest = (LATEST_S * self.rate) as usize;
        let early = (SAME_S * self.rate) as usize;
        let magnitude = |lag: i64| taps[lag.rem_euclid(STRETCH as i64) as usize].abs();
        let strongest = (-(early as i64)..=latest as i64)
            .max_by(|&a, &b| magnitude(a).total_cmp(&magnitude(b)))?;
        // What comes before its cause is chance.
        let chance = (2 * early + AROUND) as i64..latest as i64;
        let count = chance.clone().count() as f32;
        let chance = chance.map(|lag| magnitude(-lag).powi(2)).sum::<f32>() / count;
        if magnitude(strongest) < STANDS_OUT * chance.sqrt()
            || chance == 0.0 && magnitude(strongest) == 0.0
        {
            return None;
        }
        let around = strongest - AROUND as i64..=strongest + AROUND as i64;
        let energy: f32 = around.map(|lag| magnitude(lag).powi(2)).sum();
        Some(Echo {
            delay_ms: 1000.0 * strongest as f64 / self.rate,
            level_db: decibels(f64::from(energy)),
        })
    }
}
