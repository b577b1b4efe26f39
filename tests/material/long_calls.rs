//! Long calls made from the samples: sentences in turn, through real codecs, with a bad middle and changes of delay.

use super::random::Random;
use super::recordings;
use super::wav;
use basilar::Signal;
use std::path::Path;

/// A talker's folder, conditions that sound well, and conditions that do not.
type Talker = (&'static str, [&'static str; 3], [&'static str; 3]);

const WIDE: [Talker; 3] = [
    (
        "16k/horizons-en",
        ["opus-24-kbps.wav", "lc3-32-kbps.flac", "opus-64-kbps.flac"],
        ["opus-6-kbps.flac", "opus-loss-20-percent.flac", "babble-10-snr-db.flac"],
    ),
    (
        "16k/librivox-en",
        ["amr-wb-23.85-kbps.flac", "g722-64-kbps.flac", "mp3-48-kbps.flac"],
        ["amr-wb-6.6-kbps.flac", "mp3-16-kbps.flac", "mnru-16-q-db.flac"],
    ),
    (
        "16k/alsa-en",
        ["aac-48-kbps.flac", "speex-28-kbps.flac", "white-noise-30-snr-db.flac"],
        ["speex-4-kbps.flac", "aac-16-kbps.flac", "zero-loss-15-percent.flac"],
    ),
];

pub const RATE: usize = 16_000;
pub const FIRST_DELAY_S: f64 = 0.25;
pub const SECOND_DELAY_S: f64 = 0.41;

/// A call of both directions.
pub struct Call {
    pub reference: Vec<f32>,
    pub degraded: Vec<f32>,
    /// Where in the reference, in samples, the delay jumps: in the middle of a pause.
    pub jump: usize,
}

/// So many sentences, the middle third of them bad, with pauses of 0.3 to 1.3 s.
pub fn call(sentences: usize) -> Call {
    let open = |folder: &str, file: &str, speed: u32| {
        let signal = recordings::open(&format!("{folder}/{file}"));
        let faster = Signal::new(file, signal.samples().to_vec(), speed);
        faster.resampled(RATE as u32).unwrap().samples().to_vec()
    };
    let mut random = Random(7);
    let mut draw = |end: usize| random.below(end);
    let silence = |seconds: f64| vec![0.0; (seconds * RATE as f64) as usize];
    let (mut reference, mut degraded) = (Vec::new(), silence(FIRST_DELAY_S));
    let mut jump = 0;
    for sentence in 0..sentences {
        let (folder, good, bad) = WIDE[draw(3)];
        let middle = (sentences / 3..2 * sentences / 3).contains(&sentence);
        let condition = if middle { bad[draw(3)] } else { good[draw(3)] };
        // Slower or faster, so that no sentence returns too soon.
        let speed = 14_400 + 400 * draw(9) as u32;
        let (spoken, mut heard) =
            (open(folder, "reference.wav", speed), open(folder, condition, speed));
        heard.resize(spoken.len(), 0.0);
        let pause = vec![0.0; RATE * 3 / 10 + draw(RATE)];
        reference.extend(spoken);
        degraded.extend(heard);
        if sentence == sentences * 3 / 4 {
            jump = reference.len() + pause.len() / 2;
            degraded.extend(silence(SECOND_DELAY_S - FIRST_DELAY_S));
        }
        reference.extend(&pause);
        degraded.extend(pause);
    }
    Call { reference, degraded, jump }
}

/// Writes 16-bit WAV.
pub fn wav(path: &Path, samples: &[f32]) {
    wav::write_rounded(path, RATE as u32, samples);
}
