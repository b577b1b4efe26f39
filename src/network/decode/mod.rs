//! From packets to sound, as a receiver would have played it: decoders, the buffer's decisions, concealment.

mod concealment;
mod decoder;
mod g711;
mod g726;
mod gsm;
mod opus;
mod render;

pub use decoder::{Decoder, decoder};
pub use render::{Place, Rendered, Undecodable, render};
