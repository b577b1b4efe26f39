//! A simulated year of calls: how fast they are taken, whether every incident is found, how many alarms are false, how
//! fast the page answers. `simulated_year [CALLS] [HOURS BETWEEN CHECKS]`; 10⁶ calls and 3 hours without.
//!
//! Prints what docs/monitor.md says. The store is left in the folder that it names, to be looked at with `basilar serve`.

#[path = "../../tests/material/random.rs"]
#[allow(dead_code, reason = "shared with the tests, each uses a part")]
mod random;
#[path = "../../tests/material/simulated_year.rs"]
#[allow(dead_code, reason = "shared with the tests, each uses a part")]
mod simulated_year;

use basilar::monitor::{Filter, History, Ingest, Store};
use basilar::table::{self, Column, Format, Kind};
use simulated_year::{DAY_MS, INCIDENTS, LARGE, START_MS, Year, fired, judge};
use std::fs::File;
use std::path::Path;
use std::time::Instant;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let calls = arguments.next().map_or(Ok(LARGE.calls), |text| text.parse())?;
    let hours: i64 = arguments.next().map_or(Ok(3), |text| text.parse())?;
    let folder = std::env::temp_dir().join(format!("basilar-simulated-year-{calls}"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let (csv, path) = (folder.join("year.csv"), folder.join("calls.db"));
    let year = Year { calls, ..LARGE };
    write(year, &csv)?;
    println!("{}: {} MB", csv.display(), std::fs::metadata(&csv)?.len() / 1_000_000);
    take(&csv, &path)?;
    questions(&path)?;
    incidents(year, &path, hours)
}

fn write(year: Year, path: &Path) -> Outcome {
    let mut rows = year.rows().peekable();
    let columns = rows.peek().into_iter().flat_map(|row| row.keys().cloned());
    let columns: Vec<Column> = columns.map(|name| Column { name, kind: Kind::Text }).collect();
    let mut writer = table::write(File::create(path)?, Format::Csv, &columns)?;
    rows.try_for_each(|row| writer.write(&row))?;
    Ok(writer.finish()?)
}

fn take(csv: &Path, path: &Path) -> Outcome {
    let started = Instant::now();
    let mut ingest = Ingest::open(path, None)?;
    let taken = ingest.rows(table::read(csv)?, 0)?;
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "taken: {} calls in {seconds:.1} s, {:.0} a second",
        taken.added,
        taken.added as f64 / seconds
    );
    let started = Instant::now();
    let again = ingest.rows(table::read(csv)?, 0)?;
    println!(
        "again: {} added, {} known, in {:.1} s",
        again.added,
        again.known,
        started.elapsed().as_secs_f64()
    );
    println!("store: {} MB", std::fs::metadata(path)?.len() / 1_000_000);
    Ok(())
}

fn questions(path: &Path) -> Outcome {
    let store = Store::open_read_only(path)?;
    let year = Filter::default().between(START_MS, START_MS + 365 * DAY_MS);
    let week = Filter::default().between(START_MS + 300 * DAY_MS, START_MS + 307 * DAY_MS);
    for (name, filter, by) in [
        ("a year by site", &year, &["site"][..]),
        ("a year by week and codec", &year, &["week", "codec"]),
        ("a year by agent, a column of the rows", &year, &["agent"]),
        ("a week by site", &week, &["site"]),
    ] {
        let started = Instant::now();
        let groups = History::of(&store, filter.clone())?.groups(by)?;
        println!(
            "history, {name}: {} rows in {:.0} ms",
            groups.len(),
            started.elapsed().as_secs_f64() * 1e3
        );
    }
    Ok(())
}

fn incidents(year: Year, path: &Path, hours: i64) -> Outcome {
    let mut store = Store::open(path)?;
    let started = Instant::now();
    let (fired, checks) = fired(&mut store, hours)?;
    println!(
        "{checks} checks, {:.0} ms each",
        started.elapsed().as_secs_f64() * 1e3 / f64::from(checks)
    );
    let made: Vec<_> = year.calls().collect();
    let judged = judge(&made, &fired);
    for incident in &INCIDENTS {
        match judged.found.iter().find(|(name, _)| *name == incident.name) {
            Some((name, day)) => {
                println!("found: {name}, {:.1} days after it began", day - incident.days.0 as f64)
            }
            None => println!("MISSED: {}", incident.name),
        }
    }
    println!("false alarms: {} in a year", judged.false_alarms.len());
    judged.false_alarms.iter().for_each(|alarm| {
        println!(
            "  {} {:?} on day {:.1}",
            alarm.rule,
            alarm.labels,
            (alarm.at_ms - START_MS) as f64 / DAY_MS as f64
        )
    });
    Ok(())
}
