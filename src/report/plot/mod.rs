//! MOS-LQO against bit-rate, time or any other number as an SVG picture: a line a series, with the intervals of the means.

mod axis;
mod style;

use crate::error::{Error, Result};
use crate::results::{GroupSummary, Summaries};
use axis::Axis;
use plotters::coord::Shift;
use plotters::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Display;
use style::Style;

pub(super) use style::COLOURS;

/// Width and least height of the part with the axes, in pixels.
const SIZE: (u32, u32) = (760, 560);

/// Height of a line of the legend, in pixels.
const LINE_HEIGHT: u32 = 22;

/// Width of a letter of the legend, in pixels.
const LETTER_WIDTH: u32 = 8;

/// Most letters of a name in the legend; the middle of a longer one is left out.
const MOST_LETTERS: usize = 40;

/// How far apart the intervals of neighbours stand, in pixels.
const DODGE: f64 = 4.0;

/// The most that all of them stand apart, in pixels.
const MOST_DODGE: f64 = 28.0;

const FONT: (&str, i32) = ("sans-serif", 15);

/// A point of a series: place on the axis, mean, interval.
type Point = (f64, f64, Option<(f64, f64)>);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Failure<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

/// A line of the picture.
struct Series {
    name: String,
    points: Vec<Point>,
    style: Style,
}

/// Draws the groups over the numbers or dates in their column `x`; the other columns name the series, each of which has the
/// same colour and mark in every picture.
///
/// # Errors
/// [`Error::NothingToDraw`] where `x` is not among the columns or holds neither numbers nor dates.
pub fn svg(summaries: &Summaries, x: &str) -> Result<String> {
    let invalid = |reason: String| Error::NothingToDraw { name: x.to_owned(), reason };
    let place = summaries.group_by.iter().position(|column| column == x);
    let place = place.ok_or_else(|| invalid("not a column of --group-by; add it there".into()))?;
    let cells = summaries.groups.iter().map(|group| group.group[place].as_str());
    let axis = Axis::of(x, cells).ok_or_else(|| {
        invalid("no group has a number or an ISO date in this column; choose another".into())
    })?;
    let series = series(&summaries.groups, place, &axis);
    if series.is_empty() {
        return Err(invalid("no group with a score has a value in this column".into()));
    }
    let mut svg = String::new();
    draw(&series, &axis, &mut svg)
        .map_err(|error| invalid(format!("cannot be drawn ({error})")))?;
    Ok(svg)
}

/// The groups with a place on the axis, by what is in their other columns.
fn series(groups: &[GroupSummary], place: usize, axis: &Axis) -> Vec<Series> {
    let mut series: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    for group in groups {
        let mut others = group.group.clone();
        let x = axis.place(&others.remove(place));
        if let (Some(x), Some(mean)) = (x, group.mos_lqo) {
            series.entry(others.join(" ")).or_default().push((x, mean.mean, mean.interval));
        }
    }
    for points in series.values_mut() {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let styles = style::of(series.keys().map(String::as_str));
    let series = series.into_iter().zip(styles);
    series.map(|((name, points), style)| Series { name, points, style }).collect()
}

fn draw(
    series: &[Series],
    axis: &Axis,
    svg: &mut String,
) -> std::result::Result<(), impl Display + use<>> {
    let letters = series.iter().map(|series| shortened(&series.name).chars().count()).max();
    let legend_width = 60 + LETTER_WIDTH * letters.unwrap_or(0) as u32;
    let height = SIZE.1.max(60 + LINE_HEIGHT * series.len() as u32);
    let size = (SIZE.0 + legend_width, height);
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let (plot, legend) = root.split_horizontally(SIZE.0);
    draw_plot(&plot, series, axis)?;
    draw_legend(&legend, series)?;
    root.present()
}

fn draw_plot<'a>(
    area: &Area<'a>,
    series: &[Series],
    axis: &Axis,
) -> std::result::Result<(), Failure<'a>> {
    let mut chart = ChartBuilder::on(area)
        .margin(20)
        .margin_right(30)
        .x_label_area_size(50)
        .y_label_area_size(55)
        .build_cartesian_2d(axis.range(), 1.0..5.0)?;
    chart
        .configure_mesh()
        .y_desc("MOS-LQO (1 to 5)")
        .y_label_formatter(&|mos_lqo| format!("{mos_lqo:.1}"))
        .label_style(FONT)
        .disable_x_mesh()
        .x_labels(0)
        .light_line_style(TRANSPARENT)
        .draw()?;
    // Ticks where something was measured, which no even steps would hit.
    let (left, bottom) = chart.backend_coord(&(axis.range().start, 1.0));
    let (right, _) = chart.backend_coord(&(axis.range().end, 1.0));
    let (corner, _) = area.get_pixel_range();
    let centred = FONT.into_text_style(area).pos(text_anchor());
    for (x, label) in axis.ticks(f64::from(right - left)) {
        let (x, y) = (chart.backend_coord(&(x, 1.0)).0 - corner.start, bottom);
        area.draw(&PathElement::new([(x, y), (x, y + 5)], BLACK))?;
        area.draw(&Text::new(label, (x, y + 8), centred.clone()))?;
    }
    let middle = (left + right) / 2 - corner.start;
    area.draw(&Text::new(axis.title().to_owned(), (middle, bottom + 28), centred))?;

    let step = DODGE.min(MOST_DODGE / series.len() as f64);
    let per_pixel = (axis.range().end - axis.range().start) / f64::from(right - left);
    for (number, Series { points, style, .. }) in series.iter().enumerate() {
        let aside = (number as f64 - (series.len() - 1) as f64 / 2.0) * step * per_pixel;
        let means: Vec<_> = points.iter().map(|point| (point.0 + aside, point.1)).collect();
        let bars = points.iter().filter_map(|(x, _, interval)| {
            let (low, high) = (*interval)?;
            let ends = [low, high].map(|mos_lqo| (x + aside, mos_lqo.clamp(1.0, 5.0)));
            Some(PathElement::new(ends, style.colour.mix(0.6).stroke_width(2)))
        });
        chart.draw_series(bars)?;
        chart.draw_series(LineSeries::new(means.clone(), style.colour.stroke_width(2)))?;
        for mean in means {
            let (x, y) = chart.backend_coord(&mean);
            style.draw_mark(area, (x - corner.start, y))?;
        }
    }
    Ok(())
}

/// The names beside the picture, never over it.
fn draw_legend<'a>(area: &Area<'a>, series: &[Series]) -> std::result::Result<(), Failure<'a>> {
    for (line, Series { name, style, .. }) in (0..).zip(series) {
        let y = 30 + line * LINE_HEIGHT as i32;
        let ends = [(0, y), (26, y)];
        area.draw(&PathElement::new(ends, style.colour.stroke_width(2)))?;
        style.draw_mark(area, (13, y))?;
        area.draw(&Text::new(shortened(name), (34, y - 8), FONT))?;
    }
    Ok(())
}

fn text_anchor() -> plotters::style::text_anchor::Pos {
    use plotters::style::text_anchor::{HPos, Pos, VPos};
    Pos::new(HPos::Center, VPos::Top)
}

/// A name that fits beside the picture.
fn shortened(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= MOST_LETTERS {
        return name.to_owned();
    }
    let half = MOST_LETTERS / 2;
    let ends = [&letters[..half], &letters[letters.len() - half + 1..]];
    ends.map(|end| end.iter().collect::<String>()).join("…")
}
