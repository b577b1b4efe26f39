//! The delay path: which frame of the degraded signal each frame of the reference is heard in.
//!
//! An alignment of two sequences with affine gaps (Gotoh, 1982) inside a corridor of delays: speech continues at
//! its delay, slips by a frame, loses frames of the reference (the delay falls) or gains frames that are not in it
//! (the delay rises). The score is the inner product of the band envelopes, so that pauses, which hold no
//! information, neither forbid nor invite a change.

use super::candidates::Anchor;
use super::envelope::Envelope;
use crate::dsp::argmax::argmax_by;
use crate::model::alignment::{DelayPath, PathCosts};
use std::ops::Range;

/// Delays allowed at each frame of the reference, in frames.
#[derive(Debug)]
pub(crate) struct Corridor {
    delays: Vec<(i64, i64)>,
}

impl Corridor {
    /// All delays within `margin` frames of the anchors before and after each of `frames` frames.
    pub fn around(anchors: &[Anchor], frames: usize, margin: i64) -> Self {
        let delays = (0..frames).map(|frame| {
            let next = anchors.partition_point(|anchor| anchor.centre < frame as f64);
            let neighbours = &anchors[next.saturating_sub(1)..(next + 1).min(anchors.len())];
            let (low, high) =
                neighbours.iter().fold((i64::MAX, i64::MIN), |(low, high), anchor| {
                    let delay = anchor.delay.round() as i64;
                    (low.min(delay), high.max(delay))
                });
            if neighbours.is_empty() { (-margin, margin) } else { (low - margin, high + margin) }
        });
        let mut delays: Vec<(i64, i64)> = delays.collect();
        // Its edges move by a frame a frame at most, so that slips can follow them and a path always exists.
        for frame in 1..delays.len() {
            let (low, high) = delays[frame - 1];
            delays[frame] = (delays[frame].0.min(low + 1), delays[frame].1.max(high - 1));
        }
        Self { delays }
    }
}

/// The costs where matching frames score `match_score` on average: the less they do, the longer a delay must hold before
/// it can be told from chance.
pub(crate) fn costs_at(costs: PathCosts, match_score: f32, parameters: &DelayPath) -> PathCosts {
    let scale = 1.0 / match_score.max(parameters.match_at_least);
    PathCosts { jump: costs.jump * scale, slip: costs.slip * scale, ..costs }
}

/// Frames of the reference heard one after the other at one delay, or (without delay) not at all.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub frames: Range<usize>,
    pub delay: Option<i64>,
}

/// A path and how good it is.
#[derive(Debug)]
pub(crate) struct Path {
    /// In order of time.
    pub runs: Vec<Run>,
    /// Sum of the inner products less what changes cost.
    pub total: f64,
}

const STAYED: u8 = 0;
const SLIPPED_UP: u8 = 1;
const SLIPPED_DOWN: u8 = 2;
const AFTER_LOSS: u8 = 3;
const AFTER_INSERTION: u8 = 4;
const SOURCE: u8 = 7;
const LOSS_GOES_ON: u8 = 8;
const INSERTION_GOES_ON: u8 = 16;

/// One frame's best totals by delay.
#[derive(Default)]
struct Row {
    lowest: i64,
    heard: Vec<f32>,
    lost: Vec<f32>,
}

impl Row {
    /// Takes the best total off all, so that single precision serves recordings of any length; returns it.
    fn keep_relative(&mut self) -> f64 {
        let highest = self.heard.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if !highest.is_finite() {
            return 0.0;
        }
        self.heard.iter_mut().chain(&mut self.lost).for_each(|total| *total -= highest);
        f64::from(highest)
    }

    /// `values` of this row at the delays from one below `lowest` on; never reached outside the row.
    fn from(&self, values: &[f32], lowest: i64, width: usize) -> Vec<f32> {
        let mut moved = vec![f32::NEG_INFINITY; width + 2];
        let first = (lowest - 1 - self.lowest).clamp(0, values.len() as i64) as usize;
        let skipped = ((self.lowest - (lowest - 1)).max(0) as usize).min(moved.len());
        moved[skipped..]
            .iter_mut()
            .zip(&values[first..])
            .for_each(|(moved, value)| *moved = *value);
        moved
    }
}

