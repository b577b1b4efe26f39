//! The header of an RTP packet (RFC 3550, 5.1).

/// What the header says, and the payload behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// The marker bit: for audio the first packet after a pause.
    pub marker: bool,
    /// Payload type, 0 to 127.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Timestamp, in units of the payload's clock.
    pub timestamp: u32,
    /// Synchronization source.
    pub ssrc: u32,
    /// The payload, as much of it as was captured.
    pub payload: &'a [u8],
    /// The payload's length on the wire, of which the capture may have kept less.
    pub wire_payload_bytes: usize,
}

impl<'a> Header<'a> {
    /// Reads a datagram of `wire_bytes`, of which `data` was captured; none where it cannot be RTP (A.1).
    pub fn parse(data: &'a [u8], wire_bytes: usize) -> Option<Self> {
        let fixed = data.get(..12)?;
        let payload_type = fixed[1] & 0x7f;
        // 72 to 76 with the marker are RTCP's 200 to 204; their neighbours are reserved for it.
        if fixed[0] >> 6 != 2 || (64..=95).contains(&payload_type) {
            return None;
        }
        let (padding, extension) = (fixed[0] & 0x20 != 0, fixed[0] & 0x10 != 0);
        let mut start = 12 + 4 * usize::from(fixed[0] & 0x0f);
        let cut = data.len() < wire_bytes;
        if extension {
            let words = data.get(start + 2..start + 4)?;
            start += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
        }
        let mut end = wire_bytes;
        if padding && !cut {
            let padding = usize::from(*data.last()?);
            if padding == 0 {
                return None;
            }
            end = end.checked_sub(padding)?;
        }
        if start > end {
            return None;
        }
        Some(Self {
            marker: fixed[1] & 0x80 != 0,
            payload_type,
            sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
            timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
            ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
            payload: data.get(start..end.min(data.len())).unwrap_or_default(),
            wire_payload_bytes: end - start,
        })
    }
}

/// Whether a datagram on an RTP port is RTCP (RFC 5761, 4).
pub fn is_rtcp(data: &[u8]) -> bool {
    matches!(data, [first, 192..=223, _, _, ..] if first >> 6 == 2)
}
