//! What is deleted when it is too old or too much.

use super::settings::Settings;
use super::store::Store;
use super::time::{DAY_MS, HOUR_MS, now_ms};
use crate::error::Result;

/// The name under which a store remembers from when on it keeps calls.
const KEPT_FROM: &str = "kept_from_ms";
/// Calls that are deleted at once, so that other writers need not wait long.
const AT_ONCE: i64 = 20_000;

/// From when on calls are kept: what was deleted once is not taken again from files that still hold it.
pub(super) fn kept_from_ms(store: &Store, settings: &Settings) -> Result<i64> {
    let deleted = store.meta(KEPT_FROM)?.and_then(|text| text.parse().ok()).unwrap_or(i64::MIN);
    let too_old = settings.retention.calls_days.map(|days| now_ms() - i64::from(days) * DAY_MS);
    Ok(deleted.max(too_old.unwrap_or(i64::MIN)))
}

/// Deletes what is not to be kept any more; how many calls that were.
pub(super) fn enforce(store: &mut Store, settings: &Settings, now_ms: i64) -> Result<u64> {
    let mut deleted = 0;
    if let Some(days) = settings.retention.calls_days {
        deleted += delete_before(store, now_ms - i64::from(days) * DAY_MS)?;
    }
    if let Some(days) = settings.retention.hours_days {
        let hour = (now_ms - i64::from(days) * DAY_MS).div_euclid(HOUR_MS);
        store
            .write(|transaction| transaction.execute("DELETE FROM hours WHERE hour < ?", [hour]))?;
    }
    if let Some(gigabytes) = settings.retention.gigabytes {
        while bytes(store)? > gigabytes * 1e9 {
            // The oldest day, and all of its hours.
            let oldest: Option<i64> = store.read(|connection| {
                connection.query_row("SELECT min(started) FROM calls", [], |row| row.get(0))
            })?;
            let Some(oldest) = oldest else { break };
            deleted += delete_before(store, (oldest.div_euclid(DAY_MS) + 1) * DAY_MS)?;
        }
    }
    if deleted > 0 {
        store.read(|connection| {
            connection.execute_batch("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);")
        })?;
    }
    Ok(deleted)
}

fn delete_before(store: &mut Store, before_ms: i64) -> Result<u64> {
    let mut deleted = 0;
    let any = "SELECT EXISTS (SELECT 1 FROM calls WHERE started < ?)";
    if !store
        .read(|connection| connection.query_row(any, [before_ms], |row| row.get::<_, bool>(0)))?
    {
        return Ok(0);
    }
    // Before the first is gone: a call whose hour is summed must not come again.
    let known: i64 = store.meta(KEPT_FROM)?.and_then(|text| text.parse().ok()).unwrap_or(i64::MIN);
    store.set_meta(KEPT_FROM, &before_ms.max(known).to_string())?;
    loop {
        let gone = store.write(|transaction| {
            let which = "SELECT id FROM calls WHERE started < ? ORDER BY started LIMIT ?";
            let details = format!("DELETE FROM details WHERE id IN ({which})");
            transaction.execute(&details, [before_ms, AT_ONCE])?;
            transaction
                .execute(&format!("DELETE FROM calls WHERE id IN ({which})"), [before_ms, AT_ONCE])
        })?;
        if gone == 0 {
            break;
        }
        deleted += gone as u64;
    }
    Ok(deleted)
}

/// The bytes of the store that hold something.
fn bytes(store: &Store) -> Result<f64> {
    store.read(|connection| {
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        Ok(((pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?) as f64)
    })
}
