//! The colour and the mark of a series, by its name: the same in every picture.

use super::{Area, Failure};
use plotters::prelude::*;
use std::collections::BTreeSet;
use std::hash::Hasher;
use twox_hash::XxHash3_64;

/// Colours that people with any colour vision tell apart (Tol, 2021, "muted"), without the palest.
pub(in crate::report) const COLOURS: [RGBColor; 9] = [
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

/// The marks, which tell series of one colour apart.
const MARKS: usize = 6;

/// Codecs that often stand in one picture, in the order of the colours.
const KNOWN: [&str; 18] = [
    "opus",
    "evs",
    "amr-wb",
    "aac",
    "mp3",
    "lc3",
    "g722",
    "amr",
    "g711",
    "silk",
    "vorbis",
    "g729",
    "speex",
    "lyra",
    "encodec",
    "soundstream",
    "gsm",
    "g726",
];

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub colour: RGBColor,
    mark: usize,
}

/// The styles of series with these names. A name decides by itself; only where another one of the picture has both the
/// colour and the mark already, the mark is the next one that is free.
pub(super) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Style> {
    let mut taken = BTreeSet::new();
    let style = |name: &str| {
        let (colour, first) = wanted(name);
        let marks = (0..MARKS).map(|next| (first + next) % MARKS);
        let free = marks.clone().find(|mark| !taken.contains(&(colour, *mark)));
        let mark = free.unwrap_or(first);
        taken.insert((colour, mark));
        Style { colour: COLOURS[colour], mark }
    };
    names.into_iter().map(style).collect()
}

/// The number of the colour and that of the mark that a name stands for.
fn wanted(name: &str) -> (usize, usize) {
    let known = KNOWN.iter().position(|known| name.eq_ignore_ascii_case(known));
    if let Some(place) = known {
        return (place % COLOURS.len(), place / COLOURS.len());
    }
    let mut hasher = XxHash3_64::with_seed(0);
    hasher.write(name.as_bytes());
    let number = hasher.finish() as usize;
    (number % COLOURS.len(), number / COLOURS.len() % MARKS)
}

impl Style {
    /// Draws the mark at a place.
    pub fn draw_mark<'a>(self, area: &Area<'a>, (x, y): (i32, i32)) -> Result<(), Failure<'a>> {
        let (full, hollow) = (self.colour.filled(), self.colour.stroke_width(2));
        let around = |corners: &[(i32, i32)]| -> Vec<(i32, i32)> {
            corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect()
        };
        match self.mark {
            0 => area.draw(&Circle::new((x, y), 4, full)),
            1 => area.draw(&Polygon::new(around(&[(-5, 4), (5, 4), (0, -6)]), full)),
            2 => area.draw(&Circle::new((x, y), 5, hollow)),
            3 => {
                area.draw(&PathElement::new(around(&[(-5, -5), (5, 5)]), hollow))?;
                area.draw(&PathElement::new(around(&[(-5, 5), (5, -5)]), hollow))
            }
            4 => area.draw(&Polygon::new(around(&[(-4, -4), (4, -4), (4, 4), (-4, 4)]), full)),
            _ => {
                let corners = [(0, -6), (6, 0), (0, 6), (-6, 0), (0, -6)];
                area.draw(&PathElement::new(around(&corners), hollow))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_keeps_its_style_whatever_stands_beside_it() {
        let alone = of(["night build 7"]);
        let beside = of(["aac", "night build 7", "opus"]);
        assert_eq!(alone[0], beside[1]);
        let [opus, evs] = of(["opus", "evs"])[..] else { panic!("two styles") };
        assert_ne!(opus.colour, evs.colour);
        let many: Vec<String> = (0..30).map(|number| format!("codec {number}")).collect();
        let styles = of(many.iter().map(String::as_str));
        for (i, style) in styles.iter().enumerate() {
            assert!(!styles[..i].contains(style), "{}", many[i]);
        }
    }
}
