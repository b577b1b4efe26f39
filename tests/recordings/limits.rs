//! Time and memory are bounded, and samples that cannot be scored are named.

use super::made::*;
use basilar::{Channel, Encoding, Error, LARGEST_SAMPLE, OpenOptions, RawFormat, Signal, Warning};

fn float_wav(samples: &[f32], channels: u16) -> Vec<u8> {
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    wav(&[format_of(3, channels, 4 * channels, 32), chunk(b"data", &bytes)])
}

#[test]
fn integers_stored_as_floats_are_read_and_told() {
    let signal = read(&float_wav(&[0.0, 1000.0, -32_768.0], 1)).unwrap();
    assert_eq!(signal.warnings(), [Warning::BeyondFullScale { peak: 32_768.0 }]);
    assert!(signal.warnings()[0].to_string().contains("beyond full scale"));
    assert_eq!(read(&float_wav(&[0.0, 1.2, -1.2], 1)).unwrap().warnings(), []);
}

#[test]
fn samples_near_the_largest_float_are_an_error() {
    for value in [f32::MAX, f32::MIN, 1e30, 2.0 * LARGEST_SAMPLE] {
        let error = read(&float_wav(&[0.0, value, value], 1)).unwrap_err();
        assert!(matches!(error, Error::SampleTooLarge { index: 1, .. }), "{error}");
        check_sentence(&error);
        let made = Signal::new("made", vec![value], 8000);
        assert!(matches!(made.validate(), Err(Error::SampleTooLarge { index: 0, .. })));
    }
    // The mean of two is no number that a file holds.
    let error = read(&float_wav(&[f32::MAX, f32::MAX], 2)).unwrap_err();
    assert!(matches!(error, Error::SampleTooLarge { .. }), "{error}");
}

#[test]
fn channels_that_cancel_each_other_are_named_with_the_remedy() {
    let opposite: Vec<f32> = expected().iter().flat_map(|&x| [x, -x]).collect();
    let error = read(&float_wav(&opposite, 2)).unwrap_err();
    assert!(matches!(error, Error::SilentMix { channels: 2, .. }), "{error}");
    assert!(error.to_string().contains("--channel"), "{error}");
    check_sentence(&error);
    let left = OpenOptions { channel: Channel::Left, raw: None };
    let signal = Signal::read(&float_wav(&opposite, 2)[..], "made", &left).unwrap();
    assert_eq!(signal.samples(), expected());
    // One channel that is silent, or both, cancel nothing.
    let half: Vec<f32> = expected().iter().flat_map(|&x| [x, 0.0]).collect();
    assert!(read(&float_wav(&half, 2)).is_ok());
    assert!(read(&float_wav(&[0.0; 64], 2)).is_ok());
}

#[test]
fn a_file_without_a_header_says_so_and_the_raw_options_read_it() {
    let error = read(&little_endian()).unwrap_err();
    assert!(matches!(error, Error::UnknownFormat { .. }));
    assert!(error.to_string().contains("header"), "{error}");
    check_sentence(&error);
    let raw = RawFormat { sample_rate: 8000, encoding: Encoding::S16Le, channels: 1 };
    let options = OpenOptions { raw: Some(raw), ..OpenOptions::default() };
    for name in ["made.wav", "made.raw"] {
        let signal = Signal::read(&little_endian()[..], name, &options).unwrap();
        assert_eq!(signal.samples(), expected(), "{name}");
    }
    // Where there is a header, an audio file is read by it; what is no audio file is samples throughout.
    let file = wav(&[format(), chunk(b"data", &little_endian())]);
    assert_eq!(Signal::read(&file[..], "made.WAV", &options).unwrap().samples(), expected());
    let all = Signal::read(&file[..], "made.raw", &options).unwrap();
    assert_eq!(all.samples().len(), file.len() / 2);
}

#[test]
fn an_hour_is_read_as_a_whole_but_not_more() {
    let rate = 4000;
    let raw = RawFormat { sample_rate: rate, encoding: Encoding::U8, channels: 1 };
    let options = OpenOptions { raw: Some(raw), ..OpenOptions::default() };
    let hour = vec![0x80; 3600 * rate as usize + 1];
    let error = Signal::read(&hour[..], "long.raw", &options).unwrap_err();
    assert!(matches!(error, Error::TooLong { .. }), "{error}");
    assert!(error.to_string().contains("--timeline"), "{error}");
    check_sentence(&error);
    assert!(Signal::read(&hour[1..], "long.raw", &options).is_ok());
}

#[cfg(unix)]
#[test]
fn a_device_without_end_is_refused() {
    let error = Signal::open("/dev/zero").unwrap_err();
    assert!(matches!(error, Error::UnknownFormat { .. }), "{error}");
    assert!(matches!(Signal::open("/dev/null"), Err(Error::Empty { .. })));
}

#[test]
fn a_pipe_without_end_is_refused() {
    let endless = wav(&[format(), data(u32::MAX, &[])]);
    let error = Signal::read(
        std::io::Read::chain(&endless[..], std::io::repeat(1)),
        "pipe",
        &OpenOptions::default(),
    );
    let error = error.unwrap_err();
    assert!(matches!(error, Error::PipeTooLong { .. }), "{error}");
    check_sentence(&error);
}

/// A fragment whose table counts 2^32 packets kept a core busy for 2.6 s, and may come any number of times.
#[test]
fn a_table_that_counts_more_packets_than_bytes_is_refused() {
    let boxed = |kind: &[u8; 4], content: &[u8]| {
        [&(8 + content.len() as u32).to_be_bytes()[..], kind, content].concat()
    };
    let run = boxed(b"trun", &[0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    let fragment = boxed(b"moof", &boxed(b"traf", &run.repeat(40)));
    let file = [boxed(b"ftyp", b"isom\0\0\0\0"), fragment].concat();
    assert!(matches!(read(&file), Err(Error::Corrupt { .. })));
    // Boxes within boxes do not exhaust the stack.
    let nested =
        (0..100_000).flat_map(|_| [0, 0, 0, 0, b'm', b'o', b'o', b'v']).collect::<Vec<u8>>();
    assert!(read(&[boxed(b"ftyp", b"isom"), nested].concat()).is_err());
}
