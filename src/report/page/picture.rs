//! What a page draws of two signals on one time axis: waveforms, spectrograms, and the difference of their loudness.

use crate::dsp::window::hann;
use crate::error::Result;
use crate::fullband;
use crate::signal::Signal;
use realfft::RealFftPlanner;
use serde::{Serialize, Serializer};
use std::ops::Range;

/// The most columns of a picture; browsers draw no wider ones.
const MOST_COLUMNS: usize = 6000;

/// The most pairs of lowest and highest sample that a waveform is drawn with.
const MOST_EXTREMES: usize = 60_000;

/// Bands of a spectrogram.
const ROWS: usize = 128;

/// Lowest frequency of a spectrogram, in Hz.
const LOWEST_HZ: f64 = 50.0;

/// Range of a spectrogram, in dB below its loudest cell.
const RANGE_DB: f64 = 80.0;

/// Bytes that stand in a page as text.
pub(super) struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::shell::base64(&self.0))
    }
}

/// The lowest and highest sample in every step, in 127ths of full scale.
#[derive(Serialize)]
pub(super) struct Waveforms {
    pub step_s: f64,
    pub reference: Bytes,
    pub degraded: Bytes,
}

impl Waveforms {
    pub fn of([reference, degraded]: [&[f32]; 2], sample_rate: u32) -> Self {
        let rate = f64::from(sample_rate);
        let step = (rate * 0.001).ceil().max((reference.len() as f64 / MOST_EXTREMES as f64).ceil())
            as usize;
        let extremes = |samples: &[f32]| {
            let pairs = samples.chunks(step).flat_map(|chunk| {
                let low = chunk.iter().copied().fold(f32::INFINITY, f32::min);
                let high = chunk.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                [low, high].map(|sample| (sample * 127.0).round() as i8 as u8)
            });
            Bytes(pairs.collect())
        };
        Self {
            step_s: step as f64 / rate,
            reference: extremes(reference),
            degraded: extremes(degraded),
        }
    }
}

/// Levels in bands, column by column, from 0 (80 dB below the loudest cell of both) to 255.
#[derive(Serialize)]
pub(super) struct Spectrograms {
    pub hop_s: f64,
    pub columns: usize,
    pub rows: usize,
    pub frequencies_hz: Vec<f64>,
    pub range: String,
    pub reference: Bytes,
    pub degraded: Bytes,
}

impl Spectrograms {
    /// Up to `highest_hz`.
    pub fn of([reference, degraded]: [&[f32]; 2], sample_rate: u32, highest_hz: f64) -> Self {
        let rate = f64::from(sample_rate);
        let shortest_hop = (rate * 0.004) as usize;
        let hop = shortest_hop.max(reference.len().div_ceil(MOST_COLUMNS));
        let frequencies_hz = band_centres(highest_hz);
        let [reference, degraded] = [reference, degraded]
            .map(|samples| band_levels_db(samples, hop, rate, &frequencies_hz));
        let ceiling = reference.iter().chain(&degraded).copied().fold(f64::NEG_INFINITY, f64::max);
        let bytes = |levels: &[f64]| {
            let cell = |level: &f64| {
                ((level - ceiling + RANGE_DB) / RANGE_DB * 255.0).clamp(0.0, 255.0) as u8
            };
            Bytes(levels.iter().map(cell).collect())
        };
        Self {
            hop_s: hop as f64 / rate,
            columns: reference.len() / ROWS,
            rows: ROWS,
            range: format!("dark to light {RANGE_DB:.0} dB"),
            reference: bytes(&reference),
            degraded: bytes(&degraded),
            frequencies_hz,
        }
    }
}

/// Centres of the bands: even steps of the ear's scale (Traunmüller, 1990).
fn band_centres(highest_hz: f64) -> Vec<f64> {
    let bark = |hz: f64| 26.81 * hz / (1960.0 + hz) - 0.53;
    let hz = |bark: f64| 1960.0 * (bark + 0.53) / (26.28 - bark);
    let (low, high) = (bark(LOWEST_HZ), bark(highest_hz));
    (0..ROWS).map(|row| hz(low + (high - low) * (row as f64 + 0.5) / ROWS as f64)).collect()
}

