//! Audio in: a mono signal with its rate and its name.

mod audio_files;
mod channel;
mod codecs;
mod coded;
mod decoding;
mod encoding;
mod extent;
mod formats;
mod guard;
mod level;
mod limits;
mod mixdown;
mod open;
mod pcm;
mod pipe;
mod reference;
mod resample;
mod samples;
mod search;
mod source;
mod stream;
mod warning;

pub use audio_files::{AUDIO_EXTENSIONS, is_audio_file};
pub use channel::Channel;
pub use encoding::{Encoding, RawFormat};
pub(crate) use level::LevelMeter;
pub use level::SpeechLevel;
pub use limits::{
    LARGEST_SAMPLE, LONGEST_PIPE_SILENCE_S, LONGEST_WHOLE_S, MOST_PIPE_BYTES, SAMPLE_RATES,
};
pub use open::OpenOptions;
pub use samples::Signal;
pub use stream::Stream;
pub use warning::Warning;
