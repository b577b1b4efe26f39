//! Short-time spectra: powers of frames, and signals put together again from changed frames.

use crate::dsp::fft::{Buffer, Forward, Inverse, fast_length};
use crate::dsp::window::{hann, multiply};
use num_complex::Complex32;

/// Length of a frame in seconds: long enough to part the harmonics of most voices, short enough to follow syllables.
const FRAME_S: f64 = 0.032;

/// How signals are cut into frames that overlap by half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Framing {
    /// Samples of a frame, an even number.
    pub length: usize,
    /// Samples from one frame to the next.
    pub hop: usize,
    /// Bins of a spectrum, from 0 Hz to half the sample rate.
    pub bins: usize,
    /// Hertz from one bin to the next.
    pub bin_hz: f64,
    /// Frames per second.
    pub rate: f64,
}

impl Framing {
    pub fn at(sample_rate: u32) -> Self {
        let length = fast_length((FRAME_S * f64::from(sample_rate)) as usize);
        let (hop, rate) = (length / 2, f64::from(sample_rate));
        Self {
            length,
            hop,
            bins: length / 2 + 1,
            bin_hz: rate / length as f64,
            rate: rate / hop as f64,
        }
    }

    /// Frames that a signal of so many samples has whole.
    pub fn frames(&self, samples: usize) -> usize {
        samples.saturating_sub(self.length) / self.hop + usize::from(samples >= self.length)
    }

    /// The bin nearest to a frequency.
    pub fn bin(&self, hz: f64) -> usize {
        ((hz / self.bin_hz).round() as usize).min(self.bins - 1)
    }

    /// What to multiply a windowed frame's summed bin powers by to get its mean square.
    pub fn power_scale(&self) -> f64 {
        // Two for the negative frequencies; the window's mean square is 3/8.
        2.0 / (self.length as f64).powi(2) * 8.0 / 3.0
    }
}

/// The windowed spectra of a signal's frames, one after the other.
pub(super) struct Spectra<'a> {
    framing: Framing,
    samples: &'a [f32],
    forward: Forward,
    buffer: Buffer,
}

impl<'a> Spectra<'a> {
    pub fn of(samples: &'a [f32], framing: Framing) -> Self {
        let (forward, buffer) = (Forward::new(framing.length), Buffer::new(framing.length));
        Self { framing, samples, forward, buffer }
    }

    /// The spectrum of frame `index`, which must lie in the signal.
    pub fn frame(&mut self, index: usize) -> &[Complex32] {
        let Framing { length, hop, .. } = self.framing;
        let samples = &self.samples[index * hop..][..length];
        multiply(self.buffer.samples_mut(), samples, &hann(length));
        self.forward.run(&mut self.buffer);
        &self.buffer
    }
}

/// Powers of the bins of frames.
#[derive(Debug, Clone, Default)]
pub(super) struct Powers {
    bins: usize,
    values: Vec<f32>,
}

impl Powers {
    pub fn of(samples: &[f32], framing: Framing) -> Self {
        let frames = framing.frames(samples.len());
        let mut spectra = Spectra::of(samples, framing);
        let mut values = Vec::with_capacity(frames * framing.bins);
        for index in 0..frames {
            values.extend(spectra.frame(index).iter().map(Complex32::norm_sqr));
        }
        Self { bins: framing.bins, values }
    }

    pub fn frames(&self) -> usize {
        self.values.len() / self.bins.max(1)
    }

    pub fn frame(&self, index: usize) -> &[f32] {
        &self.values[index * self.bins..][..self.bins]
    }

    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.bins.max(1))
    }

    /// The mean spectrum of the frames chosen.
    pub fn mean(&self, chosen: impl Fn(usize) -> bool) -> Vec<f64> {
        let mut sums = vec![0.0f64; self.bins];
        let mut count = 0;
        for (_, row) in self.rows().enumerate().filter(|(index, _)| chosen(*index)) {
            sums.iter_mut().zip(row).for_each(|(sum, &power)| *sum += f64::from(power));
            count += 1;
        }
        sums.iter_mut().for_each(|sum| *sum /= f64::from(count.max(1)));
        sums
    }
}

/// `samples` with every frame's spectrum changed by `change`, which is given the frame's number.
pub(super) fn changed(
    samples: &[f32],
    framing: Framing,
    mut change: impl FnMut(usize, &mut [Complex32]),
) -> Vec<f32> {
    let Framing { length, hop, .. } = framing;
    // Half a frame of silence on either side, so that every sample lies in two frames, whose windows add up to one.
    let mut padded = vec![0.0; hop];
    padded.extend_from_slice(samples);
    padded.resize(samples.len() + 3 * hop, 0.0);
    let mut sum = vec![0.0f32; padded.len()];
    let (mut forward, mut inverse) = (Forward::new(length), Inverse::new(length));
    let mut buffer = Buffer::new(length);
    let window = hann(length);
    for start in (0..=padded.len() - length).step_by(hop) {
        multiply(buffer.samples_mut(), &padded[start..][..length], &window);
        forward.run(&mut buffer);
        // The padding shifts frames by one.
        change((start / hop).saturating_sub(1), &mut buffer);
        inverse.run(&mut buffer);
        let scale = 1.0 / length as f32;
        let out = sum[start..][..length].iter_mut();
        out.zip(buffer.samples()).for_each(|(sum, value)| *sum += value * scale);
    }
    sum[hop..][..samples.len()].to_vec()
}

/// `samples` through a filter whose tap number `centre` answers without delay; as long as `samples`.
pub(super) fn filtered(samples: &[f32], taps: &[f32], centre: usize) -> Vec<f32> {
    let length = fast_length(samples.len() + taps.len());
    let mut forward = Forward::new(length);
    let (mut signal, mut filter) = (Buffer::new(length), Buffer::new(length));
    signal.load(samples, 0);
    filter.load(taps, 0);
    forward.run(&mut signal);
    forward.run(&mut filter);
    let scale = 1.0 / length as f32;
    signal.iter_mut().zip(filter.iter()).for_each(|(bin, gain)| *bin *= gain * scale);
    Inverse::new(length).run(&mut signal);
    signal.samples()[centre..][..samples.len()].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize) -> Vec<f32> {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn unchanged_frames_give_the_signal_back() {
        let samples = noise(5000);
        let back = changed(&samples, Framing::at(16_000), |_, _| {});
        assert!(samples.iter().zip(&back).all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn bin_powers_add_up_to_the_mean_square() {
        let (samples, framing) = (noise(32_000), Framing::at(16_000));
        let powers = Powers::of(&samples, framing);
        let sum: f64 = powers.mean(|_| true).iter().sum();
        assert!((3.0 * sum * framing.power_scale() - 1.0).abs() < 0.05);
    }

    #[test]
    fn a_filter_moves_and_weighs() {
        let samples = noise(1000);
        let moved = filtered(&samples, &[0.0, 0.0, 0.0, 0.5], 1);
        assert!((2..1000).all(|at| (moved[at] - 0.5 * samples[at - 2]).abs() < 1e-5));
    }
}
