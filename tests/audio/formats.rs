//! Every format gives the samples that were put into it.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use crate::material::near::assert_near;
use basilar::{Channel, Encoding, Error, OpenOptions, RawFormat, Signal, Warning};
use hound::{SampleFormat, WavSpec, WavWriter};

fn audio(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audio").join(file)
}

fn speech() -> Signal {
    Signal::open(audio("speech.wav")).unwrap()
}

fn wav(bits_per_sample: u16, channels: u16, samples: &[i32]) -> Vec<u8> {
    let spec =
        WavSpec { channels, sample_rate: 8000, bits_per_sample, sample_format: SampleFormat::Int };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut bytes, spec).unwrap();
    samples.iter().for_each(|&sample| writer.write_sample(sample).unwrap());
    writer.finalize().unwrap();
    bytes.into_inner()
}

fn read(bytes: &[u8]) -> Signal {
    Signal::read(bytes, "test", &OpenOptions::default()).unwrap()
}

fn read_channel(bytes: &[u8], channel: Channel) -> basilar::Result<Signal> {
    Signal::read(bytes, "test", &OpenOptions { channel, raw: None })
}

#[test]
fn integers_of_every_width_map_to_full_scale_exactly() {
    for (bits, least, greatest) in [
        (8, -128, 127),
        (16, -32_768, 32_767),
        (24, -8_388_608, 8_388_607),
        (32, i32::MIN, i32::MAX - 127),
    ] {
        let samples = [0, 1, -1, least, greatest, greatest / 3];
        let expected = samples.map(|x| (f64::from(x) / -f64::from(least)) as f32);
        assert_eq!(read(&wav(bits, 1, &samples)).samples(), expected, "{bits} bits");
    }
}

#[test]
fn all_16_bit_values_are_exact() {
    let samples: Vec<i32> = (-32_768..=32_767).collect();
    let signal = read(&wav(16, 1, &samples));
    let expected = samples.iter().map(|&x| x as f32 / 32_768.0);
    assert!(signal.samples().iter().copied().eq(expected));
}

#[test]
fn floats_of_either_width_are_kept() {
    let values = [0.0f32, 1.0, -1.0, 1.5, 1e-9, 0.1];
    let data: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    assert_eq!(read(&wav_bytes(3, 1, 4, &data)).samples(), values);
    let data: Vec<u8> = values.iter().flat_map(|&x| f64::from(x).to_le_bytes()).collect();
    assert_eq!(read(&wav_bytes(3, 1, 8, &data)).samples(), values);
}

/// A WAV file with the plainest header.
fn wav_bytes(tag: u16, channels: u16, sample_bytes: u16, data: &[u8]) -> Vec<u8> {
    let frame = channels * sample_bytes;
    let mut wav = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
    wav.extend(tag.to_le_bytes());
    wav.extend(channels.to_le_bytes());
    wav.extend(8000u32.to_le_bytes());
    wav.extend((8000 * u32::from(frame)).to_le_bytes());
    wav.extend(frame.to_le_bytes());
    wav.extend((8 * sample_bytes).to_le_bytes());
    wav.extend(b"data");
    wav.extend((data.len() as u32).to_le_bytes());
    wav.extend(data);
    wav
}

#[test]
fn an_extensible_header_is_read_with_its_valid_bits() {
    // 20 valid bits stand in the upper bits of a 24-bit container.
    let mut wav = b"RIFF\0\0\0\0WAVEfmt \x28\0\0\0\xfe\xff\x01\0".to_vec();
    wav.extend([0x40, 0x1f, 0, 0, 0xc0, 0x5d, 0, 0, 3, 0, 24, 0, 22, 0, 20, 0, 4, 0, 0, 0]);
    wav.extend(b"\x01\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71data\x03\0\0\0\0\0\x40");
    assert_eq!(read(&wav).samples(), [0.5]);
}

