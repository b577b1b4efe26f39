//! Scales of hearing: decibels, and Traunmüller's critical-band rate.

/// A level difference in dB as a ratio of powers.
pub(crate) fn ratio(db: f64) -> f64 {
    10f64.powf(db / 10.0)
}

/// A ratio of powers in dB.
pub(crate) fn decibels(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

/// Critical-band rate of a frequency in Hz, in Bark, after Traunmüller (J. Acoust. Soc. Am. 88, 97, 1990).
pub(crate) fn traunmueller_bark(frequency_hz: f64) -> f64 {
    26.81 * frequency_hz / (1960.0 + frequency_hz) - 0.53
}

/// Frequency in Hz at a critical-band rate in Bark: the inverse of [`traunmueller_bark`].
pub(crate) fn traunmueller_hz(bark: f64) -> f64 {
    1960.0 * (bark + 0.53) / (26.28 - bark)
}
