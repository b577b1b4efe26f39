//! What is taken: each call once, whatever comes twice, and nothing of what is wrong stops the rest.

use crate::{HEADER, Room, calls};
use serde_json::json;

#[test]
fn what_comes_twice_is_taken_once() {
    let room = Room::new();
    let text = format!("{HEADER}{}", calls("Leeds", "2026-03-02T10", 50, 5));
    let csv = room.write("a.csv", &text);
    assert!(room.ingest(&[&csv], &[], 0).contains("50 calls added"));
    assert!(room.ingest(&[&csv], &[], 0).contains("known already"));
    // Another name, and a table that has grown.
    let copy = room.write("b.csv", &text);
    assert!(room.ingest(&[&copy], &[], 0).contains("known already"));
    let grown = room.write("c.csv", &(text + &calls("Bonn", "2026-03-02T11", 10, 0)));
    let said = room.ingest(&[&grown], &[], 0);
    assert!(said.contains("10 calls added, 50 known already"), "{said}");
    assert_eq!(room.counts(), (60, 60));
}

#[test]
fn the_same_calls_are_the_same_in_every_format() {
    let room = Room::new();
    let csv = room.write("a.csv", &format!("{HEADER}{}", calls("Leeds", "2026-03-02T10", 20, 5)));
    room.ingest(&[&csv], &[], 0);
    let rows: Vec<_> = basilar::table::read(&csv).unwrap().map(Result::unwrap).collect();
    let columns: Vec<_> = rows[0]
        .keys()
        .map(|name| basilar::table::Column { name: name.clone(), kind: basilar::table::Kind::Text })
        .collect();
    for (name, numbers) in [("a.parquet", false), ("a.jsonl", true)] {
        let path = room.path(name);
        let file = std::fs::File::create(&path).unwrap();
        let format = basilar::table::Format::of(&path).unwrap();
        let mut writer = basilar::table::write(file, format, &columns).unwrap();
        for row in &rows {
            let mut row = row.clone();
            if numbers {
                row["mos"] = json!(basilar::table::number(row.get("mos")));
            }
            writer.write(&row).unwrap();
        }
        writer.finish().unwrap();
        assert!(room.ingest(&[&path], &[], 0).contains("20 known already"), "{name}");
    }
    assert_eq!(room.counts(), (20, 20));
}

#[test]
fn a_wrong_row_or_file_is_told_and_leaves_the_others() {
    let room = Room::new();
    let good =
        room.write("good.csv", &format!("{HEADER}{}", calls("Leeds", "2026-03-02T10", 5, 0)));
    let rows = "2026-03-02T10:00:00Z,Leeds,PCMA,4,narrowband,1\nnoon,Leeds,PCMA,4,narrowband,2\n2026-03-02T10:00:01Z,Leeds,PCMA,44,narrowband,3\nshort,row\n";
    let mixed = room.write("mixed.csv", &format!("{HEADER}{rows}"));
    let noise = room.write("noise.pcap", "this is no capture");
    let missing = room.path("missing.csv");
    let said = room.ingest(&[&mixed, &noise, &missing, &good], &[], 3);
    assert!(said.contains("1 calls added, 3 left out"), "{said}");
    assert!(said.contains("\"noon\""), "{said}");
    assert!(said.contains("not a capture") && said.contains("no such file"), "{said}");
    assert!(said.contains("5 calls added"), "{said}");
    assert_eq!(room.counts(), (6, 6));
}

#[test]
fn results_of_a_batch_are_calls_on_the_scale_of_their_model() {
    let room = Room::new();
    let rows = "reference,degraded,started,mos_lqo,model,model_version,part\n\
        r.wav,a.wav,2026-03-02T10:00:00Z,4.2,basilar-fb,1.1.0,\n\
        r.wav,b.wav,2026-03-02T10:01:00Z,2.2,basilar-fb,1.1.0,\n\
        r.wav,c.wav,2026-03-02T10:02:00Z,2.2,p862-nb,1.0.0,whole\n\
        r.wav,c.wav,2026-03-02T10:02:00Z,2.1,p862-nb,1.0.0,beginning\n";
    let csv = room.write("results.csv", rows);
    room.ingest(&[&csv], &[], 0);
    let groups = room.history(&[]);
    let of = |scale: &str| groups.iter().find(|row| row["scale"] == scale).unwrap();
    assert_eq!(
        (&of("basilar-fb 1.1.0")["calls"], &of("basilar-fb 1.1.0")["poor"]),
        (&json!(2), &json!(1))
    );
    // A part of a long call is no call.
    assert_eq!(of("p862-nb 1.0.0")["calls"], json!(1));
}

#[test]
fn recordings_of_a_manifest_are_scored_on_their_way() {
    let room = Room::new();
    let samples = std::fs::canonicalize("audio-samples/8k/carlo-it").unwrap();
    let row = |file: &str| format!("{0}/reference.wav,{0}/{file},Leeds\n", samples.display());
    let text =
        format!("reference,degraded,site\n{}{}", row("g726-16-kbps.flac"), row("missing.flac"));
    let manifest = room.write("manifest.csv", &text);
    let said = room.ingest(&[&manifest], &[], 0);
    assert!(said.contains("2 calls added"), "{said}");
    let groups = room.history(&["--by", "site"]);
    let scored: u64 = groups.iter().map(|row| row["scored"].as_u64().unwrap()).sum();
    assert_eq!(scored, 1, "{groups:?}");
    assert!(!room.path("calls.db-scoring").exists());
    assert!(room.ingest(&[&manifest], &[], 0).contains("known already"));
}

