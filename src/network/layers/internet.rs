//! IP and what it carries: UDP, TCP, ICMP errors, and IP in tunnels.

use super::fragments::{Fragments, Identity};
use super::link::{self, Framed, be16};
use etherparse::{IpFragOffset, Ipv6ExtensionSlice, LaxIpSlice, TcpSlice};
use std::net::{IpAddr, SocketAddr};

/// What the IP header says beside the addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// The differentiated services code point.
    pub dscp: u8,
    /// Time to live or hop limit.
    pub ttl: u8,
    /// The identification of IPv4; 0 where there is none.
    pub identification: u16,
    /// Length with IP header, in bytes.
    pub ip_bytes: u32,
    /// The priority code point of a VLAN tag, if there is one.
    pub priority: Option<u8>,
}

/// A UDP datagram.
#[derive(Debug, Clone, Copy)]
pub struct Datagram<'a> {
    /// Who sent it.
    pub source: SocketAddr,
    /// To whom.
    pub destination: SocketAddr,
    /// Its payload, as much as was captured.
    pub payload: &'a [u8],
    /// The payload's length by the UDP header.
    pub payload_bytes: usize,
    /// What the IP header says.
    pub network: Network,
}

/// A TCP segment.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    /// Who sent it.
    pub source: SocketAddr,
    /// To whom.
    pub destination: SocketAddr,
    /// The sequence number of its first byte.
    pub sequence: u32,
    /// Whether it opens the connection.
    pub opens: bool,
    /// Whether it ends the connection.
    pub ends: bool,
    /// Its payload, as much as was captured.
    pub payload: &'a [u8],
}

/// An ICMP message that something could not be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreachable {
    /// Who had sent the UDP datagram.
    pub source: SocketAddr,
    /// Whom it did not reach.
    pub destination: SocketAddr,
}

/// What a captured packet turns out to be.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// A whole UDP datagram.
    Udp(Datagram<'a>),
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// A UDP datagram that did not arrive.
    Unreachable(Unreachable),
}

/// Tunnels in tunnels that are followed.
const DEEPEST: usize = 4;
/// The port of VXLAN.
const VXLAN: u16 = 4789;

/// Takes packets apart; remembers fragments until they are whole.
#[derive(Debug, Default)]
pub struct Layers {
    fragments: Fragments,
}

impl Layers {
    /// Hands over what is in a captured packet, if it is of the internet.
    pub fn take(&mut self, link_type: i32, data: &[u8], mut content: impl FnMut(Content)) {
        if let Some(framed) = link::peel(link_type, data) {
            self.ip(framed, DEEPEST, &mut content);
        }
    }

    fn ip(&mut self, framed: Framed, depth: usize, content: &mut dyn FnMut(Content)) {
        let Ok((ip, _)) = LaxIpSlice::from_slice(framed.ip) else { return };
        let (source, destination) = (ip.source_addr(), ip.destination_addr());
        let (dscp, ttl, identification) = match &ip {
            LaxIpSlice::Ipv4(ip) => {
                let header = ip.header();
                (header.dcp().value(), header.ttl(), header.identification())
            }
            LaxIpSlice::Ipv6(ip) => {
                let header = ip.header();
                (header.traffic_class() >> 2, header.hop_limit(), 0)
            }
        };
        let payload = ip.payload();
        let header_bytes = payload.payload.as_ptr() as usize - framed.ip.as_ptr() as usize;
        let mut network = Network {
            dscp,
            ttl,
            identification,
            ip_bytes: (header_bytes + payload.payload.len()) as u32,
            priority: framed.priority,
        };
        let protocol = payload.ip_number.0;
        let carried = Carried { source, destination, protocol };
        if !payload.fragmented {
            return self.carried(carried, network, payload.payload, depth, content);
        }
        let Some((identification, offset, more)) = fragment(&ip) else { return };
        let identity = Identity { source, destination, protocol, identification };
        if payload.incomplete {
            return;
        }
        // Filters by port let only the first fragment of long SIP messages pass: it is better than nothing, and
        // to be told twice changes no call.
        if offset.value() == 0
            && protocol == 17
            && payload.payload.get(8).is_some_and(u8::is_ascii_uppercase)
        {
            self.carried(carried, network, payload.payload, 0, content);
        }
        if let Some(whole) = self.fragments.add(identity, offset, more, payload.payload) {
            network.ip_bytes = (header_bytes + whole.len()) as u32;
            self.carried(carried, network, &whole, depth, content);
        }
    }

