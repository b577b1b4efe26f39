//! The panels of a pair's page as a picture for papers.

use super::pair::{Data, PairPage, data};
use super::picture::{Bytes, LoudnessDifference, Spectrograms};
use super::shell::base64;
use crate::error::Result;
use crate::finding::{Diagnosis, Kind};
use crate::report::printable;
use askama::Template;
use std::path::Path;

/// Width of the picture and of its margins, in pixels.
const WIDTH: f64 = 900.0;
const LEFT: f64 = 66.0;
const RIGHT: f64 = 14.0;
/// Space above a panel, for its title.
const TITLE: f64 = 22.0;
/// How many points a waveform is drawn with.
const POINTS: usize = 1600;
/// More causes would hide the rest.
const MOST_CAUSES: usize = 6;
/// Frequencies that have a tick, in Hz.
const TICKS_HZ: [f64; 7] = [100.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0];
/// From dark to light in even steps of lightness, for any colour vision (cividis, Nuñez et al., 2018).
const CIVIDIS: [[u8; 3]; 9] = [
    [0, 32, 77],
    [27, 58, 109],
    [62, 83, 108],
    [94, 109, 110],
    [125, 135, 119],
    [157, 163, 118],
    [192, 191, 111],
    [228, 220, 92],
    [255, 234, 70],
];
/// What is missing, neither, what is added.
const DIVERGING: [[u8; 3]; 3] = [[33, 102, 172], [255, 255, 255], [178, 86, 13]];

impl PairPage<'_> {
    /// The panels as an SVG picture: the same bytes for the same input.
    ///
    /// # Errors
    /// Recordings that cannot be resampled.
    pub fn figure(&self) -> Result<String> {
        let figure = Figure::of(self, &data(self)?);
        Ok(figure.render().expect("the template writes into memory"))
    }
}

#[derive(Template)]
#[template(path = "figure.svg")]
struct Figure {
    width: f64,
    height: f64,
    left: f64,
    inner: f64,
    headline: String,
    files: String,
    causes: Vec<(f64, String)>,
    panels: Vec<Panel>,
    marks: Vec<(f64, f64)>,
    top: f64,
    bottom: f64,
    times: Vec<(f64, String)>,
    version: &'static str,
}

/// One panel: what is drawn in it, and its vertical axis.
struct Panel {
    title: String,
    y: f64,
    height: f64,
    ticks: Vec<(f64, String)>,
    /// Paths with their colours and whether they are filled.
    paths: Vec<(String, &'static str, bool)>,
    /// A picture as PNG, and its width in pixels of the figure.
    image: Option<(String, f64)>,
}

/// Where panels come to lie.
struct Layout {
    y: f64,
    duration_s: f64,
}

impl Layout {
    fn x(&self, seconds: f64) -> f64 {
        LEFT + seconds / self.duration_s * (WIDTH - LEFT - RIGHT)
    }

