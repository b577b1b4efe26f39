//! Alerts: when they fire, that they survive restarts, that they are told once and resolved, and by whom they are kept quiet.

use crate::material::program::{basilar, printed, said};
use crate::{HEADER, Room, calls};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

const FIVE_IN_A_QUARTER: &str = "[[rule]]\nname = \"Bad calls\"\nmetric = \"calls_below\"\nmos = 3.5\ngroup = [\"site\"]\nwindow = \"15m\"\nfire = 5\nclear = 3\n";

/// Calls of Leeds that begin at these minutes after ten, all bad.
fn bad_at(minutes: &[u32]) -> String {
    let row = |minute: &u32| {
        format!("2026-03-02T10:{minute:02}:00Z,Leeds,PCMA,2.0,narrowband,{minute}\n")
    };
    format!("{HEADER}{}", minutes.iter().map(row).collect::<String>())
}

/// The alerts at a time, as JSON, with the exit code that is expected.
fn check(room: &Room, rules: &Path, at: &str, options: &[&str], exit: i32) -> Vec<Value> {
    let mut program = basilar();
    program
        .args(["alerts", "check", "--json", "--store"])
        .arg(room.store())
        .arg("--rules")
        .arg(rules);
    let done = program.args(["--at", at]).args(options).assert().code(exit);
    let document: Value = serde_json::from_str(&printed(&done)).unwrap();
    crate::follows("alerts-1", &document);
    document["alerts"].as_array().unwrap().clone()
}

fn states(alerts: &[Value]) -> Vec<&str> {
    alerts.iter().map(|alert| alert["state"].as_str().unwrap()).collect()
}

/// A webhook that answers with this status and hands on what it was sent.
fn webhook(status: &'static str) -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut length, mut line) = (0, String::new());
            while reader.read_line(&mut line).unwrap() > 2 {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .unwrap();
            if send.send(serde_json::from_slice(&body).unwrap()).is_err() {
                return;
            }
        }
    });
    (url, receive)
}

#[test]
fn five_bad_calls_within_a_quarter_of_an_hour_fire_and_are_resolved() {
    let room = Room::new();
    let rules = room.write("rules.toml", FIVE_IN_A_QUARTER);
    // Four within a quarter of an hour, then a fifth.
    room.ingest(&[&room.write("a.csv", &bad_at(&[0, 4, 8, 12, 16, 18]))], &[], 0);
    assert!(check(&room, &rules, "2026-03-02T10:15Z", &[], 0).is_empty());
    let fired = check(&room, &rules, "2026-03-02T10:19Z", &[], 1);
    assert_eq!(states(&fired), ["firing"]);
    assert_eq!(fired[0]["labels"]["site"], "Leeds");
    assert_eq!(fired[0]["value"], 5.0);
    let summary = fired[0]["summary"].as_str().unwrap();
    assert!(summary.contains("5 calls with MOS below 3.5 within 15m"), "{summary}");
    // Three are no fewer than three: it goes on, since when it did.
    let on = check(&room, &rules, "2026-03-02T10:25Z", &[], 1);
    assert_eq!((states(&on), &on[0]["fired"]), (vec!["firing"], &fired[0]["fired"]));
    assert_eq!(states(&check(&room, &rules, "2026-03-02T10:30Z", &[], 0)), ["resolved"]);
    assert!(check(&room, &rules, "2026-03-02T10:31Z", &[], 0).is_empty(), "told once");
}

#[test]
fn a_value_must_be_reached_for_as_long_as_the_rule_says() {
    let room = Room::new();
    let rules = room.write("rules.toml", &(FIVE_IN_A_QUARTER.to_owned() + "for = \"5m\"\n"));
    room.ingest(&[&room.write("a.csv", &bad_at(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))], &[], 0);
    assert_eq!(states(&check(&room, &rules, "2026-03-02T10:05Z", &[], 0)), ["pending"]);
    assert_eq!(states(&check(&room, &rules, "2026-03-02T10:09Z", &[], 0)), ["pending"]);
    assert_eq!(states(&check(&room, &rules, "2026-03-02T10:10Z", &[], 1)), ["firing"]);
}

#[test]
fn a_share_fires_when_it_is_sure() {
    let room = Room::new();
    let rules = "[[rule]]\nname = \"Poor\"\nmetric = \"poor_share\"\ngroup = [\"site\"]\nwindow = \"1h\"\nfire = 0.1\nmin_calls = 10\n";
    let rules = room.write("rules.toml", rules);
    // The same share, and only of one of them it is sure.
    let text =
        [calls("Leeds", "2026-03-02T10", 15, 3), calls("Bonn", "2026-03-02T10", 150, 30)].concat();
    room.ingest(&[&room.write("a.csv", &format!("{HEADER}{text}"))], &[], 0);
    let fired = check(&room, &rules, "2026-03-02T10:59Z", &[], 1);
    assert_eq!(fired.len(), 1);
    assert_eq!(fired[0]["labels"]["site"], "Bonn");
}

