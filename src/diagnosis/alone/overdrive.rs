//! Clipping, by how often the waves turn back at the same height.
//!
//! The crests of speech thin out towards the highest; where peaks are cut off they pile up there. That shows whatever
//! gain came after, where a look for full scale finds nothing.

/// Heights that are told apart: a twentieth of a dB each, from 12 dB above full scale down.
const PER_DB: f64 = 20.0;
const HIGHEST_DB: f64 = 12.0;
const HEIGHTS: usize = 1440;
/// Heights that count as the same: what is cut off by a converter, and what is filtered after it.
const SAME: [Pile; 2] = [
    Pile { heights: 3, below: 20, least: 5.0, times: 4.0 },
    Pile { heights: 10, below: 40, least: 12.0, times: 5.0 },
];
/// Samples that are lower carry no speech, as a share of the highest.
const SPEECH: f64 = 0.02;

/// When crests pile up.
struct Pile {
    /// Heights from the highest down.
    heights: usize,
    /// Heights below them that say how many crests were to be expected.
    below: usize,
    /// Crests at least,
    least: f64,
    /// and this many times as many as expected.
    times: f64,
}

/// The crests and the samples of one sign, by height.
#[derive(Debug)]
struct Side {
    crests: Vec<u32>,
    samples: Vec<u64>,
}

impl Default for Side {
    fn default() -> Self {
        Self { crests: vec![0; HEIGHTS], samples: vec![0; HEIGHTS] }
    }
}

/// Counts heights.
#[derive(Debug, Default)]
pub(super) struct Overdrive {
    sides: [Side; 2],
    /// The crest of the wave that is not yet at its end, and its sign.
    crest: f32,
    negative: bool,
}

impl Overdrive {
    /// Takes the next samples.
    pub fn push(&mut self, samples: &[f32]) {
        for &sample in samples {
            let negative = sample < 0.0;
            if negative != self.negative {
                self.end_wave();
                self.negative = negative;
            }
            let height = sample.abs();
            self.crest = self.crest.max(height);
            if let Some(place) = place(height) {
                self.sides[usize::from(negative)].samples[place] += 1;
            }
        }
    }

    fn end_wave(&mut self) {
        if let Some(place) = place(self.crest) {
            self.sides[usize::from(self.negative)].crests[place] += 1;
        }
        self.crest = 0.0;
    }

    /// The samples that are clipped, in percent of those that carry speech; none where nothing is.
    pub fn clipped_percent(mut self) -> Option<f64> {
        self.end_wave();
        let clipped: u64 = self.sides.iter().map(Side::clipped).sum();
        let highest = self.sides.iter().filter_map(Side::highest).min()?;
        let lowest = highest + (-20.0 * SPEECH.log10() * PER_DB) as usize;
        let speech = |side: &Side| side.samples[..lowest.min(HEIGHTS)].iter().sum::<u64>();
        let speech: u64 = self.sides.iter().map(speech).sum();
        (clipped > 0).then(|| 100.0 * clipped as f64 / speech.max(1) as f64)
    }
}

impl Side {
    /// Place of the highest crest.
    fn highest(&self) -> Option<usize> {
        self.crests.iter().position(|&count| count > 0)
    }

    /// How many samples are clipped.
    fn clipped(&self) -> u64 {
        let Some(highest) = self.highest() else { return 0 };
        let crests = |from: usize, count: usize| {
            let end = (highest + from + count).min(HEIGHTS);
            self.crests[(highest + from).min(end)..end]
                .iter()
                .map(|&count| f64::from(count))
                .sum::<f64>()
        };
        let piled = |pile: &&Pile| {
            let own = crests(0, pile.heights);
            let share = pile.heights as f64 / pile.below as f64;
            let expected = share * crests(pile.heights, pile.below);
            own >= pile.least && own > pile.times * (expected + 1.0)
        };
        SAME.iter().find(piled).map_or(0, |pile| {
            let end = (highest + pile.heights).min(HEIGHTS);
            self.samples[highest..end].iter().sum()
        })
    }
}

/// The place of a height, from the highest down; none of what is too low to matter.
fn place(height: f32) -> Option<usize> {
    let below = (HIGHEST_DB - 20.0 * f64::from(height).log10()) * PER_DB;
    (below < HEIGHTS as f64).then_some(below.max(0.0) as usize)
}
