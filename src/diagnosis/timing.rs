//! Delays that change, clocks that differ, and what is heard between.

use super::evidence::Evidence;
use crate::alignment::Alignment;
use crate::finding::{Finding, Kind};

/// A change of delay that is worth a word, in seconds.
const JUMP_S: f64 = 0.002;
/// Changes that are taken back within this time were none, in seconds.
const TAKEN_BACK_S: f64 = 0.3;
/// From so many changes on they are summed up too.
const JITTER: usize = 5;
/// Drift that is worth a word, in parts per million.
const DRIFT_PPM: f64 = 20.0;
/// What is inserted is heard if it is no further than this below the speech, in dB.
const HEARD_DB: f64 = 22.0;

/// What there is to say of delays, clocks and insertions.
pub(super) fn findings(evidence: &Evidence, degraded: &[f32]) -> Vec<Finding> {
    let alignment = &evidence.alignment;
    let mut findings = jumps(alignment);
    if findings.len() >= JITTER {
        let delays = || alignment.segments.iter().map(|segment| segment.delay_samples);
        let range =
            delays().fold(f64::NEG_INFINITY, f64::max) - delays().fold(f64::INFINITY, f64::min);
        let ms = 1000.0 * range / f64::from(alignment.sample_rate);
        findings.push(Finding::whole(Kind::JitterBuffer, ms, 0.8));
    }
    let inserted = insertions(evidence, degraded);
    let makes_later = |inserted: &Finding| {
        let near = |jump: &Finding| {
            let apart = jump.end_s.zip(inserted.start_s).map_or(1.0, |(a, b)| (a - b).abs());
            apart < TAKEN_BACK_S && jump.value > 0.5 * inserted.value
        };
        findings.iter().any(near)
    };
    let inserted: Vec<Finding> = inserted.into_iter().filter(makes_later).collect();
    findings.extend(inserted);
    findings.extend(drift(alignment));
    findings
}

fn drift(alignment: &Alignment) -> Option<Finding> {
    let ppm = alignment.clock_drift_ppm;
    let error = alignment.clock_drift_error_ppm.unwrap_or(0.0);
    let sure = 1.0 - error / ppm.abs();
    (ppm.abs() >= DRIFT_PPM.max(3.0 * error)).then(|| Finding::whole(Kind::ClockDrift, ppm, sure))
}

fn jumps(alignment: &Alignment) -> Vec<Finding> {
    let rate = f64::from(alignment.sample_rate);
    let drift = alignment.clock_drift_ppm * 1e-6;
    let mut jumps: Vec<Finding> = alignment
        .segments
        .windows(2)
        .filter_map(|pair| {
            let (before, behind) = (&pair[0], &pair[1]);
            let seam = behind.reference.start;
            let drifted = drift * (seam - before.reference.start) as f64;
            let jump_s = (behind.delay_samples - before.delay_samples - drifted) / rate;
            let place = [before.reference.end.min(seam), seam].map(|at| at as f64 / rate);
            let sure = before.confidence.min(behind.confidence);
            (jump_s.abs() >= JUMP_S)
                .then(|| Finding::event(Kind::DelayJump, place, 1000.0 * jump_s, sure))
        })
        .collect();
    // There and back again within a word is a stretch that was replaced.
    let mut index = 0;
    while index + 1 < jumps.len() {
        let (one, other) = (&jumps[index], &jumps[index + 1]);
        let near = other.start_s.zip(one.end_s).is_some_and(|(b, a)| b - a < TAKEN_BACK_S);
        if near && (one.value + other.value).abs() < 1000.0 * JUMP_S {
            jumps.drain(index..index + 2);
        } else {
            index += 1;
        }
    }
    jumps
}

fn insertions(evidence: &Evidence, degraded: &[f32]) -> Vec<Finding> {
    let alignment = &evidence.alignment;
    let rate = f64::from(alignment.sample_rate);
    let least = 10f64.powf((evidence.heard_speech_dbov() - HEARD_DB) / 10.0);
    let inserted = alignment.inserted.iter().filter_map(|insertion| {
        let samples = degraded.get(insertion.degraded.clone())?;
        let power = crate::dsp::sums::energy(samples) / samples.len().max(1) as f64;
        let behind = alignment.segments.iter().find(|segment| {
            segment.reference.start as f64 + segment.delay_samples
                >= insertion.degraded.start as f64
        })?;
        let at_s = behind.reference.start as f64 / rate;
        let ms = 1000.0 * samples.len() as f64 / rate;
        (power > least).then(|| Finding::event(Kind::Inserted, [at_s, at_s], ms, 0.7))
    });
    inserted.collect()
}
