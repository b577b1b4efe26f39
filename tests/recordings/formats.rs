//! Codecs and containers: the speech of `speech.wav`, as far as the codec keeps it, whole and in time.

use basilar::Signal;
use std::path::{Path, PathBuf};

fn audio(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audio").join(file)
}

/// Correlation with the original once it is resampled and `delay` samples at 8 kHz later.
fn correlation(signal: &Signal, delay: usize) -> f64 {
    let original = Signal::open(audio("speech.wav")).unwrap();
    let signal = signal.resampled(8000).unwrap();
    let pairs = || signal.samples()[delay..].iter().zip(original.samples());
    let sum = |term: fn(f64, f64) -> f64| -> f64 {
        pairs().map(|(&a, &b)| term(a.into(), b.into())).sum()
    };
    sum(|a, b| a * b) / (sum(|a, _| a * a) * sum(|_, b| b * b)).sqrt()
}

#[test]
fn every_codec_of_every_container_gives_the_speech_back() {
    // The delay is the encoder's where a format has no place to state it.
    for (file, delay, least) in [
        ("speech-alac.caf", 0, 0.9999),
        ("speech.au", 0, 0.9999),
        ("speech.sph", 0, 0.9999),
        ("speech.w64", 0, 0.9999),
        ("speech-ima.wav", 0, 0.99),
        ("speech-ima.aifc", 0, 0.99),
        ("speech-ms-adpcm.wav", 0, 0.99),
        ("speech-gsm.wav", 0, 0.93),
        ("speech-g722.wav", 11, 0.98),
        ("speech.mp2", 240, 0.97),
        ("speech-opus.caf", 52, 0.98),
        ("speech-opus.mka", 0, 0.98),
        ("speech-opus.mp4", 0, 0.98),
        ("speech.webm", 0, 0.98),
        ("speech-fragments.mp4", 512, 0.98),
    ] {
        let signal = Signal::open(audio(file)).unwrap();
        let found = correlation(&signal, delay);
        assert!(found > least, "{file}: {found:.4}");
        let extra = signal.duration_s() - 1.0;
        assert!((-0.001..0.2).contains(&extra), "{file}: {extra:+.3} s");
    }
}

#[test]
fn files_that_were_joined_are_read_to_the_end_of_the_last() {
    for file in ["speech.mp3", "speech.ogg", "speech.opus", "speech.aac"] {
        let once = std::fs::read(audio(file)).unwrap();
        let read = |bytes: &[u8]| Signal::read(bytes, file, &Default::default()).unwrap();
        let (single, double) = (read(&once), read(&[once.clone(), once].concat()));
        let (single, double) = (single.samples(), double.samples());
        assert_eq!(double.len(), 2 * single.len(), "{file}");
        let middle = single.len() / 2;
        let second = &double[single.len() + middle..];
        let difference = second.iter().zip(&single[middle..]).map(|(a, b)| (a - b).abs());
        let largest = difference.fold(0.0, f32::max);
        assert!(largest < 1e-4, "{file}: {largest}");
    }
}
