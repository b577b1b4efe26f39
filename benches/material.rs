//! Real pairs of any length: the shipped samples, repeated.

use basilar::Signal;
use std::path::Path;

/// Reference and Opus-coded speech of `duration_s` seconds at 8000 or 16000 Hz.
pub fn pair(sample_rate: u32, duration_s: usize) -> [Signal; 2] {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../audio-samples");
    let folder = samples.join(if sample_rate == 8000 { "8k/june-fr" } else { "16k/horizons-en" });
    let [reference, degraded] = ["reference.wav", "opus-12-kbps"].map(|name| {
        let wav = folder.join(name).with_extension("wav");
        let path = if wav.exists() { wav } else { folder.join(name).with_extension("flac") };
        Signal::open(path).expect("a shipped sample")
    });
    let period = reference.samples().len().max(degraded.samples().len());
    [reference, degraded].map(|signal| {
        let padded = signal
            .samples()
            .iter()
            .copied()
            .chain(std::iter::repeat(0.0))
            .take(period)
            .collect::<Vec<_>>();
        let length = duration_s * sample_rate as usize;
        Signal::new(signal.name(), padded.into_iter().cycle().take(length).collect(), sample_rate)
    })
}
