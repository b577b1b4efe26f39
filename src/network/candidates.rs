//! Datagrams that may be RTP, until enough of them agree (RFC 3550, A.1).

use super::rtp::{Held, Seen};
use rustc_hash::FxHashMap;
use std::net::SocketAddr;

/// A stream is told by where it goes and by its source identifier; where it comes from may change on the way.
pub type Key = (SocketAddr, u32);

/// Packets that must agree where a call's description expects a stream, and where nothing does.
const ENOUGH_EXPECTED: usize = 2;
const ENOUGH_UNEXPECTED: usize = 4;
/// Candidates that are kept at a time, and for how long, in ns.
const MOST_CANDIDATES: usize = 4096;
const PATIENCE_NS: i64 = 10_000_000_000;
/// Timestamps of neighbours differ by less: 30 s at 48 kHz.
const MOST_UNITS: u32 = 30 * 48_000;

/// All candidates.
#[derive(Debug, Default)]
pub struct Candidates(FxHashMap<Key, Vec<Held>>);

impl Candidates {
    /// Takes a datagram that reads as RTP; gives the packets of a stream once they are enough to believe in it.
    pub fn take(&mut self, key: Key, seen: &Seen, expected: bool) -> Option<Vec<Held>> {
        if self.0.len() >= MOST_CANDIDATES && !self.0.contains_key(&key) {
            self.forget(seen.time_ns);
            if self.0.len() >= MOST_CANDIDATES {
                self.0.clear();
            }
        }
        let held = self.0.entry(key).or_default();
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
        self.0.remove(&key)
    }

    /// Forgets those that nothing followed.
    pub fn forget(&mut self, now_ns: i64) {
        self.0.retain(|_, held| {
            held.last().is_some_and(|last| (now_ns - last.time_ns()).abs() < PATIENCE_NS)
        });
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
