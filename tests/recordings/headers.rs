//! Headers of uncompressed files that say too much, too little or something wrong.

use super::made::*;
use basilar::{Error, Warning};

#[test]
fn a_wrong_frame_size_gives_way_to_the_bits_per_sample() {
    for block in [0, 1, 3, 4, 7, 0xffff] {
        let file = wav(&[format_of(1, 1, block, 16), chunk(b"data", &little_endian())]);
        assert_eq!(noticed(&file), [Warning::BlockAlign], "{block}");
    }
    let file = wav(&[format_of(1, 1, 2, 16), chunk(b"data", &little_endian())]);
    assert_eq!(noticed(&file), []);
    // 12 valid bits stand in 16; a header of the first version has no bits at all.
    let file = wav(&[format_of(1, 1, 2, 12), chunk(b"data", &little_endian())]);
    assert_eq!(noticed(&file), []);
    let file = wav(&[format_of(1, 1, 2, 0), chunk(b"data", &little_endian())]);
    assert_eq!(noticed(&file), []);
}

#[test]
fn placeholders_for_the_length_are_read_to_the_end() {
    let sizes =
        [0, u32::MAX, 0xffff_ffd3, 0x7fff_ffff, 0x7fff_f000, 0x7fff_ffdb, 0x8000_0000, 0x8000_0024];
    for size in sizes {
        let file = wav(&[format(), data(size, &little_endian())]);
        assert_eq!(noticed(&file), [Warning::OpenLength], "{size:#x}");
    }
}

#[test]
fn a_few_bytes_that_are_promised_but_missing_are_told() {
    for missing in [1, 2, 8, 36, 44, 64, 160] {
        let file = wav(&[format(), data(2000 + missing, &little_endian())]);
        let bytes = missing.into();
        assert_eq!(noticed(&file), [Warning::BytesMissing { bytes }], "{missing}");
    }
    let file = wav(&[format(), data(2200, &little_endian())]);
    assert!(matches!(read(&file), Err(Error::Truncated { .. })));
}

#[test]
fn a_part_of_a_frame_at_the_end_is_left_out() {
    let more = [little_endian(), vec![0x55]].concat();
    assert_eq!(noticed(&wav(&[format(), data(2001, &more)])), [Warning::PartialFrame { bytes: 1 }]);
    let file = wav(&[format(), data(2002, &more)]);
    assert!(noticed(&file).contains(&Warning::PartialFrame { bytes: 1 }));
    // The size counts the pad byte, and another chunk follows.
    let list = chunk(b"LIST", b"INFO");
    let file = wav(&[format(), data(2001, &more), list]);
    assert_eq!(noticed(&file), [Warning::PartialFrame { bytes: 1 }]);
}

#[test]
fn an_empty_data_chunk_before_other_chunks_is_empty() {
    let file = wav(&[format(), data(0, &[]), chunk(b"LIST", b"INFOISFT"), chunk(b"id3 ", b"x")]);
    assert!(matches!(read(&file), Err(Error::NoSamples { .. })));
    assert!(matches!(read(&wav(&[format(), data(0, &[])])), Err(Error::NoSamples { .. })));
}

#[test]
fn odd_chunks_are_passed_over_with_and_without_their_pad() {
    let odd = chunk(b"LIST", b"abc");
    let samples = chunk(b"data", &little_endian());
    assert_eq!(noticed(&wav(&[odd.clone(), format(), odd.clone(), samples.clone()])), []);
    let unpadded = odd[..odd.len() - 1].to_vec();
    assert_eq!(noticed(&wav(&[unpadded.clone(), format(), unpadded, samples])), []);
}

#[test]
fn a_tag_before_the_header_is_passed_over() {
    let file = wav(&[format(), chunk(b"data", &little_endian())]);
    let tag = [&b"ID3\x04\0\0\0\0\x01\x00"[..], &[0; 128]].concat();
    assert_eq!(noticed(&[&tag[..], &file].concat()), [Warning::BytesBefore { bytes: 138 }]);
}

#[test]
fn big_endian_wav_is_read() {
    let mut format: Vec<u8> = b"fmt \0\0\0\x10\0\x01\0\x01".to_vec();
    format.extend([8000u32, 16_000].iter().flat_map(|value| value.to_be_bytes()));
    format.extend([0, 2, 0, 16]);
    let file = [b"RIFX\0\0\0\0WAVE", &format[..], b"data\0\0\x07\xd0", &big_endian()].concat();
    assert_eq!(noticed(&file), []);
}

