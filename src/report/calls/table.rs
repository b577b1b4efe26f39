//! Calls as rows of a table: one for each direction, each number in a column that names its unit.

use crate::batch::row;
use crate::network::playout::Design;
use crate::network::{Call, Moment, StreamReport, iso_8601};
use crate::rounding;
use crate::service_band::ServiceBand;
use crate::table::{Cells, Column, Kind};
use serde_json::{Value, json};

/// The columns before those of the de-jitter buffers.
const BEFORE_BUFFERS: [(&str, Kind); 62] = [
    ("degraded", Kind::Text),
    ("reference", Kind::Text),
    ("capture", Kind::Text),
    ("call_id", Kind::Text),
    ("started", Kind::Text),
    ("call_duration_s", Kind::Number),
    ("state", Kind::Text),
    ("reason", Kind::Text),
    ("setup_s", Kind::Number),
    ("from", Kind::Text),
    ("to", Kind::Text),
    ("source", Kind::Text),
    ("destination", Kind::Text),
    ("ssrc", Kind::Text),
    ("early_media", Kind::Boolean),
    ("user_agent", Kind::Text),
    ("codec", Kind::Text),
    ("clock_hz", Kind::Integer),
    ("packet_ms", Kind::Number),
    ("encrypted", Kind::Boolean),
    ("start_s", Kind::Number),
    ("duration_s", Kind::Number),
    ("packets", Kind::Integer),
    ("expected", Kind::Integer),
    ("lost", Kind::Integer),
    ("lost_cumulative", Kind::Integer),
    ("loss_pct", Kind::Number),
    ("burst_ratio", Kind::Number),
    ("longest_loss", Kind::Integer),
    ("loss_runs", Kind::Text),
    ("bursts", Kind::Integer),
    ("burst_density", Kind::Number),
    ("gap_density", Kind::Number),
    ("mean_burst_ms", Kind::Number),
    ("mean_gap_ms", Kind::Number),
    ("duplicates", Kind::Integer),
    ("capture_duplicates", Kind::Integer),
    ("reordered", Kind::Integer),
    ("restarts", Kind::Integer),
    ("jitter_mean_ms", Kind::Number),
    ("jitter_max_ms", Kind::Number),
    ("max_delta_ms", Kind::Number),
    ("delay_p50_ms", Kind::Number),
    ("delay_p95_ms", Kind::Number),
    ("delay_p99_ms", Kind::Number),
    ("delay_max_ms", Kind::Number),
    ("delay_above", Kind::Text),
    ("clock_drift_ppm", Kind::Number),
    ("silence_share", Kind::Number),
    ("bandwidth_kbit_s", Kind::Number),
    ("dscp", Kind::Integer),
    ("other_dscp_share", Kind::Number),
    ("vlan_priority", Kind::Integer),
    ("telephone_events", Kind::Text),
    ("one_way", Kind::Text),
    ("round_trip_ms", Kind::Number),
    ("told_lost", Kind::Integer),
    ("told_worst_loss_pct", Kind::Number),
    ("told_max_jitter_ms", Kind::Number),
    ("told_mos_lq", Kind::Number),
    ("told_mos_cq", Kind::Number),
    ("intervals", Kind::Text),
];

/// The columns behind them; those of the diagnosis stand before the last two.
const AFTER_BUFFERS: [(&str, Kind); 16] = [
    ("mos", Kind::Number),
    ("scale", Kind::Text),
    ("r", Kind::Number),
    ("mos_conversational", Kind::Number),
    ("delay_ms", Kind::Number),
    ("delay_source", Kind::Text),
    ("codec_values", Kind::Text),
    ("provisional", Kind::Boolean),
    ("mos_lqo", Kind::Number),
    ("quality", Kind::Text),
    ("model", Kind::Text),
    ("sound_start_s", Kind::Number),
    ("sound_end_s", Kind::Number),
    ("concealment", Kind::Text),
    ("sound_buffer", Kind::Text),
    ("lossy_moments", Kind::Text),
];

/// The last columns.
const REMARKS: [(&str, Kind); 2] = [("warnings", Kind::Text), ("error", Kind::Text)];

/// The columns of a buffer, behind its name.
const OF_BUFFER: [(&str, Kind); 3] =
    [("discarded", Kind::Integer), ("loss_pct", Kind::Number), ("mos", Kind::Number)];

/// All columns, with these buffers.
pub fn columns(buffers: &[Design]) -> Vec<Column> {
    let own = |(name, kind): (&str, Kind)| Column { name: name.to_owned(), kind };
    let of_buffers = buffers.iter().flat_map(|buffer| {
        let name = buffer.to_string();
        OF_BUFFER.map(|(column, kind)| Column { name: column_of(&name, column), kind })
    });
    let before = BEFORE_BUFFERS.map(own).into_iter().chain(of_buffers);
    let sound = AFTER_BUFFERS.map(own).into_iter().chain(row::diagnosis_columns());
    before.chain(sound).chain(REMARKS.map(own)).collect()
}

fn column_of(buffer: &str, column: &str) -> String {
    format!("{}_{column}", buffer.replace(['-', '.'], "_"))
}

/// The rows of a call.
pub fn rows(call: &Call) -> Vec<Cells> {
    call.streams.iter().map(|stream| of_direction(call, stream)).collect()
}

