//! What scores are, and what must not move them.

#[path = "../material/mod.rs"]
mod material;

mod conformance;
mod fullband_calls;
mod fullband_landmarks;
mod fullband_orders;
mod invariance;
mod samples;
