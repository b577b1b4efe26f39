//! A file that cannot be used gives one sentence with its name and the remedy, and never a panic.

use std::fs;
use std::path::Path;

use basilar::{Channel, Encoding, Error, OpenOptions, RawFormat, Signal};
use proptest::prelude::*;

fn open(name: &str, bytes: &[u8]) -> Error {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, bytes).unwrap();
    let error = Signal::open(&path).expect_err(name);
    check_sentence(&error, name);
    error
}

/// One line that holds the name, then what is wrong, then after a semicolon what to do.
fn check_sentence(error: &Error, name: &str) {
    let message = error.to_string();
    assert_eq!(message.lines().count(), 1, "{message}");
    let (before, after) = message.split_once(": ").expect(&message);
    assert!(before.ends_with(name), "{message}");
    assert!(after.contains("; "), "{message}");
}

/// A mono WAV file of 1000 samples of 16 bits at 8000 Hz.
fn wav() -> Vec<u8> {
    let mut wav = b"RIFF\xf4\x07\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    wav.extend([0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0]);
    wav.extend(b"data\xd0\x07\0\0");
    wav.extend((0..1000i16).flat_map(|n| (n * 7).to_le_bytes()));
    wav
}

fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut wav = wav();
    wav[at..at + bytes.len()].copy_from_slice(bytes);
    wav
}

fn float_wav(sample: f32) -> Vec<u8> {
    let mut wav = with(20, &[3]);
    wav[28..36].copy_from_slice(&[0, 0x7d, 0, 0, 4, 0, 32, 0]);
    wav[44..].fill(0);
    wav[64..68].copy_from_slice(&sample.to_le_bytes());
    wav
}

#[test]
fn no_such_file() {
    let error = Signal::open("no/such/speech.wav").unwrap_err();
    check_sentence(&error, "no/such/speech.wav");
    assert!(matches!(error, Error::NotFound { .. }));
}

#[test]
fn a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let error = Signal::open(directory.path()).unwrap_err();
    check_sentence(&error, directory.path().to_str().unwrap());
    assert!(matches!(error, Error::IsDirectory { .. }));
}

#[test]
fn an_empty_file() {
    assert!(matches!(open("empty.wav", b""), Error::Empty { .. }));
}

#[test]
fn a_text_file_named_wav() {
    assert!(matches!(open("notes.wav", b"Once upon a time"), Error::UnknownFormat { .. }));
    assert!(matches!(open("short.wav", b"RIFF"), Error::UnknownFormat { .. }));
    assert!(matches!(open("utf16.wav", b"\xff\xfea\0b\0"), Error::UnknownFormat { .. }));
}

#[test]
fn a_truncated_wav() {
    match open("truncated.wav", &wav()[..44 + 800]) {
        Error::Truncated { present_s, promised_s, .. } => {
            assert_eq!((present_s, promised_s), (0.05, 0.125));
        }
        error => panic!("{error}"),
    }
}

#[test]
fn a_wav_without_data() {
    for length in [12, 20, 36, 40] {
        assert!(matches!(open("header.wav", &wav()[..length]), Error::Corrupt { .. }));
    }
    assert!(matches!(open("none.wav", &with(40, &[0; 4])[..44]), Error::NoSamples { .. }));
}

#[test]
fn zero_channels() {
    assert!(matches!(open("zero.wav", &with(22, &[0])), Error::ZeroChannels { .. }));
}

#[test]
fn impossible_sample_rates() {
    for rate in [0, 1, 3_999, 384_001, u32::MAX] {
        let error = open("rate.wav", &with(24, &rate.to_le_bytes()));
        assert!(matches!(error, Error::SampleRate { sample_rate, .. } if sample_rate == rate));
    }
    let signal = Signal::new("speech", vec![0.0; 8], 8000);
    check_sentence(&signal.resampled(0).unwrap_err(), "speech");
    check_sentence(&Signal::new("speech", vec![0.0], 0).resampled(8000).unwrap_err(), "speech");
}

#[test]
fn samples_that_are_no_numbers() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let error = open("float.wav", &float_wav(value));
        assert!(matches!(error, Error::NotFinite { index: 5, .. }), "{error}");
        let error = Signal::new("made", vec![0.0, value], 8000).validate().unwrap_err();
        assert!(matches!(error, Error::NotFinite { index: 1, .. }), "{error}");
    }
}

#[test]
fn a_coding_that_is_not_decoded() {
    // G.729 in WAV.
    let error = open("g729.wav", &with(20, &[0x83]));
    assert!(matches!(error, Error::UnsupportedCoding { .. }), "{error}");
}

