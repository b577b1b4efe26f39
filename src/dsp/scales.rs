//! Scales of hearing: decibels, and the critical-band rate of the telephone band.

/// A level difference in dB as a ratio of powers.
pub(crate) fn ratio(db: f64) -> f64 {
    10f64.powf(db / 10.0)
}

/// A ratio of powers in dB.
pub(crate) fn decibels(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

/// Traunmüller's critical-band rate (1990) of a frequency in Hz, in Bark.
pub(crate) fn bark(frequency_hz: f64) -> f64 {
    26.81 * frequency_hz / (1960.0 + frequency_hz) - 0.53
}

/// The frequency at that critical-band rate, in Hz.
pub(crate) fn frequency_hz(bark: f64) -> f64 {
    1960.0 * (bark + 0.53) / (26.28 - bark)
}
