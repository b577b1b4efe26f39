//! The E-model: what a connection's losses, delays, noises and codec should mean to its users (ITU-T G.107, G.107.1, G.107.2).
//!
//! ```
//! use basilar::network::emodel::{Codecs, Inputs, Scale};
//!
//! # fn main() -> basilar::Result<()> {
//! let g711 = Codecs::built_in().find("g711-plc")?.clone();
//! let inputs = Inputs { ppl: 2.0, ta: 180.0, ..g711.inputs() };
//! let rating = inputs.rate(Scale::Narrowband)?;
//! println!("R {:.1}, {} {:.2}", rating.r, rating.scale.conversational_name(), rating.mos);
//! assert_eq!(format!("{:.2}", rating.mos), "4.19");
//! # Ok(())
//! # }
//! ```

mod codecs;
mod inputs;
mod noise;
mod opinion;
mod rating;
mod scale;
mod terms;

pub use codecs::{Codec, Codecs, Confidence, ListeningContext};
pub use inputs::{Inputs, PARAMETERS, Parameter, Remark};
pub use opinion::{Category, good_or_better_pct, mos, poor_or_worse_pct, r_of_mos};
pub use rating::{Cost, Rating};
pub use scale::Scale;
pub use terms::{Terms, effective_equipment_impairment, pure_delay_impairment};
