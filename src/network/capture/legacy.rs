//! libpcap's own format.

use super::{BUFFER_BYTES, Damage, LARGEST_BLOCK_BYTES, Packet, Remembering};
use pcap_parser::traits::PcapReaderIterator;
use pcap_parser::{LegacyPcapReader, PcapBlockOwned, PcapError};
use std::io::{self, Read};

/// Hands over every packet; says how the file ended early, if it did.
pub fn read(input: impl Read, mut take: impl FnMut(Packet)) -> io::Result<Option<Damage>> {
    let mut input = Remembering { input, failure: None };
    let mut reader = match LegacyPcapReader::new(BUFFER_BYTES, &mut input) {
        Ok(reader) => reader,
        Err(_) => {
            return match input.failure {
                Some(error) => Err(error),
                None => Ok(Some(Damage::CutOff)),
            };
        }
    };
    let mut link_type = 0;
    let mut fraction_ns = 1000;
    let mut capacity = BUFFER_BYTES;
    let damage = loop {
        match reader.next() {
            Ok((length, block)) => {
                match block {
                    PcapBlockOwned::LegacyHeader(header) => {
                        // The upper bits tell of a checksum behind each packet.
                        link_type = header.network.0 & 0x03ff_ffff;
                        fraction_ns = if header.is_nanosecond_precision() { 1 } else { 1000 };
                    }
                    PcapBlockOwned::Legacy(block) => take(Packet {
                        time_ns: i64::from(block.ts_sec) * 1_000_000_000
                            + i64::from(block.ts_usec) * fraction_ns,
                        link_type,
                        data: block.data,
                        wire_bytes: block.origlen.max(block.data.len() as u32),
                    }),
                    PcapBlockOwned::NG(_) => {}
                }
                reader.consume(length);
            }
            Err(PcapError::Eof) => break None,
            Err(PcapError::UnexpectedEof) => break Some(Damage::CutOff),
            Err(PcapError::Incomplete(_)) => {
                if reader.refill().is_err() {
                    break Some(Damage::CutOff);
                }
            }
            Err(PcapError::BufferTooSmall) if capacity < LARGEST_BLOCK_BYTES => {
                capacity *= 4;
                reader.grow(capacity);
                if reader.refill().is_err() {
                    break Some(Damage::CutOff);
                }
            }
            Err(PcapError::BufferTooSmall) => {
                break Some(Damage::Broken("a packet of impossible length".to_owned()));
            }
            Err(_) => break Some(Damage::Broken("a packet header breaks the format".to_owned())),
        }
    };
    drop(reader);
    failed_late(input.failure, damage)
}

/// A failure of the medium, or of decompression, ends a capture as a cut does.
pub(super) fn failed_late(
    failure: Option<io::Error>,
    damage: Option<Damage>,
) -> io::Result<Option<Damage>> {
    Ok(match failure {
        Some(error) if error.kind() == io::ErrorKind::UnexpectedEof => Some(Damage::CutOff),
        Some(error) => Some(Damage::Broken(error.to_string())),
        None => damage,
    })
}
