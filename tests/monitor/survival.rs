//! Killed, or with others at work beside it: nothing is lost, nothing doubled.

use crate::Room;
use crate::material::program::plain;
use crate::material::random::Random;
use crate::material::simulated_year::{SMALL, Year};
use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A year in a table; how many calls it has.
fn write(year: Year, path: &Path) -> u64 {
    let rows: Vec<_> = year.rows().collect();
    let columns: Vec<_> = rows[0]
        .keys()
        .map(|name| basilar::table::Column { name: name.clone(), kind: basilar::table::Kind::Text })
        .collect();
    let format = basilar::table::Format::of(path).unwrap();
    let mut writer = basilar::table::write(File::create(path).unwrap(), format, &columns).unwrap();
    rows.iter().for_each(|row| writer.write(row).unwrap());
    writer.finish().unwrap();
    rows.len() as u64
}

fn start(room: &Room, file: &Path) -> std::process::Child {
    let mut program = plain();
    program.arg("ingest").arg(file).arg("--store").arg(room.store());
    program.stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn killed_at_twenty_random_moments_nothing_is_lost_or_doubled() {
    let whole = Room::new();
    let csv = whole.path("year.csv");
    let calls = write(Year { calls: 8_000, ..SMALL }, &csv);
    let begun = Instant::now();
    assert!(start(&whole, &csv).wait().unwrap().success());
    let needed = begun.elapsed();
    let (killed, mut random) = (Room::new(), Random(20));
    let mut stopped = 0;
    for _ in 0..20 {
        let mut program = start(&killed, &csv);
        std::thread::sleep(Duration::from_secs_f64(needed.as_secs_f64() * 0.6 * random.uniform()));
        program.kill().unwrap();
        stopped += u32::from(!program.wait().unwrap().success());
    }
    assert!(stopped > 0, "it was always quicker");
    assert!(start(&killed, &csv).wait().unwrap().success());
    assert_eq!(killed.counts(), (calls, calls));
    let by = ["--by", "site,trunk,codec"];
    assert_eq!(killed.history(&by), whole.history(&by));
}

#[test]
fn two_writers_at_a_time_take_everything_once() {
    let room = Room::new();
    let csv = room.path("year.csv");
    let calls = write(Year { calls: 8_000, ..SMALL }, &csv);
    // Files of other content with the same calls.
    let text = std::fs::read_to_string(&csv).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let reversed: Vec<&str> = rows.lines().rev().collect();
    let other = room.write("reversed.csv", &format!("{header}\n{}\n", reversed.join("\n")));
    let writers = [start(&room, &csv), start(&room, &other)];
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    assert_eq!(room.counts(), (calls, calls));
}
