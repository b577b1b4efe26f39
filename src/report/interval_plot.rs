//! Means with their intervals as an SVG picture: a line each, as papers show them.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::fmt::Display;

/// One line of the picture.
pub(super) struct Line {
    pub name: String,
    pub mean: f64,
    pub interval: Option<(f64, f64)>,
    /// What stands at the right, such as letters.
    pub note: String,
    /// Single values, drawn small behind the mean.
    pub values: Vec<f64>,
}

/// Width of the picture and height of a line, in pixels.
const WIDTH: u32 = 900;
const LINE: i32 = 24;
/// About how wide a character is, and the most characters of a name that are shown.
const CHARACTER: f64 = 7.6;
const LONGEST: usize = 40;
/// Room above and below the lines.
const TOP: i32 = 20;
const BOTTOM: i32 = 56;

/// Draws the lines from the top; `axis` says what the numbers are, `ends` where the axis ends.
pub(super) fn svg(
    lines: &[Line],
    axis: &str,
    note: &str,
    ends: (f64, f64),
) -> std::result::Result<String, impl Display> {
    let mut svg = String::new();
    let height = TOP + BOTTOM + LINE * lines.len() as i32;
    let drawn = {
        let root = SVGBackend::with_string(&mut svg, (WIDTH, height as u32)).into_drawing_area();
        draw(&root, lines, axis, note, ends)
    };
    drawn.map(|()| svg)
}

type Drawn<'a> =
    std::result::Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

fn draw<'a>(
    root: &DrawingArea<SVGBackend<'a>, Shift>,
    lines: &[Line],
    axis: &str,
    note: &str,
    (low, high): (f64, f64),
) -> Drawn<'a> {
    const INK: RGBColor = RGBColor(51, 34, 136);
    const GREY: RGBColor = RGBColor(150, 150, 150);
    let wide = |of: &dyn Fn(&Line) -> usize| {
        let longest = lines.iter().map(of).max().unwrap_or_default().min(LONGEST);
        (CHARACTER * longest as f64) as i32
    };
    let left = 24 + wide(&|line| line.name.chars().count());
    let right = WIDTH as i32 - 30 - wide(&|line| line.note.chars().count());
    let bottom = TOP + LINE * lines.len() as i32;
    let x = |value: f64| {
        let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
        left + (share * f64::from(right - left)).round() as i32
    };
    let text = |horizontal, vertical| {
        ("sans-serif", 14).into_font().color(&BLACK).pos(Pos::new(horizontal, vertical))
    };
    root.fill(&WHITE)?;
    for tick in ticks(low, high) {
        let at = x(tick);
        root.draw(&PathElement::new([(at, TOP), (at, bottom)], GREY.mix(0.4)))?;
        let number = format!("{}", (tick * 1e6).round() / 1e6);
        root.draw(&Text::new(number, (at, bottom + 6), text(HPos::Center, VPos::Top)))?;
    }
    let middle = (left + right) / 2;
    root.draw(&Text::new(axis.to_owned(), (middle, bottom + 24), text(HPos::Center, VPos::Top)))?;
    root.draw(&Text::new(
        note.to_owned(),
        (WIDTH as i32 - 10, bottom + 40),
        ("sans-serif", 11).into_font().color(&GREY).pos(Pos::new(HPos::Right, VPos::Top)),
    ))?;
    for (place, line) in (0..).zip(lines) {
        let y = TOP + LINE * place + LINE / 2;
        let name: String = line.name.chars().take(LONGEST).collect();
        root.draw(&Text::new(name, (left - 10, y), text(HPos::Right, VPos::Center)))?;
        root.draw(&Text::new(line.note.clone(), (right + 12, y), text(HPos::Left, VPos::Center)))?;
        for &value in &line.values {
            root.draw(&Circle::new((x(value), y), 2, GREY.mix(0.6).filled()))?;
        }
        if let Some((from, to)) = line.interval {
            root.draw(&PathElement::new([(x(from), y), (x(to), y)], INK.stroke_width(2)))?;
            for end in [from, to] {
                root.draw(&PathElement::new(
                    [(x(end), y - 4), (x(end), y + 4)],
                    INK.stroke_width(2),
                ))?;
            }
        }
        root.draw(&Circle::new((x(line.mean), y), 4, INK.filled()))?;
    }
    root.present()
}

/// Round numbers within the axis, about eight of them.
fn ticks(low: f64, high: f64) -> impl Iterator<Item = f64> {
    let rough = (high - low) / 8.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|times| times * power);
    let step = step.into_iter().find(|step| *step >= rough * 0.999).unwrap_or(rough);
    let first = (low / step - 1e-9).ceil() as i64;
    (first..).map(move |tick| tick as f64 * step).take_while(move |tick| *tick <= high + 1e-9)
}
