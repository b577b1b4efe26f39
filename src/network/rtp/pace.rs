//! The sender's pace: speech in a packet, pauses in which nothing is sent, and whether the clock is what it should be.

/// Clocks that timestamps may run at.
const CLOCKS_HZ: [u32; 9] = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

/// Takes the steps from packet to packet.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    /// Steps of the timestamp between packets in sequence, and how often each was seen.
    steps: Vec<(u32, u64)>,
    /// Timestamp units and time that went by together, outside pauses.
    units: u64,
    time_ns: i64,
    /// Timestamp units in pauses beyond the one packet that was sent.
    paused_units: u64,
    /// Comfort-noise and silence-descriptor packets.
    pub silence_packets: u64,
    pauses: u64,
}

/// Different steps that are told apart.
const MOST_STEPS: usize = 16;

impl Pace {
    /// Takes two packets of sound in sequence; says whether there was a pause between them.
    pub fn add(&mut self, step: u32, elapsed_ns: i64) -> bool {
        if step == 0 || step > i32::MAX as u32 {
            return false;
        }
        let usual = self.usual_step();
        if usual.is_some_and(|usual| step > usual + usual / 2) {
            let usual = usual.unwrap_or_default();
            self.pauses += 1;
            self.paused_units += u64::from(step - usual);
            self.count(step);
            return true;
        }
        self.count(step);
        self.units += u64::from(step);
        self.time_ns += elapsed_ns;
        false
    }

    fn count(&mut self, step: u32) {
        match self.steps.iter().position(|(known, _)| *known == step) {
            Some(index) => {
                self.steps[index].1 += 1;
                // The most frequent stands first.
                if self.steps[index].1 > self.steps[0].1 {
                    self.steps.swap(0, index);
                }
            }
            None if self.steps.len() < MOST_STEPS => self.steps.push((step, 1)),
            None => {}
        }
    }

    /// The most frequent step, in timestamp units: speech in a packet.
    pub fn usual_step(&self) -> Option<u32> {
        self.steps.first().map(|(step, _)| *step)
    }

    /// Pauses in which the sender sent nothing.
    pub fn pauses(&self) -> u64 {
        self.pauses
    }

    /// Timestamp units in pauses.
    pub fn paused_units(&self) -> u64 {
        self.paused_units
    }

    /// The clock at which timestamps really run, where it is another than it should be.
    pub fn other_clock_hz(&self, clock_hz: u32) -> Option<u32> {
        if self.time_ns < 2_000_000_000 {
            return None;
        }
        let measured = self.units as f64 / (self.time_ns as f64 * 1e-9);
        if (measured / f64::from(clock_hz) - 1.0).abs() < 0.1 {
            return None;
        }
        let deviation = |clock_hz: u32| (measured / f64::from(clock_hz) - 1.0).abs();
        let nearest = CLOCKS_HZ.into_iter().min_by(|a, b| deviation(*a).total_cmp(&deviation(*b)));
        nearest.filter(|nearest| deviation(*nearest) < 0.1).or(Some(measured.round() as u32))
    }
}
