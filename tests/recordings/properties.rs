//! Any bytes give a signal or an error of one sentence, whichever format they begin like.

use super::made::check_sentence;
use basilar::{OpenOptions, Signal};
use proptest::prelude::*;
use std::path::Path;

/// A file of every format.
const FILES: [&str; 27] = [
    "speech-alac.caf",
    "speech-alac.m4a",
    "speech-alaw.wav",
    "speech-fragments.mp4",
    "speech-g722.wav",
    "speech-gsm.wav",
    "speech-ima.aifc",
    "speech-ima.wav",
    "speech-ms-adpcm.wav",
    "speech-mulaw.wav",
    "speech-opus.caf",
    "speech-opus.mka",
    "speech-opus.mp4",
    "speech.aac",
    "speech.aiff",
    "speech.au",
    "speech.caf",
    "speech.flac",
    "speech.m4a",
    "speech.mp2",
    "speech.mp3",
    "speech.ogg",
    "speech.opus",
    "speech.sph",
    "speech.w64",
    "speech.wav",
    "speech.webm",
];

fn bytes_of(file: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audio");
    std::fs::read(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn survives(bytes: &[u8]) {
    match Signal::read(bytes, "any", &OpenOptions::default()) {
        Ok(signal) => signal.validate().unwrap(),
        Err(error) => check_sentence(&error),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_behind_the_start_of_any_format(
        file in prop::sample::select(&FILES[..]),
        kept in 4usize..80,
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut made = bytes_of(file);
        made.truncate(kept);
        made.extend(bytes);
        survives(&made);
    }

    #[test]
    fn any_damage_to_a_file_of_any_format(
        file in prop::sample::select(&FILES[..]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        in_header in any::<bool>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut made = bytes_of(file);
        for (place, byte) in damage {
            let reach = if in_header { made.len().min(400) } else { made.len() };
            made[place.index(reach)] = byte;
        }
        if cut.index(4) == 0 {
            made.truncate(cut.index(made.len()));
        }
        survives(&made);
    }

    #[test]
    fn any_two_files_one_after_the_other(
        first in prop::sample::select(&FILES[..]),
        second in prop::sample::select(&FILES[..]),
        zeros in 0usize..64,
    ) {
        survives(&[vec![0; zeros], bytes_of(first), bytes_of(second)].concat());
    }
}