    /// The next panel of this height, still empty.
    fn panel(&mut self, title: impl Into<String>, height: f64) -> Panel {
        let y = self.y + TITLE;
        self.y = y + height;
        let (ticks, paths) = (Vec::new(), Vec::new());
        Panel { title: title.into(), y, height, ticks, paths, image: None }
    }
}

impl Figure {
    fn of(page: &PairPage<'_>, data: &Data<'_>) -> Self {
        let score = page.score;
        let diagnosis = score.diagnosis.iter();
        let causes: Vec<(f64, String)> = diagnosis
            .flat_map(|diagnosis| {
                diagnosis.causes().into_iter().map(|cause| words(diagnosis, cause))
            })
            .take(MOST_CAUSES)
            .enumerate()
            .map(|(index, words)| (58.0 + 16.0 * index as f64, words))
            .collect();
        let top = 50.0 + 16.0 * causes.len() as f64;
        let mut layout = Layout { y: top, duration_s: data.duration_s.max(1e-3) };
        let panels = panels(&mut layout, data);
        let mark = |start_s: f64, end_s: f64| {
            (layout.x(start_s), (layout.x(end_s) - layout.x(start_s)).max(1.5))
        };
        let marks = data.findings.iter().filter_map(|m| Some(mark(m.start_s?, m.end_s?)));
        Self {
            width: WIDTH,
            height: layout.y + 40.0,
            left: LEFT,
            inner: WIDTH - LEFT - RIGHT,
            headline: format!(
                "MOS-LQO {:.2} ({} {})",
                score.mos_lqo, score.model, score.model_version
            ),
            files: [page.degraded, page.reference]
                .map(|(_, file)| name(&file.file))
                .join(" against "),
            marks: marks.collect(),
            times: times(&layout),
            top: top + TITLE,
            bottom: layout.y,
            version: env!("CARGO_PKG_VERSION"),
            causes,
            panels,
        }
    }
}

/// All findings of a kind in a few words, with what they cost.
fn words(diagnosis: &Diagnosis, (kind, cost): (Kind, Option<f64>)) -> String {
    let words = diagnosis.summed_up(kind);
    cost.map_or(words.clone(), |cost| format!("{words} (costs {:.2})", cost.max(0.0)))
}

/// The name of a file without its folders.
fn name(path: &str) -> String {
    let name = Path::new(path).file_name().map_or(path.into(), |name| name.to_string_lossy());
    printable(&name)
}

fn panels(layout: &mut Layout, data: &Data<'_>) -> Vec<Panel> {
    let waves = [&data.waveform.reference, &data.waveform.degraded];
    let loudest = waves.iter().flat_map(|wave| &wave.0).map(|&b| (b as i8).unsigned_abs()).max();
    let loudest = f64::from(loudest.unwrap_or(1).max(1));
    let spectrogram = &data.spectrogram;
    let titles = ["Reference", "Degraded, on the reference's time"];
    let colours = ["#33508f", "#b3541e"];
    let mut panels: Vec<Panel> = (0..2)
        .map(|which| {
            let panel = layout.panel(titles[which], 60.0);
            waveform(panel, layout, (waves[which], data.waveform.step_s), loudest, colours[which])
        })
        .collect();
    for (title, cells) in
        [("Reference", &spectrogram.reference), ("Degraded", &spectrogram.degraded)]
    {
        let panel = layout.panel(format!("{title}: {}", spectrogram.range), 110.0);
        panels.push(spectrum(panel, layout, spectrogram, cells));
    }
    let panel = layout.panel(
        format!("Loudness difference: blue missing, orange added; {}", data.loudness.range),
        110.0,
    );
    panels.push(difference(panel, layout, &data.loudness));
    if !data.delay.is_empty() {
        let panel = layout.panel("Delay", 56.0);
        panels.push(delay(panel, layout, data));
    }
    let panel = layout.panel("Local MOS-LQO", 80.0);
    panels.push(local(panel, layout, data));
    panels
}

fn waveform(
    mut panel: Panel,
    layout: &Layout,
    (wave, step_s): (&Bytes, f64),
    loudest: f64,
    colour: &'static str,
) -> Panel {
    let pairs: Vec<(i8, i8)> =
        wave.0.chunks_exact(2).map(|pair| (pair[0] as i8, pair[1] as i8)).collect();
    let together = pairs.len().div_ceil(POINTS).max(1);
    let middle = panel.y + panel.height / 2.0;
    let y = |value: i8| middle - f64::from(value) / loudest * panel.height / 2.0;
    let points = |side: fn(&[(i8, i8)]) -> i8| -> Vec<String> {
        let chunks = pairs.chunks(together).enumerate();
        let x = |index: usize| layout.x((index as f64 + 0.5) * together as f64 * step_s);
        chunks.map(|(index, chunk)| format!("{:.1} {:.1}", x(index), y(side(chunk)))).collect()
    };
    let mut outline = points(|chunk| chunk.iter().map(|pair| pair.1).max().unwrap_or(0));
    let below = points(|chunk| chunk.iter().map(|pair| pair.0).min().unwrap_or(0));
    outline.extend(below.into_iter().rev());
    panel.paths.push((format!("M{}Z", outline.join("L")), colour, true));
    let amplitude = loudest / 127.0;
    panel.ticks = [(panel.y, amplitude), (middle, 0.0), (panel.y + panel.height, -amplitude)]
        .map(|(y, value)| (y, format!("{value:.2}")))
        .to_vec();
    panel
}

fn spectrum(mut panel: Panel, layout: &Layout, image: &Spectrograms, cells: &Bytes) -> Panel {
    let width = layout.x(image.columns as f64 * image.hop_s) - LEFT;
    panel.image = Some((png(&cells.0, image.columns, image.rows, &CIVIDIS), width));
    panel.ticks = frequencies(&panel, &image.frequencies_hz);
    panel
}

fn difference(mut panel: Panel, layout: &Layout, image: &LoudnessDifference) -> Panel {
    let width = layout.x(image.columns as f64 * image.hop_s) - LEFT;
    // What is faint is seen better by its root.
    let strengthened = |&cell: &u8| {
        let share = (f64::from(cell) - 128.0) / 127.0;
        (128.0 + 127.0 * share.signum() * share.abs().min(1.0).sqrt()).clamp(0.0, 255.0) as u8
    };
    let cells: Vec<u8> = image.difference.0.iter().map(strengthened).collect();
    panel.image = Some((png(&cells, image.columns, image.rows, &DIVERGING), width));
    panel.ticks = frequencies(&panel, &image.frequencies_hz);
    panel
}

/// Ticks where those frequencies lie between the centres of the bands.
fn frequencies(panel: &Panel, centres: &[f64]) -> Vec<(f64, String)> {
    let row = |hz: f64| {
        let above = centres.iter().position(|&centre| centre >= hz)?;
        let below = above.checked_sub(1).map(|row| (row, centres[row]))?;
        Some(below.0 as f64 + 0.5 + (hz - below.1) / (centres[above] - below.1))
    };
    let y = |row: f64| panel.y + panel.height * (1.0 - row / centres.len() as f64);
    let words =
        |hz: f64| if hz < 1000.0 { format!("{hz} Hz") } else { format!("{} kHz", hz / 1000.0) };
    TICKS_HZ.iter().filter_map(|&hz| Some((y(row(hz)?), words(hz)))).collect()
}

fn delay(mut panel: Panel, layout: &Layout, data: &Data<'_>) -> Panel {
    let delays = || data.delay.iter().map(|stretch| stretch.delay_ms);
    let (low, high) = (delays().fold(0.0, f64::min), delays().fold(0.0, f64::max));
    let margin = (0.1 * (high - low)).max(1.0);
    let (low, high) = (low - margin, high + margin);
    let y = |ms: f64| panel.y + panel.height * (high - ms) / (high - low);
    let stretch = |s: &super::pair::Stretch| {
        let (from, to, y) = (layout.x(s.start_s), layout.x(s.end_s), y(s.delay_ms));
        format!("M{from:.1} {y:.1}L{to:.1} {y:.1}")
    };
    let path = data.delay.iter().map(stretch).collect::<String>();
    let step = step((high - low) / 3.0);
    let ticks = (0..)
        .map(|index| ((low / step).ceil() + f64::from(index)) * step)
        .take_while(|ms| *ms <= high);
    panel.ticks = ticks.map(|ms| (y(ms), format!("{} ms", ms + 0.0))).collect();
    panel.paths.push((path, "#b3541e", false));
    panel
}

fn local(mut panel: Panel, layout: &Layout, data: &Data<'_>) -> Panel {
    let y = |mos: f64| panel.y + panel.height * (5.0 - mos) / 4.0;
    let point = |local: &crate::score::LocalScore| {
        let middle = (local.start_s + local.end_s) / 2.0;
        format!("{:.1} {:.1}", layout.x(middle), y(local.mos_lqo))
    };
    let points: Vec<String> = data.local.iter().map(point).collect();
    panel.ticks = (1..=5).map(|mos| (y(f64::from(mos)), mos.to_string())).collect();
    panel.paths.push((format!("M{}", points.join("L")), "#b3541e", false));
    panel
}

/// Ticks of the common axis of time.
fn times(layout: &Layout) -> Vec<(f64, String)> {
    let step = step(layout.duration_s / 10.0);
    let count = (layout.duration_s / step) as usize;
    let decimals = if step < 1.0 { 1 } else { 0 };
    let tick = |index: usize| {
        let seconds = index as f64 * step;
        (layout.x(seconds), format!("{seconds:.decimals$} s"))
    };
    (0..=count).map(tick).collect()
}

/// The next larger of 1, 2 and 5 times a power of ten.
fn step(least: f64) -> f64 {
    let decade = 10f64.powf(least.max(1e-3).log10().floor());
    let suits = |factor: &f64| factor * decade >= least * (1.0 - 1e-9);
    [1.0, 2.0, 5.0].into_iter().find(suits).unwrap_or(10.0) * decade
}

/// Cells, column by column from the lowest row, as a PNG picture in base64; the colours lie between those given.
fn png(cells: &[u8], columns: usize, rows: usize, colours: &[[u8; 3]]) -> String {
    let colour = |cell: usize| {
        let place = cell as f64 / 255.0 * (colours.len() - 1) as f64;
        let index = (place as usize).min(colours.len() - 2);
        let share = place - index as f64;
        let between = |c: usize| {
            let (from, to) = (f64::from(colours[index][c]), f64::from(colours[index + 1][c]));
            (from + (to - from) * share).round() as u8
        };
        [between(0), between(1), between(2)]
    };
    let palette: Vec<u8> = (0..256).flat_map(colour).collect();
    let picture: Vec<u8> = (0..rows)
        .rev()
        .flat_map(|row| (0..columns).map(move |column| cells[column * rows + row]))
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, columns.max(1) as u32, rows.max(1) as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&picture))
        .expect("memory takes what is written");
    base64(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_numbers() {
        assert_eq!([0.9, 1.0, 1.3, 30.0, 70.0].map(step), [1.0, 1.0, 2.0, 50.0, 100.0]);
    }
}
