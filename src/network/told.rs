//! What the ends of a call report of a stream themselves, apart from what was measured.

use super::rtcp::{Item, Report, VoiceMetrics};
use serde::Serialize;
use std::collections::VecDeque;

/// The receiver's word on a stream.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Told {
    /// Report blocks that came.
    pub reports: u64,
    /// Packets lost since the start, by the last report; negative with duplicates.
    pub cumulative_lost: i32,
    /// The greatest loss between two reports, in per cent.
    pub worst_interval_loss_pct: f64,
    /// The greatest jitter reported, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_jitter_ms: Option<f64>,
    /// From the capture to the receiver and back, in ms: a lower bound of the round trip between the ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loop_ms: Option<f64>,
    /// Voice metrics, of the last extended report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<VoiceMetrics>,
}

impl Told {
    /// Takes a report block with the clock of the stream it is about.
    pub fn report(&mut self, report: &Report, clock_hz: Option<u32>, loop_ms: Option<f64>) {
        self.reports += 1;
        self.cumulative_lost = report.cumulative_lost;
        let loss_pct = f64::from(report.fraction_lost) * 100.0 / 256.0;
        self.worst_interval_loss_pct = self.worst_interval_loss_pct.max(loss_pct);
        if let Some(clock_hz) = clock_hz {
            let jitter_ms = f64::from(report.jitter_units) * 1000.0 / f64::from(clock_hz);
            self.max_jitter_ms = Some(self.max_jitter_ms.unwrap_or(0.0).max(jitter_ms));
        }
        self.loop_ms = match (self.loop_ms, loop_ms) {
            (Some(before), Some(now)) => Some(before.min(now)),
            (before, now) => before.or(now),
        };
    }
}

/// Sender reports that passed, by which reports of receivers can be timed.
#[derive(Debug, Clone, Default)]
pub struct SenderReports(VecDeque<(u32, i64)>);

/// Sender reports that are remembered of a call.
const MOST_REMEMBERED: usize = 32;

impl SenderReports {
    /// Notes when an item passed, if it is a sender report.
    pub fn note(&mut self, item: &Item, time_ns: i64) {
        if let Item::Sender { ntp_middle, .. } = item {
            if self.0.len() == MOST_REMEMBERED {
                self.0.pop_front();
            }
            self.0.push_back((*ntp_middle, time_ns));
        }
    }

    /// How long it took from the sender report's passing to the receiver and back, in ms.
    pub fn loop_ms(&self, report: &Report, time_ns: i64) -> Option<f64> {
        if report.last_sender_report == 0 {
            return None;
        }
        let noted = self.0.iter().rev().find(|(middle, _)| *middle == report.last_sender_report)?;
        let held_ms = f64::from(report.delay_since) * 1000.0 / 65_536.0;
        let loop_ms = (time_ns - noted.1) as f64 * 1e-6 - held_ms;
        (-5.0..60_000.0).contains(&loop_ms).then_some(loop_ms.max(0.0))
    }
}
