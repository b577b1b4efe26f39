//! `basilar validate` on real recordings, and what becomes of bad rows, bad files and bad tables.

use crate::material::near::assert_near;
use crate::material::program::{basilar, said};
use crate::material::recordings::folder as samples;
use assert_cmd::assert::Assert;
use basilar::{Model, Scorer, Signal};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const TALKERS: [&str; 2] = ["june-fr", "allison-es"];

/// Conditions, what they are for each talker, and the votes that they get here, a little different for each talker.
const CONDITIONS: [(&str, [&str; 2], f64); 5] = [
    ("good", ["opus-24-kbps", "front-clipping-50-ms"], 4.1),
    ("fair", ["opus-8-kbps", "babble-25-snr-db"], 3.4),
    ("noisy", ["white-noise-25-snr-db", "pink-noise-20-snr-db"], 2.9),
    ("lossy", ["opus-loss-10-percent", "zero-loss-10-percent"], 2.2),
    ("bad", ["white-noise-5-snr-db", "babble-5-snr-db"], 1.4),
];

/// Copies the clips into a folder and writes the table of ratings, with a rated reference for each talker.
fn ratings(folder: &Path) -> PathBuf {
    let mut rows = String::new();
    for (place, talker) in TALKERS.iter().enumerate() {
        let mut row = |file: &str, condition: &str, score: f64| {
            let to = folder.join(talker).join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(samples().join("8k").join(talker).join(file), to).unwrap();
            rows += &format!(
                "one,{talker}/reference.wav,{talker}/{file},{condition},{score:.1},0.2,12,ACR 1-5\n"
            );
        };
        row("reference.wav", "reference", 4.6);
        for (condition, files, score) in CONDITIONS {
            row(&format!("{}.flac", files[place]), condition, score + 0.2 * place as f64);
        }
    }
    table(folder, "ratings.csv", &format!("{HEADER}{rows}"))
}

const HEADER: &str = "dataset,reference,degraded,condition,score,standard_error,votes,scale\n";

fn table(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

/// Adds rows to a table.
fn with_rows(path: &Path, rows: &str) {
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, text + rows).unwrap();
}

fn run(ratings: &Path, options: &[&str], exit: i32) -> Assert {
    let mut command = basilar();
    command.arg("validate").arg(ratings).args(options).current_dir(ratings.parent().unwrap());
    command.assert().code(exit)
}

fn json(ratings: &Path, options: &[&str], exit: i32) -> Value {
    let done = run(ratings, &[&["--json"], options].concat(), exit);
    serde_json::from_slice(&done.get_output().stdout).unwrap()
}

#[test]
fn every_clip_has_the_score_of_each_model_and_every_condition_their_mean() {
    let folder = tempfile::tempdir().unwrap();
    let found = json(&ratings(folder.path()), &["--model", "nb,fb"], 0);
    let clips = found["datasets"][0]["clips"]["judged"].as_array().unwrap();
    assert_eq!(clips.len(), TALKERS.len() * CONDITIONS.len());
    for (name, model) in [("nb", Model::narrowband()), ("fb", Model::fullband())] {
        let scorer = Scorer::new(model);
        for clip in clips {
            let open = |column: &str| {
                Signal::open(folder.path().join(clip[column].as_str().unwrap())).unwrap()
            };
            let score = scorer.score(&open("reference"), &open("degraded")).unwrap().mos_lqo;
            let found = clip["scores"][name].as_f64().unwrap();
            assert_near(found, score, 5.1e-5, &clip["degraded"]);
        }
    }
    let condition = &found["datasets"][0]["conditions"]["judged"][1];
    assert_eq!((&condition["condition"], &condition["clips"]), (&"fair".into(), &2.into()));
    let of_clips = |pointer: &str| {
        let own = clips.iter().filter(|clip| clip["condition"] == "fair");
        own.map(|clip| clip.pointer(pointer).unwrap().as_f64().unwrap()).sum::<f64>() / 2.0
    };
    for pointer in ["/scores/fb", "/score"] {
        let mean = condition.pointer(pointer).unwrap().as_f64().unwrap();
        assert_near(mean, of_clips(pointer), 1e-12, pointer);
    }
    assert_eq!(condition["votes"], 24);
}

#[test]
fn rated_references_count_only_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let ratings = ratings(folder.path());
    let without = json(&ratings, &["--model", "nb"], 0);
    assert_eq!(without["datasets"][0]["references_left_out"], 2);
    assert_eq!(without["datasets"][0]["clips"]["metrics"][0]["count"], 10);
    let with = json(&ratings, &["--model", "nb", "--keep-references"], 0);
    assert_eq!(with["datasets"][0]["references_left_out"], 0);
    assert_eq!(with["datasets"][0]["clips"]["metrics"][0]["count"], 12);
}

