//! The E-model's estimate for a stream: which codec values it rests on, and what losses and delay mean with them.

use super::emodel::{Codec, Codecs, Inputs, Rating};
use super::options::{Concealment, Options};
use super::rtp::{Content, Counts, Format};

/// Kilobits a second of AMR's speech modes, by frame type.
const AMR: [f64; 8] = [4.75, 5.15, 5.9, 6.7, 7.4, 7.95, 10.2, 12.2];
/// Kilobits a second of AMR-WB's, by frame type.
const AMR_WB: [f64; 9] = [6.6, 8.85, 12.65, 14.25, 15.85, 18.25, 19.85, 23.05, 23.85];

/// The values that an estimate for a stream rests on; none where none are known.
pub fn values<'a>(
    options: &'a Options,
    format: &Format,
    content: &Content,
    packet_ms: Option<f64>,
) -> Option<&'a Codec> {
    let codecs: &Codecs = &options.codecs;
    let kbit_s = content.mean_bytes().zip(packet_ms).map(|(bytes, ms)| bytes * 8.0 / ms);
    let nearest = |family: &str| {
        let rows = codecs.iter().filter(|row| row.id.starts_with(family));
        let rows = rows.filter(|row| !row.id.ends_with("-diotic"));
        let distance = |row: &&Codec| (row.kbit_s - kbit_s.unwrap_or(row.kbit_s)).abs();
        rows.min_by(|a, b| distance(a).total_cmp(&distance(b)))
    };
    let mode = content.modes().map(|modes| modes.most_frequent);
    let of_mode = |family: &str, rates: &[f64]| {
        let rate = rates.get(mode?)?;
        codecs.get(&format!("{family}-{rate}"))
    };
    let name = format.name.to_ascii_uppercase();
    match name.as_str() {
        "PCMU" | "PCMA" if options.concealment == Concealment::Silence => codecs.get("g711"),
        "PCMU" | "PCMA" => codecs.get("g711-plc"),
        "G722" => codecs.get("g722-64"),
        "G7221" => nearest("g722.1-"),
        "G723" => nearest("g723.1-"),
        "G728" => codecs.get("g728"),
        "G729" => codecs.get("g729a"),
        "GSM" => codecs.get("gsm-fr"),
        "GSM-EFR" => codecs.get("gsm-efr"),
        "GSM-HR-08" => codecs.get("gsm-hr"),
        "AMR" => of_mode("amr", &AMR),
        "AMR-WB" => of_mode("amr-wb", &AMR_WB),
        "EVS" => nearest("evs-swb-"),
        "OPUS" => match mode? {
            0..=3 | 16..=19 => nearest("opus-nb-"),
            4..=11 | 20..=23 => nearest("opus-wb-vbr-"),
            _ => nearest("opus-swb-vbr-"),
        },
        _ => {
            let rate = name.strip_prefix("AAL2-").unwrap_or(&name).strip_prefix("G726-")?;
            codecs.get(&format!("g726-{rate}"))
        }
    }
}

/// Inputs of the E-model for a codec with its losses, and with a one-way delay where one is known.
pub fn inputs(codec: &Codec, counts: &Counts, delay_ms: Option<f64>) -> Inputs {
    Inputs {
        ppl: counts.runs.loss_pct().unwrap_or(0.0),
        burst_ratio: counts.runs.burst_ratio().max(1.0),
        // Listening quality leaves delay out; echo is taken for controlled.
        ta: delay_ms.unwrap_or(0.0),
        ..codec.inputs()
    }
}

/// The E-model's rating of losses, and of a delay where one is known; none for a stream without packets.
pub fn rating(codec: &Codec, counts: &Counts, delay_ms: Option<f64>) -> Option<Rating> {
    if counts.runs.expected() == 0 {
        return None;
    }
    // Shares of a count and delays that were checked are always possible.
    inputs(codec, counts, delay_ms).rate(codec.scale).ok()
}

/// What a codec looks ahead, in ms.
pub fn look_ahead_ms(format: &Format) -> f64 {
    match format.name.to_ascii_uppercase().as_str() {
        "G729" | "AMR" | "AMR-WB" => 5.0,
        "G723" => 7.5,
        "OPUS" => 6.5,
        "EVS" => 12.0,
        _ => 0.0,
    }
}
