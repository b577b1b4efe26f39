//! Where each moment of the reference is heard.

#[path = "../material/mod.rs"]
mod material;

mod constant_delay;
mod delays;
mod robustness;