#[test]
fn chunks_that_come_first_are_passed_over() {
    let plain = wav(16, 1, &[1, 2, 3]);
    let mut odd = plain[..12].to_vec();
    odd.extend(b"LIST\x03\0\0\0abc\0");
    odd.extend(&plain[12..]);
    assert_eq!(read(&odd).samples(), read(&plain).samples());
}

#[test]
fn a_stream_of_unknown_length_is_read_to_its_end() {
    let plain = wav(16, 1, &[1, 2, 3]);
    for size in [u32::MAX, 0x7fff_f000] {
        let mut streamed = plain.clone();
        streamed[40..44].copy_from_slice(&size.to_le_bytes());
        assert_eq!(read(&streamed).samples(), read(&plain).samples());
    }
}

#[test]
fn lossless_formats_give_the_same_samples() {
    for file in ["speech.flac", "speech.aiff", "speech.caf", "speech-alac.m4a"] {
        let signal = Signal::open(audio(file)).unwrap();
        assert_eq!(signal.samples(), speech().samples(), "{file}");
        assert_eq!(signal.sample_rate(), 8000, "{file}");
    }
}

#[test]
fn companded_samples_lie_within_a_step() {
    for (file, encoding) in
        [("speech-alaw.wav", Encoding::ALaw), ("speech-mulaw.wav", Encoding::MuLaw)]
    {
        let signal = Signal::open(audio(file)).unwrap();
        assert_eq!(signal.samples().len(), speech().samples().len());
        for (&decoded, &original) in signal.samples().iter().zip(speech().samples()) {
            // A segment has 16 steps, and the lowest steps of A-law are 16/32768.
            let step = original.abs() / 16.0 + 16.0 / 32_768.0;
            assert_near(decoded, original, step, file);
        }
        // The same bytes without their header.
        let bytes = std::fs::read(audio(file)).unwrap();
        let raw = Some(RawFormat { sample_rate: 8000, encoding, channels: 1 });
        let options = OpenOptions { raw, ..OpenOptions::default() };
        let headerless = Signal::read(&bytes[bytes.len() - 8000..], "raw", &options).unwrap();
        assert_eq!(headerless.samples(), signal.samples(), "{file}");
    }
}

#[test]
fn lossy_formats_sound_the_same_at_the_same_time() {
    // The delay is the encoder's where a format has no place to state it.
    for (file, sample_rate, delay, least) in [
        ("speech.opus", 48_000, 0, 0.98),
        ("speech.mp3", 24_000, 0, 0.98),
        ("speech.ogg", 16_000, 0, 0.98),
        ("speech.m4a", 16_000, 1024, 0.98),
        ("speech.aac", 16_000, 1024, 0.98),
    ] {
        let signal = Signal::open(audio(file)).unwrap();
        assert_eq!(signal.sample_rate(), sample_rate, "{file}");
        let original = speech();
        let original = original.resampled(sample_rate).unwrap();
        let correlation = correlation(&signal.samples()[delay..], original.samples());
        assert!(correlation > least, "{file}: {correlation}");
        if delay == 0 {
            assert_eq!(signal.samples().len(), original.samples().len(), "{file}");
        }
    }
}

fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let product =
        |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&a, &b)| f64::from(a * b)).sum::<f64>();
    let length = a.len().min(b.len());
    let (a, b) = (&a[..length], &b[..length]);
    product(a, b) / (product(a, a) * product(b, b)).sqrt()
}

#[test]
fn the_content_decides_the_format_not_the_name() {
    let directory = tempfile::tempdir().unwrap();
    let misnamed = directory.path().join("speech.wav");
    std::fs::copy(audio("speech.flac"), &misnamed).unwrap();
    assert_eq!(Signal::open(misnamed).unwrap().samples(), speech().samples());
}

