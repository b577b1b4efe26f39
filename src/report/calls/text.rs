//! Calls for a person to read: a head for the call, two lines for each direction, what to mind.

use crate::network::{Call, Sound, State, StreamReport, iso_8601};
use crate::report::printable;
use anstyle::{AnsiColor, Style};
use std::io::{Result, Write};

const BOLD: Style = Style::new().bold();
const WARNING: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

/// One call.
///
/// # Errors
/// What the writer says.
pub fn call(out: &mut impl Write, call: &Call) -> Result<()> {
    let started = iso_8601(call.started);
    // To the second is enough for the eye.
    let started = started.get(..19).unwrap_or(&started).replace('T', " ");
    let state = match call.state {
        State::Completed => "completed",
        State::Answered => "answered",
        State::Unanswered => "not answered",
        State::Failed => "failed",
        State::WithoutSignalling => "without signalling",
    };
    let ends = match (&call.from, &call.to) {
        (Some(from), Some(to)) => format!("{} to {}, ", printable(from), printable(to)),
        _ => String::new(),
    };
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}\n  {started}, {:.1} s, {ends}{state}",
        printable(&call.call_id),
        call.duration_s
    )?;
    if let Some(reason) = &call.reason {
        writeln!(out, "  {}", printable(reason))?;
    }
    for stream in &call.streams {
        direction(out, stream)?;
    }
    call.warnings.iter().try_for_each(|warning| warn(out, "  ", warning))?;
    writeln!(out)
}

fn direction(out: &mut impl Write, stream: &StreamReport) -> Result<()> {
    let source = stream.source.as_deref().unwrap_or("?");
    let codec = stream.codec.as_deref().map(printable).unwrap_or_default();
    let early = if stream.early_media { ", before the answer" } else { "" };
    write!(out, "  {source} to {}  {codec}{early}", stream.destination)?;
    match (stream.mos, stream.scale) {
        (Some(mos), Some(scale)) => writeln!(out, "  {BOLD}MOS {mos:.2}{BOLD:#} {scale}")?,
        _ => writeln!(out)?,
    }
    if stream.packets > 0 {
        let jitter = match (stream.jitter_ms.mean, stream.jitter_ms.max) {
            (Some(mean), Some(max)) => format!("jitter {mean:.1} ms (at most {max:.1})"),
            _ => "jitter unknown".to_owned(),
        };
        write!(
            out,
            "    {} packets, {} of {} lost ({:.2} %)",
            stream.packets, stream.lost, stream.expected, stream.loss_pct
        )?;
        if stream.lost > 0 {
            write!(out, ", burst ratio {:.2}", stream.burst_ratio)?;
        }
        writeln!(out, ", {jitter}")?;
        let buffers = stream.buffers.iter().map(|buffer| match buffer.mos {
            Some(mos) => format!("{} discards {} (MOS {mos:.2})", buffer.name, buffer.discarded),
            None => format!("{} discards {}", buffer.name, buffer.discarded),
        });
        writeln!(out, "    {}", buffers.collect::<Vec<_>>().join(", "))?;
    }
    if let Some(sound) = &stream.sound {
        writeln!(
            out,
            "    {BOLD}sounded like MOS-LQO {:.2}{BOLD:#} ({}, {:.1} to {:.1} s of {}, in {} with {})",
            sound.mos_lqo,
            sound.model,
            sound.start_s,
            sound.end_s,
            printable(&sound.prompt),
            sound.buffer,
            sound.concealment
        )?;
        for moment in &sound.moments {
            writeln!(out, "      {moment}")?;
        }
        why(out, sound)?;
    }
    stream.warnings.iter().try_for_each(|warning| warn(out, "    ", warning))
}

/// What the score fell for, and whether packets were missing where it did.
fn why(out: &mut impl Write, sound: &Sound) -> Result<()> {
    let Some(why) = &sound.why else { return Ok(()) };
    writeln!(out, "      why: {why}")?;
    let placed = sound.findings.iter().flatten().filter_map(|found| found.missing);
    let (all, lossless) =
        placed.fold((0, 0), |(all, none), missing| (all + 1, none + u64::from(missing == 0)));
    match (all, lossless) {
        (0, _) => Ok(()),
        (_, 0) => writeln!(out, "      packets were missing at each of these {all} places"),
        (all, none) => {
            writeln!(out, "      no packet was missing at {none} of these {all} places")
        }
    }
}

fn warn(out: &mut impl Write, indent: &str, warning: &str) -> Result<()> {
    writeln!(out, "{indent}{WARNING}! {}{WARNING:#}", printable(warning))
}

/// The directions that fared worst, worst first.
///
/// # Errors
/// What the writer says.
pub fn worst(out: &mut impl Write, calls: &[&Call]) -> Result<()> {
    if calls.is_empty() {
        return Ok(());
    }
    writeln!(out, "{BOLD}Worst calls{BOLD:#}")?;
    for call in calls {
        let why = call.streams.iter().filter(|stream| stream.one_way.is_some()).count();
        let what = match (call.worst_mos(), why) {
            (_, 1..) => "one-way".to_owned(),
            (Some((mos, scale)), _) => format!("MOS {mos:.2} {scale}"),
            (None, _) => "no MOS".to_owned(),
        };
        writeln!(out, "  {what:<22} {}", printable(&call.call_id))?;
    }
    Ok(())
}
