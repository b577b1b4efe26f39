//! A ranking: as text, Markdown, CSV, tables, JSON and a picture.

mod ladders;
pub mod markdown;
pub mod plot;
pub mod tables;
pub mod text;

use crate::ranking::{Adjustment, PairDifference, Ranking};
use crate::report::printable;
use crate::rounding::{fixed, signed};

/// What was ranked, in a sentence.
fn heading(ranking: &Ranking) -> String {
    let count = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    };
    let mut said = format!(
        "{} by {}: {}",
        count(ranking.systems.len(), "system"),
        printable(&ranking.by.join(", ")),
        count(ranking.rows, "score")
    );
    match ranking.block.as_slice() {
        [] => {}
        [item] => said += &format!(" of {} ({})", count(ranking.items, "item"), printable(item)),
        [talker, ..] => {
            let talkers = count(ranking.talkers, &printable(talker));
            said += &format!(" of {talkers} and {}", count(ranking.items, "item"));
        }
    }
    if ranking.failed > 0 {
        said += &format!("; {} could not be scored", count(ranking.failed, "row"));
    }
    said
}

/// Whether the systems differ at all, in a sentence.
fn overall(ranking: &Ranking) -> Option<String> {
    let test = ranking.test?;
    Some(format!(
        "Whether they differ at all: F({}, {}) = {}, p {}",
        test.degrees,
        fixed(test.error_degrees, 1),
        fixed(test.f, 2),
        probability(test.p)
    ))
}

/// Which method the intervals and probabilities of the pairs are of.
fn method(ranking: &Ranking) -> &'static str {
    match ranking.adjustment {
        Adjustment::Tukey => "Tukey's simultaneous 95 % intervals and probabilities",
        Adjustment::Holm => "probabilities by Holm, simultaneous 95 % intervals by Bonferroni",
    }
}

/// The pairs that a person is shown: all of a few, else the neighbours in the ranking.
fn shown(ranking: &Ranking) -> Vec<&PairDifference> {
    const FEW: usize = 36;
    if ranking.differences.len() <= FEW {
        return ranking.differences.iter().collect();
    }
    let neighbours = ranking.systems.windows(2).filter_map(|pair| {
        let is =
            |one: &&PairDifference| one.better == pair[0].system && one.worse == pair[1].system;
        ranking.differences.iter().find(is)
    });
    neighbours.collect()
}

/// The systems with their means, as rows under a heading.
fn systems(ranking: &Ranking) -> Vec<Vec<String>> {
    let heading = ["system", "scores", "mean", "95 % interval", "group"].map(str::to_owned);
    let rows = ranking.systems.iter().map(|system| {
        vec![
            system.name(),
            system.rows.to_string(),
            fixed(system.mean, 3),
            interval(system.interval, |value| fixed(value, 3)),
            system.letters.clone(),
        ]
    });
    std::iter::once(heading.to_vec()).chain(rows).collect()
}

/// Pairs with their differences, as rows under a heading.
fn pairs(pairs: &[&PairDifference]) -> Vec<Vec<String>> {
    let heading = ["better", "worse", "difference", "interval", "p", "more items"];
    let rows = pairs.iter().map(|pair| {
        [pair.better.join(" "), pair.worse.join(" ")].into_iter().chain(cells(pair)).collect()
    });
    std::iter::once(heading.map(str::to_owned).to_vec()).chain(rows).collect()
}

/// The cells of a pair: difference, interval, probability, items.
fn cells(pair: &PairDifference) -> [String; 4] {
    let more = match pair.more_items {
        Some(0) => "-".to_owned(),
        Some(items) => items.to_string(),
        None if pair.p.is_some() => "never".to_owned(),
        None => "-".to_owned(),
    };
    [
        signed(pair.difference, 3),
        interval(pair.interval, |value| signed(value, 3)),
        pair.p.map_or("-".into(), probability),
        more,
    ]
}

fn interval(ends: Option<(f64, f64)>, number: impl Fn(f64) -> String) -> String {
    ends.map_or("-".into(), |(low, high)| format!("{} to {}", number(low), number(high)))
}

/// A probability to three digits.
pub(super) fn probability(p: f64) -> String {
    if p < 5e-4 { "<.001".to_owned() } else { fixed(p, 3) }
}
