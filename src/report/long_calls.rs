//! A long recording stretch by stretch, in words and for programs.

use super::json::scores_of;
use super::text::{HEADING, colour, field, model, named, quality, range_ms};
use super::{Entry, printable};
use crate::long_calls::{LongScored, Stretch};
use crate::model::ChosenModel;
use crate::score::Recording;
use crate::service_band::ServiceBand;
use std::io::{Result, Write};

/// The whole, its parts, and a line for each stretch.
///
/// # Errors
/// What the writer says.
pub fn text(
    out: &mut impl Write,
    reference: (&str, Recording),
    chosen: &ChosenModel,
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
        quality(out, mos_lqo, &format!(", at {}", clock(worst.start_s)))?;
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
        "\n{HEADING}MOS-LQO  Service band          Delay (ms)       Start         End{HEADING:#}"
    )?;
    score.stretches.iter().try_for_each(|stretch| row(out, stretch))
}

/// A line of the table; remarks stand last, so that they move nothing.
fn row(out: &mut impl Write, stretch: &Stretch) -> Result<()> {
    match stretch.mos_lqo {
        Some(mos_lqo) => {
            let band = ServiceBand::of(mos_lqo);
            let style = colour(band);
            write!(out, "{style}{mos_lqo:7.3}  {band:12}{style:#}")?;
        }
        None => write!(out, "{:>7}  {:12}", "-", "")?,
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
    chosen: Option<&ChosenModel>,
    scores: &[Entry<LongScored>],
) -> Result<()> {
    scores_of("basilar-timeline/1", out, reference, chosen, scores)
}
