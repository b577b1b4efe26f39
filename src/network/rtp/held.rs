//! A packet that is kept until it is clear what to make of it.

use super::header::Header;
use super::seen::Seen;
use crate::network::layers::Network;
use std::net::SocketAddr;

/// A packet held back.
#[derive(Debug, Clone)]
pub struct Held {
    time_ns: i64,
    source: SocketAddr,
    marker: bool,
    payload_type: u8,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    payload: Vec<u8>,
    payload_bytes: usize,
    network: Network,
}

impl Held {
    /// Keeps a packet.
    pub fn of(seen: &Seen) -> Self {
        let header = &seen.header;
        Self {
            time_ns: seen.time_ns,
            source: seen.source,
            marker: header.marker,
            payload_type: header.payload_type,
            sequence: header.sequence,
            timestamp: header.timestamp,
            ssrc: header.ssrc,
            payload: header.payload.to_vec(),
            payload_bytes: header.wire_payload_bytes,
            network: seen.network,
        }
    }

    /// Its sequence number.
    pub fn sequence(&self) -> u16 {
        self.sequence
    }

    /// When it was seen, in ns.
    pub fn time_ns(&self) -> i64 {
        self.time_ns
    }

    /// Who sent it.
    pub fn source(&self) -> SocketAddr {
        self.source
    }

    /// Its timestamp.
    pub fn timestamp(&self) -> u32 {
        self.timestamp
    }

    /// Its payload type.
    pub fn payload_type(&self) -> u8 {
        self.payload_type
    }

    /// The packet again.
    pub fn seen(&self) -> Seen<'_> {
        Seen {
            time_ns: self.time_ns,
            source: self.source,
            header: Header {
                marker: self.marker,
                payload_type: self.payload_type,
                sequence: self.sequence,
                timestamp: self.timestamp,
                ssrc: self.ssrc,
                payload: &self.payload,
                wire_payload_bytes: self.payload_bytes,
            },
            network: self.network,
        }
    }
}
