//! What an endpoint says of its own call: `application/vq-rtcpxr` (RFC 6035).

use serde::Serialize;

/// The metrics of one direction, as the endpoint told them; names are those of RFC 6035.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Metrics {
    /// Network packet loss rate, in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss_pct: Option<f64>,
    /// Discards by the jitter buffer, in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discard_pct: Option<f64>,
    /// Burst loss density, in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub burst_density_pct: Option<f64>,
    /// Mean burst duration, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub burst_duration_ms: Option<f64>,
    /// Round-trip delay, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round_trip_ms: Option<f64>,
    /// Interarrival jitter, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter_ms: Option<f64>,
    /// Nominal depth of the jitter buffer, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buffer_nominal_ms: Option<f64>,
    /// Listening MOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mos_lq: Option<f64>,
    /// Conversational MOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mos_cq: Option<f64>,
}

/// A report of one endpoint.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct QualityReport {
    /// The call it is about, by the Call-ID in it.
    #[serde(skip)]
    pub call_id: Option<String>,
    /// What the endpoint heard.
    pub local: Metrics,
    /// What the other end told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<Metrics>,
}

impl QualityReport {
    /// Reads the body of a PUBLISH or NOTIFY; none where it holds no report.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(body);
        let mut report = Self::default();
        let mut remote = false;
        for line in text.lines().map(str::trim) {
            let Some((name, value)) = line.split_once(':') else { continue };
            match name.trim().to_ascii_lowercase().as_str() {
                "callid" => report.call_id = Some(value.trim().to_owned()),
                "localmetrics" => remote = false,
                "remotemetrics" => remote = true,
                _ => {
                    let metrics = if remote {
                        report.remote.get_or_insert_with(Metrics::default)
                    } else {
                        &mut report.local
                    };
                    value.split_whitespace().for_each(|word| metrics.take(word));
                }
            }
        }
        let told = report.remote.is_some() || report.local != Metrics::default();
        (told || report.call_id.is_some()).then_some(report)
    }
}

impl Metrics {
    fn take(&mut self, word: &str) {
        let Some((name, value)) = word.split_once('=') else { return };
        let Some(value) =
            value.trim_matches('"').parse().ok().filter(|value: &f64| value.is_finite())
        else {
            return;
        };
        let field = match name.to_ascii_uppercase().as_str() {
            "NLR" => &mut self.loss_pct,
            "JDR" => &mut self.discard_pct,
            "BLD" => &mut self.burst_density_pct,
            "BD" => &mut self.burst_duration_ms,
            "RTD" => &mut self.round_trip_ms,
            "IAJ" => &mut self.jitter_ms,
            "JBN" => &mut self.buffer_nominal_ms,
            "MOSLQ" => &mut self.mos_lq,
            "MOSCQ" => &mut self.mos_cq,
            _ => return,
        };
        *field = Some(value);
    }
}
