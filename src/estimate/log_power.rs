//! Logarithms of power spectra, in f64: networks that take logarithms hear what is far below any noise.

use realfft::RealFftPlanner;

/// What stands for no power is so much below the least power that there is, or below one where there is none: in dB.
const BELOW_LEAST_DB: f64 = 120.0;
const NOTHING_DB: f64 = 80.0;
/// What the network was given logarithms divided by.
const SCALE: f64 = 20.0;

/// The bins of every frame, one frame after the other; the first frame ends a hop behind the first sample, and silence
/// lies before and behind the samples.
pub(super) fn log_power(samples: &[f32], length: usize, hop: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU / length as f64;
    let window: Vec<f64> = (0..length).map(|n| 0.54 - 0.46 * (step * n as f64).cos()).collect();
    let before = length.saturating_sub(hop);
    let frames = (samples.len() + before).div_ceil(hop);
    let plan = RealFftPlanner::<f64>::new().plan_fft_forward(length);
    let (mut input, mut spectrum) = (plan.make_input_vec(), plan.make_output_vec());
    let mut scratch = plan.make_scratch_vec();
    let mut powers = Vec::with_capacity(frames * spectrum.len());
    for frame in 0..frames {
        for (at, (to, gain)) in input.iter_mut().zip(&window).enumerate() {
            let sample = (frame * hop + at).checked_sub(before).and_then(|at| samples.get(at));
            *to = sample.map_or(0.0, |&sample| f64::from(sample) * gain);
        }
        plan.process_with_scratch(&mut input, &mut spectrum, &mut scratch)
            .expect("buffers that the plan made");
        powers.extend(spectrum.iter().map(|bin| bin.norm_sqr()));
    }
    let natural = |db: f64| db / 10.0 * std::f64::consts::LN_10;
    let least = powers.iter().copied().filter(|&power| power > 0.0).fold(f64::INFINITY, f64::min);
    let nothing = match least.is_finite() {
        true => least.ln() - natural(BELOW_LEAST_DB),
        false => -natural(NOTHING_DB),
    };
    let scaled = |power: f64| if power > 0.0 { power.ln() } else { nothing } / SCALE;
    powers.into_iter().map(|power| scaled(power) as f32).collect()
}