    fn carried(
        &mut self,
        ip: Carried,
        network: Network,
        data: &[u8],
        depth: usize,
        content: &mut dyn FnMut(Content),
    ) {
        match ip.protocol {
            17 => self.udp(ip, network, data, depth, content),
            6 => {
                if let Some(segment) = tcp(ip, data) {
                    content(Content::Tcp(segment));
                }
            }
            1 | 58 => {
                if let Some(unreachable) = icmp(ip.protocol, data) {
                    content(Content::Unreachable(unreachable));
                }
            }
            _ if depth == 0 => {}
            // IP in IP.
            4 | 41 => self.ip(Framed { ip: data, priority: None }, depth - 1, content),
            47 => {
                if let Some(framed) = gre(data) {
                    self.ip(framed, depth - 1, content);
                }
            }
            _ => {}
        }
    }

    fn udp(
        &mut self,
        ip: Carried,
        network: Network,
        data: &[u8],
        depth: usize,
        content: &mut dyn FnMut(Content),
    ) {
        let (Some(source), Some(destination), Some(length)) =
            (be16(data, 0), be16(data, 2), be16(data, 4))
        else {
            return;
        };
        let Some(payload) = data.get(8..) else { return };
        // 0 stands for more than the field can hold.
        let payload_bytes = match usize::from(length) {
            0 => payload.len(),
            length => length.saturating_sub(8),
        };
        let payload = &payload[..payload.len().min(payload_bytes)];
        if destination == VXLAN && depth > 0 && payload.first().is_some_and(|flags| flags & 8 != 0)
        {
            if let Some(framed) = payload.get(8..).and_then(link::ethernet) {
                self.ip(framed, depth - 1, content);
            }
            return;
        }
        content(Content::Udp(Datagram {
            source: SocketAddr::new(ip.source, source),
            destination: SocketAddr::new(ip.destination, destination),
            payload,
            payload_bytes,
            network,
        }));
    }
}

/// What an IP header says of its payload.
#[derive(Clone, Copy)]
struct Carried {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
}

/// Which part of a fragmented datagram this is: its identification, where it belongs and whether more follows.
fn fragment(ip: &LaxIpSlice) -> Option<(u32, IpFragOffset, bool)> {
    match ip {
        LaxIpSlice::Ipv4(ip) => {
            let header = ip.header();
            let identification = header.identification().into();
            Some((identification, header.fragments_offset(), header.more_fragments()))
        }
        LaxIpSlice::Ipv6(ip) => ip.extensions().clone().into_iter().find_map(|extension| {
            let Ipv6ExtensionSlice::Fragment(header) = extension else { return None };
            Some((header.identification(), header.fragment_offset(), header.more_fragments()))
        }),
    }
}

fn tcp(ip: Carried, data: &[u8]) -> Option<Segment<'_>> {
    let segment = TcpSlice::from_slice(data).ok()?;
    Some(Segment {
        source: SocketAddr::new(ip.source, segment.source_port()),
        destination: SocketAddr::new(ip.destination, segment.destination_port()),
        sequence: segment.sequence_number(),
        opens: segment.syn(),
        ends: segment.fin() || segment.rst(),
        payload: segment.payload(),
    })
}

/// The UDP datagram that an ICMP error quotes.
fn icmp(protocol: u8, data: &[u8]) -> Option<Unreachable> {
    let (&kind, quoted) = (data.first()?, data.get(8..)?);
    // Destination unreachable in version 4 and 6.
    if (protocol, kind) != (1, 3) && (protocol, kind) != (58, 1) {
        return None;
    }
    let (ip, _) = LaxIpSlice::from_slice(quoted).ok()?;
    let payload = ip.payload();
    if payload.ip_number.0 != 17 {
        return None;
    }
    let (source, destination) = (be16(payload.payload, 0)?, be16(payload.payload, 2)?);
    Some(Unreachable {
        source: SocketAddr::new(ip.source_addr(), source),
        destination: SocketAddr::new(ip.destination_addr(), destination),
    })
}

/// The IP packet in generic routing encapsulation (RFC 2784, 2890), ERSPAN mirrors included.
fn gre(data: &[u8]) -> Option<Framed<'_>> {
    let (flags, ether_type) = (be16(data, 0)?, be16(data, 2)?);
    let optional = [0x8000, 0x2000, 0x1000].iter().filter(|flag| flags & **flag != 0).count();
    let inner = data.get(4 + 4 * optional..)?;
    match ether_type {
        // ERSPAN type I has no header of its own, type II one of 8 bytes, type III one of 12.
        0x88be if flags & 0x1000 == 0 => link::ethernet(inner),
        0x88be => link::ethernet(inner.get(8..)?),
        0x22eb => link::ethernet(inner.get(12..)?),
        _ => link::by_ether_type(ether_type, inner),
    }
}
