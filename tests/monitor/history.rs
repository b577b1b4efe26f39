//! What history says: shares with their intervals, each scale by itself, and nothing where there is too little.

use crate::material::program::{basilar, printed};
use crate::{HEADER, Room, calls};
use serde_json::json;

#[test]
fn the_headline_is_the_share_of_poor_calls_with_its_interval() {
    let room = Room::new();
    let text =
        [calls("Leeds", "2026-03-02T10", 100, 20), calls("Bonn", "2026-03-02T10", 100, 2)].concat();
    let csv = room.write("a.csv", &format!("{HEADER}{text}"));
    room.ingest(&[&csv], &[], 0);
    let groups = room.history(&["--by", "site"]);
    assert_eq!(groups[0]["site"], "Leeds", "worst first");
    assert_eq!((&groups[0]["poor"], &groups[0]["scored"]), (&json!(20), &json!(100)));
    // Wilson, 1927.
    let near =
        |name: &str, expected: f64| (groups[0][name].as_f64().unwrap() - expected).abs() < 1e-4;
    assert!(near("poor_share_low", 0.13336) && near("poor_share_high", 0.28883), "{groups:?}");
    assert!(
        (groups[0]["mos_p50"].as_f64().unwrap() - 4.0).abs() <= 0.1,
        "from a histogram of tenths: {groups:?}"
    );
    let text = printed(
        &basilar().args(["history", "--by", "site", "--store"]).arg(room.store()).assert().code(0),
    );
    assert!(text.contains("20.0 %") && text.contains("13.3 % to 28.9 %"), "{text}");
}

#[test]
fn hours_and_calls_say_the_same() {
    let room = Room::new();
    let mut text = String::from(HEADER);
    for hour in 0..48 {
        let start = format!("2026-03-{:02}T{:02}", 2 + hour / 24, hour % 24);
        text +=
            &calls(if hour % 3 == 0 { "Leeds" } else { "Bonn" }, &start, 7 + hour % 5, hour % 4);
    }
    let csv = room.write("a.csv", &text);
    room.ingest(&[&csv], &[], 0);
    for by in ["site", "site,day", "week,codec", "hour"] {
        let hours = room.history(&[
            "--by",
            by,
            "--since",
            "2026-03-02T05:00Z",
            "--until",
            "2026-03-03T20:00Z",
        ]);
        // Half an hour that no call is in keeps the sums of hours from answering.
        let asked = ["--by", by, "--since", "2026-03-02T05:00Z", "--until", "2026-03-03T19:30Z"];
        assert_eq!(hours, room.history(&asked), "{by}");
        assert!(!hours.is_empty());
    }
}

#[test]
fn scales_are_never_mixed() {
    let room = Room::new();
    let text = [
        calls("Leeds", "2026-03-02T10", 40, 4),
        calls("Leeds", "2026-03-02T11", 40, 8).replace("narrowband", "wideband"),
        calls("Leeds", "2026-03-02T12", 10, 0).replace(",4,narrowband", ",,"),
    ];
    let csv = room.write("a.csv", &format!("{HEADER}{}", text.concat()));
    room.ingest(&[&csv], &[], 0);
    let groups = room.history(&["--by", "site"]);
    let scales: Vec<_> = groups
        .iter()
        .map(|row| (row["scale"].as_str().unwrap(), row["scored"].as_u64().unwrap()))
        .collect();
    assert_eq!(scales, [("E-model wideband", 40), ("E-model narrowband", 40), ("", 0)]);
    assert!(groups[2]["poor_share"].is_null(), "of none there is no share");
    assert_eq!(room.history(&["--worst", "3"]).len(), 6, "three of each scale");
}

#[test]
fn this_week_stands_against_the_same_hours_of_the_four_before() {
    let room = Room::new();
    let mut text = String::from(HEADER);
    // Mondays at ten, five weeks; in the last Leeds is worse, Oslo has few calls.
    for (week, day) in
        ["2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23", "2026-03-02"].iter().enumerate()
    {
        let start = format!("{day}T10");
        text += &calls("Leeds", &start, 100, if week == 4 { 30 } else { 5 });
        text += &calls("Bonn", &start, 100, 5);
        text += &calls("Oslo", &start, 10, if week == 4 { 9 } else { 0 });
        // Calls at other hours of the weeks before count for nothing.
        text += &calls("Bonn", &format!("{day}T15"), if week == 4 { 0 } else { 100 }, 90);
    }
    let csv = room.write("a.csv", &text);
    room.ingest(&[&csv], &[], 0);
    let window = ["--since", "2026-03-02T10:00Z", "--until", "2026-03-02T11:00Z"];
    let rows = room.history(&[&["--by", "site", "--against-before"], &window[..]].concat());
    let of = |site: &str| rows.iter().find(|row| row["site"] == site).unwrap();
    assert_eq!(rows[0]["site"], "Leeds", "what became worse stands first");
    assert_eq!(of("Leeds")["change"], "worse");
    assert_eq!(
        (&of("Leeds")["before_scored"], &of("Leeds")["before_poor"]),
        (&json!(400), &json!(20))
    );
    assert_eq!(
        (of("Bonn")["change"].as_str(), &of("Bonn")["before_scored"]),
        (Some("no difference seen"), &json!(400))
    );
    assert_eq!(of("Oslo")["change"], "too few");
}

#[test]
fn calls_are_asked_for_by_any_column_of_their_rows() {
    let room = Room::new();
    let rows = "started,site,mos,agent,headset\n2026-03-02T10:00:00Z,Leeds,4,7,Jabra\n2026-03-02T10:01:00Z,Leeds,2,7,Poly\n2026-03-02T10:02:00Z,Leeds,2,8,\"O'Neill \"\"X\"\"\"\n";
    let csv = room.write("a.csv", rows);
    room.ingest(&[&csv], &[], 0);
    let by = room.history(&["--by", "headset", "--where", "agent=7"]);
    assert_eq!(by.len(), 2);
    assert_eq!(by[0]["headset"], "Poly");
    let odd = room.history(&["--where", "headset=O'Neill \"X\""]);
    assert_eq!(odd[0]["calls"], 1);
    for wrong in ["a\"b", "a\\b"] {
        let done = basilar()
            .args(["history", "--by", wrong, "--store"])
            .arg(room.store())
            .assert()
            .code(2);
        assert!(crate::material::program::said(&done).contains("not a column"));
    }
    // What would be an injection is a value that no call has.
    assert!(room.history(&["--site", "x' OR '1'='1"]).is_empty());
}

#[test]
fn a_history_is_written_in_every_format() {
    let room = Room::new();
    let csv = room.write("a.csv", &format!("{HEADER}{}", calls("Leeds", "2026-03-02T10", 40, 4)));
    room.ingest(&[&csv], &[], 0);
    for name in ["h.csv", "h.jsonl", "h.parquet", "h.tsv"] {
        let path = room.path(name);
        let mut program = basilar();
        program
            .args(["history", "--by", "site,day", "--store"])
            .arg(room.store())
            .arg("-o")
            .arg(&path);
        program.assert().code(0);
        let rows: Vec<_> = basilar::table::read(&path).unwrap().map(Result::unwrap).collect();
        assert_eq!(
            (rows.len(), basilar::table::number(rows[0].get("poor_share"))),
            (1, Some(0.1)),
            "{name}"
        );
        assert_eq!(rows[0]["day"], "2026-03-02T00:00:00Z");
    }
}
