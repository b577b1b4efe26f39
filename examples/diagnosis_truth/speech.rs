//! Where speech and pauses are, how loud it is, and random numbers.

use basilar::Signal;

/// A pseudo-random sequence (Knuth's MMIX generator).
pub struct Random(pub u64);

impl Random {
    /// From 0 to 1.
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Normally distributed.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.next().max(1e-300).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.next()).cos()
    }
}

/// Mean powers of steps of 10 ms.
pub fn steps(samples: &[f32], rate: u32) -> Vec<f64> {
    let length = rate as usize / 100;
    let power =
        |step: &[f32]| step.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / length as f64;
    samples.chunks_exact(length).map(power).collect()
}

/// Mean power of active speech (ITU-T P.56).
pub fn speech_power(samples: &[f32], rate: u32) -> f64 {
    let level = Signal::new("speech", samples.to_vec(), rate).speech_level().active_dbov;
    10f64.powf(level / 10.0)
}

/// Up to `count` moments in loud speech, in samples, each with `length_s` of it behind and some way from each other.
pub fn loud_moments(
    samples: &[f32],
    rate: u32,
    count: usize,
    length_s: f64,
    seed: u64,
) -> Vec<usize> {
    let steps = steps(samples, rate);
    let least = 0.1 * speech_power(samples, rate);
    let length = (100.0 * length_s).ceil() as usize + 1;
    let mut random = Random(seed);
    let mut chosen: Vec<usize> = Vec::new();
    for _ in 0..3000 {
        if chosen.len() == count || steps.len() < length + 80 {
            break;
        }
        let step = 40 + (random.next() * (steps.len() - length - 80) as f64) as usize;
        let own = &steps[step..step + length];
        let loud = own.iter().filter(|&&power| power > least).count();
        let all = loud * 10 >= own.len() * 8 && own[0] > least && own[own.len() - 2] > least;
        let apart = chosen.iter().all(|other: &usize| other.abs_diff(step) > length + 40);
        if all && apart {
            chosen.push(step);
        }
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|step| step * rate as usize / 100).collect()
}

/// The pause nearest to the middle that is at least 150 ms long, as its first and last sample.
pub fn pause(samples: &[f32], rate: u32) -> Option<[usize; 2]> {
    let steps = steps(samples, rate);
    let quiet = 1e-3 * speech_power(samples, rate);
    let mut pauses: Vec<[usize; 2]> = Vec::new();
    for (step, &power) in steps.iter().enumerate() {
        if power < quiet {
            match pauses.last_mut() {
                Some(last) if last[1] == step => last[1] = step + 1,
                _ => pauses.push([step, step + 1]),
            }
        }
    }
    let middle = steps.len() / 2;
    pauses
        .into_iter()
        .filter(|pause| pause[1] - pause[0] >= 15 && pause[0] > 100 && pause[1] + 100 < steps.len())
        .min_by_key(|pause| (pause[0] + pause[1]).abs_diff(2 * middle))
        .map(|pause| pause.map(|step| step * rate as usize / 100))
}