#[test]
fn bad_files_and_bad_ratings_cost_their_rows_only() {
    let folder = tempfile::tempdir().unwrap();
    let ratings = ratings(folder.path());
    let good = json(&ratings, &["--model", "nb,wb"], 0);
    fs::write(folder.path().join("broken.wav"), b"RIFF").unwrap();
    with_rows(
        &ratings,
        "one,june-fr/reference.wav,lost.wav,x,3.0,0.2,12,ACR 1-5\n\
         one,june-fr/reference.wav,broken.wav,x,3.0,0.2,12,ACR 1-5\n\
         one,june-fr/reference.wav,june-fr/reference.wav,x,many,0.2,12,ACR 1-5\n\
         one,june-fr/reference.wav,june-fr/reference.wav,x,3.0,-0.2,12,ACR 1-5\n\
         one,june-fr/reference.wav,,x,3.0,0.2,12,ACR 1-5\n",
    );
    let done = run(&ratings, &["--model", "nb,wb"], 3);
    let said = said(&done);
    for sentence in [
        "row 15: the score \"many\" is not a number",
        "row 16: the standard_error \"-0.2\" is not a number of at least 0",
        "row 17: no degraded is given",
        "lost.wav: no such file; check the path",
        "broken.wav: ",
    ] {
        assert_eq!(said.matches(sentence).count(), 1, "{sentence} in {said}");
    }
    let bad = json(&ratings, &["--model", "nb,wb"], 3);
    assert_eq!(bad["errors"].as_array().unwrap().len(), 5);
    let metrics = |found: &Value| found["datasets"][0]["clips"]["metrics"].clone();
    assert_eq!(metrics(&bad), metrics(&good), "the good rows are evaluated as before");
}

#[test]
fn what_cannot_be_evaluated_says_why_and_keeps_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let ratings = ratings(folder.path());
    with_rows(
        &ratings,
        "few,june-fr/reference.wav,june-fr/opus-8-kbps.flac,x,3.0,,,\n\
         alike,june-fr/reference.wav,june-fr/opus-24-kbps.flac,x,3.0,,,\n\
         alike,june-fr/reference.wav,june-fr/opus-8-kbps.flac,x,3.0,,,\n\
         alike,allison-es/reference.wav,allison-es/babble-5-snr-db.flac,x,3.0,,,\n\
         alike,allison-es/reference.wav,allison-es/babble-25-snr-db.flac,x,3.0,,,\n",
    );
    let found = json(&ratings, &["--model", "nb"], 3);
    let error = |place: usize| found["datasets"][place]["clips"]["metrics"][0]["error"].clone();
    assert_eq!(error(0), Value::Null);
    assert_eq!(error(1), "too few clips with a score, 1; give 4 or more");
    assert_eq!(error(2), "all clips have the vote 3; give some of other quality");
    let text = run(&ratings, &["--model", "nb"], 3);
    let text = String::from_utf8(text.get_output().stdout.clone()).unwrap();
    assert!(text.contains("all clips have the vote 3") && text.contains("ceiling"), "{text}");
}

#[test]
fn a_metric_of_equal_scores_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let ratings = ratings(folder.path());
    let rows = CONDITIONS.map(|(_, files, _)| format!("june-fr/{}.flac,4\n", files[0])).concat();
    table(folder.path(), "peers.csv", &format!("degraded,flat\n{rows}"));
    let found = json(&ratings, &["--scores", "peers.csv"], 3);
    let error = &found["datasets"][0]["clips"]["metrics"][0]["error"];
    assert_eq!(
        error,
        "all clips have the score 4, which follows nothing; check where it comes from"
    );
}

