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

/// What is decoded: receivers offer two channels (RFC 7587, 7), and comfort noise differs by how many there are.
const CHANNELS: usize = 2;

/// Decodes the packets of one stream; of two channels the mean is taken.
pub struct Decoder {
    decoder: OpusDecoder,
    pcm: Vec<i16>,
    /// Samples of the last packet.
    packet: usize,
}

impl Decoder {
    /// A decoder; none where the library refuses.
    pub fn new() -> Option<Self> {
        let decoder = OpusDecoder::new(RATE_HZ as i32, CHANNELS as i32).ok()?;
        Some(Self { decoder, pcm: vec![0; CHANNELS * LONGEST], packet: UNIT })
    }

    fn run(
        &mut self,
        data: Option<&[u8]>,
        count: usize,
        fec: bool,
        samples: &mut Vec<i16>,
    ) -> usize {
        let decoded = self.decoder.decode(data, &mut self.pcm, count as i32, fec).unwrap_or(0);
        let decoded = (decoded.max(0) as usize).min(LONGEST);
        let frames = self.pcm.chunks_exact(CHANNELS).take(decoded);
        let mean = |frame: &[i16]| frame.iter().map(|sample| i32::from(*sample)).sum::<i32>() / 2;
        samples.extend(frames.map(|frame| mean(frame) as i16));
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
        let next = next.filter(|next| describes_frame_before(next));
        let last = if next.is_some() { self.packet.min(count) / GRAIN * GRAIN } else { 0 };
        while samples.len() + last < end {
            let unit = UNIT.min(end - samples.len() - last).next_multiple_of(GRAIN);
            if self.run(None, unit, false, samples) == 0 {
                break;
            }
        }
        if let Some(next) = next
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

/// Whether a packet holds the frame before it once more: the flag behind those of voice activity, of either channel, in
/// the first bits of a SILK frame (RFC 6716, 4.2.3).
fn describes_frame_before(packet: &[u8]) -> bool {
    /// Configurations from here on have no SILK.
    const CELT: u8 = 16;
    let [first, rest @ ..] = packet else { return false };
    let (configuration, stereo, code) = (first >> 3, first & 4 != 0, first & 3);
    if configuration >= CELT {
        return false;
    }
    // The first frame lies behind the byte of length where there are two of different lengths (3.2.4).
    let frame = match code {
        0 | 1 => rest.first(),
        2 => rest.get(if rest.first().is_some_and(|length| *length >= 252) { 2 } else { 1 }),
        _ => return false,
    };
    // Frames of 40 and 60 ms hold two and three of SILK's.
    let frames = match configuration {
        0..12 => [1, 1, 2, 3][usize::from(configuration & 3)],
        _ => 1,
    };
    let flag = |place: u32| frame.is_some_and(|byte| byte << place & 0x80 != 0);
    flag(frames) || stereo && flag(2 * frames + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_of_redundancy_is_behind_those_of_voice_activity() {
        // Hybrid, 20 ms, mono and stereo: voice activity 1, redundancy 1; voice activity of the side, redundancy of it.
        let of = |first: u8, byte: u8| describes_frame_before(&[first, byte, 0]);
        assert!(of(15 << 3, 0b0100_0000) && !of(15 << 3, 0b1001_0000));
        assert!(of(15 << 3 | 4, 0b0001_0000) && !of(15 << 3 | 4, 0b1010_1111));
        // SILK, 60 ms.
        assert!(of(11 << 3, 0b0001_0000) && !of(11 << 3, 0b1110_1111));
        // CELT has none, and neither has an empty packet.
        assert!(!of(31 << 3, 0xff) && !describes_frame_before(&[]));
    }
}
