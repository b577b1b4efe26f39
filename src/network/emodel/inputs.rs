//! The inputs of the E-model: symbols, units, defaults and permitted ranges, each in one place.

use super::{Rating, Scale};
use crate::error::{Error, Result};
use serde::Serialize;
use std::fmt;
use std::ops::RangeInclusive;

/// One input as the Recommendations' tables list it.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The symbol in the formulas, such as `Ppl`.
    pub symbol: &'static str,
    /// The field of [`Inputs`], which is also the option on the command line.
    pub field: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Its unit; empty for pure numbers.
    pub unit: &'static str,
    /// The value where nothing is known.
    pub default: f64,
    /// What the Recommendation permits; a result outside is marked.
    pub range: RangeInclusive<f64>,
    /// What can be at all; anything else is an error.
    pub possible: RangeInclusive<f64>,
    /// The widest scale on which it counts.
    counts_up_to: Scale,
    get: fn(&Inputs) -> f64,
    set: fn(&mut Inputs, f64),
}

impl Parameter {
    /// Its value in these inputs.
    pub fn get(&self, inputs: &Inputs) -> f64 {
        (self.get)(inputs)
    }

    /// Gives it a value, which is checked when the inputs are rated.
    pub fn set(&self, inputs: &mut Inputs, value: f64) {
        (self.set)(inputs, value);
    }

    /// Whether the formulas of a scale use it.
    pub fn counts_on(&self, scale: Scale) -> bool {
        scale <= self.counts_up_to
    }
}

const ANY: RangeInclusive<f64> = -1000.0..=1000.0;
const DELAY: RangeInclusive<f64> = 0.0..=1e7;

macro_rules! inputs {
    ($($field:ident $symbol:literal $meaning:literal $unit:literal
       $default:literal in $range:expr, possible $possible:expr, up to $scale:ident;)*) => {
        /// Everything the E-model asks for; the default is the Recommendations' reference connection.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        pub struct Inputs {
            $(
                #[doc = concat!($symbol, ": ", $meaning, ". Unit: ", $unit, ".")]
                pub $field: f64,
            )*
        }

        impl Default for Inputs {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        /// Every input of the E-model, in the order of the table in G.107.
        pub static PARAMETERS: &[Parameter] = &[
            $(Parameter {
                symbol: $symbol,
                field: stringify!($field),
                meaning: $meaning,
                unit: $unit,
                default: $default,
                range: $range,
                possible: $possible,
                counts_up_to: Scale::$scale,
                get: |inputs| inputs.$field,
                set: |inputs, value| inputs.$field = value,
            },)*
        ];
    };
}

inputs! {
    slr "SLR" "send loudness rating" "dB" 8.0 in 0.0..=18.0, possible ANY, up to Wideband;
    rlr "RLR" "receive loudness rating" "dB" 2.0 in -5.0..=14.0, possible ANY, up to Wideband;
    stmr "STMR" "sidetone masking rating" "dB" 15.0 in 10.0..=20.0, possible ANY, up to Wideband;
    ds "Ds" "D-value of the telephone at the send side" "dB" 3.0 in -3.0..=3.0, possible ANY, up to Wideband;
    dr "Dr" "D-value of the telephone at the receive side" "dB" 3.0 in -3.0..=3.0, possible ANY, up to Wideband;
    telr "TELR" "talker echo loudness rating" "dB" 65.0 in 5.0..=65.0, possible ANY, up to Wideband;
    wepl "WEPL" "weighted echo path loss" "dB" 110.0 in 5.0..=110.0, possible ANY, up to Wideband;
    t "T" "mean one-way delay of the echo path" "ms" 0.0 in 0.0..=500.0, possible DELAY, up to Wideband;
    tr "Tr" "round-trip delay in a 4-wire loop" "ms" 0.0 in 0.0..=1000.0, possible DELAY, up to Wideband;
    ta "Ta" "absolute one-way delay, mouth to ear" "ms" 0.0 in 0.0..=500.0, possible DELAY, up to Fullband;
    qdu "qdu" "quantization distortion units" "" 1.0 in 1.0..=14.0, possible 1e-6..=1000.0, up to Narrowband;
    ie "Ie" "equipment impairment factor of the codec" "" 0.0 in 0.0..=40.0, possible 0.0..=132.0, up to Fullband;
    bpl "Bpl" "packet-loss robustness factor of the codec" "" 4.3 in 4.3..=40.0, possible 0.01..=1000.0, up to Fullband;
    ppl "Ppl" "packet-loss probability" "%" 0.0 in 0.0..=20.0, possible 0.0..=100.0, up to Fullband;
    burst_ratio "BurstR" "burst ratio: mean run of loss over that of random loss" "" 1.0 in 1.0..=8.0, possible 0.0..=1e6, up to Fullband;
    nc "Nc" "circuit noise at the 0 dBr point" "dBm0p" -70.0 in -80.0..=-40.0, possible ANY, up to Wideband;
    nfor "Nfor" "noise floor at the receive side" "dBmp" -64.0 in -120.0..=-40.0, possible ANY, up to Narrowband;
    ps "Ps" "room noise at the send side" "dB(A)" 35.0 in 35.0..=85.0, possible ANY, up to Wideband;
    pr "Pr" "room noise at the receive side" "dB(A)" 35.0 in 35.0..=85.0, possible ANY, up to Wideband;
    a "A" "advantage factor" "" 0.0 in 0.0..=20.0, possible 0.0..=100.0, up to Narrowband;
}

