//! What calls come to together: counts that add up, and histograms from which percentiles are read.

use super::call::{Call, Issues, Verdict};
use crate::statistics::Proportion;

/// Upper bounds of the bins of MOS: a tenth each.
pub(super) const MOS_BINS: [f64; 40] = {
    let mut bounds = [0.0; 40];
    let mut at = 0;
    while at < 40 {
        bounds[at] = (11 + at) as f64 / 10.0;
        at += 1;
    }
    bounds
};
/// Upper bounds of the bins of packet loss, in per cent.
pub(super) const LOSS_BINS: [f64; 12] =
    [0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
/// Upper bounds of the bins of jitter, in ms.
pub(super) const JITTER_BINS: [f64; 12] =
    [0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0, 200.0, 1000.0];

/// How many values are in each of some bins.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    counts: Vec<u64>,
    least: i64,
    bounds: &'static [f64],
}

/// The lowest value of a scale in hundredths, which begins the first bin.
const LEAST_MOS: i64 = 100;

impl Histogram {
    /// None of a MOS yet.
    pub(super) fn of_mos() -> Self {
        Self { counts: Vec::new(), least: LEAST_MOS, bounds: &MOS_BINS }
    }

    pub(super) fn of_loss() -> Self {
        Self { counts: Vec::new(), least: 0, bounds: &LOSS_BINS }
    }

    pub(super) fn of_jitter() -> Self {
        Self { counts: Vec::new(), least: 0, bounds: &JITTER_BINS }
    }

    /// Counts a value; what is above the last bound counts in the last bin.
    pub(super) fn add(&mut self, value: f64) {
        let bin = self.bounds.partition_point(|bound| *bound < value).min(self.bounds.len() - 1);
        if self.counts.is_empty() {
            self.counts = vec![0; self.bounds.len()];
        }
        self.counts[bin] += 1;
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The value below which a share of all lies, as if those in a bin were spread evenly over it; `None` of none.
    pub fn percentile(&self, share: f64) -> Option<f64> {
        let all = self.count();
        let wanted = share * all as f64;
        let mut below = 0.0;
        let mut low = self.least as f64 / 100.0;
        for (count, high) in self.counts.iter().zip(self.bounds) {
            let count = *count as f64;
            if count > 0.0 && below + count >= wanted {
                return Some(low + (high - low) * ((wanted - below) / count).clamp(0.0, 1.0));
            }
            below += count;
            low = *high;
        }
        None
    }

    /// How many values are at most each bound.
    pub(super) fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> {
        let mut sum = 0;
        self.bounds.iter().enumerate().map(move |(at, bound)| {
            sum += self.counts.get(at).copied().unwrap_or_default();
            (*bound, sum)
        })
    }

    /// As bytes: bin and count of each bin that holds any, the count in groups of seven bits (LEB128).
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (bin, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            bytes.push(bin as u8);
            let mut count = *count;
            while count > 0x7f {
                bytes.push(count as u8 | 0x80);
                count >>= 7;
            }
            bytes.push(count as u8);
        }
        bytes
    }

    /// Adds what [`to_bytes`](Self::to_bytes) made of another.
    pub(super) fn merge_bytes(&mut self, bytes: &[u8]) {
        if self.counts.is_empty() {
            self.counts = vec![0; self.bounds.len()];
        }
        let mut bytes = bytes.iter().copied();
        while let Some(bin) = bytes.next() {
            let (mut count, mut shift) = (0u64, 0);
            for byte in bytes.by_ref() {
                count |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            if let Some(place) = self.counts.get_mut(usize::from(bin)) {
                *place = place.saturating_add(count);
            }
        }
    }
}

/// What some calls come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Calls.
    pub calls: u64,
    /// Those with a MOS.
    pub scored: u64,
    /// Those of the scored that were poor.
    pub poor: u64,
    /// Calls with a silent direction.
    pub one_way: u64,
    /// Calls that were not set up.
    pub not_set_up: u64,
    /// Calls that were dropped.
    pub dropped: u64,
    /// What they lasted together, in minutes.
    pub minutes: f64,
    /// Their MOS.
    pub mos: Histogram,
    /// Their packet loss, in per cent.
    pub loss: Histogram,
    /// Their jitter, in ms.
    pub jitter: Histogram,
}

impl Default for Aggregate {
    fn default() -> Self {
        Self {
            calls: 0,
            scored: 0,
            poor: 0,
            one_way: 0,
            not_set_up: 0,
            dropped: 0,
            minutes: 0.0,
            mos: Histogram::of_mos(),
            loss: Histogram::of_loss(),
            jitter: Histogram::of_jitter(),
        }
    }
}

impl Aggregate {
    /// Adds a call.
    pub(super) fn add(&mut self, call: &Call) {
        self.add_facts(call.verdict, call.issues);
        self.minutes += call.duration_s.unwrap_or(0.0) / 60.0;
        let numbers = [call.mos, call.loss_pct, call.jitter_ms];
        for (histogram, number) in
            [&mut self.mos, &mut self.loss, &mut self.jitter].into_iter().zip(numbers)
        {
            if let Some(number) = number {
                histogram.add(number);
            }
        }
    }

    pub(super) fn add_facts(&mut self, verdict: Verdict, issues: Issues) {
        self.calls += 1;
        self.scored += u64::from(verdict != Verdict::Unscored);
        self.poor += u64::from(verdict == Verdict::Poor);
        self.one_way += u64::from(issues.one_way);
        self.not_set_up += u64::from(issues.not_set_up);
        self.dropped += u64::from(issues.dropped);
    }

    /// The poor of those with a score.
    pub fn poor_share(&self) -> Proportion {
        Proportion { count: self.poor, of: self.scored }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_within_a_bin_of_the_true_ones() {
        let mut histogram = Histogram::of_mos();
        let values: Vec<f64> =
            (0..1000).map(|at| 1.0 + 3.5 * (f64::from(at) / 1000.0).powi(2)).collect();
        values.iter().for_each(|value| histogram.add(*value));
        for share in [0.05, 0.1, 0.5, 0.9, 0.95] {
            let found = histogram.percentile(share).unwrap();
            assert!((found - values[(share * 1000.0) as usize]).abs() <= 0.1, "{share}: {found}");
        }
        assert_eq!(Histogram::of_mos().percentile(0.5), None);
    }

    #[test]
    fn a_histogram_comes_back_from_its_bytes() {
        let mut histogram = Histogram::of_loss();
        (0..100_000).for_each(|at| histogram.add(f64::from(at % 1300) / 10.0));
        let mut back = Histogram::of_loss();
        back.merge_bytes(&histogram.to_bytes());
        assert_eq!(back, histogram);
        // Bytes that no histogram wrote do no harm.
        (0..=255u8).for_each(|byte| {
            back.merge_bytes(&[byte, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
        });
    }
}
