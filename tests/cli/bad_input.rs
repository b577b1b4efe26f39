//! Bad input, on either side: one sentence that names the file and the remedy, exit code 3, no panic.

use crate::material::program::basilar;
use crate::material::random::Random;
use crate::material::wav;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const GOOD: &str = "audio-samples/16k/horizons-en/reference.wav";

/// Scores the file as reference and as degraded recording; both must say the same of it.
fn refused(path: &Path, reason: &str) {
    let sides = [[path, Path::new(GOOD)], [Path::new(GOOD), path]];
    let sentences = sides.map(|pair| sentence(&pair, path));
    assert!(sentences[0].contains(reason), "{}", sentences[0]);
    assert_eq!(sentences[0], sentences[1]);
}

/// What the program says of the pair in which `path` is bad.
fn sentence(pair: &[&Path], path: &Path) -> String {
    let mut command = basilar();
    let done = command.arg("score").args(pair).assert().code(3).stdout("");
    let spoken = String::from_utf8(done.get_output().stderr.clone()).unwrap();
    let named = format!("error: {}: ", path.display());
    assert_eq!(spoken.lines().count(), 1, "{spoken}");
    assert!(spoken.starts_with(&named), "{spoken}");
    let (wrong, remedy) = spoken[named.len()..].split_once("; ").expect(&spoken);
    assert!(!wrong.is_empty() && !remedy.trim().is_empty(), "{spoken}");
    spoken
}

/// A file with these bytes, in a folder that lives as long as the test.
fn file(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.wav");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// A mono WAV of 32-bit float samples at 16 kHz.
fn float_wav(samples: impl IntoIterator<Item = f32>) -> (TempDir, PathBuf) {
    let (folder, path) = file(b"");
    wav::write_float(&path, 16_000, samples);
    (folder, path)
}

fn good_samples() -> Vec<f32> {
    basilar::Signal::open(GOOD).unwrap().samples().to_vec()
}

#[test]
fn a_text_file_named_wav() {
    let (_folder, path) = file(b"Once upon a time there was a recording.\n");
    refused(&path, "not a recognised audio file, as it has no header of a known format; give WAV");
}

#[test]
fn an_empty_file() {
    let (_folder, path) = file(b"");
    refused(&path, "the file is empty");
}

#[test]
fn a_truncated_wav() {
    let whole = fs::read(GOOD).unwrap();
    let (_folder, path) = file(&whole[..whole.len() / 2]);
    refused(&path, "truncated: the header promises 8.739 s");
    let (_folder, path) = file(&whole[..40]);
    refused(&path, "the audio data is corrupt");
}

#[test]
fn a_wav_of_zero_channels() {
    let mut bytes = fs::read(GOOD).unwrap();
    bytes[22] = 0;
    let (_folder, path) = file(&bytes);
    refused(&path, "zero channels");
}

#[test]
fn a_wav_without_samples() {
    let (_folder, path) = float_wav([]);
    refused(&path, "contains no samples");
}

#[test]
fn samples_that_are_no_numbers() {
    for (value, named) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (f32::NEG_INFINITY, "-inf")] {
        let mut samples = good_samples();
        samples[1234] = value;
        let (_folder, path) = float_wav(samples);
        refused(&path, &format!("sample 1234 (counted from 0) is {named}"));
    }
}

#[test]
fn numbers_beyond_any_recording() {
    for scale in [1e10, 1e25, 1e37] {
        let (_folder, path) = float_wav(good_samples().iter().map(|sample| sample * scale));
        // Whatever is said of it, nothing panics and no score is made of infinities.
        for pair in [[path.as_path(), Path::new(GOOD)], [Path::new(GOOD), &path]] {
            let mut command = basilar();
            let done = command.arg("score").args(pair).output().unwrap();
            let (printed, spoken) =
                [done.stdout, done.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).into();
            assert!(matches!(done.status.code(), Some(0 | 3)), "{scale:e}: {printed}{spoken}");
            assert!(!printed.contains("NaN") && !printed.contains("inf"), "{scale:e}: {printed}");
        }
    }
}

#[test]
fn silence() {
    let (_folder, path) = float_wav([0.0; 64_000]);
    refused(&path, "silent in the speech band");
}

/// A second of quiet, so much of real speech, and the rest of four seconds quiet.
fn speech_of(samples: usize) -> (TempDir, PathBuf) {
    let mut quiet = [0.0; 64_000];
    quiet[16_000..16_000 + samples].copy_from_slice(&good_samples()[20_000..20_000 + samples]);
    float_wav(quiet)
}

#[test]
fn a_reference_without_speech() {
    let (_folder, path) = speech_of(1_600);
    let sentence = sentence(&[&path, Path::new(GOOD)], &path);
    assert!(sentence.contains("no speech of 0.2 s or more found in the reference"), "{sentence}");
}

/// The voice activity of P.862 is one of level, so steady noise is speech to it, as it is to the
/// reference program; and a degraded recording that lost all speech has a score: a bad one.
#[test]
fn noise_and_lost_speech_have_a_score() {
    let (_noise_folder, noise) = float_wav(Random(1).noise(64_000, 0.05));
    let (_lost_folder, lost) = speech_of(1_600);
    let good = Path::new(GOOD);
    for (reference, degraded) in [(noise.as_path(), good), (good, &noise), (good, &lost)] {
        let mut command = basilar();
        let done = command.arg("score").args([reference, degraded]).assert().code(0);
        let [printed, told] = [&done.get_output().stdout, &done.get_output().stderr]
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        // How bad, the model says: P.862 gives noise up to 2.1.
        assert!(printed.contains("  Bad (service band below 3.0)\n"), "{printed}");
        let related = told.is_empty();
        assert!(related || told.contains("hardly resembles the reference"), "{told}");
        assert!(!related || degraded == lost, "unrelated noise goes with a warning");
    }
}

#[test]
fn a_tenth_of_a_second() {
    let (_folder, path) = float_wav(good_samples()[32_000..33_600].iter().copied());
    refused(&path, "0.100 s of audio is too short; give at least 0.25 s");
}

#[test]
fn no_such_file() {
    refused(Path::new("no/such/recording.wav"), "no such file; check the path");
}

#[test]
fn a_directory() {
    let folder = tempfile::tempdir().unwrap();
    refused(folder.path(), "is a directory; name an audio file in it");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = file(b"RIFF");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Nothing is forbidden to an administrator.
    if fs::read(&path).is_err() {
        refused(&path, "permission denied");
    }
}

#[test]
fn a_channel_that_is_not_there() {
    let (_folder, path) = float_wav(good_samples());
    let mut command = basilar();
    let done = command.args(["score", "--channel=2", GOOD]).arg(&path).assert().code(3).stdout("");
    let spoken = String::from_utf8(done.get_output().stderr.clone()).unwrap();
    assert_eq!(
        spoken,
        format!("error: {}: has no channel 2, only 1; choose one of them or mix\n", path.display())
    );
}

#[test]
fn headerless_samples_of_another_size() {
    let (folder, _) = file(b"");
    let path = folder.path().join("odd.raw");
    fs::write(&path, [0; 4001]).unwrap();
    let mut command = basilar();
    command.args(["score", "--raw-rate=16000", "--raw-format=s16le", GOOD]).arg(&path);
    let done = command.assert().code(3).stdout("");
    let spoken = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
    assert!(spoken.contains("odd.raw: 4001 bytes are not a whole number of 2-byte frames; "));
}
