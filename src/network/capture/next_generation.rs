//! pcapng: sections, interfaces with their own clocks, packets, statistics.

use super::{BUFFER_BYTES, Damage, LARGEST_BLOCK_BYTES, Packet, Remembering, legacy::failed_late};
use pcap_parser::pcapng::Block;
use pcap_parser::traits::PcapReaderIterator;
use pcap_parser::{
    InterfaceDescriptionBlock, InterfaceStatisticsBlock, OptionCode, PcapBlockOwned, PcapError,
    PcapNGReader,
};
use std::io::{self, Read};

/// What is needed of an interface to read its packets.
struct Interface {
    link_type: i32,
    units_per_s: u64,
    offset_s: i64,
    /// Packets that the system says it dropped there; the newest statistics count.
    dropped: u64,
}

impl Interface {
    fn of(block: &InterfaceDescriptionBlock) -> Self {
        Self {
            link_type: block.linktype.0,
            units_per_s: block.ts_resolution().filter(|units| *units > 0).unwrap_or(1_000_000),
            offset_s: block.ts_offset(),
            dropped: 0,
        }
    }

    fn time_ns(&self, high: u32, low: u32) -> i64 {
        let units = u64::from(high) << 32 | u64::from(low);
        let fraction = u128::from(units % self.units_per_s) * 1_000_000_000;
        let fraction_ns = (fraction / u128::from(self.units_per_s)) as i64;
        let seconds = ((units / self.units_per_s) as i64).saturating_add(self.offset_s);
        seconds.saturating_mul(1_000_000_000).saturating_add(fraction_ns)
    }
}

/// More interfaces than any capture has.
const MOST_INTERFACES: usize = 65_536;

/// Hands over every packet and counts what the capturing system dropped; says how the file ended early, if it did.
pub fn read(
    input: impl Read,
    dropped: &mut u64,
    mut take: impl FnMut(Packet),
) -> io::Result<Option<Damage>> {
    let mut input = Remembering { input, failure: None };
    let mut reader = match PcapNGReader::new(BUFFER_BYTES, &mut input) {
        Ok(reader) => reader,
        Err(_) => {
            return match input.failure {
                Some(error) => Err(error),
                None => Ok(Some(Damage::CutOff)),
            };
        }
    };
    let mut section = Section::default();
    let mut capacity = BUFFER_BYTES;
    let damage = loop {
        if is_empty_block(reader.data()) {
            reader.consume(EMPTY_BLOCK_BYTES);
            continue;
        }
        match reader.next() {
            Ok((length, PcapBlockOwned::NG(block))) => {
                if let Err(reason) = section.take(&block, dropped, &mut take) {
                    break Some(Damage::Broken(reason.to_owned()));
                }
                reader.consume(length);
            }
            Ok((length, _)) => reader.consume(length),
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
                break Some(Damage::Broken("a block of impossible length".to_owned()));
            }
            Err(_) => break Some(Damage::Broken("a block breaks the format".to_owned())),
        }
    };
    *dropped += section.dropped();
    drop(reader);
    failed_late(input.failure, damage)
}

/// A block of nothing but its type and its length, twice.
const EMPTY_BLOCK_BYTES: usize = 12;

/// Whether a block without a body comes next, which the format allows and the parser takes for one that is cut off.
fn is_empty_block(data: &[u8]) -> bool {
    let length = (EMPTY_BLOCK_BYTES as u32).to_le_bytes();
    let reversed = (EMPTY_BLOCK_BYTES as u32).to_be_bytes();
    let bytes = |at: usize| data.get(at..at + 4);
    [length, reversed]
        .iter()
        .any(|length| bytes(4) == Some(length.as_slice()) && bytes(8) == Some(length.as_slice()))
}

/// The interfaces of the section that is being read.
#[derive(Default)]
struct Section {
    interfaces: Vec<Interface>,
    last_ns: i64,
}

impl Section {
    fn dropped(&self) -> u64 {
        self.interfaces.iter().map(|interface| interface.dropped).sum()
    }

    fn take(
        &mut self,
        block: &Block,
        dropped: &mut u64,
        take: &mut impl FnMut(Packet),
    ) -> Result<(), &'static str> {
        match block {
            Block::SectionHeader(_) => {
                *dropped += self.dropped();
                self.interfaces.clear();
            }
            Block::InterfaceDescription(block) => {
                if self.interfaces.len() == MOST_INTERFACES {
                    return Err("it describes too many interfaces");
                }
                self.interfaces.push(Interface::of(block));
            }
            Block::InterfaceStatistics(block) => {
                if let Some(interface) = self.interfaces.get_mut(block.if_id as usize) {
                    interface.dropped = statistic(block);
                }
            }
            Block::EnhancedPacket(block) => {
                let interface = self.interface(block.if_id)?;
                let time_ns = interface.time_ns(block.ts_high, block.ts_low);
                let data = block.data.get(..block.caplen as usize).unwrap_or(block.data);
                let (link_type, wire_bytes) = (interface.link_type, block.origlen);
                self.last_ns = time_ns;
                take(Packet { time_ns, link_type, data, wire_bytes });
            }
            Block::SimplePacket(block) => {
                let interface = self.interface(0)?;
                let data = block.data.get(..block.origlen as usize).unwrap_or(block.data);
                // It has no time of its own.
                let (time_ns, link_type) = (self.last_ns, interface.link_type);
                take(Packet { time_ns, link_type, data, wire_bytes: block.origlen });
            }
            _ => {}
        }
        Ok(())
    }

    fn interface(&self, index: u32) -> Result<&Interface, &'static str> {
        self.interfaces.get(index as usize).ok_or("a packet of an interface that is not described")
    }
}

/// Packets dropped by the interface or the operating system, by its statistics.
fn statistic(block: &InterfaceStatisticsBlock) -> u64 {
    let counts = block.options.iter().filter_map(|option| {
        let is_drop = matches!(option.code, OptionCode(5) | OptionCode(7));
        let bytes: [u8; 8] = option.value.get(..8)?.try_into().ok()?;
        is_drop.then(|| u64::from_le_bytes(bytes))
    });
    counts.fold(0, u64::saturating_add)
}
