//! Whether metrics differ, for a person to read.

use crate::report::printable;
use crate::report::text::HEADING;
use crate::rounding::{fixed, signed};
use crate::statistics::correlation_tests::Test;
use crate::validation::{Difference, Pooled};
use std::io::{Result, Write};

/// A line for every pair of metrics; nothing for a single metric.
pub(super) fn table(
    differences: &[Difference],
    what: &str,
    width: usize,
    out: &mut impl Write,
) -> Result<()> {
    let width = 2 * width + 3;
    if !differences.is_empty() {
        writeln!(
            out,
            "  {:width$}  {what:>10}  Pearson       95 % interval       p  p (Holm)  RMSE: F       p  p (paired)",
            "difference"
        )?;
    }
    for one in differences {
        let interval = one
            .interval
            .map_or("-".into(), |[low, high]| format!("{} to {}", signed(low, 3), signed(high, 3)));
        let f = one.rmse_ratio.map_or("-".into(), |test| fixed(test.statistic, 2));
        writeln!(
            out,
            "  {:width$}  {:10}  {:>7}  {interval:>18}  {:>6}  {:>8}  {f:>7}  {:>6}  {:>10}",
            format!("{} − {}", printable(&one.metric), printable(&one.other)),
            one.count,
            signed(one.difference, 3),
            p_of(one.dependent),
            one.adjusted_p.map_or("-".into(), p),
            p_of(one.rmse_ratio),
            p_of(one.dependent_errors),
        )?;
    }
    Ok(())
}

/// What holds over all listening tests.
pub(super) fn pooled(pooled: &Pooled, width: usize, out: &mut impl Write) -> Result<()> {
    writeln!(out, "{HEADING}Over the listening tests{HEADING:#}")?;
    writeln!(out, "  {:width$}  tests  clips  Pearson   95 % interval  mapped RMSE (1 to 5)", "")?;
    for metric in &pooled.metrics {
        let [low, high] = metric.pearson_interval;
        writeln!(
            out,
            "  {:width$}  {:5}  {:5}  {:>7}  {:>14}  {:>20}",
            printable(&metric.metric),
            metric.datasets,
            metric.count,
            fixed(metric.pearson, 3),
            format!("{} to {}", fixed(low, 3), fixed(high, 3)),
            metric.rmse_mapped.map_or("-".into(), |rmse| fixed(rmse, 3)),
        )?;
    }
    for one in &pooled.differences {
        let name = format!("{} − {}", printable(&one.metric), printable(&one.other));
        writeln!(
            out,
            "  {name}: Fisher's z {} over {} tests, p {}, by Holm {}",
            signed(one.z_difference, 3),
            one.datasets,
            p(one.test.p),
            p(one.adjusted_p)
        )?;
    }
    Ok(())
}

fn p_of(test: Option<Test>) -> String {
    test.map_or("-".into(), |test| p(test.p))
}

/// A probability to three digits.
fn p(p: f64) -> String {
    if p < 5e-4 { "<.001".to_owned() } else { fixed(p, 3) }
}
