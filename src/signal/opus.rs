//! Opus packets in an Ogg container (RFC 7845).

use ropus::OpusMSDecoder;
use symphonia::core::errors::{Error, Result, decode_error, unsupported_error};
use symphonia::core::packet::Packet;

/// Opus is always decoded at this rate.
pub(super) const SAMPLE_RATE: u32 = 48_000;
/// The longest packet: 120 ms.
const LONGEST_PACKET: usize = 5_760;

/// Decodes the packets of one stream, any number of channels.
pub(super) struct OpusDecoder {
    decoder: OpusMSDecoder,
    channels: usize,
    /// Frames still to drop: the encoder's delay (pre-skip, RFC 7845, 4.2).
    skip: usize,
    pcm: Vec<i32>,
}

impl OpusDecoder {
    /// A decoder as the identification header `OpusHead` asks (RFC 7845, 5.1).
    pub(super) fn new(head: &[u8]) -> Result<Self> {
        let &[b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', version, channels, ref rest @ ..] =
            head
        else {
            return decode_error("no OpusHead");
        };
        // Version 0 marks the header of MP4, which is laid out in another way.
        if version == 0 || version > 15 {
            return unsupported_error("Opus outside Ogg");
        }
        let &[skip_low, skip_high, _, _, _, _, gain_low, gain_high, family, ref table @ ..] = rest
        else {
            return decode_error("short OpusHead");
        };
        let (streams, coupled, mapping) = match (family, table) {
            (0, _) if (1..=2).contains(&channels) => (1, channels - 1, &[0, 1][..]),
            (1 | 255, &[streams, coupled, ref mapping @ ..]) => (streams, coupled, mapping),
            _ => return unsupported_error("this Opus channel mapping"),
        };
        if channels == 0 || mapping.len() < usize::from(channels) {
            return decode_error("Opus channel mapping too short");
        }
        let mut decoder = OpusMSDecoder::new(
            SAMPLE_RATE as i32,
            channels.into(),
            streams.into(),
            coupled.into(),
            mapping,
        )
        .map_err(|_| Error::DecodeError("impossible Opus channel mapping"))?;
        decoder.set_gain(i16::from_le_bytes([gain_low, gain_high]).into());
        let channels = usize::from(channels);
        let skip = u16::from_le_bytes([skip_low, skip_high]).into();
        Ok(Self { decoder, channels, skip, pcm: vec![0; LONGEST_PACKET * channels] })
    }

    /// Channels in a frame.
    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    /// The packet's interleaved samples, without the encoder's delay and the padding at the end.
    pub(super) fn decode(&mut self, packet: &Packet, interleaved: &mut Vec<f32>) -> Result<()> {
        // An empty packet would ask for the concealment of a loss.
        if packet.data.is_empty() {
            return decode_error("empty Opus packet");
        }
        let frames = self
            .decoder
            .decode24(
                Some(&packet.data),
                packet.data.len() as i32,
                &mut self.pcm,
                LONGEST_PACKET as i32,
                false,
            )
            .map_err(|_| Error::DecodeError("invalid Opus packet"))?;
        let frames = frames.max(0) as usize;
        let start = self.skip.min(frames);
        self.skip -= start;
        let end = frames.saturating_sub(packet.trim_end.get() as usize).max(start);
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
