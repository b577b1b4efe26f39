//! Session descriptions (RFC 8866), as far as streams are told from them.
//!
//! Read line by line and lenient: descriptions in captures are cut off, lack lines that the grammar demands, or have
//! line ends of all kinds, and what is there still says where media goes.

use crate::network::rtp::{Format, Formats};
use std::net::{IpAddr, SocketAddr};

/// Media descriptions that are read of one body.
const MOST_MEDIA: usize = 32;
/// Payload types that there can be.
const MOST_FORMATS: usize = 128;

/// A description with its media.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SessionDescription {
    /// Each `m=` line with what belongs to it.
    pub media: Vec<Media>,
}

/// One media description.
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    /// Its kind: `audio`, `video`, `image`, …
    pub kind: String,
    /// Where it is to be sent; none where the address is no IP address.
    pub address: Option<SocketAddr>,
    /// Where RTCP is to be sent, where it is told (RFC 3605).
    pub rtcp: Option<SocketAddr>,
    /// Who may send.
    pub direction: Direction,
    /// How it is protected.
    pub security: Security,
    /// What the payload types stand for.
    pub formats: Formats,
    /// The payload type that is preferred.
    pub first_format: Option<u8>,
    /// Speech in a packet that is asked for, in ms.
    pub packet_ms: Option<f64>,
}

/// Who may send, as the end says that described itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Both.
    #[default]
    SendReceive,
    /// This end alone.
    SendOnly,
    /// The other end alone.
    ReceiveOnly,
    /// Nobody.
    Inactive,
}

/// How media is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// Not at all.
    #[default]
    None,
    /// SRTP.
    Srtp,
}

impl Media {
    /// Whether this end expects to hear something.
    pub fn receives(&self) -> bool {
        let held = self.address.is_none_or(|address| address.ip().is_unspecified());
        let receives = matches!(self.direction, Direction::SendReceive | Direction::ReceiveOnly);
        receives && !held && self.address.is_some_and(|address| address.port() != 0)
    }

    /// Whether this end says that it sends.
    pub fn sends(&self) -> bool {
        matches!(self.direction, Direction::SendReceive | Direction::SendOnly)
    }
}

impl SessionDescription {
    /// Reads a description.
    pub fn parse(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let mut session = Session::default();
        let mut media: Vec<Media> = Vec::new();
        for line in text.split(['\n', '\r']) {
            let Some((kind, value)) = line.trim().split_once('=') else { continue };
            if kind == "m" {
                if media.len() == MOST_MEDIA {
                    break;
                }
                media.extend(session.media(value));
                continue;
            }
            match (kind, media.last_mut()) {
                ("c", Some(media)) => {
                    if let (Some(ip), Some(address)) = (connection(value), &mut media.address) {
                        address.set_ip(ip);
                    } else if let Some(ip) = connection(value) {
                        media.address = Some(SocketAddr::new(ip, session.port));
                    }
                }
                ("c", None) => session.address = connection(value),
                ("a", Some(media)) => media.attribute(value),
                ("a", None) => session.attribute(value),
                _ => {}
            }
        }
        Self { media }
    }

    /// The first description of sound.
    pub fn audio(&self) -> Option<&Media> {
        self.media.iter().find(|media| media.kind == "audio")
    }
}

/// What stands before the first media description and holds for all.
#[derive(Debug, Default)]
struct Session {
    address: Option<IpAddr>,
    direction: Direction,
    security: Security,
    /// The port of the last `m=` line, for an address that follows it.
    port: u16,
}

impl Session {
    fn attribute(&mut self, value: &str) {
        self.direction = direction(value).unwrap_or(self.direction);
        if value.starts_with("fingerprint:") {
            self.security = Security::Srtp;
        }
    }

    fn media(&mut self, value: &str) -> Option<Media> {
        let mut words = value.split_whitespace();
        let kind = words.next()?.to_ascii_lowercase();
        self.port = words.next()?.split('/').next()?.parse().ok()?;
        let protocol = words.next()?.to_ascii_uppercase();
        let payload_types: Vec<u8> = words
            .filter_map(|word| word.parse().ok().filter(|number| *number < 128))
            .take(MOST_FORMATS)
            .collect();
        let mut formats = Formats::default();
        for payload_type in &payload_types {
            formats.map(*payload_type, Format::of_static(*payload_type));
        }
        let protected = protocol.contains("SAVP");
        Some(Media {
            kind,
            address: self.address.map(|ip| SocketAddr::new(ip, self.port)),
            rtcp: None,
            direction: self.direction,
            security: if protected { Security::Srtp } else { self.security },
            first_format: payload_types.first().copied(),
            formats,
            packet_ms: None,
        })
    }
}

impl Media {
    fn attribute(&mut self, value: &str) {
        self.direction = direction(value).unwrap_or(self.direction);
        let Some((name, value)) = value.split_once(':') else { return };
        match name {
            "rtpmap" => self.map(value),
            "fmtp" => self.parameters(value),
            "ptime" => {
                let packet_ms = value.trim().parse().ok();
                self.packet_ms = packet_ms.filter(|ms| (0.1..=1000.0).contains(ms));
            }
            "crypto" | "fingerprint" => self.security = Security::Srtp,
            "rtcp" => {
                let mut words = value.split_whitespace();
                let port = words.next().and_then(|port| port.parse().ok());
                let ip = words.nth(2).and_then(|ip| ip.parse().ok());
                let ip = ip.or(self.address.map(|address| address.ip()));
                self.rtcp = ip.zip(port).map(|(ip, port)| SocketAddr::new(ip, port));
            }
            _ => {}
        }
    }

    /// `96 opus/48000/2`.
    fn map(&mut self, value: &str) {
        let Some((payload_type, encoding)) = value.trim().split_once(char::is_whitespace) else {
            return;
        };
        let Some(payload_type) = payload_type.parse().ok().filter(|number| *number < 128) else {
            return;
        };
        let mut parts = encoding.trim().split('/');
        let name = parts.next().unwrap_or_default();
        let clock_hz = parts.next().and_then(|clock| clock.parse().ok());
        let channels = parts.next().and_then(|channels| channels.parse().ok()).unwrap_or(1);
        let mut format = Format::named(name, clock_hz, channels, self.kind == "audio");
        format.parameters = self.formats.of(payload_type).parameters;
        self.formats.map(payload_type, format);
    }

    fn parameters(&mut self, value: &str) {
        let Some((payload_type, parameters)) = value.trim().split_once(char::is_whitespace) else {
            return;
        };
        if let Some(payload_type) = payload_type.parse().ok().filter(|number| *number < 128) {
            let mut format = self.formats.of(payload_type);
            format.parameters = parameters.trim().to_owned();
            self.formats.map(payload_type, format);
        }
    }
}

fn direction(attribute: &str) -> Option<Direction> {
    match attribute.trim() {
        "sendrecv" => Some(Direction::SendReceive),
        "sendonly" => Some(Direction::SendOnly),
        "recvonly" => Some(Direction::ReceiveOnly),
        "inactive" => Some(Direction::Inactive),
        _ => None,
    }
}

/// `IN IP4 192.0.2.1`, perhaps with `/ttl`.
fn connection(value: &str) -> Option<IpAddr> {
    value.split_whitespace().nth(2)?.split('/').next()?.parse().ok()
}
