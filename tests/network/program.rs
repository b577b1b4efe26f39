//! The program's two subcommands: what they print follows its schema, tables hold the same, and errors say what to do.

use crate::captures::shared;
use crate::made::{Made, Sender};
use crate::material::json_schema;
use crate::material::program::basilar;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The document printed by these arguments, checked against its schema.
fn document(schema: &str, arguments: &[&str], exit: i32) -> Value {
    let done = basilar().args(arguments).assert().code(exit);
    let printed = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    let document = serde_json::from_str(&printed).unwrap();
    let schema = std::fs::read_to_string(format!("schemas/{schema}.json")).unwrap();
    json_schema::check(&serde_json::from_str(&schema).unwrap(), &document).unwrap();
    document
}

/// A call with losses in a file of a folder.
fn capture(folder: &Path) -> PathBuf {
    let (mut made, mut sender, mut back) = (Made::new(), Sender::default(), Sender::back());
    made.set_up(500.0, 300.0, false);
    for number in 0..300 {
        if number % 50 == 30 {
            sender.advance();
        }
        made.send(&mut sender);
        made.send(&mut back);
    }
    made.hang_up(sender.time_ms);
    let path = folder.join("call.pcap");
    std::fs::write(&path, made.bytes()).unwrap();
    path
}

#[test]
fn calls_follow_their_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = capture(folder.path());
    let told = document("calls-1", &["calls", "--json", path.to_str().unwrap()], 0);
    let call = &told["calls"][0];
    assert_eq!(call["call_id"], "made@10.0.0.1");
    assert_eq!((&call["from"], &call["to"]), (&"+49301234".into(), &"bob".into()));
    assert_eq!(call["state"], "completed");
    let stream = &call["streams"][0];
    assert_eq!(stream["source"], "10.0.0.1:4000");
    assert_eq!((stream["packets"].as_u64(), stream["lost"].as_u64()), (Some(300), Some(6)));
    assert_eq!(stream["ssrc"], "0x12345678");
    assert_eq!(told["captures"][0]["file"], path.to_str().unwrap());
}

#[test]
fn shared_captures_follow_the_schema() {
    for name in ["made/call-srtp.pcap", "variants/cut-off.pcap", "variants/one-way.pcap"] {
        let path = shared("captures").join(name);
        if path.exists() {
            let exit = if name.contains("cut-off") { 3 } else { 0 };
            let told = document("calls-1", &["calls", "--json", path.to_str().unwrap()], exit);
            let stream = &told["calls"][0]["streams"][0];
            assert_eq!(stream["encrypted"], name.contains("srtp"), "{name}");
        }
    }
}

#[test]
fn a_table_holds_a_row_for_each_direction() {
    let folder = tempfile::tempdir().unwrap();
    let path = capture(folder.path());
    for ending in ["csv", "jsonl", "parquet"] {
        let table = folder.path().join(format!("calls.{ending}"));
        basilar().arg("calls").arg(&path).arg("-o").arg(&table).assert().code(0).stdout("");
        let rows: Vec<_> = basilar::table::read(&table).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.len(), 2, "{ending}");
        let number = |name: &str| basilar::table::number(rows[0].get(name)).unwrap();
        assert_eq!((number("lost"), number("expected")), (6.0, 306.0));
        assert_eq!(number("fixed_60_discarded"), 0.0);
        assert!((number("loss_pct") - 1.96078).abs() < 1e-9);
        assert_eq!(basilar::table::text(rows[0].get("scale")), "narrowband");
    }
}

#[test]
fn what_is_no_capture_is_told_and_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = capture(folder.path());
    let other = folder.path().join("other.wav");
    std::fs::write(&other, b"RIFF....WAVE").unwrap();
    let told = document(
        "calls-1",
        &["calls", "--json", other.to_str().unwrap(), path.to_str().unwrap()],
        3,
    );
    assert_eq!(told["calls"].as_array().unwrap().len(), 1);
    assert!(told["captures"][0]["error"].as_str().unwrap().contains("audio, not packets"));
}

#[test]
fn a_prompt_gives_the_sound_of_the_direction_that_plays_it() {
    let (capture, prompt) =
        (shared("captures/made/call-pcmu.pcap"), shared("prompts/prompt-8k.flac"));
    if !capture.exists() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "calls",
        "--json",
        capture.to_str().unwrap(),
        "--prompt",
        prompt.to_str().unwrap(),
        "--wav",
        folder.path().to_str().unwrap(),
    ];
    let told = document("calls-1", &arguments, 0);
    let streams = told["calls"][0]["streams"].as_array().unwrap();
    let played = streams.iter().find(|stream| !stream["sound"].is_null()).unwrap();
    // What the endpoint's own recording scores.
    let mos_lqo = played["sound"]["mos_lqo"].as_f64().unwrap();
    assert!((mos_lqo - 4.311).abs() < 0.02, "{mos_lqo}");
    assert_eq!(played["sound"]["model"], "p862-nb");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
}

