//! A buffer of fixed depth.

use super::{Arrival, Losing};

/// A pause or an early packet may move the playout by more than this many depths before it is set anew.
const MOST_AHEAD_NS: i64 = 1_000_000_000;

/// Plays each packet a fixed time after the first.
#[derive(Debug, Clone)]
pub struct Fixed {
    depth_ns: i64,
    /// What is added to media time to get the time of playing.
    offset_ns: Option<i64>,
    losing: Losing,
    resynchronizes: bool,
}

impl Fixed {
    pub fn new(depth_ns: i64, resynchronize_after: u32) -> Self {
        Self {
            depth_ns,
            offset_ns: None,
            losing: Losing::new(resynchronize_after),
            resynchronizes: resynchronize_after > 0,
        }
    }

    pub fn take(&mut self, arrival: Arrival) -> Option<i64> {
        let fresh = arrival.time_ns - arrival.media_ns + self.depth_ns;
        let offset_ns = *self.offset_ns.get_or_insert(fresh);
        let playout_ns = arrival.media_ns + offset_ns;
        if arrival.time_ns > playout_ns {
            if self.losing.discarded(arrival) {
                self.offset_ns = Some(fresh);
                return Some(arrival.media_ns + fresh);
            }
            return None;
        }
        self.losing.played();
        // More waits than any buffer of this depth can hold.
        if self.resynchronizes && playout_ns - arrival.time_ns > self.depth_ns + MOST_AHEAD_NS {
            self.offset_ns = Some(fresh);
            return Some(arrival.media_ns + fresh);
        }
        Some(playout_ns)
    }

    pub fn restart(&mut self) {
        self.offset_ns = None;
        self.losing.played();
    }
}
