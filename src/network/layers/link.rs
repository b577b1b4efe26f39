//! Link layers: each is peeled until an IP packet remains.

/// What an IP packet came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Framed<'a> {
    /// The bytes from the IP header on, with whatever padding follows.
    pub ip: &'a [u8],
    /// The priority code point of the outermost VLAN tag (802.1Q), if there is one.
    pub priority: Option<u8>,
}

/// More tags and labels than any network stacks.
const MOST_HEADERS: usize = 16;

/// Whether frames of a kind are taken apart here.
pub fn is_read(link_type: i32) -> bool {
    matches!(link_type, 0 | 1 | 9 | 12 | 14 | 50 | 51 | 101 | 108 | 113 | 228 | 229 | 276)
}

/// The IP packet in a captured frame; none where it carries something else or its kind is unknown.
pub fn peel(link_type: i32, data: &[u8]) -> Option<Framed<'_>> {
    let plain = |ip| Some(Framed { ip, priority: None });
    match link_type {
        // NULL: the address family in the byte order of the machine. LOOP: in that of the network.
        0 | 108 => plain(data.get(4..)?),
        1 => ethernet(data),
        // PPP, with or without its address and control bytes.
        9 | 50 => ppp(match data {
            [0xff, 0x03, rest @ ..] => rest,
            data => data,
        })
        .and_then(plain),
        51 => by_ether_type(0x8864, data),
        12 | 14 | 101 | 228 | 229 => plain(data),
        // Linux cooked captures, versions 1 and 2.
        113 => by_ether_type(be16(data, 14)?, data.get(16..)?),
        276 => by_ether_type(be16(data, 0)?, data.get(20..)?),
        _ => None,
    }
}

/// The IP packet in an Ethernet frame, which tunnels carry as well.
pub fn ethernet(data: &[u8]) -> Option<Framed<'_>> {
    by_ether_type(be16(data, 12)?, data.get(14..)?)
}

/// The IP packet behind headers that begin with this Ethernet type.
pub fn by_ether_type(mut ether_type: u16, mut data: &[u8]) -> Option<Framed<'_>> {
    let mut priority = None;
    for _ in 0..MOST_HEADERS {
        match ether_type {
            0x0800 | 0x86dd => return Some(Framed { ip: data, priority }),
            // 802.1Q and its stacked forms.
            0x8100 | 0x88a8 | 0x9100 | 0x9200 => {
                priority = priority.or(Some(data.first()? >> 5));
                ether_type = be16(data, 2)?;
                data = data.get(4..)?;
            }
            // PPPoE session: version, code, session, length, then PPP.
            0x8864 => return Some(Framed { ip: ppp(data.get(6..)?)?, priority }),
            0x8847 | 0x8848 => return Some(Framed { ip: mpls(data)?, priority }),
            // Ethernet in a tunnel.
            0x6558 => {
                ether_type = be16(data, 12)?;
                data = data.get(14..)?;
            }
            _ => return None,
        }
    }
    None
}

/// The IP packet behind a PPP protocol field of one or two bytes.
fn ppp(data: &[u8]) -> Option<&[u8]> {
    match data {
        [0x21 | 0x57, rest @ ..] | [0x00, 0x21 | 0x57, rest @ ..] => Some(rest),
        [0x02, 0x81, rest @ ..] => mpls(rest),
        _ => None,
    }
}

/// The IP packet below the label at the bottom of the stack, or the one in an Ethernet frame of a pseudowire.
fn mpls(mut data: &[u8]) -> Option<&[u8]> {
    for _ in 0..MOST_HEADERS {
        let bottom = data.get(2)? & 1 == 1;
        data = data.get(4..)?;
        if bottom {
            return match data.first()? >> 4 {
                4 | 6 => Some(data),
                // A control word before Ethernet.
                0 => Some(ethernet(data.get(4..)?)?.ip),
                _ => None,
            };
        }
    }
    None
}

/// Two bytes of the network's order.
pub fn be16(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(data.get(at..at + 2)?.try_into().ok()?))
}
