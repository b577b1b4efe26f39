//! Utterances: stretches of the reference, each with one delay (P.862 clause 10.1).

use super::setup::Setup;

/// A stretch of the reference with one delay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Utterance {
    /// First voice-activity window, margins included.
    pub start: i64,
    /// The window after the last.
    pub end: i64,
    /// Delay from the envelopes, in samples.
    pub coarse: i64,
    /// Delay of the degraded signal, in samples.
    pub delay: i64,
    /// Share of the correlation votes at that delay, 0 to 1.
    pub confidence: f32,
}

/// The delay of the utterance that the reference's sample `x` lies in, in samples.
pub(super) fn delay_at(setup: Setup, utterances: &[Utterance], x: usize) -> i64 {
    let begun =
        utterances.partition_point(|utterance| utterance.start * setup.window() <= x as i64);
    utterances[begun.saturating_sub(1)].delay
}