#[test]
fn headerless_samples_of_every_encoding_are_read() {
    let values = [0.0, 0.5, -0.5, -1.0];
    for name in Encoding::names() {
        let encoding: Encoding = name.parse().unwrap();
        assert_eq!(encoding.to_string(), name);
        let bytes: Vec<u8> = values.iter().flat_map(|&x| encode(encoding, x)).collect();
        let raw = Some(RawFormat { sample_rate: 8000, encoding, channels: 1 });
        let options = OpenOptions { raw, ..OpenOptions::default() };
        let signal = Signal::read(&bytes[..], "raw", &options).unwrap();
        let tolerance = if name.ends_with("law") { 0.02 } else { 0.0 };
        for (&sample, expected) in signal.samples().iter().zip(values) {
            assert_near(sample, expected, tolerance, name);
        }
    }
}

fn encode(encoding: Encoding, value: f64) -> Vec<u8> {
    let integer = (value * 2f64.powi(31)) as i32;
    let (little, big) = (integer.to_le_bytes(), integer.to_be_bytes());
    match encoding {
        Encoding::S8 => big[..1].to_vec(),
        Encoding::U8 => vec![big[0] ^ 0x80],
        Encoding::S16Le => little[2..].to_vec(),
        Encoding::S16Be => big[..2].to_vec(),
        Encoding::S24Le => little[1..].to_vec(),
        Encoding::S24Be => big[..3].to_vec(),
        Encoding::S32Le => little.to_vec(),
        Encoding::S32Be => big.to_vec(),
        Encoding::F32Le => (value as f32).to_le_bytes().to_vec(),
        Encoding::F32Be => (value as f32).to_be_bytes().to_vec(),
        Encoding::F64Le => value.to_le_bytes().to_vec(),
        Encoding::F64Be => value.to_be_bytes().to_vec(),
        // G.711, tables 1a to 2b: half and full scale, the sign in the highest bit.
        Encoding::ALaw if value.abs() < 0.1 => vec![0xd5],
        Encoding::ALaw => vec![[0xaa, 0xa5][(value.abs() < 0.9) as usize] ^ sign(value)],
        Encoding::MuLaw if value.abs() < 0.1 => vec![0xff],
        Encoding::MuLaw => vec![[0x80, 0x8f][(value.abs() < 0.9) as usize] ^ sign(value)],
        encoding => panic!("no test value for {encoding}"),
    }
}

fn sign(value: f64) -> u8 {
    if value < 0.0 { 0x80 } else { 0 }
}

#[test]
fn a_channel_is_taken_by_name_or_number_and_several_are_mixed() {
    let bytes = wav(16, 3, &[300, 600, 900, -300, 0, 900]);
    let scaled = |values: [i32; 2]| values.map(|x| x as f32 / 32_768.0);
    for (word, expected) in [
        ("left", [300, -300]),
        ("right", [600, 0]),
        ("3", [900, 900]),
        ("mix", [600, 200]),
        ("mono", [600, 200]),
    ] {
        let channel: Channel = word.parse().unwrap();
        assert_eq!(channel.to_string(), word);
        let signal = read_channel(&bytes, channel).unwrap();
        assert_eq!(signal.samples(), scaled(expected), "{word}");
        let mixed = signal.warnings().contains(&Warning::MixedDown { channels: 3 });
        assert_eq!(mixed, word == "mono", "{word}");
    }
    assert!(matches!(
        read_channel(&bytes, Channel::Number(4)),
        Err(Error::NoSuchChannel { channels: 3, .. })
    ));
}

#[test]
fn resampling_there_and_back_keeps_the_speech() {
    let speech = speech();
    for rate in [11_025, 16_000, 44_100, 48_000, 384_000] {
        let there = speech.resampled(rate).unwrap();
        let back = there.resampled(8000).unwrap();
        assert_eq!(back.samples().len(), speech.samples().len());
        let error = back.samples().iter().zip(speech.samples()).map(|(a, b)| f64::from(a - b));
        let error: f64 = error.map(|x| x * x).sum();
        let power: f64 = speech.samples().iter().map(|&x| f64::from(x).powi(2)).sum();
        // Only what lies in the last 2 % of the band is lost.
        assert!(error < power * 1e-4, "{rate}: {}", error / power);
    }
}