fn of_direction(call: &Call, stream: &StreamReport) -> Cells {
    let mut cells = Cells::new();
    let mut put = |name: &str, value: Value| cells.insert(name.to_owned(), value);
    let source = stream.source.as_deref().unwrap_or("?");
    let ssrc = stream.ssrc.as_deref().unwrap_or("no packets");
    let direction = format!("{source}>{} {ssrc}", stream.destination);
    put("degraded", format!("{}#{} {direction}", call.capture, call.call_id).into());
    put("reference", json!(stream.sound.as_ref().map(|sound| &sound.prompt)));
    put("capture", call.capture.as_str().into());
    put("call_id", call.call_id.as_str().into());
    put("started", iso_8601(call.started).into());
    put("call_duration_s", rounded(Some(call.duration_s), 3));
    put("setup_s", rounded(call.setup_s, 3));
    put("round_trip_ms", rounded(call.round_trip_ms, 3));
    // What a call and a stream serialize as they are goes by the same names here.
    let (of_call, of_stream) = (json!(call), json!(stream));
    for name in ["state", "reason", "from", "to"] {
        put(name, of_call[name].clone());
    }
    for (name, _) in BEFORE_BUFFERS.iter().chain(&AFTER_BUFFERS) {
        if let Some(value) = of_stream.get(*name)
            && (value.is_string() || value.is_boolean() || value.is_i64() || value.is_u64())
        {
            put(name, value.clone());
        }
    }
    let numbers = [
        ("packet_ms", stream.packet_ms, 3),
        ("start_s", Some(stream.start_s), 6),
        ("duration_s", Some(stream.duration_s), 6),
        ("loss_pct", Some(stream.loss_pct), 5),
        ("burst_ratio", Some(stream.burst_ratio), 5),
        ("burst_density", Some(stream.bursts.burst_density), 5),
        ("gap_density", Some(stream.bursts.gap_density), 5),
        ("mean_burst_ms", Some(stream.bursts.mean_burst_ms), 3),
        ("mean_gap_ms", Some(stream.bursts.mean_gap_ms), 3),
        ("jitter_mean_ms", stream.jitter_ms.mean, 3),
        ("jitter_max_ms", stream.jitter_ms.max, 3),
        ("max_delta_ms", stream.max_delta_ms, 3),
        ("delay_p50_ms", stream.delay_ms.p50, 2),
        ("delay_p95_ms", stream.delay_ms.p95, 2),
        ("delay_p99_ms", stream.delay_ms.p99, 2),
        ("delay_max_ms", stream.delay_ms.max, 3),
        ("clock_drift_ppm", stream.clock_drift_ppm, 1),
        ("silence_share", Some(stream.silence_share), 4),
        ("bandwidth_kbit_s", Some(stream.bandwidth_kbit_s), 2),
        ("other_dscp_share", Some(stream.other_dscp_share), 4),
        ("mos", stream.mos, 4),
        ("r", stream.r, 3),
        ("mos_conversational", stream.mos_conversational, 4),
        ("delay_ms", stream.delay.as_ref().map(|delay| delay.ms), 1),
    ];
    for (name, value, decimals) in numbers {
        put(name, rounded(value, decimals));
    }
    put("bursts", stream.bursts.bursts.into());
    put("loss_runs", json!(stream.loss_runs).to_string().into());
    put("delay_above", json!(stream.delay_ms.above).to_string().into());
    put("intervals", json!(stream.intervals).to_string().into());
    put("delay_source", json!(stream.delay.as_ref().map(|delay| delay.source)));
    put("codec_values", json!(stream.codec_values.as_ref().map(|values| &values.id)));
    put("provisional", json!(stream.codec_values.as_ref().map(|values| values.provisional)));
    if let Some(told) = &stream.told_by_receiver {
        put("told_lost", told.cumulative_lost.into());
        put("told_worst_loss_pct", rounded(Some(told.worst_interval_loss_pct), 2));
        put("told_max_jitter_ms", rounded(told.max_jitter_ms, 3));
        let voice = told.voice.as_ref();
        put("told_mos_lq", rounded(voice.and_then(|voice| voice.mos_lq), 1));
        put("told_mos_cq", rounded(voice.and_then(|voice| voice.mos_cq), 1));
    }
    for buffer in &stream.buffers {
        put(&column_of(&buffer.name, "discarded"), buffer.discarded.into());
        put(&column_of(&buffer.name, "loss_pct"), rounded(Some(buffer.loss_pct), 5));
        put(&column_of(&buffer.name, "mos"), rounded(buffer.mos, 4));
    }
    if let Some(sound) = &stream.sound {
        put("mos_lqo", rounded(Some(sound.mos_lqo), 4));
        put("quality", ServiceBand::of(sound.mos_lqo).to_string().into());
        put("model", sound.model.as_str().into());
        put("sound_start_s", rounded(Some(sound.start_s), 3));
        put("sound_end_s", rounded(Some(sound.end_s), 3));
        put("concealment", sound.concealment.into());
        put("sound_buffer", sound.buffer.as_str().into());
        let moments: Vec<String> = sound.moments.iter().map(Moment::to_string).collect();
        put("lossy_moments", Some(moments.join("; ")).filter(|text| !text.is_empty()).into());
    }
    let warnings = call.warnings.iter().chain(&stream.warnings).cloned().collect::<Vec<_>>();
    put("warnings", if warnings.is_empty() { Value::Null } else { warnings.join("; ").into() });
    let diagnosis = stream.sound.as_ref().and_then(|sound| sound.diagnosis.as_ref());
    cells.extend(diagnosis.map(row::diagnosed).unwrap_or_default());
    cells
}

/// A number rounded once, so that all formats hold the same.
fn rounded(value: Option<f64>, decimals: i32) -> Value {
    value.filter(|value| value.is_finite()).map(|value| rounding::rounded(value, decimals)).into()
}
