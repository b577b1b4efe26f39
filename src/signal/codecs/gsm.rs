//! GSM 06.10 full rate, in the blocks of two frames that WAV files hold.

use oxideav_gsm::{DecoderState, UnpackedFrame};

use crate::signal::coded::BlockDecoder;

/// Decodes one channel.
pub struct Gsm(DecoderState);

impl Gsm {
    /// A decoder in its home state.
    pub fn new() -> Self {
        Self(DecoderState::new())
    }
}

impl BlockDecoder for Gsm {
    fn decode(&mut self, block: &[u8], interleaved: &mut Vec<f32>) -> Result<(), String> {
        if block.len() < 65 {
            return Ok(());
        }
        let frames = UnpackedFrame::pair_from_msgsm_block(block);
        let (first, second) = frames.map_err(|error| error.to_string())?;
        for frame in [first, second] {
            let samples = self.0.decode_frame(&frame);
            interleaved.extend(samples.iter().map(|&sample| f32::from(sample) / 32_768.0));
        }
        Ok(())
    }
}
