//! Opus from RTP (RFC 7587): each payload is a packet, with its own means against loss.

use ropus::OpusDecoder;

/// Opus is decoded at this rate.
const RATE_HZ: u32 = 48_000;
/// The longest packet, 120 ms.
const LONGEST: usize = 5760;
/// What the decoder conceals at a time: 20 ms, but for the last part.
const UNIT: usize = 960;
/// The granularity of concealment: 2.5 ms.
const GRAIN: usize = 120;

/// Decodes the packets of one stream to one channel.
pub struct Decoder {
    decoder: OpusDecoder,
    pcm: Vec<i16>,
    /// Samples of the last packet.
    packet: usize,
}

impl Decoder {
    /// A decoder; none where the library refuses.
    pub fn new() -> Option<Self> {
        let decoder = OpusDecoder::new(RATE_HZ as i32, 1).ok()?;
        Some(Self { decoder, pcm: vec![0; LONGEST], packet: UNIT })
    }

    fn run(
        &mut self,
        data: Option<&[u8]>,
        count: usize,
        fec: bool,
        samples: &mut Vec<i16>,
    ) -> usize {
        let decoded = self.decoder.decode(data, &mut self.pcm, count as i32, fec).unwrap_or(0);
        let decoded = (decoded.max(0) as usize).min(self.pcm.len());
        samples.extend(&self.pcm[..decoded]);
        decoded
    }
}

impl super::Decoder for Decoder {
    fn rate_hz(&self) -> u32 {
        RATE_HZ
    }

    fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>) {
        if !payload.is_empty() {
            let decoded = self.run(Some(payload), LONGEST, false, samples);
            self.packet = if decoded > 0 { decoded } else { self.packet };
        }
    }

    fn conceal(&mut self, count: usize, next: Option<&[u8]>, samples: &mut Vec<i16>) -> bool {
        let end = samples.len() + count;
        // The packet behind the gap may describe the frame before it once more, coarsely.
        let last = self.packet.min(count) / GRAIN * GRAIN;
        while samples.len() + last < end {
            let unit = UNIT.min(end - samples.len() - last).next_multiple_of(GRAIN);
            if self.run(None, unit, false, samples) == 0 {
                break;
            }
        }
        if let Some(next) = next.filter(|next| !next.is_empty())
            && last > 0
            && samples.len() < end
        {
            self.run(Some(next), last, true, samples);
        }
        // What even the decoder cannot give.
        samples.resize(end, 0);
        true
    }
}
