//! Opus packets in any container (RFC 6716, RFC 7845).

use ropus::OpusMSDecoder;
use symphonia::core::errors::{Error, Result, decode_error, unsupported_error};
use symphonia::core::packet::Packet;

/// Opus is always decoded at this rate.
pub const SAMPLE_RATE: u32 = 48_000;
/// The longest packet: 120 ms.
const LONGEST_PACKET: usize = 5_760;

/// Decodes the packets of one stream, any number of channels.
pub struct OpusDecoder {
    decoder: OpusMSDecoder,
    channels: usize,
    /// Frames still to drop: the encoder's delay (pre-skip, RFC 7845, 4.2).
    skip: usize,
    pcm: Vec<i32>,
}

impl OpusDecoder {
    /// A decoder as an identification header asks: `OpusHead` of Ogg and Matroska (RFC 7845, 5.1), or the same behind
    /// that mark in the layout of MP4 (version 0, big-endian; Encapsulation of Opus in ISO BMFF, 4.3.2).
    pub fn new(head: &[u8]) -> Result<Self> {
        let &[b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', version, channels, ref rest @ ..] =
            head
        else {
            return decode_error("no OpusHead");
        };
        if version > 15 {
            return unsupported_error("Opus of a later version");
        }
        let &[skip_0, skip_1, _, _, _, _, gain_0, gain_1, family, ref table @ ..] = rest else {
            return decode_error("short OpusHead");
        };
        let (skip, gain) = match version {
            0 => (u16::from_be_bytes([skip_0, skip_1]), i16::from_be_bytes([gain_0, gain_1])),
            _ => (u16::from_le_bytes([skip_0, skip_1]), i16::from_le_bytes([gain_0, gain_1])),
        };
        match (family, table) {
            (0, _) if (1..=2).contains(&channels) => {
                Self::with_streams(channels, [1, channels - 1], &[0, 1], skip, gain)
            }
            (1 | 255, &[streams, coupled, ref mapping @ ..]) => {
                Self::with_streams(channels, [streams, coupled], mapping, skip, gain)
            }
            _ => unsupported_error("this Opus channel mapping"),
        }
    }

    /// A decoder of one or two channels for a container without such a header.
    pub fn plain(channels: u8, skip: u16) -> Result<Self> {
        if !(1..=2).contains(&channels) {
            return unsupported_error("Opus with more than two channels in CAF");
        }
        Self::with_streams(channels, [1, channels - 1], &[0, 1], skip, 0)
    }

    fn with_streams(
        channels: u8,
        [streams, coupled]: [u8; 2],
        mapping: &[u8],
        skip: u16,
        gain: i16,
    ) -> Result<Self> {
        if channels == 0 || mapping.len() < usize::from(channels) {
            return decode_error("Opus channel mapping too short");
        }
        let rate = SAMPLE_RATE as i32;
        let mut decoder =
            OpusMSDecoder::new(rate, channels.into(), streams.into(), coupled.into(), mapping)
                .map_err(|_| Error::DecodeError("impossible Opus channel mapping"))?;
        decoder.set_gain(gain.into());
        let channels = usize::from(channels);
        Ok(Self { decoder, channels, skip: skip.into(), pcm: vec![0; LONGEST_PACKET * channels] })
    }

    /// Channels in a frame.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The packet's interleaved samples, without the encoder's delay and the padding at the end.
    pub fn decode(&mut self, packet: &Packet, interleaved: &mut Vec<f32>) -> Result<()> {
        self.decode_bytes(&packet.data, packet.trim_end.get() as usize, interleaved)
    }

    /// The same for the bytes of a packet, of which the last `padding` frames are left out.
    pub fn decode_bytes(
        &mut self,
        packet: &[u8],
        padding: usize,
        interleaved: &mut Vec<f32>,
    ) -> Result<()> {
        // An empty packet would ask for the concealment of a loss.
        if packet.is_empty() {
            return decode_error("empty Opus packet");
        }
        let frames = self
            .decoder
            .decode24(
                Some(packet),
                packet.len() as i32,
                &mut self.pcm,
                LONGEST_PACKET as i32,
                false,
            )
            .map_err(|_| Error::DecodeError("invalid Opus packet"))?;
        let frames = frames.max(0) as usize;
        let start = self.skip.min(frames);
        self.skip -= start;
        let end = frames.saturating_sub(padding).max(start);
        let kept = &self.pcm[start * self.channels..end * self.channels];
        interleaved.clear();
        interleaved.extend(kept.iter().map(|&sample| sample as f32 / 8_388_608.0));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use symphonia::core::units::{Duration, Timestamp};

    use super::*;

    fn head(channels: u8, family: u8, table: &[u8]) -> Vec<u8> {
        let mut head = b"OpusHead\x01".to_vec();
        head.extend([channels, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, family]);
        head.extend(table);
        head
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::with_cases(1000)
        })]

        #[test]
        fn no_packet_makes_the_decoder_panic(
            stereo in any::<bool>(),
            packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..8),
        ) {
            let mut decoder = OpusDecoder::new(&head(1 + u8::from(stereo), 0, &[])).unwrap();
            let mut samples = Vec::new();
            for packet in packets {
                let packet = Packet::new(0, Timestamp::ZERO, Duration::ZERO, packet);
                if decoder.decode(&packet, &mut samples).is_ok() {
                    prop_assert!(samples.len() <= LONGEST_PACKET * decoder.channels());
                }
            }
        }

        #[test]
        fn no_head_makes_the_decoder_panic(
            channels: u8,
            family in prop::sample::select(vec![0, 1, 2, 255]),
            table in prop::collection::vec(0u8..10, 0..20),
            packet in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            if let Ok(mut decoder) = OpusDecoder::new(&head(channels, family, &table)) {
                let packet = Packet::new(0, Timestamp::ZERO, Duration::ZERO, packet);
                let _ = decoder.decode(&packet, &mut Vec::new());
            }
        }
    }
}
