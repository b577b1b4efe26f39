//! Scores for a person to read: a block for one recording, a table for several.

use super::{Entry, printable};
use crate::model::{ChosenModel, Model};
use crate::rounding::fixed;
use crate::score::{Alignment, Recording, Score, Scored};
use crate::service_band::ServiceBand;
use anstyle::{AnsiColor, Style};
use std::io::{Result, Write};

pub(super) const HEADING: Style = Style::new().bold();

/// One degraded recording: a line for everything a listener asks first.
///
/// MOS-LQO has three decimals, as the reference program of P.862 prints it.
///
/// # Errors
/// What the writer says.
pub fn block(
    out: &mut impl Write,
    reference: (&str, Recording),
    chosen: &ChosenModel,
    degraded: (&str, &Scored),
) -> Result<()> {
    let Scored { recording, score } = degraded.1;
    field(out, "MOS-LQO")?;
    quality(out, score.mos_lqo, "")?;
    if let Some(raw) = score.raw {
        field(out, "Raw score")?;
        writeln!(out, "{}", fixed(raw, 3))?;
    }
    model(out, chosen, reference.1)?;
    field(out, "Delay")?;
    writeln!(out, "{}", delay(&score.alignment))?;
    named(out, "Degraded", degraded.0, *recording)?;
    named(out, "Reference", reference.0, reference.1)
}

/// What stands above the rows of a table.
///
/// # Errors
/// What the writer says.
pub fn table_head(
    out: &mut impl Write,
    reference: (&str, Recording),
    chosen: &ChosenModel,
) -> Result<()> {
    named(out, "Reference", reference.0, reference.1)?;
    model(out, chosen, reference.1)?;
    writeln!(
        out,
        "\n{HEADING}MOS-LQO  Service band          Delay (ms)  Length (s)  Degraded{HEADING:#}"
    )
}

/// One degraded recording in a table; names stand last, so that long ones move nothing.
///
/// # Errors
/// What the writer says.
pub fn table_row(out: &mut impl Write, entry: &Entry<Scored>) -> Result<()> {
    let name = shown(&entry.file);
    match &entry.outcome {
        Ok(Scored { recording, score }) => {
            let Score { mos_lqo, quality, alignment, .. } = score;
            let style = colour(*quality);
            let (delay, duration_s) = (delay_range(alignment), recording.duration_s);
            writeln!(
                out,
                "{style}{mos_lqo:7.3}  {quality:12}{style:#}  {delay:>18}  {duration_s:10.3}  {name}"
            )
        }
        Err(_) => writeln!(out, "{:>7}  {:44}  {name}", "-", "not scored"),
    }
}

/// The models that are built in, a paragraph each.
///
/// # Errors
/// What the writer says.
pub fn models(out: &mut impl Write) -> Result<()> {
    for (place, (option, model)) in Model::built_in().iter().enumerate() {
        let [low, high] = model.mos_lqo_range();
        let rates: Vec<_> = model.sample_rates().iter().map(u32::to_string).collect();
        let gap = if place == 0 { "" } else { "\n" };
        writeln!(out, "{gap}{HEADING}{option:9}{HEADING:#}{}", model.title())?;
        writeln!(out, "  Name     {} {}", model.name(), model.version())?;
        writeln!(out, "  Band     {}, computed at {} Hz", model.band(), rates.join(" or "))?;
        writeln!(out, "  MOS-LQO  {low:.3} to {high:.3}")?;
        writeln!(out, "  Source   {}", model.source())?;
    }
    Ok(())
}

pub(super) fn field(out: &mut impl Write, label: &str) -> Result<()> {
    write!(out, "{HEADING}{label:11}{HEADING:#}")
}

/// A score with its service band, and a remark behind them.
pub(super) fn quality(out: &mut impl Write, mos_lqo: f64, remark: &str) -> Result<()> {
    let band = ServiceBand::of(mos_lqo);
    let style = colour(band);
    let limit = band.limit();
    writeln!(out, "{style}{mos_lqo:.3}  {band}{style:#} (service band {limit}){remark}")
}

pub(super) fn model(
    out: &mut impl Write,
    chosen: &ChosenModel,
    reference: Recording,
) -> Result<()> {
    let ChosenModel { model, automatic } = chosen;
    field(out, "Model")?;
    writeln!(out, "{} {}, {}", model.name(), model.version(), model.title())?;
    if *automatic {
        let rate = reference.sample_rate;
        writeln!(out, "{:11}taken by auto, because the reference has {rate} Hz", "")?;
    }
    Ok(())
}

pub(super) fn named(
    out: &mut impl Write,
    label: &str,
    name: &str,
    recording: Recording,
) -> Result<()> {
    let Recording { sample_rate, duration_s } = recording;
    field(out, label)?;
    writeln!(out, "{duration_s:.3} s at {sample_rate} Hz, {}", shown(name))
}

/// A file's name on one line.
fn shown(name: &str) -> String {
    if name == "-" { "standard input".to_owned() } else { printable(name) }
}

/// The delay in words, with what it varies by.
fn delay(alignment: &Alignment) -> String {
    let delay_ms = alignment.delay_s() * 1e3;
    let (least, most) = alignment.delay_range_s();
    if least == most {
        return format!("{} ms", fixed(delay_ms, 1));
    }
    let utterances = alignment.utterances.len();
    let (delay_ms, range_ms) = (fixed(delay_ms, 1), delay_range(alignment));
    format!("{delay_ms} ms ({range_ms} ms over {utterances} utterances)")
}

fn delay_range(alignment: &Alignment) -> String {
    range_ms(alignment.delay_range_s())
}

/// A range of delays that are given in seconds.
pub(super) fn range_ms((least, most): (f64, f64)) -> String {
    let [least, most] = [least, most].map(|delay_s| fixed(delay_s * 1e3, 1));
    if least == most { least } else { format!("{least} to {most}") }
}

pub(super) fn colour(band: ServiceBand) -> Style {
    let colour = match band {
        ServiceBand::Excellent | ServiceBand::Good => AnsiColor::Green,
        ServiceBand::Fair => AnsiColor::Yellow,
        ServiceBand::Poor | ServiceBand::Bad => AnsiColor::Red,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}
