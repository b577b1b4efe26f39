//! Bit-rates at equal quality, as rows of cells.

use super::interval;
use crate::ranking::Ladders;
use crate::rounding::{fixed, signed};

/// Header and rows: which bit-rate gives a quality. Qualities that no ladder reaches are left out.
pub(super) fn rates(ladders: &Ladders) -> Vec<Vec<String>> {
    let header = ["MOS-LQO", "ladder", "bit-rate", "95 % interval"].map(str::to_owned);
    let rows = ladders.rates.iter().filter(|rate| rate.rate.is_some()).map(|rate| {
        vec![
            rate.mos_lqo.to_string(),
            rate.ladder.join(" "),
            rate.rate.map_or("-".into(), |rate| fixed(rate, 1)),
            interval(
                rate.interval,
                |rate| {
                    if rate < 1e5 { fixed(rate, 1) } else { "any".to_owned() }
                },
            ),
        ]
    });
    std::iter::once(header.to_vec()).chain(rows).collect()
}

/// Header and rows: what one ladder needs more than another.
pub(super) fn differences(ladders: &Ladders) -> Vec<Vec<String>> {
    let header = ["ladder", "against", "bit-rate", "95 % interval", "MOS-LQO", "95 % interval", ""];
    let percent = |value: f64| {
        if value < 1e5 { format!("{} %", signed(value, 1)) } else { "any".to_owned() }
    };
    let rows = ladders.differences.iter().map(|one| {
        vec![
            one.ladder.join(" "),
            one.against.join(" "),
            one.rate_percent.map_or("-".into(), percent),
            interval(one.rate_interval, percent),
            one.mos_lqo.map_or("-".into(), |value| signed(value, 3)),
            interval(one.mos_lqo_interval, |value| signed(value, 3)),
            one.reason.clone().unwrap_or_default(),
        ]
    });
    std::iter::once(header.map(str::to_owned).to_vec()).chain(rows).collect()
}
