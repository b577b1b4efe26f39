//! IMA and Microsoft ADPCM, four bits a sample.

use symphonia::core::audio::Channels;
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_ADPCM_IMA_QT, CODEC_ID_ADPCM_IMA_WAV, CODEC_ID_ADPCM_MS,
};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::AdpcmDecoder;

use super::BlockCodec;
use crate::signal::coded::BlockDecoder;

/// Decodes blocks of one ADPCM.
pub struct Adpcm {
    codec: BlockCodec,
    channels: u16,
    parameters: AudioCodecParameters,
    /// Blocks do not depend on each other, so a decoder serves for one length of blocks.
    decoder: Option<(u64, AdpcmDecoder)>,
    samples: Vec<f32>,
}

impl Adpcm {
    /// A decoder of one or two channels.
    pub fn new(codec: BlockCodec, channels: u16) -> Self {
        let id = match codec {
            BlockCodec::Ima => CODEC_ID_ADPCM_IMA_WAV,
            BlockCodec::ImaQuickTime => CODEC_ID_ADPCM_IMA_QT,
            _ => CODEC_ID_ADPCM_MS,
        };
        let mut parameters = AudioCodecParameters::new();
        // The decoder asks for a rate but does nothing with it.
        parameters.for_codec(id).with_sample_rate(8000).with_channels(Channels::Discrete(channels));
        Self { codec, channels, parameters, decoder: None, samples: Vec::new() }
    }

    fn decoder(&mut self, frames: u64) -> Result<&mut AdpcmDecoder, String> {
        if self.decoder.as_ref().is_none_or(|(length, _)| *length != frames) {
            self.parameters.with_max_frames_per_packet(frames).with_frames_per_block(frames);
            let decoder = AdpcmDecoder::try_new(&self.parameters, &Default::default());
            self.decoder = Some((frames, decoder.map_err(|error| error.to_string())?));
        }
        self.decoder.as_mut().map(|(_, decoder)| decoder).ok_or_else(String::new)
    }
}

impl BlockDecoder for Adpcm {
    fn decode(&mut self, block: &[u8], interleaved: &mut Vec<f32>) -> Result<(), String> {
        // A last block too short for its own header holds nothing.
        let Some(frames) = self.codec.frames(block.len() as u64, self.channels) else {
            return Ok(());
        };
        let mut samples = std::mem::take(&mut self.samples);
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::from(frames), block);
        let decoded = self.decoder(frames)?.decode_ref(&packet);
        decoded.map_err(|error| error.to_string())?.copy_to_vec_interleaved::<f32>(&mut samples);
        interleaved.extend_from_slice(&samples);
        self.samples = samples;
        Ok(())
    }
}
