//! SIMD registers behind one trait: the same arithmetic on as many values as the processor's widest registers hold, or on
//! arrays where it has none that are known here.
//!
//! [`run`] is the only way to a register, and hands out those that the processor has.

mod complex;
mod dispatch;
mod plain;
mod register;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use complex::ComplexLanes;
#[cfg(test)]
pub(crate) use dispatch::run_on_each;
pub(crate) use dispatch::{OnLanes, run, width};
pub(crate) use register::{Lanes, MOST};
