//! A year with known incidents: each is found, and hardly anything else is.

use crate::Room;
use crate::material::simulated_year::{
    DAY_MS, Fired, HOUR_MS, INCIDENTS, RULES, SMALL, START_MS, judge,
};
use basilar::monitor::alerts::{self, Rules, State};
use basilar::monitor::{Ingest, Store};

#[test]
fn every_incident_of_a_year_is_found_and_hardly_anything_else() {
    let room = Room::new();
    let calls: Vec<_> = SMALL.calls().collect();
    let mut ingest = Ingest::open(&room.store(), None).unwrap();
    let taken = ingest.rows(calls.iter().map(|call| Ok(call.row.clone())), 0).unwrap();
    assert_eq!((taken.left_out, taken.known), (0, 0));
    drop(ingest);
    let mut store = Store::open_existing(&room.store()).unwrap();
    let rules = Rules::parse("rules.toml", RULES).unwrap();
    let mut fired = Vec::new();
    let mut at_ms = START_MS + 7 * DAY_MS;
    while at_ms < START_MS + 365 * DAY_MS {
        let checked = alerts::check(&mut store, &rules, at_ms).unwrap();
        let new =
            checked.alerts.iter().filter(|alert| alert.is_new() && alert.state == State::Firing);
        fired.extend(new.map(|alert| {
            let rule = rules.rules.iter().find(|rule| rule.name == alert.rule);
            Fired {
                rule: alert.rule.clone(),
                labels: alert.labels.clone(),
                at_ms,
                window_ms: rule.map_or(0, |rule| rule.window_ms),
            }
        }));
        at_ms += 12 * HOUR_MS;
    }
    let judged = judge(&calls, &fired);
    for incident in &INCIDENTS {
        assert!(
            judged.found.iter().any(|(name, _)| *name == incident.name),
            "missed {}: {judged:?}",
            incident.name
        );
    }
    assert!(judged.false_alarms.len() <= 12, "{judged:?}");
}
