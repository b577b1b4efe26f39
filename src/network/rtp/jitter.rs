//! Interarrival jitter (RFC 3550, 6.4.1 and A.8) and the gaps between packets.

/// Least, mean and greatest of what was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    count: u64,
    sum: f64,
    least: f64,
    greatest: f64,
}

impl Default for Range {
    fn default() -> Self {
        Self { count: 0, sum: 0.0, least: f64::INFINITY, greatest: f64::NEG_INFINITY }
    }
}

impl Range {
    /// Takes one value.
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        self.least = self.least.min(value);
        self.greatest = self.greatest.max(value);
    }

    /// The mean; none of nothing.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// The greatest.
    pub fn greatest(&self) -> Option<f64> {
        (self.count > 0).then_some(self.greatest)
    }

    /// The least.
    pub fn least(&self) -> Option<f64> {
        (self.count > 0).then_some(self.least)
    }
}

/// A jump of more than this between packets is one of the timestamp, not jitter.
const TIMESTAMP_JUMP_MS: f64 = 10_000.0;

/// The jitter of one stream as its packets arrive.
#[derive(Debug, Clone, Default)]
pub struct Jitter {
    last: Option<Last>,
    jitter_ms: f64,
    /// J after each packet that counts.
    pub jitter: Range,
    /// Time between packets that count, in ms.
    pub delta: Range,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    time_ns: i64,
    /// Of the last packet with media; telephone events stand still.
    media: Option<(i64, u32)>,
    comfort_noise: bool,
}

/// What of a packet decides how it counts.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// When it was seen, in ns.
    pub time_ns: i64,
    /// Its timestamp.
    pub timestamp: u32,
    /// Units of the timestamp a second; none where unknown.
    pub clock_hz: Option<u32>,
    /// The marker bit.
    pub marker: bool,
    /// What it carries.
    pub kind: Kind,
}

/// What a payload type carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sound.
    Audio,
    /// Comfort noise (RFC 3389).
    ComfortNoise,
    /// Telephone events (RFC 4733).
    Event,
    /// Anything else.
    Other,
}

impl Jitter {
    /// Takes a packet; gives |D| in ms where it has one.
    pub fn add(&mut self, arrival: Arrival) -> Option<f64> {
        let Some(last) = self.last else {
            self.last = Some(Last::of(arrival, None));
            return None;
        };
        let delta_ms = (arrival.time_ns - last.time_ns) as f64 * 1e-6;
        let deviation_ms = match (last.media, arrival.clock_hz, arrival.kind) {
            (_, _, Kind::Event) | (None, _, _) | (_, None, _) => None,
            (Some((time_ns, timestamp)), Some(clock_hz), _) => {
                let expected_ms = f64::from(arrival.timestamp.wrapping_sub(timestamp) as i32)
                    * 1000.0
                    / f64::from(clock_hz);
                Some(((arrival.time_ns - time_ns) as f64 * 1e-6 - expected_ms).abs())
            }
        };
        if let Some(deviation_ms) = deviation_ms.filter(|ms| *ms <= TIMESTAMP_JUMP_MS) {
            self.jitter_ms += (deviation_ms - self.jitter_ms) / 16.0;
        }
        // After a pause the sender's clock says nothing of the network.
        let counts = !arrival.marker
            && !last.comfort_noise
            && matches!(arrival.kind, Kind::Audio | Kind::Other);
        if counts {
            self.delta.add(delta_ms);
            if arrival.clock_hz.is_some() {
                self.jitter.add(self.jitter_ms);
            }
        }
        self.last = Some(Last::of(arrival, last.media));
        deviation_ms
    }
}

impl Last {
    fn of(arrival: Arrival, before: Option<(i64, u32)>) -> Self {
        let media = match arrival.kind {
            Kind::Event => before,
            _ => Some((arrival.time_ns, arrival.timestamp)),
        };
        Self { time_ns: arrival.time_ns, media, comfort_noise: arrival.kind == Kind::ComfortNoise }
    }
}