/// The best path through `corridor`.
pub(crate) fn delay_path(
    reference: &Envelope,
    degraded: &Envelope,
    corridor: &Corridor,
    costs: PathCosts,
) -> Path {
    let mut choices: Vec<Vec<u8>> = Vec::with_capacity(corridor.delays.len());
    let mut row = Row::default();
    let mut total = 0.0;
    for (frame, &(low, high)) in corridor.delays.iter().enumerate() {
        let mut scores = vec![0.0; (high - low + 1) as usize];
        reference.products(
            frame,
            degraded,
            frame as i64 + low..frame as i64 + high + 1,
            &mut scores,
        );
        if frame == 0 {
            choices.push(vec![STAYED; scores.len()]);
            row = Row { lowest: low, lost: vec![f32::NEG_INFINITY; scores.len()], heard: scores };
        } else {
            let (next, choice) = advance(&row, low, scores, costs);
            choices.push(choice);
            row = next;
            total += row.keep_relative();
        }
    }
    total += row.keep_relative();
    Path { runs: trace_back(&row, &choices, corridor), total }
}

fn advance(row: &Row, lowest: i64, scores: Vec<f32>, costs: PathCosts) -> (Row, Vec<u8>) {
    let width = scores.len();
    let (heard, lost) = (row.from(&row.heard, lowest, width), row.from(&row.lost, lowest, width));
    let mut next = Row { lowest, heard: scores, lost: vec![f32::NEG_INFINITY; width] };
    let mut choice = vec![STAYED; width];
    let mut inserted = f32::NEG_INFINITY;
    let cells = next.heard.iter_mut().zip(&mut next.lost).zip(&mut choice);
    for (((cell, cell_lost), choice), (heard, lost)) in
        cells.zip(heard.windows(3).zip(lost.windows(3)))
    {
        let (lower, same, higher) = (heard[0], heard[1], heard[2]);
        let mut source = STAYED;
        let mut best = same;
        let mut consider = |total: f32, choice: u8| {
            (best, source) = if total > best { (total, choice) } else { (best, source) };
        };
        consider(lower - costs.slip, SLIPPED_UP);
        consider(higher - costs.slip, SLIPPED_DOWN);
        consider(lost[1], AFTER_LOSS);
        let (opened, going_on) = (lower - costs.jump, inserted - costs.inserted_frame);
        inserted = opened.max(going_on);
        consider(inserted, AFTER_INSERTION);
        source |= if going_on > opened { INSERTION_GOES_ON } else { 0 };
        let (opened, going_on) = (higher - costs.jump, lost[2]);
        *cell_lost = opened.max(going_on);
        source |= if going_on > opened { LOSS_GOES_ON } else { 0 };
        *cell += best;
        *choice = source;
    }
    (next, choice)
}

fn trace_back(row: &Row, choices: &[Vec<u8>], corridor: &Corridor) -> Vec<Run> {
    let Some(last) = argmax_by(0..row.heard.len(), |&index| row.heard[index]) else {
        return Vec::new();
    };
    let mut delay = row.lowest + last as i64;
    let mut lost = false;
    let mut delays = vec![None; choices.len()];
    for frame in (0..choices.len()).rev() {
        let choice = |delay: i64| choices[frame][(delay - corridor.delays[frame].0) as usize];
        if lost {
            lost = choice(delay) & LOSS_GOES_ON != 0;
            delay += 1;
            continue;
        }
        delays[frame] = Some(delay);
        match choice(delay) & SOURCE {
            SLIPPED_UP => delay -= 1,
            SLIPPED_DOWN => delay += 1,
            AFTER_LOSS => lost = true,
            AFTER_INSERTION => {
                while choice(delay) & INSERTION_GOES_ON != 0 {
                    delay -= 1;
                }
                delay -= 1;
            }
            _ => {}
        }
    }
    runs_of(&delays)
}

/// The runs with every excursion of at most `longest` frames undone: a delay that is left and soon taken up again
/// was not left; the degraded signal fell silent or was disturbed.
pub(crate) fn without_excursions(runs: Vec<Run>, longest: usize) -> Vec<Run> {
    let mut kept: Vec<Run> = Vec::new();
    for run in runs {
        let resumed = kept.iter().rposition(|earlier| match (earlier.delay, run.delay) {
            (Some(before), Some(now)) => {
                (before - now).abs() <= 1 && run.frames.start - earlier.frames.end <= longest
            }
            _ => false,
        });
        match resumed {
            Some(earlier) if earlier + 1 < kept.len() => {
                kept.truncate(earlier + 1);
                kept[earlier].frames.end = run.frames.end;
            }
            _ => kept.push(run),
        }
    }
    kept
}

/// Frames of the same delay, or of none, one after the other.
pub(crate) fn runs_of(delays: &[Option<i64>]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (frame, &delay) in delays.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if run.delay == delay => run.frames.end = frame + 1,
            _ => runs.push(Run { frames: frame..frame + 1, delay }),
        }
    }
    runs
}
