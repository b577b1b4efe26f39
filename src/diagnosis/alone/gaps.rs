//! Gaps: digital silence, and holes that are torn into speech.

use crate::dsp::scales::ratio;
use crate::finding::{Finding, Kind};

/// Shorter holes are not told, in ms.
const SHORTEST_MS: u64 = 5;
/// Longer ones are no holes in speech but a line that is dead, in ms.
const DEAD_MS: u64 = 2000;
/// Milliseconds before and behind a hole by which its edges are judged.
const EDGE_MS: usize = 5;
/// Samples that stay below carry nothing (-78 dBov).
const NOTHING: f32 = 1.0 / 8192.0;
/// In fainter recordings speech itself stays below, in dBov; there only what has no signal at all is a hole.
const FAINT_DBOV: f64 = -36.0;
/// Speech is torn where it is not further below its active level on both edges of a hole, in dB,
const TORN_DB: f64 = 25.0;
/// or on one edge of a hole without any signal.
const TORN_ONCE_DB: f64 = 10.0;
/// More holes are not kept; a recording with as many needs no list.
const MOST: usize = 100_000;

/// A stretch without signal.
#[derive(Debug, Clone, Copy)]
struct Hole {
    start_ms: u64,
    length_ms: u64,
    /// Whether all its samples are the same.
    digital: bool,
    /// Mean squares at its edges.
    before: f32,
    after: f32,
    /// Whether the recording begins or ends with it.
    at_end: bool,
}

/// Looks for gaps, a millisecond at a time.
pub(super) struct Gaps {
    /// Samples of a millisecond, and what is left of them to the next whole one.
    per_ms: f64,
    now_ms: u64,
    block: Vec<f32>,
    /// Mean squares of the last milliseconds with sound.
    heard: [f32; EDGE_MS],
    heard_count: u64,
    /// The hole that is not yet at its end.
    open: Option<Hole>,
    /// A hole at its end, whose edge behind is not yet heard in full.
    closing: Option<(Hole, usize)>,
    holes: Vec<Hole>,
    digital_ms: u64,
    last: f32,
}

/// What was found.
pub(super) struct Found {
    pub findings: Vec<Finding>,
    pub digital_silence_s: f64,
}

impl Gaps {
    pub fn new(sample_rate: u32) -> Self {
        Self {
            per_ms: f64::from(sample_rate) / 1000.0,
            now_ms: 0,
            block: Vec::new(),
            heard: [0.0; EDGE_MS],
            heard_count: 0,
            open: None,
            closing: None,
            holes: Vec::new(),
            digital_ms: 0,
            last: f32::NAN,
        }
    }

    /// Takes the next samples.
    pub fn push(&mut self, samples: &[f32]) {
        for &sample in samples {
            self.block.push(sample);
            // A millisecond of 44.1 samples is one of 44 or 45.
            let end = ((self.now_ms + 1) as f64 * self.per_ms).floor();
            let start = (self.now_ms as f64 * self.per_ms).floor();
            if self.block.len() >= (end - start) as usize {
                self.millisecond();
                self.block.clear();
            }
        }
    }

    fn millisecond(&mut self) {
        let block = &self.block;
        // A step from one height to another is a signal.
        let follows = self.open.is_none_or(|open| !open.digital) || block[0] == self.last;
        let digital = follows && block.iter().all(|&sample| sample == block[0]);
        let nothing = digital || block.iter().all(|sample| sample.abs() < NOTHING);
        let power = block.iter().map(|sample| sample * sample).sum::<f32>() / block.len() as f32;
        self.last = block[block.len() - 1];
        if let Some((hole, heard)) = &mut self.closing {
            hole.after += power / EDGE_MS as f32;
            *heard += 1;
            if *heard == EDGE_MS {
                self.close();
            }
        }
        // What is faint and what is nothing at all are two holes.
        let goes_on = |open: Hole| nothing && open.digital == digital;
        if let Some(hole) = self.open.filter(|open| !goes_on(*open)) {
            self.close();
            // The edge begins with this millisecond.
            let after = power / EDGE_MS as f32;
            self.closing = Some((Hole { after, ..hole }, 1));
            self.open = None;
        }
        if nothing {
            let before = self.heard.iter().sum::<f32>() / EDGE_MS as f32;
            let at_end = self.heard_count == 0;
            let start_ms = self.now_ms;
            let open = self.open.get_or_insert(Hole {
                start_ms,
                length_ms: 0,
                digital,
                before,
                after: 0.0,
                at_end,
            });
            open.length_ms += 1;
        }
        if !digital {
            self.heard[(self.heard_count % EDGE_MS as u64) as usize] = power;
            self.heard_count += 1;
        }
        self.now_ms += 1;
    }

    /// Keeps the hole whose edge behind is heard.
    fn close(&mut self) {
        let Some((hole, _)) = self.closing.take() else { return };
        if hole.length_ms < SHORTEST_MS {
            return;
        }
        if hole.digital {
            self.digital_ms += hole.length_ms;
        }
        if self.holes.len() < MOST {
            self.holes.push(hole);
        }
    }

    /// The gaps, once all samples are in, given the active level in dBov.
    pub fn finish(mut self, active_dbov: f64) -> Found {
        self.close();
        if let Some(hole) = self.open.take() {
            self.closing = Some((Hole { at_end: true, ..hole }, EDGE_MS));
            self.close();
        }
        let findings = self.holes.iter().filter_map(|hole| hole.finding(active_dbov)).collect();
        Found { findings, digital_silence_s: self.digital_ms as f64 / 1000.0 }
    }
}

impl Hole {
    fn finding(&self, active_dbov: f64) -> Option<Finding> {
        let [start_s, length_s] = [self.start_ms, self.length_ms].map(|ms| ms as f64 / 1000.0);
        let place = [start_s, start_s + length_s];
        if self.length_ms >= DEAD_MS {
            return self
                .digital
                .then(|| Finding::event(Kind::DigitalSilence, place, length_s, 0.95));
        }
        let edges = [self.before, self.after].map(f64::from);
        let within = |edge: f64, db: f64| edge >= ratio(active_dbov - db);
        let torn = (self.digital || active_dbov >= FAINT_DBOV)
            && edges.into_iter().all(|edge| within(edge, TORN_DB));
        let once = self.digital && edges.into_iter().any(|edge| within(edge, TORN_ONCE_DB));
        (!self.at_end && (torn || once))
            .then(|| Finding::event(Kind::LostSpeech, place, self.length_ms as f64, 0.9))
    }
}
