//! A long recording stretch by stretch, in words and for programs.

use super::json::scores_of;
use super::text::{HEADING, colour, field, model, named, quality, range_ms};
use super::{Chosen, Entry, Recording, printable};
use crate::long_calls::{LongScore, Part, Stretch, Survey};
use crate::score::Quality;
use serde::Serialize;
use std::io::{Result, Write};

impl From<&Survey> for Recording {
    fn from(survey: &Survey) -> Self {
        Self { sample_rate: survey.sample_rate(), duration_s: survey.duration_s() }
    }
}

/// A degraded recording with its scores.
#[derive(Debug)]
pub struct LongScored {
    /// The degraded recording.
    pub recording: Recording,
    /// Its scores.
    pub score: LongScore,
}

/// The whole, its parts, and a line for each stretch.
///
/// # Errors
/// What the writer says.
pub fn text(
    out: &mut impl Write,
    reference: (&str, Recording),
    chosen: &Chosen,
    degraded: (&str, &LongScored),
) -> Result<()> {
    let LongScored { recording, score } = degraded.1;
    let parts = [
        ("MOS-LQO", score.whole),
        ("Beginning", score.beginning),
        ("Middle", score.middle),
        ("End", score.end),
    ];
    for (label, part) in parts {
        field(out, label)?;
        match part.mos_lqo {
            Some(mos_lqo) => quality(out, mos_lqo, "")?,
            None => writeln!(out, "not scored")?,
        }
    }
    if let Some((worst, mos_lqo)) = score.worst() {
        field(out, "Lowest")?;
        quality(out, mos_lqo, &format!(" from {}", clock(worst.start_s)))?;
    }
    model(out, chosen, reference.1)?;
    if let Some(range) = score.delay_range_s() {
        field(out, "Delay")?;
        writeln!(out, "{} ms", range_ms(range))?;
    }
    named(out, "Degraded", degraded.0, *recording)?;
    named(out, "Reference", reference.0, reference.1)?;
    writeln!(
        out,
        "\n{HEADING}MOS-LQO  Quality            Delay (ms)       Start         End{HEADING:#}"
    )?;
    score.stretches.iter().try_for_each(|stretch| row(out, stretch))
}

/// A line of the table; remarks stand last, so that they move nothing.
fn row(out: &mut impl Write, stretch: &Stretch) -> Result<()> {
    match stretch.mos_lqo {
        Some(mos_lqo) => {
            let quality = Quality::of(mos_lqo);
            let style = colour(quality);
            write!(out, "{style}{mos_lqo:7.3}  {quality:9}{style:#}")?;
        }
        None => write!(out, "{:>7}  {:9}", "-", "")?,
    }
    let (delay, remark) = match &stretch.outcome {
        Ok(score) => (range_ms(score.alignment.delay_range_s()), score.warnings.join("; ")),
        Err(error) => ("not scored".to_owned(), error.to_string()),
    };
    let [start, end] = [stretch.start_s, stretch.end_s].map(clock);
    let line = format!("  {delay:>18}  {start:>10}  {end:>10}  {}", printable(&remark));
    writeln!(out, "{}", line.trim_end())
}

/// Hours, minutes and seconds, as players show them.
fn clock(seconds: f64) -> String {
    let hundredths = (seconds * 100.0).round() as u64;
    let (minutes, rest) = (hundredths / 6000, hundredths % 6000);
    let seconds = format!("{:02}.{:02}", rest / 100, rest % 100);
    match minutes / 60 {
        0 => format!("{minutes}:{seconds}"),
        hours => format!("{hours}:{:02}:{seconds}", minutes % 60),
    }
}

/// A reference and the degraded recordings that were compared with it (schema `basilar-timeline/1`).
///
/// `chosen` is absent where the reference cannot be used.
///
/// # Errors
/// What the writer says.
pub fn json(
    out: &mut impl Write,
    reference: &Entry<Recording>,
    chosen: Option<&Chosen>,
    scores: &[Entry<LongScored>],
) -> Result<()> {
    scores_of("basilar-timeline/1", out, reference, chosen, scores)
}

impl Serialize for LongScored {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Flat<'a> {
            #[serde(flatten)]
            recording: Recording,
            whole: &'a Part,
            beginning: &'a Part,
            middle: &'a Part,
            end: &'a Part,
            not_recorded_s: &'a [[f64; 2]],
            warnings: &'a [String],
            stretches: Vec<FlatStretch>,
        }
        let score = &self.score;
        Flat {
            recording: self.recording,
            whole: &score.whole,
            beginning: &score.beginning,
            middle: &score.middle,
            end: &score.end,
            not_recorded_s: &score.not_recorded_s,
            warnings: &score.warnings,
            stretches: score.stretches.iter().map(FlatStretch::of).collect(),
        }
        .serialize(serializer)
    }
}

/// A stretch; what it has no value for is null.
#[derive(Serialize)]
struct FlatStretch {
    start_s: f64,
    end_s: f64,
    mos_lqo: Option<f64>,
    raw: Option<f64>,
    quality: Option<Quality>,
    delay_s: Option<f64>,
    delay_range_s: Option<(f64, f64)>,
    confidence: Option<f64>,
    error: Option<String>,
    warnings: Vec<String>,
}

impl FlatStretch {
    fn of(stretch: &Stretch) -> Self {
        let score = stretch.outcome.as_ref().ok();
        Self {
            start_s: stretch.start_s,
            end_s: stretch.end_s,
            mos_lqo: stretch.mos_lqo,
            raw: score.and_then(|score| score.raw),
            quality: stretch.mos_lqo.map(Quality::of),
            delay_s: score.map(|score| score.alignment.delay_s()),
            delay_range_s: score.map(|score| score.alignment.delay_range_s()),
            confidence: score.map(|score| score.alignment.confidence()),
            error: stretch.outcome.as_ref().err().map(ToString::to_string),
            warnings: score.map_or_else(Vec::new, |score| score.warnings.clone()),
        }
    }
}