#[test]
fn wave64_and_rf64_are_read() {
    let guid = |id: &[u8; 4], rest: &[u8]| [&id[..], rest].concat();
    let rest = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";
    let riff = guid(b"riff", b"\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00");
    let sized = |id: &[u8; 4], content: &[u8]| {
        let size = (24 + content.len() as u64).to_le_bytes();
        [
            guid(id, rest),
            size.to_vec(),
            content.to_vec(),
            vec![0; content.len().next_multiple_of(8) - content.len()],
        ]
        .concat()
    };
    let file = [
        riff,
        vec![0; 8],
        guid(b"wave", rest),
        sized(b"fmt ", &format()[8..]),
        sized(b"junk", b"x"),
        sized(b"data", &little_endian()),
    ];
    assert_eq!(noticed(&file.concat()), []);

    let mut long = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0".to_vec();
    long.extend([0; 8]);
    long.extend(2000u64.to_le_bytes());
    long.extend([0; 12]);
    long.extend([format(), data(u32::MAX, &little_endian())].concat());
    assert_eq!(noticed(&long), []);
}

#[test]
fn sun_audio_is_read_in_either_byte_order() {
    let header = |size: u32| [24, size, 3, 8000, 1];
    for (size, expected) in [(2000, None), (u32::MAX, Some(Warning::OpenLength))] {
        let big = header(size).iter().flat_map(|word| word.to_be_bytes()).collect();
        let file = [b".snd".to_vec(), big, big_endian()].concat();
        assert_eq!(noticed(&file), Vec::from_iter(expected));
        let little = header(size).iter().flat_map(|word| word.to_le_bytes()).collect();
        let file = [b"dns.".to_vec(), little, little_endian()].concat();
        assert_eq!(noticed(&file), Vec::from_iter(expected));
    }
}

#[test]
fn sphere_is_read_in_either_byte_order() {
    for (order, samples) in [("01", little_endian()), ("10", big_endian())] {
        let fields =
            "channel_count -i 1\nsample_count -i 1000\nsample_rate -i 8000\nsample_n_bytes -i 2\n";
        let mut file =
            format!("NIST_1A\n   1024\n{fields}sample_byte_format -s2 {order}\nend_head\n")
                .into_bytes();
        file.resize(1024, b' ');
        file.extend(samples);
        assert_eq!(noticed(&file), []);
    }
    let shorten = b"NIST_1A\n   1024\nsample_rate -i 8000\nsample_coding -s26 pcm,embedded-shorten-v2.00\nend_head\n";
    let error = read(shorten).unwrap_err();
    assert!(error.to_string().contains("Shorten"), "{error}");
    check_sentence(&error);
}

/// AIFF with its chunks in this order, and a form that counts too much.
fn aiff(sound_first: bool, frames: u32) -> Vec<u8> {
    let mut common = b"COMM\0\0\0\x12\0\x01".to_vec();
    common.extend(frames.to_be_bytes());
    common.extend([0, 16, 0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0]);
    let sound = [&b"SSND\0\0\x07\xd8\0\0\0\0\0\0\0\0"[..], &big_endian()].concat();
    let chunks = if sound_first { [sound, common] } else { [common, sound] };
    [b"FORM\0\xff\xff\xffAIFF", &chunks.concat()[..]].concat()
}

#[test]
fn aiff_is_read_whatever_its_form_counts_and_in_any_order() {
    for sound_first in [false, true] {
        assert_eq!(noticed(&aiff(sound_first, 1000)), []);
        assert_eq!(noticed(&aiff(sound_first, 0)), []);
    }
    assert_eq!(noticed(&[aiff(false, 1000), b"junk\xff\0".to_vec()].concat()), []);
}

#[test]
fn caf_without_a_length_is_read_to_the_end() {
    let mut file = b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20".to_vec();
    file.extend(8000f64.to_be_bytes());
    file.extend(b"lpcm\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\0\0\x01\0\0\0\x10data");
    let (known, open) = (2004u64.to_be_bytes(), u64::MAX.to_be_bytes());
    let with = |size: [u8; 8]| [&file[..], &size, &[0; 4], &little_endian()].concat();
    assert_eq!(noticed(&with(known)), []);
    assert_eq!(noticed(&with(open)), [Warning::OpenLength]);
}
