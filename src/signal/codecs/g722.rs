//! ITU-T G.722 at 64 kbit/s: a byte is two samples at 16 kHz.

use audio_codec::Decoder;
use audio_codec::g722::G722Decoder;

use crate::signal::coded::BlockDecoder;

/// Decodes one channel.
pub struct G722(G722Decoder);

impl G722 {
    /// A decoder that has heard silence.
    pub fn new() -> Self {
        Self(G722Decoder::new())
    }
}

impl BlockDecoder for G722 {
    fn decode(&mut self, block: &[u8], interleaved: &mut Vec<f32>) -> Result<(), String> {
        let samples = self.0.decode(block);
        interleaved.extend(samples.iter().map(|&sample| f32::from(sample) / 32_768.0));
        Ok(())
    }
}
