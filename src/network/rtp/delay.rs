//! Delay relative to the fastest packets: its distribution, and the drift of the sender's clock.

use std::collections::VecDeque;

/// The least relative delay of the last seconds: what the network takes when nothing holds a packet up.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// Second and least transit in it, in ns.
    seconds: VecDeque<(i64, i64)>,
    least_ns: i64,
}

/// Over how many seconds the fastest packet counts: long enough to see one, too short for clocks to drift apart.
const BASELINE_S: i64 = 10;

impl Baseline {
    /// Takes a packet's arrival and its transit (arrival less media time); gives what it was late, in ns.
    pub fn add(&mut self, time_ns: i64, transit_ns: i64) -> i64 {
        let second = time_ns.div_euclid(1_000_000_000);
        match self.seconds.back_mut() {
            Some((last, least)) if *last >= second => *least = transit_ns.min(*least),
            _ => {
                self.seconds.push_back((second, transit_ns));
                while self.seconds.front().is_some_and(|(first, _)| *first <= second - BASELINE_S) {
                    self.seconds.pop_front();
                }
                let least = self.seconds.iter().map(|(_, least)| *least).min();
                self.least_ns = least.unwrap_or(transit_ns);
            }
        }
        self.least_ns = self.least_ns.min(transit_ns);
        transit_ns - self.least_ns
    }

    /// The least transit there is, if any packet came.
    pub fn least_ns(&self) -> Option<i64> {
        (!self.seconds.is_empty()).then_some(self.least_ns)
    }

    /// Forgets all, where the timestamps begin anew.
    pub fn clear(&mut self) {
        self.seconds.clear();
    }
}

/// Width of a class of delays, in ns.
const CLASS_NS: i64 = 250_000;
/// Delays of more than 10 s are counted as that.
const CLASSES: usize = 40_000;

/// How late packets were, relative to the fastest around them (packet delay variation, RFC 5481).
#[derive(Debug, Clone, Default)]
pub struct Delays {
    counts: Vec<u32>,
    total: u64,
    greatest_ns: i64,
}

impl Delays {
    /// Takes what a packet was late, in ns.
    pub fn add(&mut self, late_ns: i64) {
        let class = ((late_ns.max(0) / CLASS_NS) as usize).min(CLASSES - 1);
        if class >= self.counts.len() {
            self.counts.resize((class + 1).next_power_of_two().min(CLASSES), 0);
        }
        self.counts[class] = self.counts[class].saturating_add(1);
        self.total += 1;
        self.greatest_ns = self.greatest_ns.max(late_ns);
    }

    /// The delay in ms that this share of packets does not exceed, to a quarter of a millisecond.
    pub fn quantile_ms(&self, share: f64) -> Option<f64> {
        if self.total == 0 {
            return None;
        }
        let wanted = ((self.total as f64 * share).ceil() as u64).clamp(1, self.total);
        let mut seen = 0;
        let class = self.counts.iter().position(|count| {
            seen += u64::from(*count);
            seen >= wanted
        })?;
        Some((class as i64 * CLASS_NS) as f64 * 1e-6)
    }

    /// The greatest delay in ms.
    pub fn greatest_ms(&self) -> Option<f64> {
        (self.total > 0).then_some(self.greatest_ns as f64 * 1e-6)
    }

    /// How many packets were later than each of these, in ms.
    pub fn above(&self, thresholds_ms: &[u32]) -> Vec<u64> {
        let above = |ms: u32| {
            let class = (i64::from(ms) * 1_000_000 / CLASS_NS) as usize;
            self.counts.iter().skip(class).map(|count| u64::from(*count)).sum()
        };
        thresholds_ms.iter().map(|ms| above(*ms)).collect()
    }
}

/// Drift of the sender's clock against that of the capture, by the fastest packet of each second.
#[derive(Debug, Clone, Default)]
pub struct Drift {
    start_ns: Option<i64>,
    /// The second under way, and its fastest packet: seconds since the start, and transit in ms.
    second: Option<(i64, f64, f64)>,
    first_ms: f64,
    sums: Sums,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
}

impl Drift {
    /// Takes a packet's arrival and transit.
    pub fn add(&mut self, time_ns: i64, transit_ns: i64) {
        let start_ns = *self.start_ns.get_or_insert_with(|| {
            self.first_ms = transit_ns as f64 * 1e-6;
            time_ns
        });
        let x = (time_ns - start_ns) as f64 * 1e-9;
        let y = transit_ns as f64 * 1e-6 - self.first_ms;
        let number = x.floor() as i64;
        match &mut self.second {
            Some((second, fastest_x, fastest_y)) if *second >= number => {
                if y < *fastest_y {
                    (*fastest_x, *fastest_y) = (x, y);
                }
            }
            _ => {
                self.end_second();
                self.second = Some((number, x, y));
            }
        }
    }

    fn end_second(&mut self) {
        if let Some((_, x, y)) = self.second.take() {
            let sums = &mut self.sums;
            sums.count += 1.0;
            sums.x += x;
            sums.y += y;
            sums.xx += x * x;
            sums.xy += x * y;
        }
    }

    /// How much slower the sender's clock runs, in parts per million; none below 5 s.
    pub fn ppm(&self) -> Option<f64> {
        let mut whole = self.clone();
        whole.end_second();
        let Sums { count, x, y, xx, xy } = whole.sums;
        let spread = xx * count - x * x;
        (count >= 5.0 && spread > 0.0).then(|| (xy * count - x * y) / spread * 1000.0)
    }

    /// Forgets all, where the timestamps begin anew.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
