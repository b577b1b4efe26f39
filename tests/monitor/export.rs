//! Parquet by day and site, as other programs read it.

use crate::material::program::{basilar, said};
use crate::{HEADER, Room, calls};
use basilar::table::{number, read, text};

#[test]
fn calls_are_exported_by_day_and_site() {
    let room = Room::new();
    let rows = [
        calls("Leeds", "2026-03-02T10", 30, 3),
        calls("Leeds", "2026-03-03T10", 20, 2),
        calls("Bonn/Süd ..", "2026-03-02T10", 10, 1),
        calls("", "2026-03-02T11", 5, 0),
    ];
    room.ingest(&[&room.write("a.csv", &format!("{HEADER}{}", rows.concat()))], &[], 0);
    let lake = room.path("lake");
    let export = |options: &[&str]| {
        let mut program = basilar();
        program
            .args(["export", "--store"])
            .arg(room.store())
            .arg("--parquet")
            .arg(&lake)
            .args(options);
        said(&program.assert().code(0))
    };
    assert!(export(&[]).contains("65 calls in 4 files"));
    for (path, count) in [
        ("day=2026-03-02/site=Leeds", 30),
        ("day=2026-03-03/site=Leeds", 20),
        ("day=2026-03-02/site=Bonn%2FS%C3%BCd%20..", 10),
        ("day=2026-03-02/site=__HIVE_DEFAULT_PARTITION__", 5),
    ] {
        let rows: Vec<_> =
            read(&lake.join(path).join("calls.parquet")).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), count, "{path}");
        assert_eq!(text(rows[0].get("verdict")), if count == 5 { "good" } else { "poor" });
        assert!(number(rows[0].get("started_ms")).unwrap() > 1.7e12);
        assert!(text(rows[0].get("details")).contains("\"number\""));
    }
    // A day again is the same, not twice as much.
    assert!(export(&["--since", "2026-03-03"]).contains("20 calls in 1 files"));
    let again = read(&lake.join("day=2026-03-03/site=Leeds/calls.parquet")).unwrap().count();
    assert_eq!(again, 20);
}