/// The beginning of a shared capture in a file of a folder; none where it is not there.
fn beginning(folder: &Path, call: &str, seconds: u32) -> Option<PathBuf> {
    let bytes = std::fs::read(shared("captures/made").join(format!("{call}.pcap"))).ok()?;
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!(word(0), 0xa1b2_c3d4);
    let (start, mut end) = (word(24), 24);
    while end < bytes.len() && word(end) < start + seconds {
        end += 16 + word(end + 8) as usize;
    }
    let path = folder.join(format!("{call}.pcap"));
    std::fs::write(&path, &bytes[..end]).unwrap();
    Some(path)
}

#[test]
fn a_call_that_ends_early_is_scored_over_what_was_heard_of_the_prompt_that_a_table_names() {
    let folder = tempfile::tempdir().unwrap();
    let Some(capture) = beginning(folder.path(), "call-pcmu", 12) else { return };
    let table = folder.path().join("prompts.csv");
    let prompt = shared("prompts/prompt-8k.flac").canonicalize().unwrap();
    let row = format!("call,prompt\ncall-pcmu.pcap,{}\n", prompt.display());
    std::fs::write(&table, &row).unwrap();
    let arguments =
        ["calls", "--json", capture.to_str().unwrap(), "--prompt", table.to_str().unwrap()];
    let told = document("calls-1", &arguments, 0);
    let streams = told["calls"][0]["streams"].as_array().unwrap();
    let sounds: Vec<&Value> =
        streams.iter().map(|stream| &stream["sound"]).filter(|sound| !sound.is_null()).collect();
    let [sound] = sounds.as_slice() else { panic!("{sounds:?}") };
    let number = |name: &str| sound[name].as_f64().unwrap();
    assert!(number("mos_lqo") > 4.2, "{}", number("mos_lqo"));
    assert!((11.0..12.5).contains(&number("end_s")), "{}", number("end_s"));
    std::fs::write(&table, row + "other.pcap,absent.wav\n").unwrap();
    let refused = basilar().args(arguments).assert().code(2);
    assert!(String::from_utf8_lossy(&refused.get_output().stderr).contains("absent.wav"));
}

#[test]
fn what_was_heard_to_be_wrong_is_joined_to_the_packets_that_were_missing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(capture) = beginning(folder.path(), "imp-pcmu-loss5-burst", 15) else { return };
    let prompts = folder.path().join("prompts");
    std::fs::create_dir(&prompts).unwrap();
    for name in ["prompt-8k.flac", "prompt-b-8k.flac"] {
        std::fs::copy(shared("prompts").join(name), prompts.join(name)).unwrap();
    }
    let arguments = [
        "calls",
        "--json",
        capture.to_str().unwrap(),
        "--prompt",
        prompts.to_str().unwrap(),
        "--concealment",
        "silence",
    ];
    let told = document("calls-1", &arguments, 0);
    let streams = told["calls"][0]["streams"].as_array().unwrap();
    let to = |host: &str| {
        let mut streams = streams.iter();
        streams.find(|stream| stream["destination"].as_str().unwrap().starts_with(host)).unwrap()
    };
    let (lossy, clean) = (to("127.0.0.2"), to("127.0.0.1"));
    let prompt = |stream: &Value| stream["sound"]["prompt"].as_str().unwrap().to_owned();
    assert!(
        prompt(lossy).ends_with("prompt-8k.flac") && prompt(clean).ends_with("prompt-b-8k.flac")
    );
    let sound = &lossy["sound"];
    let sum = |name: &str| -> u64 {
        let timeline = sound["timeline"].as_array().unwrap();
        timeline.iter().map(|interval| interval[name].as_u64().unwrap()).sum()
    };
    let (lost, expected) = (lossy["lost"].as_u64().unwrap(), lossy["expected"].as_u64().unwrap());
    // The intervals of P.862 overlap by half, so that each packet is in two of them.
    assert!(
        lost > 20 && sum("missing").abs_diff(2 * lost) <= lost / 5,
        "{lost} {}",
        sum("missing")
    );
    let twice = 2 * expected;
    assert!(sum("expected").abs_diff(twice) <= twice / 10, "{expected} {}", sum("expected"));
    assert!(!sound["moments"].as_array().unwrap().is_empty());
    // Speech that was not heard was not heard because its packets were missing.
    let findings = sound["findings"].as_array().unwrap();
    let lost_speech: Vec<_> =
        findings.iter().filter(|finding| finding["kind"] == "lost_speech").collect();
    assert!(!lost_speech.is_empty(), "{findings:?}");
    assert!(lost_speech.iter().all(|finding| finding["missing"].as_u64().unwrap() > 0));
    assert!(clean["sound"]["findings"].is_null());
}

#[test]
fn the_calculator_follows_its_schema_and_goes_both_ways() {
    let told = document("emodel-1", &["emodel", "--json", "--codec", "g711-plc", "--loss", "2"], 0);
    assert!((told["r"].as_f64().unwrap() - 86.1951).abs() < 1e-4);
    assert_eq!(told["mos_name"], "mos_cqen");
    let back = document("emodel-1", &["emodel", "--json", "--mos", "4.235"], 0);
    assert!((back["r"].as_f64().unwrap() - 86.195).abs() < 0.01);
    basilar().args(["emodel", "--loss", "120"]).assert().code(2);
    basilar().args(["emodel", "--codec", "g999"]).assert().code(2);
}
