//! The sums of hours: what questions of months are answered from, and what is left when calls are deleted.

use super::aggregate::Aggregate;
use rusqlite::{Row, Transaction, params};

/// An hour since 1970 and the numbers of its words.
pub(super) type HourKey = (i64, [i64; 5]);

/// Adds to an hour's sums.
pub(super) fn add(
    transaction: &Transaction,
    key: &HourKey,
    more: &Aggregate,
) -> rusqlite::Result<()> {
    // Most hours of most groups are new when years are taken.
    if write(transaction, "INSERT OR IGNORE", key, more)? {
        return Ok(());
    }
    let (hour, [site, trunk, codec, endpoint, scale]) = *key;
    let mut sum = more.clone();
    {
        let mut known = transaction.prepare_cached(
            "SELECT calls, scored, poor, one_way, not_set_up, dropped, minutes, mos, loss, jitter FROM hours
             WHERE hour = ? AND site = ? AND trunk = ? AND codec = ? AND endpoint = ? AND scale = ?",
        )?;
        let mut rows = known.query(params![hour, site, trunk, codec, endpoint, scale])?;
        if let Some(row) = rows.next()? {
            merge_row(&mut sum, row, 0)?;
        }
    }
    write(transaction, "INSERT OR REPLACE", key, &sum).map(drop)
}

/// Whether the sums of an hour were written.
fn write(
    transaction: &Transaction,
    verb: &str,
    (hour, [site, trunk, codec, endpoint, scale]): &HourKey,
    sum: &Aggregate,
) -> rusqlite::Result<bool> {
    let sql = format!("{verb} INTO hours VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    let written = transaction.prepare_cached(&sql)?.execute(params![
        hour,
        site,
        trunk,
        codec,
        endpoint,
        scale,
        sum.calls,
        sum.scored,
        sum.poor,
        sum.one_way,
        sum.not_set_up,
        sum.dropped,
        sum.minutes,
        sum.mos.to_bytes(),
        sum.loss.to_bytes(),
        sum.jitter.to_bytes()
    ])?;
    Ok(written > 0)
}

/// Adds a row's counts, which begin at this column.
pub(super) fn merge_counts(sum: &mut Aggregate, row: &Row, at: usize) -> rusqlite::Result<()> {
    sum.calls += row.get::<_, u64>(at)?;
    sum.scored += row.get::<_, u64>(at + 1)?;
    sum.poor += row.get::<_, u64>(at + 2)?;
    sum.one_way += row.get::<_, u64>(at + 3)?;
    sum.not_set_up += row.get::<_, u64>(at + 4)?;
    sum.dropped += row.get::<_, u64>(at + 5)?;
    Ok(())
}

/// Adds a row's counts, minutes and histograms.
pub(super) fn merge_row(sum: &mut Aggregate, row: &Row, at: usize) -> rusqlite::Result<()> {
    merge_counts(sum, row, at)?;
    sum.minutes += row.get::<_, f64>(at + 6)?;
    let histograms = [&mut sum.mos, &mut sum.loss, &mut sum.jitter];
    for (place, histogram) in (at + 7..).zip(histograms) {
        histogram.merge_bytes(row.get_ref(place)?.as_blob()?);
    }
    Ok(())
}
