//! Alerts: rules over the calls of a store, their states over restarts, and telling Alertmanager or a webhook.

mod delivery;
mod evaluation;
mod rules;
mod states;

pub use rules::{Metric, Rule, Rules, Target};
pub use states::{Alert, State};

use super::store::Store;
use crate::error::{Error, Result};

/// What a check found and told.
#[derive(Debug, Default)]
pub struct Checked {
    /// All alerts that are pending or firing, and those that were resolved by this check.
    pub alerts: Vec<Alert>,
    /// Whom they could not be told.
    pub undelivered: Vec<Error>,
}

/// Evaluates the rules at a time, keeps the states, and tells the targets what they are to know.
///
/// # Errors
/// What the store says, and rules that ask for columns that cannot be; targets that do not answer are no error here.
pub fn check(store: &mut Store, rules: &Rules, at_ms: i64) -> Result<Checked> {
    let found = evaluation::evaluate(store, rules, at_ms)?;
    let alerts = states::advance(store, rules, found, at_ms)?;
    let undelivered = delivery::deliver(store, rules, &alerts, at_ms)?;
    Ok(Checked { alerts, undelivered })
}

/// The alerts of a store as the last check left them.
///
/// # Errors
/// What the store says.
pub fn current(store: &Store) -> Result<Vec<Alert>> {
    states::current(store)
}