/// Level of each band in windows of 21 ms around the middle of each column, in dB.
fn band_levels_db(samples: &[f32], hop: usize, rate: f64, centres: &[f64]) -> Vec<f64> {
    const SILENCE: f64 = 1e-14;
    let length = (rate * 0.0213 / 2.0) as usize * 2;
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(length);
    let window = hann(length);
    let (mut frame, mut spectrum) = (transform.make_input_vec(), transform.make_output_vec());
    let bin_hz = rate / length as f64;
    let edges: Vec<f64> = centres.iter().map(|centre| centre / bin_hz).collect();
    let mut levels = Vec::with_capacity(samples.len().div_ceil(hop) * ROWS);
    for column in 0..samples.len().div_ceil(hop) {
        let first = (column * hop + hop / 2) as i64 - length as i64 / 2;
        for (i, cell) in frame.iter_mut().enumerate() {
            let sample =
                usize::try_from(first + i as i64).ok().and_then(|place| samples.get(place));
            *cell = sample.copied().unwrap_or(0.0) * window[i];
        }
        transform.process(&mut frame, &mut spectrum).expect("the lengths are those of the plan");
        let powers: Vec<f64> = spectrum.iter().map(|bin| f64::from(bin.norm_sqr())).collect();
        for (row, centre) in edges.iter().enumerate() {
            let below = if row == 0 { 2.0 * centre - edges[1] } else { edges[row - 1] };
            let above = edges.get(row + 1).copied().unwrap_or(2.0 * centre - below);
            let (from, to) = ((below + centre) / 2.0, (centre + above) / 2.0);
            levels.push(10.0 * (mean_power(&powers, from, to) + SILENCE).log10());
        }
    }
    levels
}

/// Mean power between two positions on the axis of bins; between two bins it is interpolated.
fn mean_power(powers: &[f64], from: f64, to: f64) -> f64 {
    let inside = (from.ceil() as usize..=to.floor() as usize).filter_map(|bin| powers.get(bin));
    let (sum, count) = inside.fold((0.0, 0), |(sum, count), power| (sum + power, count + 1));
    if count > 0 {
        return sum / f64::from(count);
    }
    let centre = (from + to) / 2.0;
    let (bin, share) = (centre as usize, centre.fract());
    let power = |bin: usize| powers.get(bin).copied().unwrap_or(0.0);
    power(bin) * (1.0 - share) + power(bin + 1) * share
}

/// How much louder each band is heard than it is expected, from 1 (as much is missing as ever is) over 128 to 255.
#[derive(Serialize)]
pub(super) struct LoudnessDifference {
    pub hop_s: f64,
    pub columns: usize,
    pub rows: usize,
    pub frequencies_hz: Vec<f64>,
    pub range: String,
    pub difference: Bytes,
}

impl LoudnessDifference {
    /// Of a degraded signal on the time axis of its reference at 48 kHz, which was recorded in these samples.
    pub fn of(reference: &Signal, degraded: &[f32], recorded: Range<usize>) -> Result<Self> {
        let parameters = fullband::Parameters::built_in();
        let prepared = fullband::Reference::new(reference.name(), reference.samples(), parameters)?;
        let [expected, heard] = prepared.loudness_patterns(degraded, recorded);
        let (frames, rows) = expected.dim();
        let together = frames.div_ceil(MOST_COLUMNS);
        let columns = frames.div_ceil(together);
        let mut difference = vec![0.0; columns * rows];
        for (frame, (heard, expected)) in heard.outer_iter().zip(expected.outer_iter()).enumerate()
        {
            let column = &mut difference[frame / together * rows..][..rows];
            let cells = column.iter_mut().zip(heard).zip(expected);
            cells.for_each(|((sum, heard), expected)| *sum += (heard - expected) / together as f32);
        }
        let most = difference.iter().map(|sone| sone.abs()).fold(f32::MIN_POSITIVE, f32::max);
        let byte = |sone: &f32| (128.0 + 127.0 * sone / most).round() as u8;
        Ok(Self {
            hop_s: prepared.frame_hop_s() * together as f64,
            columns,
            rows,
            frequencies_hz: prepared.frequencies_hz(),
            range: format!("strongest {most:.1} sone per Bark"),
            difference: Bytes(difference.iter().map(byte).collect()),
        })
    }
}
