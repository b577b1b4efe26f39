//! What the names of audio files end in.

use std::path::Path;

/// The extensions of files with a header, in lower case.
const EXTENSIONS: [&str; 14] = [
    "aac", "aif", "aifc", "aiff", "caf", "flac", "m4a", "mka", "mp3", "mp4", "oga", "ogg", "opus",
    "wav",
];

/// Whether a file's name, in upper or lower case, is that of audio with a header.
pub fn is_audio_file(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|found| EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(found)))
}
