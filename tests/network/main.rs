//! Calls from captures and the E-model, against worked values, captures of known truth and users' complaints.

#[path = "../material/mod.rs"]
mod material;

mod captures;
mod complaints;
mod emodel;
mod hostile;
mod made;
mod program;
mod sound;
mod truth;
