//! Capture files: pcap and pcapng, plain or compressed, read as a stream of packets.

mod compression;
mod legacy;
mod next_generation;
mod start;

use super::layers;
use crate::error::{Error, Result};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// What a file is read in, and the largest block that is believed.
const BUFFER_BYTES: usize = 1 << 20;
const LARGEST_BLOCK_BYTES: usize = 1 << 26;
/// Kinds of frames that are named where they are not read.
const MOST_LINKS_TOLD: usize = 8;

/// One packet as it was captured.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    /// When it was seen, in nanoseconds since 1970.
    pub time_ns: i64,
    /// The kind of its first header, by the numbers of tcpdump.org's LINKTYPE_ list.
    pub link_type: i32,
    /// Its bytes from the link layer on, as many as were kept.
    pub data: &'a [u8],
    /// Its length on the wire, in bytes.
    pub wire_bytes: u32,
}

/// What is told of a capture when it has been read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    /// Packets read.
    pub packets: u64,
    /// Packets of which only the beginning was kept (snap length).
    pub snapped: u64,
    /// Packets earlier than the one before them.
    pub out_of_order: u64,
    /// Packets that the capturing system says it lost.
    pub dropped_by_capture: u64,
    /// Kinds of frames in it that are not read here, by their LINKTYPE_ numbers.
    pub unread_links: Vec<i32>,
    /// Why the file ended early, if it did.
    pub damage: Option<Damage>,
}

/// How a capture file ends early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// Inside a packet.
    CutOff,
    /// With bytes that break the format's rules.
    Broken(String),
}

impl Ending {
    /// What the rows of this capture should be read with, in sentences.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        match &self.damage {
            Some(Damage::CutOff) => warnings.push(format!(
                "the file ends inside a packet; the {} whole packets before it were used",
                self.packets
            )),
            Some(Damage::Broken(reason)) => warnings.push(format!(
                "damaged after {} packets ({reason}); those before were used",
                self.packets
            )),
            None => {}
        }
        for link_type in &self.unread_links {
            warnings.push(format!(
                "frames of link type {link_type} are not read here, so nothing is told of them; capture at an Ethernet interface or with tcpdump -i any"
            ));
        }
        if self.dropped_by_capture > 0 {
            warnings.push(format!(
                "the capturing system lost {} packets; what it missed counts as loss though the network may have carried it",
                self.dropped_by_capture
            ));
        }
        if self.out_of_order > 0 {
            warnings.push(format!(
                "{} packets are out of time order; sort the file with reordercap",
                self.out_of_order
            ));
        }
        warnings
    }
}

/// Hands every packet of a capture file to `take`, in the order of the file.
///
/// # Errors
/// [`Error::UnknownCapture`] for a file of another kind, and what the operating system says. A file that is damaged
/// or cut off further on is not an error: what was read stands, and the ending tells it.
pub fn read_file(path: &Path, take: impl FnMut(Packet)) -> Result<Ending> {
    let name = path.display().to_string();
    if path.is_dir() {
        return Err(Error::IsDirectory { name });
    }
    let file = File::open(path).map_err(|error| Error::from_io(&name, error))?;
    read(&name, file, take)
}

/// Hands every packet of a capture to `take`; `name` is how an error calls it.
///
/// # Errors
/// As [`read_file`].
pub fn read(
    name: &str,
    input: impl Read + 'static,
    mut take: impl FnMut(Packet),
) -> Result<Ending> {
    let failed = |error| Error::from_io(name, error);
    let (start, input) = start::of(compression::opened(input).map_err(failed)?).map_err(failed)?;
    let mut ending = Ending::default();
    let mut last_ns = i64::MIN;
    let mut count = |ending: &mut Ending, packet: Packet| {
        ending.packets += 1;
        ending.snapped += u64::from((packet.data.len() as u32) < packet.wire_bytes);
        ending.out_of_order += u64::from(packet.time_ns < last_ns);
        last_ns = packet.time_ns;
        let link_type = packet.link_type;
        if !layers::is_read(link_type)
            && ending.unread_links.len() < MOST_LINKS_TOLD
            && !ending.unread_links.contains(&link_type)
        {
            ending.unread_links.push(link_type);
        }
        take(packet);
    };
    let damage = match start {
        start::Start::Pcap => legacy::read(input, |packet| count(&mut ending, packet)),
        start::Start::PcapNg => {
            let mut dropped = 0;
            let damage =
                next_generation::read(input, &mut dropped, |packet| count(&mut ending, packet));
            ending.dropped_by_capture = dropped;
            damage
        }
        start::Start::Empty => return Err(Error::Empty { name: name.to_owned() }),
        start::Start::Other(kind) => {
            return Err(Error::UnknownCapture { name: name.to_owned(), kind });
        }
    };
    ending.damage = damage.map_err(failed)?;
    Ok(ending)
}

/// A reader that gives as much as is asked for, and remembers why it failed, which the parser forgets.
struct Remembering<R> {
    input: R,
    failure: Option<io::Error>,
}

impl<R: Read> Read for Remembering<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut length = 0;
        while length < buffer.len() && self.failure.is_none() {
            match self.input.read(&mut buffer[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What was read before is whole and is given first.
                Err(error) => self.failure = Some(error),
            }
        }
        Ok(length)
    }
}
