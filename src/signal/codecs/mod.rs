//! Codecs that symphonia does not decode, or not for every container.

#[cfg(feature = "formats")]
mod adpcm;
#[cfg(feature = "formats")]
mod g722;
#[cfg(feature = "formats")]
mod gsm;
pub mod opus;

use super::coded::BlockDecoder;

/// A codec whose blocks all have one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockCodec {
    /// IMA ADPCM as in WAV files (DVI).
    Ima,
    /// IMA ADPCM as in AIFF-C and CAF files (ima4).
    ImaQuickTime,
    /// Microsoft ADPCM.
    MicrosoftAdpcm,
    /// GSM 06.10 full rate, in the blocks of two frames that WAV files hold.
    Gsm,
    /// ITU-T G.722 at 64 kbit/s.
    G722,
}

impl BlockCodec {
    /// Bytes of a block, where the codec rather than the header says them.
    pub fn block_bytes(self, channels: u16) -> Option<u64> {
        match self {
            Self::Ima | Self::MicrosoftAdpcm => None,
            Self::ImaQuickTime => Some(34 * u64::from(channels)),
            Self::Gsm => Some(65),
            // A byte is two samples, so any number would do.
            Self::G722 => Some(160),
        }
    }

    /// Frames in a block of so many bytes; none where it cannot be one.
    pub fn frames(self, bytes: u64, channels: u16) -> Option<u64> {
        let most_channels = if matches!(self, Self::Gsm | Self::G722) { 1 } else { 2 };
        if !(1..=most_channels).contains(&channels) {
            return None;
        }
        let channels = u64::from(channels);
        let nibbles =
            |header: u64| bytes.checked_sub(header * channels).map(|data| data * 2 / channels);
        match self {
            // In stereo four bytes of each channel take turns.
            Self::Ima if channels == 2 => nibbles(4).map(|frames| 1 + frames / 8 * 8),
            Self::Ima => nibbles(4).map(|frames| 1 + frames),
            Self::MicrosoftAdpcm => nibbles(7).map(|frames| 2 + frames),
            Self::ImaQuickTime => (bytes >= 34 * channels).then_some(64),
            Self::Gsm => (bytes >= 65).then_some(320),
            Self::G722 => Some(2 * bytes),
        }
    }

    /// A decoder of so many channels.
    #[cfg(feature = "formats")]
    pub fn decoder(self, channels: u16) -> Option<Box<dyn BlockDecoder>> {
        Some(match self {
            Self::Gsm => Box::new(gsm::Gsm::new()),
            Self::G722 => Box::new(g722::G722::new()),
            adpcm => Box::new(adpcm::Adpcm::new(adpcm, channels)),
        })
    }

    /// A decoder of so many channels; there is none without the feature `formats`.
    #[cfg(not(feature = "formats"))]
    pub fn decoder(self, _: u16) -> Option<Box<dyn BlockDecoder>> {
        None
    }
}
