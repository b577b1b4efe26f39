//! Extended sequence numbers, restarts, duplicates and reordering (RFC 3550, A.1).

/// A jump ahead of more is not taken for loss.
const MAX_DROPOUT: u16 = 3000;
/// A packet further behind is not taken for reordered.
const MAX_MISORDER: u16 = 100;
/// How many of the newest packets are remembered; what is older is settled.
pub const REMEMBERED: u64 = 128;

/// Where a sequence number belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Beyond all before; so many were skipped.
    Ahead {
        /// Its extended number.
        extended: u64,
        /// Numbers left out before it.
        skipped: u64,
    },
    /// Behind the newest: reordered or a duplicate.
    Behind {
        /// Its extended number.
        extended: u64,
    },
    /// A jump that a second packet has to confirm.
    Jump,
    /// The second packet of a jump: the sender has begun anew with the packet before.
    Restart,
    /// Older than the first packet of its segment.
    BeforeFirst {
        /// Its extended number.
        extended: u64,
    },
}

/// Numbers one segment of a stream.
#[derive(Debug, Clone, Copy)]
pub struct Sequence {
    first: u64,
    newest: u64,
    /// The number that would confirm a jump.
    expected_after_jump: Option<u16>,
}

impl Sequence {
    /// A segment that begins with this number.
    pub fn starting(sequence: u16) -> Self {
        // One cycle ahead, so that what came before the first has a number too.
        let first = 65_536 + u64::from(sequence);
        Self { first, newest: first, expected_after_jump: None }
    }

    /// The extended number of the first packet.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The highest extended number.
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// Moves the first packet back to an earlier one that came late.
    pub fn begin_earlier(&mut self, extended: u64) {
        self.first = self.first.min(extended);
    }

    /// Places the next number that arrives.
    pub fn place(&mut self, sequence: u16) -> Place {
        let ahead = sequence.wrapping_sub(self.newest as u16);
        if ahead == 0 || ahead >= MAX_MISORDER.wrapping_neg() {
            let behind = u64::from(self.newest as u16).wrapping_sub(u64::from(sequence)) as u16;
            let extended = self.newest - u64::from(behind);
            return if extended < self.first {
                Place::BeforeFirst { extended }
            } else {
                Place::Behind { extended }
            };
        }
        if ahead < MAX_DROPOUT {
            self.expected_after_jump = None;
            let skipped = u64::from(ahead) - 1;
            self.newest += u64::from(ahead);
            return Place::Ahead { extended: self.newest, skipped };
        }
        if self.expected_after_jump == Some(sequence) {
            return Place::Restart;
        }
        self.expected_after_jump = Some(sequence.wrapping_add(1));
        Place::Jump
    }
}
