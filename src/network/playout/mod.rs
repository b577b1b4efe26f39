//! De-jitter buffers: which packets come too late to be played.

mod adaptive;
mod fixed;

use crate::error::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A de-jitter buffer to simulate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Design {
    /// Plays everything this long after the first packet could have been played.
    Fixed {
        /// Depth in ms.
        depth_ms: f64,
    },
    /// Follows the 98th percentile of relative delay between two depths.
    Adaptive {
        /// The least depth in ms.
        least_ms: f64,
        /// The greatest depth in ms.
        greatest_ms: f64,
    },
}

impl Design {
    /// What is simulated unless told otherwise; the last one gives the headline.
    pub const DEFAULT: [Self; 3] = [
        Self::Fixed { depth_ms: 60.0 },
        Self::Fixed { depth_ms: 120.0 },
        Self::Adaptive { least_ms: 40.0, greatest_ms: 200.0 },
    ];

    /// What decoded sound is played in unless told otherwise: as deep as softphones have it, so that only what the network
    /// lost is missing.
    pub const PLAYING: Self = Self::Fixed { depth_ms: 200.0 };

    /// The delay it adds as a rule, in ms.
    pub fn nominal_ms(self) -> f64 {
        match self {
            Self::Fixed { depth_ms } => depth_ms,
            Self::Adaptive { least_ms, .. } => least_ms,
        }
    }
}

impl fmt::Display for Design {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed { depth_ms } => write!(f, "fixed-{depth_ms}"),
            Self::Adaptive { least_ms, greatest_ms } => {
                write!(f, "adaptive-{least_ms}-{greatest_ms}")
            }
        }
    }
}

impl FromStr for Design {
    type Err = Error;

    /// Reads `fixed-60`, `adaptive` or `adaptive-40-200`.
    fn from_str(word: &str) -> Result<Self> {
        let parsed = || {
            let mut parts = word.split(['-', ':']);
            let kind = parts.next()?;
            let numbers = parts.map(|part| {
                let number: f64 = part.parse().ok()?;
                (0.0..=10_000.0).contains(&number).then_some(number)
            });
            match (kind, numbers.collect::<Option<Vec<_>>>()?.as_slice()) {
                ("fixed", [depth_ms]) => Some(Self::Fixed { depth_ms: *depth_ms }),
                ("adaptive", []) => Some(Self::DEFAULT[2]),
                ("adaptive", [least_ms, greatest_ms]) if least_ms <= greatest_ms => {
                    Some(Self::Adaptive { least_ms: *least_ms, greatest_ms: *greatest_ms })
                }
                _ => None,
            }
        };
        parsed().ok_or_else(|| Error::InvalidBuffer { word: word.to_owned() })
    }
}

/// A packet as a buffer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// When it came, in ns.
    pub time_ns: i64,
    /// When its sound begins on the sender's clock, in ns.
    pub media_ns: i64,
    /// Speech in a packet, in ns; 0 while unknown.
    pub packet_ns: i64,
    /// Whether it is the first after a pause.
    pub after_pause: bool,
}

/// A buffer at work.
#[derive(Debug, Clone)]
pub enum Buffer {
    /// A fixed one.
    Fixed(fixed::Fixed),
    /// An adaptive one.
    Adaptive(adaptive::Adaptive),
}

impl Buffer {
    /// An empty buffer; after so many discards in a row, spread over the time of as many packets, it sets itself
    /// anew, and with 0 never.
    pub fn new(design: Design, resynchronize_after: u32) -> Self {
        match design {
            Design::Fixed { depth_ms } => {
                Self::Fixed(fixed::Fixed::new(nanoseconds(depth_ms), resynchronize_after))
            }
            Design::Adaptive { least_ms, greatest_ms } => {
                let (least, greatest) = (nanoseconds(least_ms), nanoseconds(greatest_ms));
                Self::Adaptive(adaptive::Adaptive::new(least, greatest, resynchronize_after))
            }
        }
    }

    /// When the packet's sound is played, in ns, or none if it comes too late for that.
    pub fn take(&mut self, arrival: Arrival) -> Option<i64> {
        match self {
            Self::Fixed(buffer) => buffer.take(arrival),
            Self::Adaptive(buffer) => buffer.take(arrival),
        }
    }

    /// Begins anew with the next packet, whose timestamps have nothing to do with those before.
    pub fn restart(&mut self) {
        match self {
            Self::Fixed(buffer) => buffer.restart(),
            Self::Adaptive(buffer) => buffer.restart(),
        }
    }
}

fn nanoseconds(ms: f64) -> i64 {
    (ms * 1e6).round() as i64
}

/// Discards in a row that last so long that waiting for better times is in vain.
#[derive(Debug, Clone, Copy)]
struct Losing {
    enough: u32,
    in_a_row: u32,
    since_ns: i64,
}

impl Losing {
    fn new(enough: u32) -> Self {
        Self { enough, in_a_row: 0, since_ns: 0 }
    }

    fn played(&mut self) {
        self.in_a_row = 0;
    }

    /// Counts a discard; says whether the buffer has to set itself anew.
    ///
    /// Packets that were held up come all at once, and those behind them in time again: only discards that last count.
    fn discarded(&mut self, arrival: Arrival) -> bool {
        if self.in_a_row == 0 {
            self.since_ns = arrival.time_ns;
        }
        self.in_a_row += 1;
        let lasted_ns = arrival.time_ns - self.since_ns;
        let enough = self.enough > 0
            && self.in_a_row > self.enough
            && lasted_ns >= i64::from(self.enough) * arrival.packet_ns / 2;
        if enough {
            self.in_a_row = 0;
        }
        enough
    }
}
