//! Filtering by a gain curve in dB over the spectrum of a whole signal, with zero phase.

use super::every_second::EverySecond;
use super::fft::{Buffer, Complex32, Forward, Inverse};
use super::power::exp2;
use super::sums::energy;
use bytemuck::cast_slice;
use multiversion::{multiversion, target::target_cfg_f};
use std::ops::Range;

/// The spectrum of a signal that several curves are applied to.
pub(crate) struct Spectrum {
    bins: Buffer,
    sample_rate: u32,
    /// Of the signal.
    energy: f64,
}

impl Spectrum {
    /// The spectrum of `signal`, zero-padded to the next power of two: steep curves ring for long, so another length would
    /// give energies that differ by 1e-5.
    pub fn of(signal: &[f32], sample_rate: u32) -> Self {
        let length = signal.len().next_power_of_two().max(4);
        let mut bins = Buffer::new(length);
        let padded = bins.samples_mut();
        padded[..signal.len()].copy_from_slice(signal);
        padded[signal.len()..].fill(0.0);
        Forward::new(length).run(&mut bins);
        Self { bins, sample_rate, energy: energy(signal) }
    }

    /// The filtered signal, as long as the padded one.
    pub fn filtered(&self, curve: &[[f64; 2]]) -> Filtered {
        let mut bins = Buffer::new(self.length());
        for (line, range) in blocks(curve, self.bin_hz(), self.bins.len()) {
            let block = &mut bins[range.clone()];
            block.copy_from_slice(&self.bins[range.clone()]);
            line.apply(block, range.start, self.bin_hz(), self.scale(curve));
        }
        Inverse::new(self.length()).run(&mut bins);
        Filtered(bins)
    }

    /// The energy of the filtered signal's first `samples` samples.
    ///
    /// Rounding takes the same 1e-7 from every transform's energy. So the energy is the spectrum's (Parseval) without the
    /// samples that do not count, and relative to what the spectrum has of the unfiltered signal's. Where a stop band
    /// allows, every second sample is enough.
    pub fn filtered_energy(mut self, curve: &[[f64; 2]], samples: usize) -> f64 {
        let (length, bin_hz, scale) = (self.length(), self.bin_hz(), self.scale(curve));
        let every_second =
            stop_band_hz(curve) <= EverySecond::HIGHEST * f64::from(self.sample_rate);
        let mut squares = -0.5 * self.outer_squares();
        if every_second {
            squares += energy(cast_slice(&self.bins[length / 4 + 1..]));
            self.bins.truncate(length / 2);
        }
        let mut filtered = 0.0;
        for (line, range) in blocks(curve, bin_hz, self.bins.len()) {
            let block = &mut self.bins[range.clone()];
            squares += energy(cast_slice(block));
            line.apply(block, range.start, bin_hz, scale);
            filtered += energy(cast_slice(block));
        }
        filtered -= 0.5 * self.outer_squares();
        Inverse::new(self.length()).run(&mut self.bins);
        let rest = if every_second {
            EverySecond::new(self.bins.samples()).energy_from(samples)
        } else {
            energy(&self.bins.samples()[samples..])
        };
        // Each bin but the outer two stands for one at a negative frequency too.
        let kept = 2.0 * squares / length as f64 / self.energy;
        if kept > 0.0 { (2.0 * filtered * length as f64 - rest) / kept } else { 0.0 }
    }

    /// The squared magnitudes of the first and the last bin.
    fn outer_squares(&self) -> f64 {
        energy(cast_slice(&[self.bins[0], self.bins[self.bins.len() - 1]]))
    }

    /// Samples of the padded signal.
    fn length(&self) -> usize {
        2 * (self.bins.len() - 1)
    }

    /// From one bin to the next.
    fn bin_hz(&self) -> f64 {
        f64::from(self.sample_rate) / self.length() as f64
    }

    /// Gains are relative to that at 1 kHz, and have what the inverse transform leaves out.
    fn scale(&self, curve: &[[f64; 2]]) -> Scale {
        Scale {
            at_1_khz_db: Line::at(curve, 1000.0).db(1000.0),
            factor: 1.0 / self.length() as f64,
        }
    }
}

/// What all gains of a curve are relative to, and multiplied by.
#[derive(Clone, Copy)]
struct Scale {
    at_1_khz_db: f64,
    factor: f64,
}

/// A filtered signal in the buffer of its transform.
pub(crate) struct Filtered(Buffer);

impl Filtered {
    /// Its samples.
    pub fn samples(&self) -> &[f32] {
        self.0.samples()
    }
}

/// In a stop band this deep, nothing of a signal is left in f32.
const STOP_DB: f64 = -400.0;

/// Where a curve's last stop band begins; infinite without one.
fn stop_band_hz(curve: &[[f64; 2]]) -> f64 {
    let stopped = curve.iter().rev().take_while(|point| point[1] <= STOP_DB);
    stopped.last().map_or(f64::INFINITY, |point| point[0])
}

