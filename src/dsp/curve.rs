//! Filtering by a gain curve in dB over the spectrum of a whole signal, with zero phase.

use super::every_second::EverySecond;
use super::four_step::{Filter, Filtered, SHORTEST};
use super::memory::Memory;
use super::power::exp2;
use super::sums::energy;
use multiversion::{multiversion, target::target_cfg_f};
use std::ops::Range;

/// The filtered signal times a factor, as long as the padded one.
pub(crate) fn filtered(
    signal: &[f32],
    sample_rate: u32,
    curve: &[[f64; 2]],
    factor: f64,
) -> Memory<f32> {
    let length = padded(signal.len());
    let bin_hz = f64::from(sample_rate) / length as f64;
    let gains = gains(curve, bin_hz, length / 2 + 1, factor);
    Filter { signal, length, gains: &gains, every: 1, skipped: 0..0 }.run().samples
}

/// The energy of as many samples of the filtered signal as the signal has: that of the spectrum (Parseval) less that of the
/// samples behind, of which every second one is enough where a stop band allows.
pub(crate) fn filtered_energy(signal: &[f32], sample_rate: u32, curve: &[[f64; 2]]) -> f64 {
    let length = padded(signal.len());
    let bin_hz = f64::from(sample_rate) / length as f64;
    let every_second = stop_band_hz(curve) <= EverySecond::HIGHEST * f64::from(sample_rate);
    let (every, skipped) =
        if every_second { (2, EverySecond::unused(signal.len())) } else { (1, 0..signal.len()) };
    let gains = gains(curve, bin_hz, length / 2 / every + 1, 1.0);
    let Filtered { samples, energy: all } =
        Filter { signal, length, gains: &gains, every, skipped }.run();
    let rest = if every_second {
        EverySecond::new(&samples).energy_from(signal.len())
    } else {
        energy(&samples[signal.len()..])
    };
    all - rest
}

/// The next power of two: steep curves ring for long, so another length would give energies that differ by 1e-5.
fn padded(samples: usize) -> usize {
    samples.next_power_of_two().max(SHORTEST)
}

/// The gains of the first `bins` bins, which are `bin_hz` apart, relative to that at 1 kHz and times `factor`.
fn gains(curve: &[[f64; 2]], bin_hz: f64, bins: usize, factor: f64) -> Memory<f32> {
    let at_1_khz_db = Line::at(curve, 1000.0).db(1000.0);
    let mut gains = Memory::new(bins);
    for (line, range) in segments(curve, bin_hz, bins) {
        let first_db = line.db(range.start as f64 * bin_hz) - at_1_khz_db;
        slope(&mut gains[range], first_db, line.slope() * bin_hz, factor);
    }
    gains
}

/// Gain in dB from which on nothing of a signal is left in f32.
const STOP_DB: f64 = -400.0;

/// Where a curve's last stop band begins, in Hz; infinite without one.
fn stop_band_hz(curve: &[[f64; 2]]) -> f64 {
    let stopped = curve.iter().rev().take_while(|point| point[1] <= STOP_DB);
    stopped.last().map_or(f64::INFINITY, |point| point[0])
}

/// One segment of a curve: two points of frequency in Hz and gain in dB.
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

    /// The gain in dB.
    fn db(&self, hz: f64) -> f64 {
        let ([x0, y0], [x1, y1]) = (self.from, self.to);
        y0 + (y1 - y0) * (hz - x0) / (x1 - x0)
    }

    /// In dB per Hz.
    fn slope(&self) -> f64 {
        (self.to[1] - self.from[1]) / (self.to[0] - self.from[0])
    }
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

/// Writes gains that change by `step_db` from bin to bin, times `factor`.
fn slope(gains: &mut [f32], first_db: f64, step_db: f64, factor: f64) {
    if step_db != 0.0 {
        powers(gains, first_db, step_db, factor);
    } else if first_db <= STOP_DB {
        gains.fill(0.0);
    } else {
        gains.fill((10f64.powf(first_db / 20.0) * factor) as f32);
    }
}

/// The same where the gain changes; decibels are rounded to f32, as P.862's reference program keeps them.
#[multiversion(targets("x86_64+avx2+fma"))]
fn powers(gains: &mut [f32], first_db: f64, step_db: f64, factor: f64) {
    const FUSED: bool = target_cfg_f!(target_feature = "fma");
    let octaves_per_db = std::f64::consts::LOG2_10 / 20.0;
    for (k, gain) in gains.iter_mut().enumerate() {
        let db = (first_db + step_db * k as f64) as f32;
        *gain = (exp2::<FUSED>(f64::from(db) * octaves_per_db) * factor) as f32;
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
            let noise = &noise[..samples];
            let all = energy(&filtered(noise, 16_000, &curve, 1.0)[..samples]);
            let found = filtered_energy(noise, 16_000, &curve);
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
            let filtered = filtered(&tone, 16_000, &curve, 1.0);
            let power = |signal: &[f32]| energy(&signal[4000..12_000]) as f32;
            let measured = 10.0 * (power(&filtered) / power(&tone)).log10();
            assert!((measured - db).abs() < 0.1, "{hz} Hz: {measured} dB instead of {db}");
        }
    }
}
