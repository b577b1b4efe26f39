//! On drawn scores whose truth is known, intervals hold it and tests err as often as they say.

use crate::material::random::Random;
use basilar::statistics::{Factor, MixedModel, StudentizedRange};

const SYSTEMS: usize = 4;
const TALKERS: usize = 6;
const ITEMS: usize = 2;
const DRAWS: usize = 200;

/// Scores by system, talker and item; systems lie `step` apart. Some are missing where `gaps` says so.
fn draw(random: &mut Random, step: f64, gaps: bool) -> Option<MixedModel> {
    let (mut values, mut places) = (Vec::new(), Vec::new());
    for talker in 0..TALKERS {
        let of_talker = 0.2 * random.normal();
        let by_system: Vec<f64> = (0..SYSTEMS).map(|_| 0.15 * random.normal()).collect();
        for item in 0..ITEMS {
            let of_item = 0.1 * random.normal();
            for (system, own) in by_system.iter().enumerate() {
                let noise = 0.1 * random.normal();
                if gaps && random.uniform() < 0.2 {
                    continue;
                }
                values.push(3.5 + step * system as f64 + of_talker + own + of_item + noise);
                places.push((system, talker, item));
            }
        }
    }
    // Levels are numbered as they appear; the order of the systems must not depend on what is missing.
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|&at| places[at].0);
    let values: Vec<f64> = order.iter().map(|&at| values[at]).collect();
    let places: Vec<_> = order.iter().map(|&at| places[at]).collect();
    let system = Factor::new("system", places.iter().map(|place| place.0));
    let talker = Factor::new("talker", places.iter().map(|place| place.1));
    let item = Factor::new("item", places.iter().map(|place| (place.1, place.2)));
    let cell = talker.crossed(&system);
    (system.count() == SYSTEMS).then(|| MixedModel::fit(&values, &system, &[talker, cell, item]))?
}

#[test]
fn one_in_twenty_tables_of_equal_systems_shows_a_difference_and_intervals_hold_the_truth() {
    let mut random = Random(2024);
    for gaps in [false, true] {
        let (mut false_alarms, mut covered, mut models) = (0, 0, 0);
        for _ in 0..DRAWS {
            let step = 0.1;
            let Some(model) = draw(&mut random, step, gaps) else { continue };
            models += 1;
            let mut farthest = (0.0, 1.0);
            for one in 0..SYSTEMS {
                for other in 0..one {
                    // As if the truth were zero: what was drawn less the truth.
                    let found = model.difference(one, other);
                    let truth = step * (one as f64 - other as f64);
                    let t = (found.value - truth).abs() / found.standard_error;
                    farthest = if t > farthest.0 { (t, found.degrees) } else { farthest };
                }
            }
            let range = StudentizedRange::new(SYSTEMS, farthest.1);
            let alarm = range.tail(std::f64::consts::SQRT_2 * farthest.0) < 0.05;
            let found = model.difference(SYSTEMS - 1, 0);
            let (low, high) = found.interval(0.95);
            let truth = step * (SYSTEMS - 1) as f64;
            covered += usize::from(low <= truth && truth <= high);
            false_alarms += usize::from(alarm);
        }
        let share = |count: usize| count as f64 / models as f64;
        println!("gaps {gaps}: false alarms {}, coverage {}", share(false_alarms), share(covered));
        // Three standard errors of 200 draws about 5 % and 95 %.
        assert!((0.004..0.096).contains(&share(false_alarms)), "{}", share(false_alarms));
        assert!((0.904..0.996).contains(&share(covered)), "{}", share(covered));
    }
}
