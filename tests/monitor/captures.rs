//! From captures to an alert: calls with their sites, what one direction lacks, sound that is kept only when asked for.

use crate::Room;
use crate::made::{Made, Sender};
use crate::material::program::{basilar, printed};
use crate::material::shared;
use basilar::network::Call;
use serde_json::Value;
use std::path::PathBuf;

/// The calls in a capture that lies in memory, as the makers of captures want them.
pub fn calls_of_bytes(bytes: Vec<u8>) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut analysis = basilar::network::Analysis::new("memory", Default::default());
    let read = std::io::Cursor::new(bytes);
    basilar::network::capture::read("memory", read, |packet| {
        analysis.take(packet, &mut |call| calls.push(call))
    })
    .unwrap();
    analysis.finish(&mut |call| calls.push(call));
    calls
}

/// 2026-03-02T10:00:00Z.
const START_MS: f64 = 1_772_445_600_000.0;

/// A call of a site, so many minutes after ten, with every `lost`-th packet missing in one direction.
fn capture(room: &Room, site: u8, minute: u32, lost: Option<usize>) -> PathBuf {
    let start_ms = START_MS + f64::from(minute) * 60_000.0;
    let (mut made, mut there, mut back) = (Made::new(), Sender::default(), Sender::back());
    for sender in [&mut there, &mut back] {
        sender.time_ms = start_ms;
        sender.ssrc += minute;
    }
    there.from.0 = [10, site, 0, 1];
    back.to.0 = [10, site, 0, 1];
    for number in 0..500 {
        if lost.is_some_and(|lost| number % lost == lost - 1) {
            there.advance();
        }
        made.send(&mut there);
        made.send(&mut back);
    }
    let path = room.path(&format!("site-{site}-{minute:02}.pcap"));
    std::fs::write(&path, made.bytes()).unwrap();
    path
}

const SITES: &str = "[[site]]\nname = \"Leeds\"\nnetworks = [\"10.1.0.0/16\"]\n[[site]]\nname = \"Bonn\"\nnetworks = [\"10.2.0.0/16\"]\n";
const RULES: &str = "[[rule]]\nname = \"Bad calls\"\nmetric = \"calls_below\"\nmos = 3.5\ngroup = [\"site\"]\nwindow = \"15m\"\nfire = 5\n";

#[test]
fn twenty_captures_come_to_an_alert_on_the_site_that_loses_packets() {
    let room = Room::new();
    let sites = room.write("sites.toml", SITES);
    let files: Vec<PathBuf> = (0..10)
        .flat_map(|at| {
            [capture(&room, 1, at, Some(8).filter(|_| at >= 4)), capture(&room, 2, at, None)]
        })
        .collect();
    let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
    room.ingest(&files, &["--settings", sites.to_str().unwrap()], 0);
    let groups = room.history(&["--by", "site"]);
    let leeds = groups.iter().find(|row| row["site"] == "Leeds").unwrap();
    assert_eq!((leeds["calls"].as_u64(), groups.len()), (Some(10), 2), "{groups:?}");
    let rules = room.write("rules.toml", RULES);
    let mut program = basilar();
    program
        .args(["alerts", "check", "--json", "--at", "2026-03-02T10:10Z", "--store"])
        .arg(room.store());
    let done = program.arg("--rules").arg(rules).assert().code(1);
    let told: Value = serde_json::from_str(&printed(&done)).unwrap();
    let alerts = told["alerts"].as_array().unwrap();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!((&alerts[0]["labels"]["site"], &alerts[0]["value"]), (&"Leeds".into(), &6.0.into()));
    // What basilar calls writes is the same calls.
    let table = room.path("calls.csv");
    basilar().arg("calls").args(&files).arg("-o").arg(&table).assert().code(0);
    assert!(room.ingest(&[&table], &[], 0).contains("0 calls added, 20 known already"));
}

#[test]
fn sound_is_kept_only_where_that_is_asked_for() {
    let room = Room::new();
    let file = capture(&room, 1, 0, None);
    room.ingest(&[&file], &[], 0);
    assert!(!room.path("heard").exists());
    let (other, folder) = (Room::new(), room.path("heard"));
    other.ingest(&[&file], &["--keep-sound", folder.to_str().unwrap()], 0);
    let heard = walkdir(&folder);
    assert_eq!(heard.len(), 3, "each direction and both: {heard:?}");
}

fn walkdir(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walkdir(&path) } else { vec![path] }).collect()
}

/// The captures that docs/monitor.md goes through.
#[test]
fn the_worked_example_comes_to_what_its_page_says() {
    let room = Room::new();
    let Some(folder) = shared::file("network/captures") else { return };
    let made = std::fs::read_dir(folder.join("made")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        made.filter(|path| path.extension().is_some_and(|end| end == "pcap")).collect();
    files.extend(
        ["loss-20-random.pcap", "one-way.pcap"].map(|name| folder.join("variants").join(name)),
    );
    files.sort();
    assert_eq!(files.len(), 20);
    let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
    room.ingest(&files, &[], 0);
    let groups = room.history(&["--by", "codec"]);
    println!("{groups:#?}");
    assert!(!groups.is_empty());
}