#[test]
fn a_channel_that_is_not_there() {
    let options = OpenOptions { channel: Channel::Right, raw: None };
    let error = Signal::read(&wav()[..], "mono.wav", &options).unwrap_err();
    check_sentence(&error, "mono.wav");
    for word in ["", "0", "-1", "70000", "middle"] {
        check_sentence(&word.parse::<Channel>().unwrap_err(), word);
    }
}

#[test]
fn headerless_samples_that_do_not_fit() {
    let raw = RawFormat { sample_rate: 8000, encoding: Encoding::S16Le, channels: 2 };
    let read = |raw, bytes: &[u8]| {
        let options = OpenOptions { raw: Some(raw), ..OpenOptions::default() };
        Signal::read(bytes, "speech.raw", &options).unwrap_err()
    };
    let error = read(raw, &[0; 6]);
    check_sentence(&error, "speech.raw");
    assert!(matches!(error, Error::RawLength { bytes: 6, frame_bytes: 4, .. }));
    let error = read(RawFormat { channels: 0, ..raw }, &[0; 6]);
    assert!(matches!(error, Error::ZeroChannels { .. }));
    let error = read(RawFormat { encoding: Encoding::F32Le, channels: 1, ..raw }, &[0xff; 8]);
    assert!(matches!(error, Error::NotFinite { index: 0, .. }));
    check_sentence(&"s17le".parse::<Encoding>().unwrap_err(), "s17le");
}

#[test]
fn headers_that_promise_gigabytes() {
    let channels = with(22, &[0xff, 0xff]);
    open("channels.wav", &channels);
    let error = open("size.wav", &with(40, &0x9000_0000u32.to_le_bytes()));
    assert!(matches!(error, Error::Truncated { .. }));
    // RF64 with 2^55 bytes of data; more is a placeholder.
    let mut long = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0".to_vec();
    long.extend([0; 14]);
    long.extend([0x80, 0]);
    long.extend([0; 12]);
    long.extend(&wav()[12..40]);
    long.extend([0xff; 4]);
    assert!(matches!(open("long.wav", &long), Error::Truncated { .. }));
}

/// Found by the properties below: the first overflowed, the second allocated 2^31 frames.
#[test]
fn a_caf_description_of_impossible_packets() {
    for field in [36, 40] {
        let mut bytes = sample("speech.caf");
        bytes[field..field + 4].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
        survives(&bytes);
    }
}

#[test]
fn compressed_files_that_break_off() {
    for file in ["speech.flac", "speech-alac.m4a", "speech.m4a", "speech.aiff", "speech.caf"] {
        let bytes = sample(file);
        let error = open(file, &bytes[..bytes.len() / 2]);
        assert!(matches!(error, Error::Corrupt { .. } | Error::Truncated { .. }), "{error}");
    }
}

#[test]
fn a_flipped_bit_in_flac_is_noticed() {
    let mut bytes = sample("speech.flac");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    open("flipped.flac", &bytes);
}

fn sample(file: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audio").join(file)).unwrap()
}

/// Either a usable signal or an error with a message; what must not happen is a panic.
fn survives(bytes: &[u8]) {
    match Signal::read(bytes, "any", &OpenOptions::default()) {
        Ok(signal) => signal.validate().unwrap(),
        Err(error) => check_sentence(&error, "any"),
    }
}

const FILES: [&str; 12] = [
    "speech.wav",
    "speech-alaw.wav",
    "speech-mulaw.wav",
    "speech.flac",
    "speech-alac.m4a",
    "speech.aiff",
    "speech.caf",
    "speech.opus",
    "speech.mp3",
    "speech.m4a",
    "speech.aac",
    "speech.ogg",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_behind_a_wav_header(
        at in 12usize..48,
        bytes in prop::collection::vec(any::<u8>(), 1..24),
        length in 0usize..200,
    ) {
        let mut wav = with(at, &bytes);
        wav.truncate(44 + length);
        survives(&wav);
    }

    #[test]
    fn any_bytes_behind_any_magic(
        file in prop::sample::select(&FILES[..]),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut damaged = sample(file)[..12].to_vec();
        damaged.extend(bytes);
        survives(&damaged);
    }

    #[test]
    fn any_damage_to_a_real_file(
        file in prop::sample::select(&FILES[..]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        in_header in any::<bool>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = sample(file);
        for (place, byte) in damage {
            let reach = if in_header { bytes.len().min(200) } else { bytes.len() };
            bytes[place.index(reach)] = byte;
        }
        if cut.index(4) == 0 {
            bytes.truncate(cut.index(bytes.len()));
        }
        survives(&bytes);
    }
}
