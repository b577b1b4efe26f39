//! What payload types stand for: the static table of RFC 3551 and what SDP maps.

use super::jitter::Kind;

/// A payload format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// Its name, as in SDP, such as `PCMU`.
    pub name: String,
    /// Units of the timestamp a second; none where unknown.
    pub clock_hz: Option<u32>,
    /// Channels, as SDP tells them.
    pub channels: u8,
    /// What it carries.
    pub kind: Kind,
    /// The format's parameters from SDP, such as `octet-align=1`; empty without.
    pub parameters: String,
}

impl Format {
    /// A format by its name; the clock that the name demands goes before the one that is told.
    pub fn named(name: &str, told_hz: Option<u32>, channels: u8, audio: bool) -> Self {
        let upper = name.to_ascii_uppercase();
        let clock_hz = match upper.as_str() {
            // Of G.722 the specification is wrong for good (RFC 3551, 4.5.2).
            "G722" => Some(8000),
            "OPUS" => Some(48_000),
            "EVS" => Some(16_000),
            _ => told_hz.filter(|hz| (1..=1_000_000).contains(hz)),
        };
        let kind = match upper.as_str() {
            "TELEPHONE-EVENT" | "TONE" => Kind::Event,
            "CN" => Kind::ComfortNoise,
            _ if audio => Kind::Audio,
            _ => Kind::Other,
        };
        Self { name: name.to_owned(), clock_hz, channels, kind, parameters: String::new() }
    }

    /// The format of a payload type where no SDP maps it.
    pub fn of_static(payload_type: u8) -> Self {
        let (name, clock_hz, channels) = match payload_type {
            0 => ("PCMU", 8000, 1),
            2 => ("G726-32", 8000, 1),
            3 => ("GSM", 8000, 1),
            4 => ("G723", 8000, 1),
            5 => ("DVI4", 8000, 1),
            6 => ("DVI4", 16_000, 1),
            7 => ("LPC", 8000, 1),
            8 => ("PCMA", 8000, 1),
            9 => ("G722", 8000, 1),
            10 => ("L16", 44_100, 2),
            11 => ("L16", 44_100, 1),
            12 => ("QCELP", 8000, 1),
            13 | 19 => ("CN", 8000, 1),
            14 => ("MPA", 90_000, 1),
            15 => ("G728", 8000, 1),
            16 => ("DVI4", 11_025, 1),
            17 => ("DVI4", 22_050, 1),
            18 => ("G729", 8000, 1),
            25 => ("CelB", 90_000, 0),
            26 => ("JPEG", 90_000, 0),
            28 => ("nv", 90_000, 0),
            31 => ("H261", 90_000, 0),
            32 => ("MPV", 90_000, 0),
            33 => ("MP2T", 90_000, 0),
            34 => ("H263", 90_000, 0),
            other => return Self::unknown(other),
        };
        Self::named(name, Some(clock_hz), channels, channels > 0)
    }

    /// A dynamic payload type that no SDP explains: rather no clock than a wrong one.
    fn unknown(payload_type: u8) -> Self {
        Self {
            name: format!("payload type {payload_type}"),
            clock_hz: None,
            channels: 1,
            kind: Kind::Audio,
            parameters: String::new(),
        }
    }

    /// Whether this is the format of that name, whatever the case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The value of one of its parameters.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.split(';').find_map(|parameter| {
            let (key, value) = parameter.trim().split_once('=')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

/// The formats of one end of a call, by payload type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Formats(Vec<(u8, Format)>);

impl Formats {
    /// Maps a payload type; a later mapping replaces an earlier one.
    pub fn map(&mut self, payload_type: u8, format: Format) {
        self.0.retain(|(known, _)| *known != payload_type);
        self.0.push((payload_type, format));
    }

    /// What a payload type stands for: as mapped, or by the static table.
    pub fn of(&self, payload_type: u8) -> Format {
        let mapped = self.0.iter().find(|(known, _)| *known == payload_type);
        mapped.map_or_else(|| Format::of_static(payload_type), |(_, format)| format.clone())
    }

    /// Whether a payload type is mapped.
    pub fn contains(&self, payload_type: u8) -> bool {
        self.0.iter().any(|(known, _)| *known == payload_type)
    }

    /// Every mapping.
    pub fn iter(&self) -> impl Iterator<Item = &(u8, Format)> {
        self.0.iter()
    }

    /// Adds the mappings of another description, which go before those that are there.
    pub fn update(&mut self, newer: &Self) {
        newer.0.iter().for_each(|(payload_type, format)| self.map(*payload_type, format.clone()));
    }
}
