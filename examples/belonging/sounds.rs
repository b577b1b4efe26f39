//! Noise, rooms and melodies, the same in every run.

/// Numbers that look random (xorshift64*).
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From −1 to 1.
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40;
        bits as f32 / (1u32 << 23) as f32 - 1.0
    }
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|x| x * x).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

/// Noise of a root mean square, white or with a pole at `colour`.
pub fn noise(length: usize, colour: f32, level: f32, seed: u64) -> Vec<f32> {
    let mut random = Random::new(seed + 1);
    let mut last = 0.0;
    let mut noise: Vec<f32> = (0..length)
        .map(|_| {
            last = colour * last + random.next();
            last
        })
        .collect();
    let scale = level / rms(&noise);
    noise.iter_mut().for_each(|x| *x *= scale);
    noise
}

/// Speech with noise `snr_db` below it.
pub fn noisy(speech: &[f32], snr_db: f32, colour: f32, seed: u64) -> Vec<f32> {
    let level = rms(speech) * 10f32.powf(-snr_db / 20.0);
    let noise = noise(speech.len(), colour, level, seed);
    speech.iter().zip(noise).map(|(a, b)| a + b).collect()
}

/// Speech in a room that decays by 60 dB in `t60_s` at 8 kHz, reflections as strong as the direct sound.
pub fn reverberant(speech: &[f32], t60_s: f32, seed: u64) -> Vec<f32> {
    const SPACING: f32 = 8.0;
    let mut random = Random::new(seed + 2);
    let mut taps: Vec<(usize, f32)> = (0..(t60_s * 8000.0 / SPACING) as usize)
        .map(|k| {
            let delay = 20.0 + (k as f32 + random.next().abs()) * SPACING;
            let sign = if random.next() < 0.0 { -1.0 } else { 1.0 };
            (delay as usize, sign * 10f32.powf(-3.0 * delay / (t60_s * 8000.0)))
        })
        .collect();
    let energy: f32 = taps.iter().map(|tap| tap.1 * tap.1).sum();
    taps.iter_mut().for_each(|tap| tap.1 /= energy.sqrt());
    let mut heard = speech.to_vec();
    for (delay, weight) in taps {
        let behind = heard.get_mut(delay..).into_iter().flatten();
        behind.zip(speech).for_each(|(sum, x)| *sum += weight * x);
    }
    heard
}

/// Notes of a pentatonic scale, three to five a second.
pub fn melody(length: usize, rate: u32, seed: u64) -> Vec<f32> {
    let mut random = Random::new(seed + 3);
    let mut melody = Vec::with_capacity(length);
    while melody.len() < length {
        let step = (random.next().abs() * 8.0) as i32;
        let pitch = 220.0 * 2f32.powf((step * 12 / 5) as f32 / 12.0);
        let note = (rate as f32 * (0.2 + 0.13 * random.next().abs())) as usize;
        melody.extend((0..note).map(|n| {
            let time = n as f32 / rate as f32;
            let phase = std::f32::consts::TAU * pitch * time;
            0.1 * (-6.0 * time).exp() * (phase.sin() + 0.5 * (2.0 * phase).sin())
        }));
    }
    melody.truncate(length);
    melody
}