/// What LSTR may be, in dB.
const LSTR_RANGE: RangeInclusive<f64> = 13.0..=23.0;

impl Inputs {
    /// LSTR: the listener sidetone rating, in dB, which G.107 ties to STMR and Dr.
    pub fn lstr(&self) -> f64 {
        self.stmr + self.dr
    }

    /// Evaluates the E-model on one scale.
    ///
    /// # Errors
    /// [`Error::ImpossibleInput`] for a value that cannot be, such as a loss of 120 %. A value that can be but is
    /// outside what the Recommendation permits is computed, and the rating says so.
    pub fn rate(&self, scale: Scale) -> Result<Rating> {
        for parameter in PARAMETERS {
            let value = parameter.get(self);
            if !parameter.possible.contains(&value) {
                return Err(Error::ImpossibleInput {
                    symbol: parameter.symbol,
                    meaning: parameter.meaning,
                    value,
                    least: *parameter.possible.start(),
                    most: *parameter.possible.end(),
                });
            }
        }
        Ok(Rating::of(self, scale))
    }

    /// What is outside the permitted ranges of a scale or has no effect on it.
    pub(super) fn remarks(&self, scale: Scale) -> Vec<Remark> {
        let mut remarks = Vec::new();
        for parameter in PARAMETERS {
            let value = parameter.get(self);
            if !parameter.counts_on(scale) {
                if value != parameter.default {
                    remarks.push(Remark::NoEffect { symbol: parameter.symbol, scale });
                }
            } else if !parameter.range.contains(&value) {
                remarks.push(Remark::OutsideRange { parameter, value });
            }
        }
        if !LSTR_RANGE.contains(&self.lstr()) && scale != Scale::Fullband {
            remarks.push(Remark::ListenerSidetone { lstr: self.lstr() });
        }
        // Note 6 to the table of ranges.
        if self.burst_ratio > 2.0 && self.ppl >= 2.0 {
            remarks.push(Remark::Bursts { burst_ratio: self.burst_ratio, ppl: self.ppl });
        }
        remarks
    }
}

/// What an estimate should be read with.
#[derive(Debug, Clone, PartialEq)]
pub enum Remark {
    /// An input that this scale's formulas do not use.
    NoEffect {
        /// The input.
        symbol: &'static str,
        /// The scale.
        scale: Scale,
    },
    /// An input outside what the Recommendation permits.
    OutsideRange {
        /// The input.
        parameter: &'static Parameter,
        /// Its value.
        value: f64,
    },
    /// A listener sidetone rating outside what is permitted.
    ListenerSidetone {
        /// LSTR, in dB.
        lstr: f64,
    },
    /// More bursts than the model can judge at this loss.
    Bursts {
        /// BurstR.
        burst_ratio: f64,
        /// Ppl, in per cent.
        ppl: f64,
    },
}

impl Remark {
    /// Whether the estimate cannot be relied on.
    pub fn is_outside(&self) -> bool {
        !matches!(self, Self::NoEffect { .. })
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEffect { symbol, scale } => {
                write!(f, "{symbol} has no effect on the {scale} scale")
            }
            Self::OutsideRange { parameter, value } => {
                let (least, most) = (parameter.range.start(), parameter.range.end());
                let unit = if parameter.unit.is_empty() { "" } else { " " };
                write!(
                    f,
                    "{} {value}{unit}{} is outside the permitted {least} to {most}",
                    parameter.symbol, parameter.unit
                )
            }
            Self::ListenerSidetone { lstr } => write!(
                f,
                "LSTR, which is STMR + Dr, {lstr} dB is outside the permitted {} to {}",
                LSTR_RANGE.start(),
                LSTR_RANGE.end()
            ),
            Self::Bursts { burst_ratio, ppl } => write!(
                f,
                "a burst ratio of {burst_ratio:.2} with {ppl:.2} % of loss is outside the model, which holds above 2 only below 2 % of loss"
            ),
        }
    }
}

impl PartialEq for Parameter {
    fn eq(&self, other: &Self) -> bool {
        self.symbol == other.symbol
    }
}
