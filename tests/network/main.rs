//! Calls from captures and the E-model, against worked values, captures of known truth and users' complaints.

mod captures;
mod complaints;
mod emodel;
mod made;
mod sound;
mod truth;
