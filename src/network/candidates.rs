//! Datagrams that may be RTP, until enough of them agree (RFC 3550, A.1).

use super::rtp::{Held, Seen};
use rustc_hash::FxHashMap;
use std::net::SocketAddr;

/// A stream is told by where it goes and by its source identifier; where it comes from may change on the way.
pub type Key = (SocketAddr, u32);

/// Packets that must agree where a call's description expects a stream, and where nothing does.
const ENOUGH_EXPECTED: usize = 2;
const ENOUGH_UNEXPECTED: usize = 4;
/// Candidates that are kept at a time: a trunk has tens of thousands of streams, which all begin with the capture.
const MOST_CANDIDATES: usize = 1 << 16;
/// How long a candidate is kept that nothing follows, and how long where room is needed, in ns.
const PATIENCE_NS: u64 = 10_000_000_000;
const HASTE_NS: u64 = 1_000_000_000;
/// How often room is made, in ns.
const ROOM_EVERY_NS: u64 = 100_000_000;
/// Timestamps of neighbours differ by less: 30 s at 48 kHz.
const MOST_UNITS: u32 = 30 * 48_000;

/// All candidates.
#[derive(Debug, Default)]
pub struct Candidates {
    held: FxHashMap<Key, Vec<Held>>,
    /// When room was made last, in ns.
    made_room_ns: i64,
}

impl Candidates {
    /// Takes a datagram that reads as RTP; gives the packets of a stream once they are enough to believe in it.
    pub fn take(&mut self, key: Key, seen: &Seen, expected: bool) -> Option<Vec<Held>> {
        if self.held.len() >= MOST_CANDIDATES && !self.held.contains_key(&key) {
            self.make_room(seen.time_ns);
            if self.held.len() >= MOST_CANDIDATES {
                // Those that are there come first; a stream has more packets to follow.
                return None;
            }
        }
        let held = self.held.entry(key).or_default();
        held.push(Held::of(seen));
        if let [.., last, newest] = held.as_slice()
            && !may_follow(last, newest, expected)
        {
            // What came before was no RTP, or the sender has begun anew.
            held.drain(..held.len() - 1);
        }
        let enough = if expected { ENOUGH_EXPECTED } else { ENOUGH_UNEXPECTED };
        if held.len() < enough {
            return None;
        }
        if !expected && !is_plausible(held, key.0) {
            held.remove(0);
            return None;
        }
        self.held.remove(&key)
    }

    /// Forgets those that nothing followed.
    pub fn forget(&mut self, now_ns: i64) {
        self.forget_older(now_ns, PATIENCE_NS);
    }

    fn make_room(&mut self, now_ns: i64) {
        if self.made_room_ns.abs_diff(now_ns) >= ROOM_EVERY_NS {
            self.made_room_ns = now_ns;
            self.forget_older(now_ns, HASTE_NS);
        }
    }

    fn forget_older(&mut self, now_ns: i64, patience_ns: u64) {
        let recent = |held: &Held| held.time_ns().abs_diff(now_ns) < patience_ns;
        self.held.retain(|_, held| held.last().is_some_and(recent));
    }
}

/// Whether packets that nothing announced are RTP: mostly in sequence, one clock, ports as RTP has them.
fn is_plausible(held: &[Held], destination: SocketAddr) -> bool {
    let steps =
        held.windows(2).filter(|pair| pair[1].sequence() == pair[0].sequence().wrapping_add(1));
    let in_sequence = steps.count() + 2 >= held.len();
    let source = held[0].source();
    let well_known = |port: u16| port < 1024 || port == 5060 || port == 5353;
    let ports = !well_known(destination.port()) && !well_known(source.port());
    let even = destination.port().is_multiple_of(2) || source.port().is_multiple_of(2);
    in_sequence && ports && even
}

/// Whether one packet may follow another in the same stream.
fn may_follow(before: &Held, next: &Held, expected: bool) -> bool {
    let ahead = next.sequence().wrapping_sub(before.sequence());
    let in_sequence = ahead < 3000 || ahead > 0_u16.wrapping_sub(100);
    let units = next.timestamp().wrapping_sub(before.timestamp());
    let in_time = units.min(units.wrapping_neg()) < MOST_UNITS;
    in_sequence && (in_time || expected)
}