#[test]
fn tables_that_cannot_be_used_get_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let ratings = ratings(folder.path());
    let text = fs::read_to_string(&ratings).unwrap();
    let refuse = |text: &str, options: &[&str], sentence: &str| {
        let path = table(folder.path(), "bad.csv", text);
        let done = run(&path, options, 2).stdout("");
        assert!(said(&done).contains(sentence), "{sentence}: {}", said(&done));
        assert_eq!(said(&done).lines().count(), 1);
    };
    refuse(
        &text.replacen(",score,", ",mos,", 1),
        &[],
        "it has no column score, only dataset, reference",
    );
    refuse(HEADER, &[], "it has no rows");
    refuse(
        &text.replacen("ACR 1-5", "ACR 0-10", 3),
        &["--model", "nb"],
        "one has votes on the scales",
    );
    refuse(&text, &["--model", "nb,nb"], "two metrics are called nb");
    let scores = |text: &str, sentence: &str| {
        table(folder.path(), "peers.csv", text);
        let done = run(&ratings, &["--scores", "peers.csv"], 2).stdout("");
        assert!(said(&done).contains(sentence), "{sentence}: {}", said(&done));
    };
    scores("file,visqol\na.wav,3\n", "peers.csv: it has no column degraded");
    scores("degraded,visqol\n", "it has no rows");
    scores("degraded,visqol\na.wav,3\n", "none of its clips is in the ratings");
    scores("degraded,visqol\njune-fr/opus-8-kbps.flac,good\n", "it has no column of numbers");
    let clip = "june-fr/opus-8-kbps.flac";
    scores(&format!("degraded,visqol\n{clip},3\n{clip},4\n"), "row 2: the same clip as row 1");
    scores(&format!("degraded,visqol\n{clip},3\nb.wav,bad\n"), "row 2: the visqol \"bad\"");
    let done = run(&ratings, &["--model", "worse"], 2);
    assert!(said(&done).contains("auto, nb, wb"), "{}", said(&done));
    let done = run(&ratings, &["--clips", "clips.txt"], 2);
    assert!(said(&done).contains("clips.txt: the name does not say the format"), "{}", said(&done));
}

#[test]
fn what_is_read_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let ratings = ratings(folder.path());
    let before = fs::read(&ratings).unwrap();
    for option in ["--clips", "--statistics", "--markdown", "--plot"] {
        let done = run(&ratings, &["--model", "nb", option, "ratings.csv"], 2);
        assert!(
            said(&done).contains("ratings.csv: the results would replace it"),
            "{}",
            said(&done)
        );
    }
    assert_eq!(fs::read(&ratings).unwrap(), before);
}

#[test]
fn the_table_of_clips_is_read_again_as_scores() {
    let folder = tempfile::tempdir().unwrap();
    let ratings = ratings(folder.path());
    let scored = json(&ratings, &["--model", "nb,wb", "--clips", "clips.csv"], 0);
    for format in ["tsv", "jsonl", "parquet"] {
        let name = format!("clips.{format}");
        run(&ratings, &["--scores", "clips.csv", "--clips", &name], 0);
        assert_eq!(json(&ratings, &["--scores", &name], 0), scored, "{format}");
    }
}

#[test]
fn the_statistics_the_markdown_and_the_picture_hold_every_metric() {
    let folder = tempfile::tempdir().unwrap();
    let ratings = ratings(folder.path());
    let [statistics, markdown, plot] = ["statistics.csv", "table.md", "scatter.svg"];
    let files = ["--statistics", statistics, "--markdown", markdown, "--plot", plot];
    run(&ratings, &[&["--model", "nb,wb"], &files[..]].concat(), 0).stderr("");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let rows: Vec<_> = basilar::table::read(&folder.path().join(statistics))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let names: Vec<_> =
        rows.iter().map(|row| format!("{} {}", row["per"], row["metric"])).collect();
    assert_eq!(names.join(" "), r#""clip" "nb" "clip" "wb" "condition" "nb" "condition" "wb""#);
    let pearson: f64 = rows[0]["pearson"].as_str().unwrap().parse().unwrap();
    assert!(read(markdown).contains(&format!("| nb | {pearson:.3} / ")), "{}", read(markdown));
    let svg = read(plot);
    // Ten clips and five conditions in each of two panels.
    assert_eq!(svg.matches("<circle").count(), 2 * (10 + 5));
    assert!(svg.contains(&format!("nb, one: Pearson {pearson:.3}")));
}

#[test]
fn one_worker_and_many_print_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let ratings = ratings(folder.path());
    let printed = |jobs: &str| {
        let done = run(&ratings, &["--json", "--model", "nb,wb-cor2", "--jobs", jobs], 0);
        done.get_output().stdout.clone()
    };
    assert_eq!(printed("1"), printed("5"));
}

#[test]
fn models_may_be_files() {
    let folder = tempfile::tempdir().unwrap();
    let ratings = ratings(folder.path());
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/p862-nb.json");
    let text = fs::read_to_string(model).unwrap().replacen("p862-nb", "my-model", 1);
    table(folder.path(), "mine.json", &text);
    let found = json(&ratings, &["--model", "nb,mine.json"], 0);
    assert_eq!(found["metrics"], serde_json::json!(["nb", "my-model"]));
    let metrics = &found["datasets"][0]["clips"]["metrics"];
    assert_eq!(metrics[0]["pearson"], metrics[1]["pearson"]);
}
