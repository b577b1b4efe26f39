//! Votes over scores as an SVG picture: a row of panels a listening test, a panel a metric.

use crate::error::{Error, Result};
use crate::report::plot::COLOURS;
use crate::report::printable;
use crate::rounding::fixed;
use crate::table::number;
use crate::validation::{Dataset, Evaluation, Judged, Statistics, Validation};
use plotters::coord::Shift;
use plotters::prelude::*;
use std::fmt::Display;

/// Width and height of a panel, in pixels.
const PANEL: (u32, u32) = (330, 330);

/// What the marks are, line by line below all panels.
const LEGEND: [&str; 3] = [
    "Dots: clips, with the 95 % confidence interval of their votes",
    "Rings: conditions",
    "Line: third-order monotone mapping of P.1401",
];

/// Height of a line of the legend, in pixels.
const LINE_HEIGHT: u32 = 18;

/// Points of the mapping's curve.
const CURVE_POINTS: usize = 60;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Failure<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

/// Draws every clip with the 95 % confidence interval of its votes, every condition, and the mapping.
///
/// # Errors
/// [`Error::NothingToDraw`] where there is nothing to draw.
pub fn svg(validation: &Validation) -> Result<String> {
    let invalid =
        |reason: String| Error::NothingToDraw { name: validation.ratings.clone(), reason };
    let size = (validation.metrics.len() as u32, validation.datasets.len() as u32);
    if size.0 == 0 || size.1 == 0 {
        return Err(invalid("there is nothing to draw; give clips and metrics".into()));
    }
    let mut svg = String::new();
    draw(validation, size, &mut svg)
        .map_err(|error| invalid(format!("cannot be drawn ({error})")))?;
    Ok(svg)
}

fn draw(
    validation: &Validation,
    (columns, rows): (u32, u32),
    svg: &mut String,
) -> std::result::Result<(), impl Display + use<>> {
    let height = rows * PANEL.1;
    let size = (columns * PANEL.0, height + (LEGEND.len() as u32 + 1) * LINE_HEIGHT);
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let (panels, legend) = root.split_vertically(height);
    for (line, text) in (0..).zip(LEGEND) {
        let place = (12, line * LINE_HEIGHT as i32);
        legend.draw(&Text::new(text, place, ("sans-serif", 12)))?;
    }
    let panels = panels.split_evenly((rows as usize, columns as usize));
    let pairs = validation.datasets.iter().flat_map(|dataset| {
        validation.metrics.iter().enumerate().map(move |metric| (dataset, metric))
    });
    for (area, (dataset, metric)) in panels.iter().zip(pairs) {
        panel(area, dataset, metric)?;
    }
    root.present()
}

fn panel<'a>(
    area: &Area<'a>,
    dataset: &Dataset,
    (place, metric): (usize, &String),
) -> std::result::Result<(), Failure<'a>> {
    let statistics = dataset.clips.metrics[place].outcome.statistics();
    let clips = points(&dataset.clips, metric);
    let (x, y) = (axis(clips.iter().map(|point| point.0)), axis(clips.iter().map(|point| point.1)));
    let name = dataset.dataset.as_deref().unwrap_or("votes");
    let mut chart = ChartBuilder::on(area)
        .caption(title(metric, name, statistics), ("sans-serif", 14))
        .margin(12)
        .x_label_area_size(38)
        .y_label_area_size(42)
        .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
    chart
        .configure_mesh()
        .x_labels(5)
        .y_labels(5)
        .x_desc(metric.as_str())
        .y_desc("votes")
        .label_style(("sans-serif", 12))
        .light_line_style(TRANSPARENT)
        .draw()?;
    let [clip_colour, condition_colour, curve_colour] = [COLOURS[4], COLOURS[0], COLOURS[1]];
    chart.draw_series(clips.iter().filter_map(|&(score, vote, half)| {
        let half = half?;
        let ends = [(score, (vote - half).max(y.0)), (score, (vote + half).min(y.1))];
        Some(PathElement::new(ends, clip_colour.mix(0.4)))
    }))?;
    chart.draw_series(
        clips.iter().map(|&(score, vote, _)| Circle::new((score, vote), 3, clip_colour.filled())),
    )?;
    if let Some(statistics) = statistics {
        let [low, high] = statistics.mapping.range;
        let step = (high - low) / CURVE_POINTS as f64;
        let curve = (0..=CURVE_POINTS).map(|place| low + step * place as f64);
        let curve = curve.map(|score| (score, statistics.mapping.apply(score)));
        chart.draw_series(LineSeries::new(curve, curve_colour.stroke_width(2)))?;
    }
    let conditions = dataset.conditions.as_ref().map(|conditions| points(conditions, metric));
    chart.draw_series(
        conditions.unwrap_or_default().into_iter().map(|(score, vote, _)| {
            Circle::new((score, vote), 4, condition_colour.stroke_width(2))
        }),
    )?;
    Ok(())
}

fn title(metric: &str, dataset: &str, statistics: Option<&Statistics>) -> String {
    let [metric, dataset] = [metric, dataset].map(printable);
    match statistics {
        Some(found) => format!("{metric}, {dataset}: Pearson {}", fixed(found.pearson, 3)),
        None => format!("{metric}, {dataset}"),
    }
}

/// Score, vote and half the width of the vote's interval of whatever has a score.
fn points<Subject>(evaluation: &Evaluation<Subject>, metric: &str) -> Vec<(f64, f64, Option<f64>)> {
    let point = |judged: &Judged<Subject>| {
        let score = number(judged.scores.get(metric))?;
        Some((score, judged.opinion.score, judged.opinion.interval_half_width))
    };
    evaluation.judged.iter().filter_map(point).collect()
}

/// The ends of an axis: 1 and 5 for opinion scores, else where the values end, and a little more.
fn axis(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    if low > high || (low >= 0.99 && high <= 5.01) {
        return (0.9, 5.1);
    }
    let more = if high > low { (high - low) / 20.0 } else { 1.0 };
    (low - more, high + more)
}
