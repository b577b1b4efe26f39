//! What the E-model says of a connection, for a person and for a program.

use crate::network::emodel::{Codec, Codecs, Inputs, PARAMETERS, Rating};
use serde_json::{Map, Value, json};
use std::io::{Error, Result, Write};

const BOLD: anstyle::Style = anstyle::Style::new().bold();

/// Each term with what it costs, then R and MOS with their scale.
///
/// # Errors
/// What the writer says.
pub fn text(
    out: &mut impl Write,
    rating: &Rating,
    inputs: &Inputs,
    codec: Option<&Codec>,
) -> Result<()> {
    let scale = rating.scale;
    writeln!(out, "{BOLD}Scale{BOLD:#}     {scale} ({})", scale.recommendation())?;
    if let Some(codec) = codec {
        writeln!(out, "{BOLD}Codec{BOLD:#}     {}", values(codec))?;
        writeln!(out, "          source: {}", codec.source)?;
    }
    let given = PARAMETERS.iter().filter(|parameter| parameter.get(inputs) != parameter.default);
    for parameter in given {
        let (symbol, value, unit) = (parameter.symbol, parameter.get(inputs), parameter.unit);
        writeln!(out, "{BOLD}{symbol:<9}{BOLD:#} {value} {unit} ({})", parameter.meaning)?;
    }
    writeln!(out, "\n{BOLD}Term            R    MOS{BOLD:#}")?;
    writeln!(
        out,
        "{:<9} {:>7.2}         what there is without impairments",
        "Ro", rating.terms.ro
    )?;
    for cost in rating.costs() {
        if cost.r != 0.0 {
            let (symbol, meaning) = (cost.symbol, cost.meaning);
            // Without a sign where the figures round to nothing.
            let (r, mos) = (0.0 - cost.r + 0.0, 0.0 - cost.mos + 0.0);
            writeln!(out, "{symbol:<9} {r:>+7.2} {mos:>+6.2}  {meaning}")?;
        }
    }
    writeln!(out, "{BOLD}{:<9} {:>7.2}{BOLD:#}", "R", rating.r)?;
    writeln!(
        out,
        "{BOLD}{:<9} {:>14.2}{BOLD:#}  {} quality, users {}",
        scale.conversational_name(),
        rating.mos,
        rating.category,
        rating.category.users()
    )?;
    writeln!(
        out,
        "{:<26}{:.0} % call it good or better, {:.0} % poor or worse",
        "", rating.good_or_better_pct, rating.poor_or_worse_pct
    )
}

/// The same as one JSON object (schema basilar-emodel/1).
///
/// # Errors
/// What the writer says.
pub fn json(
    out: &mut impl Write,
    rating: &Rating,
    inputs: &Inputs,
    codec: Option<&Codec>,
    warnings: &[String],
) -> Result<()> {
    let terms = rating.costs().map(|cost| {
        json!({"symbol": cost.symbol, "meaning": cost.meaning, "r": cost.r, "mos": cost.mos})
    });
    let mut document = Map::new();
    let mut tell = |name: &str, value: Value| document.insert(name.to_owned(), value);
    tell("schema", "basilar-emodel/1".into());
    tell("scale", json!(rating.scale));
    tell("recommendation", rating.scale.recommendation().into());
    tell("r", rating.r.into());
    tell("mos_name", rating.scale.conversational_name().into());
    tell("mos", rating.mos.into());
    tell("good_or_better_pct", rating.good_or_better_pct.into());
    tell("poor_or_worse_pct", rating.poor_or_worse_pct.into());
    tell("category", json!(rating.category));
    tell("users", rating.category.users().into());
    tell("within_range", rating.within_range().into());
    tell("ro", rating.terms.ro.into());
    tell("costs", json!(terms));
    tell("inputs", json!(inputs));
    tell("codec", json!(codec));
    tell("warnings", json!(warnings));
    line(out, &Value::Object(document))
}

/// A MOS turned into the R that it stands for.
///
/// # Errors
/// What the writer says.
pub fn inverse(
    out: &mut impl Write,
    scale: crate::network::emodel::Scale,
    mos: f64,
    r: f64,
    as_json: bool,
) -> Result<()> {
    let name = scale.conversational_name();
    if as_json {
        let document = json!({
            "schema": "basilar-emodel/1", "scale": scale, "mos_name": name, "mos": mos, "r": r
        });
        return line(out, &document);
    }
    writeln!(out, "{BOLD}R{BOLD:#}  {r:.2} on the {scale} scale, for {name} {mos}")
}

/// The table of codecs.
///
/// # Errors
/// What the writer says.
pub fn codecs(out: &mut impl Write, codecs: &Codecs, as_json: bool) -> Result<()> {
    if as_json {
        let rows: Vec<_> = codecs.iter().collect();
        let version = codecs.version();
        return line(
            out,
            &json!({"schema": "basilar-emodel-codecs/1", "version": version, "codecs": rows}),
        );
    }
    writeln!(out, "{BOLD}{:<22} {:<10}  Values{BOLD:#}", "Codec", "Scale")?;
    for codec in codecs.iter() {
        writeln!(out, "{:<22} {:<10}  {}", codec.id, codec.scale.to_string(), values(codec))?;
    }
    Ok(())
}

/// A codec's values with how sure they are.
fn values(codec: &Codec) -> String {
    let bpl = match (codec.bpl, codec.bpl_confidence) {
        (Some(bpl), Some(confidence)) => format!("Bpl {bpl} ({confidence:?})"),
        _ => "no Bpl published".to_owned(),
    };
    let provisional = if codec.is_provisional() { ", provisional" } else { "" };
    format!("{}: Ie {} ({:?}), {bpl}{provisional}", codec.name, codec.ie, codec.ie_confidence)
}

fn line(out: &mut impl Write, document: &Value) -> Result<()> {
    serde_json::to_writer(&mut *out, document).map_err(Error::from)?;
    writeln!(out)
}
