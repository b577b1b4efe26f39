//! A buffer that follows the network: its depth is the 98th percentile of what packets were late in the last 10 s.
//!
//! The depth is set afresh at the beginning of a talk spurt. Inside one it moves by whole packets, at most one a second,
//! and only where it is clearly wrong: a receiver that followed every millisecond would never play undisturbed.

use super::{Arrival, Losing};
use crate::network::rtp::Baseline;
use std::collections::VecDeque;

/// What the depth is taken from.
const REMEMBERED_NS: i64 = 10_000_000_000;
/// More packets than that in 10 s are not needed for a percentile.
const MOST_REMEMBERED: usize = 1024;
/// The share of packets that should come in time.
const SHARE: f64 = 0.98;
/// Inside a talk spurt the depth grows where it falls short by half a packet, and shrinks where it is a whole
/// packet too much: late packets are heard, delay is not.
const SHORT_PARTS: i64 = 2;
/// How often the depth may move inside a talk spurt.
const STEP_EVERY_NS: i64 = 1_000_000_000;

/// Plays each packet when its depth over the fastest packets allows.
#[derive(Debug, Clone)]
pub struct Adaptive {
    least_ns: i64,
    greatest_ns: i64,
    baseline: Baseline,
    /// Arrival and transit of the last packets, in ns.
    recent: VecDeque<(i64, i64)>,
    /// What is added to media time to get the time of playing.
    offset_ns: Option<i64>,
    stepped_ns: i64,
    losing: Losing,
}

impl Adaptive {
    pub fn new(least_ns: i64, greatest_ns: i64, resynchronize_after: u32) -> Self {
        Self {
            least_ns,
            greatest_ns,
            baseline: Baseline::default(),
            recent: VecDeque::new(),
            offset_ns: None,
            stepped_ns: 0,
            losing: Losing::new(resynchronize_after),
        }
    }

    pub fn take(&mut self, arrival: Arrival) -> Option<i64> {
        let transit_ns = arrival.time_ns - arrival.media_ns;
        self.baseline.add(arrival.time_ns, transit_ns);
        self.remember(arrival.time_ns, transit_ns);
        let offset_ns = match self.offset_ns {
            Some(offset_ns) if !arrival.after_pause => {
                if arrival.time_ns - self.stepped_ns >= STEP_EVERY_NS {
                    self.stepped_ns = arrival.time_ns;
                    offset_ns + step_ns(self.target_ns() - offset_ns, arrival.packet_ns)
                } else {
                    offset_ns
                }
            }
            _ => {
                self.stepped_ns = arrival.time_ns;
                self.target_ns()
            }
        };
        self.offset_ns = Some(offset_ns);
        let playout_ns = arrival.media_ns + offset_ns;
        if arrival.time_ns <= playout_ns {
            self.losing.played();
            return Some(playout_ns);
        }
        if self.losing.discarded(arrival) {
            let offset_ns = transit_ns + self.least_ns;
            self.offset_ns = Some(offset_ns);
            return Some(arrival.media_ns + offset_ns);
        }
        None
    }

    pub fn restart(&mut self) {
        self.baseline.clear();
        self.recent.clear();
        self.offset_ns = None;
        self.losing.played();
    }

    fn remember(&mut self, time_ns: i64, transit_ns: i64) {
        let old = |first: &(i64, i64)| first.0 < time_ns - REMEMBERED_NS;
        while self.recent.len() >= MOST_REMEMBERED || self.recent.front().is_some_and(old) {
            self.recent.pop_front();
        }
        self.recent.push_back((time_ns, transit_ns));
    }

    /// What the offset should be: the fastest packet's transit and the depth over it.
    fn target_ns(&self) -> i64 {
        let fastest_ns = self.baseline.least_ns().unwrap_or_default();
        let mut transits: Vec<_> = self.recent.iter().map(|(_, transit_ns)| *transit_ns).collect();
        let rank = ((transits.len() as f64 * SHARE).ceil() as usize).max(1) - 1;
        let percentile_ns = match transits.get(rank) {
            Some(_) => *transits.select_nth_unstable(rank).1,
            None => fastest_ns,
        };
        fastest_ns + (percentile_ns - fastest_ns).clamp(self.least_ns, self.greatest_ns)
    }
}

/// By how much the depth moves inside a talk spurt that is off its target by so much.
fn step_ns(short_ns: i64, packet_ns: i64) -> i64 {
    if short_ns > packet_ns / SHORT_PARTS {
        packet_ns
    } else if short_ns < -packet_ns {
        -packet_ns
    } else {
        0
    }
}
