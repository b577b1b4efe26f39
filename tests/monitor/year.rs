//! A year with known incidents: each is found, and hardly anything else is.

use crate::Room;
use crate::material::simulated_year::{INCIDENTS, SMALL, fired, judge};
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
    let (fired, _) = fired(&mut store, 12).unwrap();
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