#[test]
fn numbers_are_hashed_unless_they_are_to_be_kept() {
    let rows =
        "started,call_id,from,to,agent,mos\n2026-03-02T10:00:00Z,a,+4930123456,bob,Alice Smith,4\n";
    let everything = |settings: &str| {
        let room = Room::new();
        let csv = room.write("a.csv", rows);
        let toml = room.write("s.toml", settings);
        room.ingest(&[&csv], &["--settings", toml.to_str().unwrap()], 0);
        // Whatever is in the files of the store.
        let files =
            std::fs::read_dir(room.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.to_string_lossy().contains("calls.db"));
        files.flat_map(|path| std::fs::read(path).unwrap()).collect::<Vec<u8>>()
    };
    let holds =
        |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    let hashed = everything("[privacy]\ncolumns = [\"agent\"]");
    for secret in ["4930123456", "bob", "Alice"] {
        assert!(!holds(&hashed, secret), "{secret}");
    }
    let kept = everything("[privacy]\nnumbers = \"keep\"");
    assert!(holds(&kept, "4930123456") && holds(&kept, "Alice"));
}

#[test]
fn settings_say_what_is_a_site_and_are_remembered() {
    let room = Room::new();
    let settings = "[columns]\nstarted = \"when\"\nmos = \"score\"\n[[site]]\nname = \"Leeds\"\nnetworks = [\"10.1.0.0/16\"]\n[[trunk]]\nname = \"Carrier\"\nnumbers = [\"+44\"]\n[[endpoint]]\nname = \"T46\"\nuser_agents = [\"Yealink*T46*\"]";
    let toml = room.write("s.toml", settings);
    let header = "when,source,destination,from,user_agent,score\n";
    let row = |minute: u32| {
        format!(
            "2026-03-02 10:{minute:02},10.1.0.7:4000,192.0.2.1:5000,+44123,Yealink SIP-T46S,2.0\n"
        )
    };
    let first = room.write("a.csv", &format!("{header}{}", row(1)));
    room.ingest(&[&first], &["--settings", toml.to_str().unwrap()], 0);
    let second = room.write("b.csv", &format!("{header}{}", row(2)));
    room.ingest(&[&second], &[], 0);
    let groups = room.history(&["--by", "site,trunk,endpoint"]);
    assert_eq!(groups.len(), 1, "{groups:?}");
    let [site, trunk, endpoint] =
        ["site", "trunk", "endpoint"].map(|name| groups[0][name].as_str().unwrap());
    assert_eq!((site, trunk, endpoint), ("Leeds", "Carrier", "T46"));
    assert_eq!((&groups[0]["calls"], &groups[0]["poor"]), (&json!(2), &json!(2)));
}

#[test]
fn what_is_too_old_goes_and_does_not_come_back() {
    let room = Room::new();
    let toml = room.write("s.toml", "[retention]\ncalls_days = 30");
    let now = basilar::monitor::Clock::now_ms();
    let row = |days: i64| {
        format!(
            "{},Leeds,PCMA,4,narrowband,{days}\n",
            basilar::monitor::iso(now - days * 86_400_000)
        )
    };
    let text = format!("{HEADER}{}{}{}", row(1), row(10), row(40));
    let csv = room.write("a.csv", &text);
    room.ingest(&[&csv], &[], 0);
    assert_eq!(room.counts(), (3, 3));
    let other = room.write("b.csv", &(text.clone() + &row(2)));
    let said = room.ingest(&[&other], &["--settings", toml.to_str().unwrap()], 3);
    assert!(said.contains("1 left out") && said.contains("1 calls deleted"), "{said}");
    // The sum of its hour stays, in which no call can be told.
    assert_eq!(room.counts(), (4, 3));
}

#[test]
fn files_that_are_no_store_are_refused() {
    let room = Room::new();
    let csv = room.write("a.csv", &format!("{HEADER}{}", calls("Leeds", "2026-03-02T10", 5, 0)));
    std::fs::write(room.store(), "a text of more than sixteen bytes, which is no database")
        .unwrap();
    assert!(room.ingest(&[&csv], &[], 2).contains("not a store of calls"));
    let missing = crate::basilar().args(["history", "--store", "/no/such.db"]).assert().code(2);
    assert!(crate::material::program::said(&missing).contains("no such file"));
}

#[test]
fn a_folder_that_is_watched_is_taken_file_by_file() {
    let room = Room::new();
    let folder = room.path("in");
    std::fs::create_dir_all(folder.join("deeper")).unwrap();
    let table = |hour: &str| format!("{HEADER}{}", calls("Leeds", hour, 5, 0));
    std::fs::write(folder.join("deeper/a.csv"), table("2026-03-02T10")).unwrap();
    std::fs::write(folder.join("notes.txt"), "no calls").unwrap();
    let look = || {
        let mut program = crate::basilar();
        program
            .arg("watch")
            .arg(&folder)
            .arg("--store")
            .arg(room.store())
            .args(["--once", "--rest", "0s"]);
        crate::material::program::said(&program.assert().code(0))
    };
    assert!(look().contains("5 calls added"));
    std::fs::write(folder.join("b.csv"), table("2026-03-02T11")).unwrap();
    let said = look();
    assert!(said.contains("b.csv: 5 calls added") && !said.contains("a.csv"), "{said}");
    assert_eq!(room.counts(), (10, 10));
}
