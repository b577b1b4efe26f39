//! Runs of loss and their burst ratio; bursts and gaps by RFC 3611.

use serde::Serialize;

/// Runs longer than this are counted together.
pub const LONGEST_COUNTED: usize = 10;
/// Gmin: so many packets received in a row end a burst (RFC 3611, 4.7.2).
const GMIN: u64 = 16;

/// Takes what became of each packet, in sequence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runs {
    expected: u64,
    lost: u64,
    runs: u64,
    longest: u64,
    current: u64,
    /// How many runs had each length; the last counts all that are as long or longer.
    histogram: [u64; LONGEST_COUNTED],
    bursts: Bursts,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Bursts {
    /// Where the stretch of losses begins and ends that may become a burst, and how many it holds.
    stretch: Option<(u64, u64, u64)>,
    count: u64,
    packets: u64,
    lost: u64,
}

impl Runs {
    /// Takes the next packet of the sequence.
    pub fn add(&mut self, lost: bool) {
        if lost {
            self.lost += 1;
            self.current += 1;
            self.bursts.lose(self.expected);
        } else {
            self.end_run();
        }
        self.expected += 1;
    }

    /// Ends the sequence.
    pub fn finish(&mut self) {
        self.end_run();
        self.bursts.end_stretch();
    }

    fn end_run(&mut self) {
        if self.current > 0 {
            self.runs += 1;
            self.longest = self.longest.max(self.current);
            self.histogram[(self.current as usize).min(LONGEST_COUNTED) - 1] += 1;
            self.current = 0;
        }
    }

    /// Packets that were sent, as far as the sequence shows.
    pub fn expected(&self) -> u64 {
        self.expected
    }

    /// Packets that were lost.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// The longest run, in packets.
    pub fn longest(&self) -> u64 {
        self.longest.max(self.current)
    }

    /// How many runs had 1, 2, … packets; the last number is of all that are as long or longer.
    pub fn histogram(&self) -> [u64; LONGEST_COUNTED] {
        self.histogram
    }

    /// Loss in per cent; none of nothing.
    pub fn loss_pct(&self) -> Option<f64> {
        (self.expected > 0).then(|| 100.0 * self.lost as f64 / self.expected as f64)
    }

    /// Mean run of loss over that of random loss of the same amount; 1 without loss.
    pub fn burst_ratio(&self) -> f64 {
        let (lost, runs) = (self.lost as f64, (self.runs + u64::from(self.current > 0)) as f64);
        match self.loss_pct() {
            Some(loss_pct) if lost > 0.0 => lost / runs * (1.0 - loss_pct / 100.0),
            _ => 1.0,
        }
    }

    /// Bursts and gaps, with packets of this many milliseconds.
    pub fn bursts_and_gaps(&self, packet_ms: f64) -> BurstsAndGaps {
        let mut bursts = self.bursts.clone();
        bursts.end_stretch();
        let gap_packets = self.expected - bursts.packets;
        let gap_lost = self.lost - bursts.lost;
        let share =
            |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        BurstsAndGaps {
            bursts: bursts.count,
            burst_packets: bursts.packets,
            burst_lost: bursts.lost,
            burst_density: share(bursts.lost, bursts.packets),
            gap_packets,
            gap_lost,
            gap_density: share(gap_lost, gap_packets),
            mean_burst_ms: packet_ms * share(bursts.packets, bursts.count),
            mean_gap_ms: packet_ms * share(gap_packets, bursts.count + 1),
        }
    }
}

impl Bursts {
    fn lose(&mut self, index: u64) {
        match &mut self.stretch {
            Some((_, last, lost)) if index - *last <= GMIN => {
                *last = index;
                *lost += 1;
            }
            _ => {
                self.end_stretch();
                self.stretch = Some((index, index, 1));
            }
        }
    }

    /// A single loss belongs to the gap.
    fn end_stretch(&mut self) {
        if let Some((first, last, lost)) = self.stretch.take()
            && lost > 1
        {
            self.count += 1;
            self.packets += last - first + 1;
            self.lost += lost;
        }
    }
}

/// Bursts, in which fewer than 16 packets in a row arrive between losses, and the gaps between them (RFC 3611).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BurstsAndGaps {
    /// How many bursts.
    pub bursts: u64,
    /// Packets expected in them.
    pub burst_packets: u64,
    /// Packets lost in them.
    pub burst_lost: u64,
    /// Share lost in them.
    pub burst_density: f64,
    /// Packets expected outside.
    pub gap_packets: u64,
    /// Packets lost outside.
    pub gap_lost: u64,
    /// Share lost outside.
    pub gap_density: f64,
    /// How long a burst is on average, in ms.
    pub mean_burst_ms: f64,
    /// How long a gap is on average, in ms.
    pub mean_gap_ms: f64,
}
