//! What became of each packet of the sequence, on the network and in each de-jitter buffer.
//!
//! A packet's fate is settled when it can no longer arrive, so that memory does not grow with the call.

use super::runs::Runs;
use super::sequence::REMEMBERED;
use crate::network::playout::{Arrival, Buffer, Design};

/// Intervals for which quality is told, in ns.
const INTERVAL_NS: i64 = 10_000_000_000;
/// Buffers that fit into the flags of a packet.
pub const MOST_BUFFERS: usize = 7;

const RECEIVED: u8 = 1;

/// One remembered packet.
#[derive(Debug, Clone, Copy, Default)]
pub struct Slot {
    /// Whether it came, and which buffers had no use for it.
    flags: u8,
    interval: u32,
    /// What tells a copy made by the capture from one made by the network.
    pub identity: Identity,
}

/// What a copy of a packet has in common with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Identity {
    /// When it was seen, in ns.
    pub time_ns: i64,
    /// Its timestamp.
    pub timestamp: u32,
    /// A digest of its payload.
    pub digest: u32,
    /// Of its IP header.
    pub identification: u16,
    /// Time to live.
    pub ttl: u8,
}

impl Slot {
    /// Whether the packet came.
    pub fn is_received(&self) -> bool {
        self.flags & RECEIVED != 0
    }
}

/// Losses and their runs in one buffer, or on the network alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// Lost or discarded, by run.
    pub runs: Runs,
    /// Those among them that came but were of no use.
    pub discarded: u64,
}

impl Counts {
    fn add(&mut self, received: bool, discarded: bool) {
        self.runs.add(!received || discarded);
        self.discarded += u64::from(received && discarded);
    }
}

/// Ten seconds of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// Its number from the start of the stream.
    pub number: u32,
    /// On the network, then in each buffer.
    pub counts: Vec<Counts>,
}

/// The fates of a stream's packets.
#[derive(Debug, Clone)]
pub struct Outcomes {
    slots: Box<[Slot; REMEMBERED as usize]>,
    /// The next number to be settled.
    next: u64,
    buffers: Vec<Buffer>,
    /// On the network, then in each buffer.
    totals: Vec<Counts>,
    current: Interval,
    intervals: Vec<Interval>,
}

impl Outcomes {
    /// For a stream whose first packet has this extended number.
    pub fn starting(first: u64, designs: &[Design], resynchronize_after: u32) -> Self {
        let designs = &designs[..designs.len().min(MOST_BUFFERS)];
        let buffer = |design: &Design| Buffer::new(*design, resynchronize_after);
        let counts = vec![Counts::default(); designs.len() + 1];
        Self {
            slots: Box::new([Slot::default(); REMEMBERED as usize]),
            next: first,
            buffers: designs.iter().map(buffer).collect(),
            totals: counts.clone(),
            current: Interval { number: 0, counts },
            intervals: Vec::new(),
        }
    }

    /// A remembered packet.
    pub fn slot(&self, extended: u64) -> &Slot {
        &self.slots[(extended % REMEMBERED) as usize]
    }

    /// Goes back to an earlier first packet, if nothing is settled yet.
    pub fn begin_earlier(&mut self, extended: u64, newest: u64) -> bool {
        let untouched = self.totals[0].runs.expected() == 0;
        let possible = untouched && newest - extended < REMEMBERED;
        if possible {
            self.next = extended;
        }
        possible
    }

    /// Marks a packet as received at this time since the start of the stream.
    pub fn receive(&mut self, extended: u64, since_start_ns: i64, identity: Identity) {
        let interval = (since_start_ns.max(0) / INTERVAL_NS).min(i64::from(u32::MAX)) as u32;
        self.slots[(extended % REMEMBERED) as usize] = Slot { flags: RECEIVED, interval, identity };
    }

    /// Offers a received packet's sound to the buffers.
    pub fn play(&mut self, extended: u64, arrival: Arrival) {
        let slot = &mut self.slots[(extended % REMEMBERED) as usize];
        for (index, buffer) in self.buffers.iter_mut().enumerate() {
            if buffer.take(arrival).is_none() {
                slot.flags |= RECEIVED << (index + 1);
            }
        }
    }

    /// Begins the buffers anew, where timestamps jump.
    pub fn restart_buffers(&mut self) {
        self.buffers.iter_mut().for_each(Buffer::restart);
    }

    /// Settles what the newest packet leaves too far behind.
    pub fn advance(&mut self, newest: u64) {
        let end = (newest + 1).saturating_sub(REMEMBERED);
        self.settle(end);
    }

    /// Settles all up to the newest packet; numbers begin anew with `first`.
    pub fn restart(&mut self, newest: u64, first: u64) {
        self.settle(newest + 1);
        self.next = first;
    }

    fn settle(&mut self, end: u64) {
        while self.next < end {
            let slot = std::mem::take(&mut self.slots[(self.next % REMEMBERED) as usize]);
            let received = slot.is_received();
            if received && slot.interval > self.current.number {
                self.end_interval(slot.interval);
            }
            let discarded = |index: usize| slot.flags & (RECEIVED << index) != 0 && index > 0;
            for (index, counts) in self.totals.iter_mut().enumerate() {
                counts.add(received, discarded(index));
            }
            for (index, counts) in self.current.counts.iter_mut().enumerate() {
                counts.add(received, discarded(index));
            }
            self.next += 1;
        }
    }

    fn end_interval(&mut self, next: u32) {
        let counts = vec![Counts::default(); self.totals.len()];
        let mut ended = std::mem::replace(&mut self.current, Interval { number: next, counts });
        ended.counts.iter_mut().for_each(|counts| counts.runs.finish());
        self.intervals.push(ended);
    }

    /// Ends the stream: totals on the network and in each buffer, and the same for each interval.
    pub fn finish(&mut self, newest: u64) -> (Vec<Counts>, Vec<Interval>) {
        self.settle(newest + 1);
        if self.current.counts[0].runs.expected() > 0 {
            self.end_interval(0);
        }
        self.totals.iter_mut().for_each(|counts| counts.runs.finish());
        (std::mem::take(&mut self.totals), std::mem::take(&mut self.intervals))
    }
}