/// One segment of a curve: gain in dB over Hz.
#[derive(Clone, Copy)]
struct Line {
    from: [f64; 2],
    to: [f64; 2],
}

impl Line {
    /// The segment that holds at `hz`; the outer ones are extended.
    fn at(curve: &[[f64; 2]], hz: f64) -> Self {
        let upper = curve.partition_point(|point| point[0] <= hz).clamp(1, curve.len() - 1);
        Self { from: curve[upper - 1], to: curve[upper] }
    }

    fn db(&self, hz: f64) -> f64 {
        let ([x0, y0], [x1, y1]) = (self.from, self.to);
        y0 + (y1 - y0) * (hz - x0) / (x1 - x0)
    }

    /// Multiplies `bins`, of which the first is number `first`, by the gain.
    fn apply(self, bins: &mut [Complex32], first: usize, bin_hz: f64, scale: Scale) {
        let slope = (self.to[1] - self.from[1]) / (self.to[0] - self.from[0]);
        if slope != 0.0 {
            let first_db = self.db(first as f64 * bin_hz) - scale.at_1_khz_db;
            apply_slope(bins, first_db, slope * bin_hz, scale.factor);
        } else if self.from[1] - scale.at_1_khz_db <= STOP_DB {
            bins.fill(Complex32::default());
        } else {
            let gain = 10f64.powf((self.from[1] - scale.at_1_khz_db) / 20.0) * scale.factor;
            bins.iter_mut().for_each(|bin| *bin *= gain as f32);
        }
    }
}

/// The segments of a curve in blocks of bins: what is done with a block finds it in the cache.
fn blocks(
    curve: &[[f64; 2]],
    bin_hz: f64,
    bins: usize,
) -> impl Iterator<Item = (Line, Range<usize>)> {
    const BLOCK: usize = 1024;
    segments(curve, bin_hz, bins).flat_map(|(line, range)| {
        let end = range.end;
        range.step_by(BLOCK).map(move |start| (line, start..end.min(start + BLOCK)))
    })
}

/// The segments of a curve with the bins of a spectrum that each is for.
fn segments(
    curve: &[[f64; 2]],
    bin_hz: f64,
    bins: usize,
) -> impl Iterator<Item = (Line, Range<usize>)> {
    let first_bin = move |hz: f64| ((hz / bin_hz).ceil().max(0.0) as usize).min(bins);
    let last = curve.len() - 2;
    curve.windows(2).enumerate().map(move |(i, points)| {
        let start = if i == 0 { 0 } else { first_bin(points[0][0]) };
        let end = if i == last { bins } else { first_bin(points[1][0]) };
        (Line { from: points[0], to: points[1] }, start..end)
    })
}

/// Gains that change by `step_db` from bin to bin; decibels are rounded to f32 as P.862's reference program keeps them.
#[multiversion(targets("x86_64+avx2+fma", "aarch64+neon"))]
fn apply_slope(bins: &mut [Complex32], first_db: f64, step_db: f64, scale: f64) {
    const FUSED: bool = target_cfg_f!(target_feature = "fma");
    let octaves_per_db = std::f64::consts::LOG2_10 / 20.0;
    for (k, bin) in bins.iter_mut().enumerate() {
        let db = (first_db + step_db * k as f64) as f32;
        *bin *= (exp2::<FUSED>(f64::from(db) * octaves_per_db) * scale) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    #[test]
    fn the_energy_counts_samples_up_to_the_last() {
        let curve =
            [[0.0, -20.0], [1000.0, 0.0], [3000.0, 0.0], [3500.0, -500.0], [8000.0, -500.0]];
        let mut state = 1u32;
        let noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / u32::MAX as f32 - 0.5
        };
        let noise: Vec<f32> = std::iter::repeat_with(noise).take(5000).collect();
        for samples in [4000, 4321, 5000] {
            let spectrum = Spectrum::of(&noise, 16_000);
            let filtered = spectrum.filtered(&curve);
            let all = energy(&filtered.samples()[..samples]);
            let found = spectrum.filtered_energy(&curve, samples);
            assert!((found / all - 1.0).abs() < 1e-6, "{samples}: {found} of {all}");
        }
    }

    #[test]
    fn each_tone_gets_the_gain_of_its_frequency() {
        let curve = [[0.0, -20.0], [500.0, -6.0], [1000.0, 0.0], [3000.0, 0.0], [4000.0, 12.0]];
        for (hz, db) in
            [(250.0, -13.0), (750.0, -3.0), (2000.0, 0.0), (3500.0, 6.0), (5000.0, 24.0)]
        {
            let tone: Vec<f32> =
                (0..16_000).map(|n| (TAU * hz * n as f32 / 16_000.0).sin()).collect();
            let filtered = Spectrum::of(&tone, 16_000).filtered(&curve);
            let power = |signal: &[f32]| energy(&signal[4000..12_000]) as f32;
            let measured = 10.0 * (power(filtered.samples()) / power(&tone)).log10();
            assert!((measured - db).abs() < 0.1, "{hz} Hz: {measured} dB instead of {db}");
        }
    }
}
