//! MOS-LQO against bit-rate as an SVG picture: a line a codec, with the intervals of the means.

use super::printable;
use crate::error::{Error, Result};
use crate::results::{GroupSummary, Summaries};
use plotters::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Display;

/// Width and height, in pixels.
const SIZE: (u32, u32) = (900, 560);

/// Colours that people with any colour vision tell apart (Tol, 2021, "muted"), without the palest.
pub(super) const COLOURS: [RGBColor; 9] = [
    RGBColor(51, 34, 136),
    RGBColor(204, 102, 119),
    RGBColor(17, 119, 51),
    RGBColor(221, 170, 51),
    RGBColor(136, 204, 238),
    RGBColor(170, 68, 153),
    RGBColor(68, 170, 153),
    RGBColor(136, 34, 85),
    RGBColor(153, 153, 51),
];

/// A point of a line: bit-rate, mean, interval.
type Point = (f64, f64, Option<(f64, f64)>);

/// Draws the groups over the numbers in their column `x`; the other columns name the lines.
///
/// # Errors
/// [`Error::NothingToDraw`] where `x` is not among the columns or holds no number.
pub fn svg(summaries: &Summaries, x: &str) -> Result<String> {
    let invalid = |reason: String| Error::NothingToDraw { name: x.to_owned(), reason };
    let place = summaries.group_by.iter().position(|column| column == x);
    let place = place.ok_or_else(|| invalid("not a column of --group-by; add it there".into()))?;
    let lines = lines(&summaries.groups, place);
    if lines.is_empty() {
        return Err(invalid("no group has a number in this column; choose another".into()));
    }
    let mut svg = String::new();
    draw(&lines, x, &mut svg).map_err(|error| invalid(format!("cannot be drawn ({error})")))?;
    Ok(svg)
}

/// The groups with a number in the column, by what is in their other columns.
fn lines(groups: &[GroupSummary], place: usize) -> BTreeMap<String, Vec<Point>> {
    let mut lines: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    for group in groups {
        let mut others = group.group.clone();
        let x = others.remove(place).parse().ok().filter(|x: &f64| x.is_finite());
        if let (Some(x), Some(mean)) = (x, group.mos_lqo) {
            lines.entry(others.join(" ")).or_default().push((x, mean.mean, mean.interval));
        }
    }
    for points in lines.values_mut() {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    lines
}

fn draw(
    lines: &BTreeMap<String, Vec<Point>>,
    x: &str,
    svg: &mut String,
) -> std::result::Result<(), impl Display + use<>> {
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let rates = || lines.values().flatten().map(|point| point.0);
    let end = rates().fold(0.0, f64::max) * 1.05;
    let mut chart = ChartBuilder::on(&root)
        .margin(20)
        .x_label_area_size(45)
        .y_label_area_size(55)
        .build_cartesian_2d(0.0..end, 1.0..5.0)?;
    chart
        .configure_mesh()
        .x_desc(printable(&x.replace('_', " ")))
        .y_desc("MOS-LQO")
        .y_label_formatter(&|mos_lqo| format!("{mos_lqo:.1}"))
        .x_label_formatter(&|rate| rate.to_string())
        .label_style(("sans-serif", 15))
        .light_line_style(TRANSPARENT)
        .draw()?;
    for ((name, points), colour) in lines.iter().zip(COLOURS.into_iter().cycle()) {
        let means = points.iter().map(|point| (point.0, point.1));
        let line = chart.draw_series(LineSeries::new(means.clone(), colour.stroke_width(2)))?;
        line.label(printable(name))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        chart.draw_series(means.map(|mean| Circle::new(mean, 3, colour.filled())))?;
        let bars = points.iter().filter_map(|(x, _, interval)| {
            let (low, high) = (*interval)?;
            let ends = [(*x, low), (*x, high)];
            Some(PathElement::new(ends, colour.mix(0.5).stroke_width(2)))
        });
        chart.draw_series(bars)?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .label_font(("sans-serif", 15))
        .background_style(WHITE.mix(0.8))
        .border_style(TRANSPARENT)
        .draw()?;
    root.present()
}