#[test]
fn a_webhook_hears_each_alert_once_and_its_end() {
    let room = Room::new();
    let (url, heard) = webhook("200 OK");
    let rules = format!(
        "page = \"http://monitor:7460\"\n{FIVE_IN_A_QUARTER}repeat = \"1h\"\nlabels = {{ severity = \"page\" }}\n[[webhook]]\nurl = \"{url}\"\n"
    );
    let rules = room.write("rules.toml", &rules);
    room.ingest(&[&room.write("a.csv", &bad_at(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))], &[], 0);
    for (at, exit) in [("10:10", 1), ("10:11", 1), ("10:12", 1), ("10:40", 0), ("10:41", 0)] {
        check(&room, &rules, &format!("2026-03-02T{at}Z"), &[], exit);
    }
    let told: Vec<Value> = heard.try_iter().collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(
        (told[0]["status"].as_str(), told[1]["status"].as_str()),
        (Some("firing"), Some("resolved"))
    );
    assert_eq!(told[0]["version"], "4");
    let alert = &told[0]["alerts"][0];
    assert_eq!(
        (&alert["labels"]["alertname"], &alert["labels"]["severity"]),
        (&"Bad calls".into(), &"page".into())
    );
    assert_eq!(alert["startsAt"], "2026-03-02T10:10:00Z");
    assert!(
        alert["generatorURL"]
            .as_str()
            .unwrap()
            .starts_with("http://monitor:7460/#scale=E-model%20narrowband&site=Leeds")
    );
    assert_eq!(told[1]["alerts"][0]["endsAt"], "2026-03-02T10:40:00Z");
    assert_eq!(told[0]["alerts"][0]["fingerprint"], told[1]["alerts"][0]["fingerprint"]);
}

#[test]
fn what_could_not_be_told_is_told_by_the_next_check() {
    let room = Room::new();
    let rules = room.write("rules.toml", FIVE_IN_A_QUARTER);
    room.ingest(&[&room.write("a.csv", &bad_at(&[0, 1, 2, 3, 4, 5, 6]))], &[], 0);
    let (broken, _) = webhook("503 Service Unavailable");
    check(&room, &rules, "2026-03-02T10:10Z", &["--webhook", &broken], 3);
    let (works, heard) = webhook("200 OK");
    check(&room, &rules, "2026-03-02T10:11Z", &["--webhook", &works], 1);
    assert_eq!(heard.try_iter().count(), 1);
    // An Alertmanager that is not there is told of, and nothing of the states is lost.
    let done =
        check(&room, &rules, "2026-03-02T10:12Z", &["--alertmanager", "http://127.0.0.1:9"], 3);
    assert_eq!(states(&done), ["firing"]);
}

#[test]
fn an_alert_below_a_parent_that_fires_is_kept_quiet() {
    let room = Room::new();
    let (url, heard) = webhook("200 OK");
    let child = "[[rule]]\nname = \"Bad endpoint\"\nmetric = \"calls_below\"\nmos = 3.5\ngroup = [\"site\", \"codec\"]\nwindow = \"15m\"\nfire = 3\ninhibited_by = [\"Bad calls\"]\n";
    let rules = room
        .write("rules.toml", &format!("{FIVE_IN_A_QUARTER}{child}[[webhook]]\nurl = \"{url}\"\n"));
    let bonn = "2026-03-02T10:01:00Z,Bonn,PCMU,2.0,narrowband,a\n2026-03-02T10:02:00Z,Bonn,PCMU,2.0,narrowband,b\n2026-03-02T10:03:00Z,Bonn,PCMU,2.0,narrowband,c\n";
    room.ingest(&[&room.write("a.csv", &(bad_at(&[0, 1, 2, 3, 4, 5, 6]) + bonn))], &[], 0);
    let alerts = check(&room, &rules, "2026-03-02T10:10Z", &[], 1);
    let quiet: Vec<_> = alerts.iter().filter(|alert| alert["inhibited"] == true).collect();
    assert_eq!(quiet.len(), 1, "{alerts:?}");
    assert_eq!(quiet[0]["labels"]["site"], "Leeds");
    let told: Vec<Value> = heard.try_iter().collect();
    let names: Vec<_> = told[0]["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| {
            (
                alert["labels"]["alertname"].as_str().unwrap(),
                alert["labels"]["site"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(names, [("Bad calls", "Leeds"), ("Bad endpoint", "Bonn")]);
}

#[test]
fn every_change_stands_in_the_log() {
    let room = Room::new();
    let log = room.path("alerts.jsonl");
    let rules = room
        .write("rules.toml", &format!("log = {:?}\n{FIVE_IN_A_QUARTER}", log.to_str().unwrap()));
    room.ingest(&[&room.write("a.csv", &bad_at(&[0, 1, 2, 3, 4, 5, 6]))], &[], 0);
    for (at, exit) in [("10:10", 1), ("10:11", 1), ("10:40", 0)] {
        check(&room, &rules, &format!("2026-03-02T{at}Z"), &[], exit);
    }
    let lines: Vec<Value> = std::fs::read_to_string(log)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(states(&lines), ["firing", "resolved"]);
}

#[test]
fn wrong_rules_are_refused() {
    let room = Room::new();
    room.ingest(&[&room.write("a.csv", &bad_at(&[0]))], &[], 0);
    let rules = room.write(
        "rules.toml",
        "[[rule]]\nname = \"A\"\nmetric = \"loudness\"\nwindow = \"1h\"\nfire = 1\n",
    );
    let mut program = basilar();
    program.args(["alerts", "check", "--store"]).arg(room.store()).arg("--rules").arg(&rules);
    let said = said(&program.assert().code(2));
    assert!(said.contains("rules.toml") && said.contains("loudness"), "{said}");
}
