//! Which file names are those of audio files.

use std::path::Path;

/// Extensions of audio files with a header, in lower case; matching ignores the case.
///
/// A folder's files with other extensions are not recordings. Headerless samples (`.raw`, `.pcm`) are not listed: such a
/// file is only read where its layout is given.
pub const AUDIO_EXTENSIONS: [&str; 29] = [
    "3gp", "aac", "aif", "aifc", "aiff", "alac", "amr", "au", "awb", "bwf", "caf", "flac", "m4a",
    "m4b", "mka", "mkv", "mov", "mp3", "mp4", "nist", "oga", "ogg", "opus", "snd", "sph", "spx",
    "w64", "wav", "webm",
];

/// Whether the name of `path` ends in one of the [`AUDIO_EXTENSIONS`].
pub fn is_audio_file(path: impl AsRef<Path>) -> bool {
    let extension = path.as_ref().extension().and_then(|extension| extension.to_str());
    extension
        .is_some_and(|found| AUDIO_EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(found)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_of_an_extension_does_not_matter() {
        for name in ["a.wav", "a.WAV", "b/c.d/TIMIT.Sph", "a.b.Opus", "x.aifc"] {
            assert!(is_audio_file(name), "{name}");
        }
        for name in ["wav", "a.raw", "notes.txt", "a.wav.part", ".wav", "b.wav/c", ""] {
            assert!(!is_audio_file(name), "{name}");
        }
    }
}
