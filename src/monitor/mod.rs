//! Quality over time: scored calls kept in a store, their history by site, trunk, codec and endpoint, alerts, a page.
//!
//! A [`Store`] is one SQLite file. [`Ingest`] takes calls from tables, captures and recordings, each once whatever comes
//! twice; [`History`] answers what was, [`alerts`] tells when it gets worse, [`serve`] shows it, [`export`] hands it on.

mod aggregate;
pub mod alerts;
mod call;
mod compare;
pub mod export;
mod groups;
mod history;
mod hours;
mod ingest;
mod inputs;
mod mapping;
mod question;
mod retention;
mod schema;
pub mod serve;
mod settings;
mod store;
mod time;
mod totals;
mod watch;

pub use aggregate::{Aggregate, Histogram};
pub use call::{Call, Issues, Verdict};
pub use compare::{Change, Compared};
pub use groups::{Group, Period};
pub use history::{History, Listed, columns};
pub use ingest::{Ingest, Taken};
pub use inputs::{Scoring, Source};
pub use question::{Dimension, Filter};
pub use settings::{Numbers, Settings};
pub use store::{SCHEMA_VERSION, Store};
pub use time::{Clock, iso, parse_span};
pub use watch::Watch;
