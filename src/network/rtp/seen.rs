//! A packet as it was seen on the wire.

use super::header::Header;
use crate::network::layers::Network;
use std::net::SocketAddr;

/// A packet with all that is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// When it was seen, in ns since 1970.
    pub time_ns: i64,
    /// Who sent it.
    pub source: SocketAddr,
    /// Its header and payload.
    pub header: Header<'a>,
    /// What its IP header says.
    pub network: Network,
}
