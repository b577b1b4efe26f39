//! Filtering by a gain curve in dB over the spectrum of a whole signal, with zero phase.

use super::fft::{Complex32, Forward, Inverse};

/// The spectrum of a signal that several curves are applied to.
#[derive(Clone)]
pub(crate) struct Spectrum {
    bins: Vec<Complex32>,
    length: usize,
    sample_rate: u32,
}

impl Spectrum {
    /// The spectrum of `signal`, zero-padded to the next power of two.
    pub fn of(signal: &[f32], sample_rate: u32) -> Self {
        let length = signal.len().next_power_of_two().max(2);
        let mut padded = Vec::with_capacity(length);
        padded.extend_from_slice(signal);
        padded.resize(length, 0.0);
        let mut bins = vec![Complex32::default(); length / 2 + 1];
        Forward::new(length).run(&mut padded, &mut bins);
        Self { bins, length, sample_rate }
    }

    /// The filtered signal, as long as the padded one.
    pub fn filtered(mut self, curve: &[[f64; 2]]) -> Vec<f32> {
        let reference_db = gain_db(curve, 1000.0);
        let bin_hz = f64::from(self.sample_rate) / self.length as f64;
        let normalise = 1.0 / self.length as f64;
        for (k, bin) in self.bins.iter_mut().enumerate() {
            let db = f64::from((gain_db(curve, k as f64 * bin_hz) - reference_db) as f32);
            *bin *= (10f64.powf(db / 20.0) * normalise) as f32;
        }
        let mut signal = vec![0.0; self.length];
        Inverse::new(self.length).run(&mut self.bins, &mut signal);
        signal
    }
}

/// The curve at `hz`: linear between its points, the outer segments extended.
fn gain_db(curve: &[[f64; 2]], hz: f64) -> f64 {
    let upper = curve.partition_point(|point| point[0] <= hz).clamp(1, curve.len() - 1);
    let ([x0, y0], [x1, y1]) = (curve[upper - 1], curve[upper]);
    y0 + (y1 - y0) * (hz - x0) / (x1 - x0)
}
