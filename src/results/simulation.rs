//! How often the gate fails by chance, and how often it sees what is there.

use super::compare::{Comparison, Rules};
use super::limits::Limits;
use super::rows::Row;
use serde_json::json;
use std::collections::HashMap;
use twox_hash::XxHash3_64;

/// Standard deviations of MOS-LQO between recordings of one call by the same firmware in different noise: of a row by
/// itself, and of all rows of one talker together. Measured with white and pink noise of four seeds each, 30 dB below
/// five shipped references, by p862-nb, p862-wb and basilar-fb: 0.017; at 20 dB it is 0.033.
const ROW: f64 = 0.017;
const TALKER: f64 = 0.008;
const CALLS: usize = 20;
const TALKERS: usize = 5;
const PAIRS: u64 = 1000;

/// Numbers that are drawn from a normal distribution, the same in every run.
struct Normal(u64);

impl Normal {
    fn uniform(&mut self) -> f64 {
        self.0 += 1;
        let bits = XxHash3_64::oneshot_with_seed(self.0, b"gate") >> 11;
        (bits as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn draw(&mut self) -> f64 {
        let (radius, angle) = (self.uniform(), self.uniform());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }
}

fn row(place: usize, talker: usize, mos_lqo: f64) -> (Vec<String>, Row) {
    let key = vec![format!("call {place}")];
    let cells = json!({ "talker": format!("t{talker}") });
    let serde_json::Value::Object(cells) = cells else { unreachable!("it is an object above") };
    let row = Row {
        place: place as u64,
        key: key.clone(),
        group: format!("g{}", place % 2),
        mos_lqo: Some((mos_lqo * 1e4).round() / 1e4),
        error: String::new(),
        model: String::new(),
        cells: cells.into_iter().collect(),
    };
    (key, row)
}

/// In how many of so many comparisons the default gate fails where the second firmware is better by `change`, with the
/// noise so many times that of the measurement; and in how many a mean does.
fn failures(change: f64, noise: f64, max_drop: Option<f64>) -> [u64; 2] {
    let rules = Rules {
        limits: Limits { max_drop, ..Limits::default() },
        key: vec!["call".into()],
        group_by: vec!["group".into()],
        talker: "talker".into(),
        ..Rules::default()
    };
    let mut random = Normal(0);
    let mut failed = [0, 0];
    for _ in 0..PAIRS {
        let mut night = |change: f64| -> HashMap<Vec<String>, Row> {
            let talkers: Vec<f64> = (0..TALKERS).map(|_| random.draw() * TALKER * noise).collect();
            let rows = (0..CALLS).map(|call| {
                let talker = call / 2 % TALKERS;
                // Every recording has a noise of its own; a difference has that of both.
                let by_chance = talkers[talker] + random.draw() * ROW * noise;
                row(call, talker, 3.9 + 0.02 * call as f64 + change + by_chance)
            });
            rows.collect()
        };
        let (before, after) = (night(0.0), night(change));
        let comparison = Comparison::of_rows(Some(before), after, &rules);
        failed[0] += u64::from(!comparison.passed);
        failed[1] += u64::from(comparison.groups.iter().any(|group| group.dropped));
    }
    failed
}

#[test]
fn equal_firmware_fails_the_default_gate_in_one_of_a_hundred_nights_at_most() {
    let [any, means] = failures(0.0, 1.0, None);
    let [noisy, noisy_means] = failures(0.0, 2.0, Some(0.2));
    println!("equal firmware, {CALLS} calls, {TALKERS} talkers, {PAIRS} pairs:");
    println!("{any} fail, {means} by a mean");
    println!("{noisy} fail with twice the noise and --max-drop 0.2, {noisy_means} by a mean");
    assert!(any <= PAIRS / 100, "{any}");
    assert!(noisy <= PAIRS / 100, "{noisy}");
}

#[test]
fn the_power_against_a_tenth_of_a_mos_is_told() {
    let [any, means] = failures(-0.1, 1.0, None);
    let [noisy, noisy_means] = failures(-0.1, 2.0, Some(0.2));
    println!("0.1 worse, {CALLS} calls, {TALKERS} talkers, {PAIRS} pairs:");
    println!("{any} fail, {means} by a mean");
    println!("{noisy} fail with twice the noise and --max-drop 0.2, {noisy_means} by a mean");
    assert!(any >= PAIRS * 9 / 10, "{any}");
}
