//! `basilar rank`: its numbers equal R's, its error rates are what they say, and bad tables get a sentence.
//!
//! `tests/ranking/make-expected.R` draws the scores and computes what is expected.

use crate::material::json_schema;
use crate::material::near::assert_near;
use crate::material::program::{basilar, printed, said};
use assert_cmd::assert::Assert;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

fn run(table: &Path, options: &[&str], exit: i32) -> Assert {
    basilar().arg("rank").arg(table).args(options).assert().code(exit)
}

fn json(table: &Path, options: &[&str]) -> Value {
    let done = run(table, &[&["--format", "json"], options].concat(), 0).stderr("");
    let found = serde_json::from_str(&printed(&done)).unwrap();
    let schema = fs::read_to_string("schemas/ranking-1.json").unwrap();
    json_schema::check(&serde_json::from_str(&schema).unwrap(), &found).unwrap();
    found
}

/// A table of results in a folder of its own.
fn table(rows: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.csv");
    fs::write(&path, format!("codec,bitrate,talker,item,mos_lqo,error\n{rows}")).unwrap();
    (folder, path)
}

fn name(cells: &Value) -> String {
    let cells = cells.as_array().unwrap().iter();
    cells.map(|cell| cell.as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// The pairs of R, under "a - b", with the sign as it is for a - b.
fn pairs(found: &Value) -> HashMap<String, (f64, Value)> {
    let mut pairs = HashMap::new();
    for pair in found["differences"].as_array().unwrap() {
        let (better, worse) = (name(&pair["better"]), name(&pair["worse"]));
        pairs.insert(format!("{better} - {worse}"), (1.0, pair.clone()));
        pairs.insert(format!("{worse} - {better}"), (-1.0, pair.clone()));
    }
    pairs
}

#[test]
fn a_ranking_equals_that_of_r() {
    let expected = fs::read_to_string("tests/ranking/expected.json").unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    for data in ["balanced", "unbalanced"] {
        let file = format!("tests/ranking/{data}.csv");
        let expected = &expected[data];
        for adjust in ["tukey", "holm"] {
            let options = [
                "--by",
                "codec,bitrate",
                "--adjust",
                adjust,
                "--equivalence",
                "0.3",
                "--against",
                "opus-24",
            ];
            let found = json(Path::new(&file), &options);
            let pairs = pairs(&found);
            for pair in expected[adjust].as_array().unwrap() {
                let of = pair["pair"].as_str().unwrap();
                let (sign, found) = &pairs[of];
                let near = |found: f64, expected: &Value, tolerance: f64, what: &str| {
                    assert_near(found, number(expected), tolerance, format!("{data} {of} {what}"));
                };
                let [low, high] = [0, 1].map(|end| sign * number(&found["interval"][end]));
                near(sign * number(&found["difference"]), &pair["difference"], 1e-5, "difference");
                near(number(&found["standard_error"]), &pair["standard_error"], 1e-5, "error");
                near(number(&found["degrees"]), &pair["degrees"], 0.02, "degrees");
                near(low.min(high), &pair["low"], 1e-4, "low");
                near(low.max(high), &pair["high"], 1e-4, "high");
                near(number(&found["p"]), &pair["p"], 1e-4, "p");
            }
            let equivalences = found["equivalences"].as_array().unwrap();
            for expected in expected["equivalences"].as_array().unwrap() {
                let of = |one: &&Value| {
                    format!("{} - opus 24", name(&one["system"]))
                        == expected["pair"].as_str().unwrap()
                };
                let found = equivalences.iter().find(of).unwrap();
                for what in ["difference", "p_equivalent", "p_no_worse"] {
                    assert_near(number(&found[what]), number(&expected[what]), 1e-4, what);
                }
            }
            assert_near(number(&found["test"]["f"]), number(&expected["f"]), 0.02, "F");
            assert_near(
                number(&found["test"]["error_degrees"]),
                number(&expected["error_degrees"]),
                // lmerTest takes other contrasts, on which these degrees depend where there are gaps.
                0.05,
                "degrees of the error",
            );
        }
        let found = json(Path::new(&file), &["--by", "codec,bitrate"]);
        for expected in expected["systems"].as_array().unwrap() {
            let mut systems = found["systems"].as_array().unwrap().iter();
            let own =
                systems.find(|one| name(&one["system"]) == expected["system"].as_str().unwrap());
            let own = own.unwrap();
            assert_near(number(&own["mean"]), number(&expected["mean"]), 1e-5, "mean");
            assert_near(number(&own["interval"][0]), number(&expected["low"]), 1e-3, "low");
            assert_near(
                number(&own["interval"][1]),
                number(&expected["high"]).min(5.0),
                1e-3,
                "high",
            );
        }
        for system in found["systems"].as_array().unwrap() {
            let name = name(&system["system"]);
            assert_eq!(system["letters"], expected["letters"][&name], "{data} {name}");
        }
        let variances = ["talker", "talker × system", "item", "residual"];
        for (found_name, name) in variances.iter().zip(["talker", "cell", "thing", "Residual"]) {
            let mut components = found["components"].as_array().unwrap().iter();
            let own = components.find(|one| one["factor"] == *found_name).unwrap();
            assert_near(
                number(&own["variance"]),
                number(&expected["variances"][name]),
                1e-5,
                format!("{data} {name}"),
            );
        }
    }
}

#[test]
fn a_system_is_equivalent_no_worse_worse_or_undecided() {
    let options = ["--by", "codec,bitrate", "--equivalence", "0.3", "--against", "OPUS/24"];
    let found = json(Path::new("tests/ranking/balanced.csv"), &options);
    let standing = |system: &str| {
        let all = found["equivalences"].as_array().unwrap();
        all.iter().find(|one| name(&one["system"]) == system).unwrap()["standing"].clone()
    };
    assert_eq!(standing("opus 32"), "equivalent");
    assert_eq!(standing("mp3 16"), "worse");
    assert_eq!(found["equivalences"].as_array().unwrap().len(), 8);
    let narrow = ["--by", "codec,bitrate", "--equivalence", "0.01", "--against", "opus 24"];
    let found = json(Path::new("tests/ranking/balanced.csv"), &narrow);
    let all = found["equivalences"].as_array().unwrap();
    let lc3 = all.iter().find(|one| name(&one["system"]) == "opus 32").unwrap();
    assert_eq!(lc3["standing"], "undecided");
}

#[test]
fn ladders_say_what_bit_rate_gives_a_quality_and_what_a_codec_saves() {
    let found = json(
        Path::new("tests/ranking/balanced.csv"),
        &["--by", "codec,bitrate", "--at", "3.5,3.9,4.9"],
    );
    let rates = found["ladders"]["rates"].as_array().unwrap();
    let rate = |ladder: &str, mos_lqo: f64| {
        rates
            .iter()
            .find(|one| name(&one["ladder"]) == ladder && one["mos_lqo"] == mos_lqo)
            .unwrap()
    };
    let lc3 = rate("lc3", 3.5);
    let [low, high] = [0, 1].map(|end| number(&lc3["interval"][end]));
    assert!(low < number(&lc3["rate"]) && number(&lc3["rate"]) < high, "{lc3}");
    assert_eq!(rate("lc3", 4.9)["rate"], Value::Null);
    // The same by the package bjontegaard 1.3.0 (PCHIP), in tests/ranking/make-expected.py.
    let expected = fs::read_to_string("tests/ranking/expected-ladders.json").unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let differences = found["ladders"]["differences"].as_array().unwrap();
    for expected in expected.as_array().unwrap() {
        let is = |one: &&Value| {
            name(&one["ladder"]) == expected["ladder"].as_str().unwrap()
                && name(&one["against"]) == expected["against"].as_str().unwrap()
        };
        let found = differences.iter().find(is).unwrap();
        assert_near(number(&found["mos_lqo"]), number(&expected["mos_lqo"]), 1e-4, "BD-MOS");
        if expected["rate_percent"].is_null() {
            assert_eq!(found["reason"], "the two have no quality or no bit-rate in common");
            continue;
        }
        let percent = number(&found["rate_percent"]);
        assert_near(percent, number(&expected["rate_percent"]), 0.01, "BD-rate");
        let [low, high] = [0, 1].map(|end| number(&found["rate_interval"][end]));
        assert!(low < percent && percent < high, "{found}");
    }
}

#[test]
fn a_ladder_that_falls_has_no_rate_for_a_quality_and_says_so() {
    let mut rows = String::new();
    for (item, more) in [("a", 0.0), ("b", 0.1), ("c", 0.05)] {
        for (codec, bitrate, mos) in [
            ("lc3", 16, 3.8),
            ("lc3", 24, 4.3),
            ("lc3", 32, 4.1),
            ("opus", 16, 4.0),
            ("opus", 24, 4.2),
        ] {
            let mos = mos + more + 0.01 * f64::from(bitrate % 7) * more;
            rows += &format!("{codec},{bitrate},t,{item},{mos:.4},\n");
        }
    }
    let (_folder, path) = table(&rows);
    let found = json(&path, &["--by", "codec,bitrate"]);
    let one = &found["ladders"]["differences"][0];
    assert_eq!(one["rate_percent"], Value::Null);
    assert!(
        one["reason"].as_str().unwrap().starts_with("lc3 does not rise from 24 to 32"),
        "{one}"
    );
    assert!(one["mos_lqo"].is_number());
}

#[test]
fn thin_tables_give_numbers_or_say_what_is_missing() {
    let notes = |rows: &str| {
        let (_folder, path) = table(rows);
        let found = json(&path, &["--by", "codec"]);
        (found["notes"].to_string(), found)
    };
    // One item only: means, and nothing on how sure they are.
    let (said, found) = notes("a,1,t,i,3.5,\nb,1,t,i,4.0,\n");
    assert!(said.contains("score more items"), "{said}");
    assert_eq!(found["differences"][0]["p"], Value::Null);
    assert_eq!(name(&found["systems"][0]["system"]), "b");
    // One system only.
    let (said, found) = notes("a,1,t,i,3.5,\na,1,u,j,4.0,\na,1,u,k,4.1,\n");
    assert!(said.contains("nothing to compare it with"), "{said}");
    assert!(found["systems"][0]["interval"][0].is_number());
    // Scores that do not vary at all.
    let (_, found) = notes("a,1,t,i,4.5,\na,1,t,j,4.5,\nb,1,t,i,4.5,\nb,1,t,j,4.5,\n");
    assert_eq!(number(&found["differences"][0]["p"]), 1.0);
    assert_eq!(found["systems"][0]["letters"], found["systems"][1]["letters"]);
    // Every system on items of its own, rows that could not be scored, an empty cell.
    let (said, found) = notes(
        "a,1,t,i,3.5,\na,1,t,j,3.6,\nb,1,u,k,4.0,\nb,1,u,l,4.2,\nb,1,u,m,,silent\nb,1,,n,4.0,\n",
    );
    assert!(said.contains("left out for an empty talker or item: 1"), "{said}");
    assert_eq!((&found["failed"], &found["rows"]), (&1.into(), &4.into()));
    assert!(found["differences"][0]["interval"][0].is_number(), "{found}");
}

#[test]
fn tables_that_cannot_be_ranked_get_one_sentence() {
    let refuse = |rows: &str, options: &[&str], sentence: &str| {
        let (_folder, path) = table(rows);
        let done = run(&path, options, 2).stdout("");
        assert!(said(&done).contains(sentence), "{sentence}: {}", said(&done));
        assert_eq!(said(&done).lines().count(), 1, "{}", said(&done));
    };
    let two = "a,1,t,i,3.5,\nb,1,t,i,4.0,\n";
    refuse("", &["--by", "codec"], "it has no rows");
    refuse(two, &["--by", "coder"], "it has no column coder");
    refuse(two, &["--by", "codec", "--block", "speaker"], "it has no column speaker");
    refuse("a,1,t,i,,broken\n", &["--by", "codec"], "none of its rows can be ranked");
    refuse("a,1,t,i,9,\n", &["--by", "codec"], "row 1: the mos_lqo \"9\"");
    let against = ["--by", "codec", "--equivalence", "0.1", "--against", "c"];
    refuse(two, &against, "no system is called c, only a, b");
}

#[test]
fn the_pairs_the_markdown_and_the_picture_hold_every_system() {
    let folder = tempfile::tempdir().unwrap();
    let [pairs, plot] = ["pairs.csv", "plot.svg"].map(|name| folder.path().join(name));
    let results = Path::new("tests/ranking/balanced.csv");
    let files = ["--differences", pairs.to_str().unwrap(), "--plot", plot.to_str().unwrap()];
    let options = [&["--by", "codec,bitrate", "--format", "markdown"], &files[..]].concat();
    let markdown = printed(&run(results, &options, 0));
    assert!(markdown.contains("| opus 32 |") && markdown.contains("|---|"), "{markdown}");
    assert_eq!(fs::read_to_string(&pairs).unwrap().lines().count(), 1 + 9 * 8 / 2);
    let svg = fs::read_to_string(&plot).unwrap();
    assert_eq!(svg.matches("<circle").count(), 9, "{svg}");
    assert!(svg.contains("mp3 16") && svg.contains("ab"));
    let csv = printed(&run(results, &["--by", "codec", "--format", "csv"], 0));
    assert_eq!(csv.lines().next(), Some("codec,rows,mean,low,high,group"));
    let text = printed(&run(results, &["--by", "codec,bitrate"], 0));
    assert!(text.contains("Tukey's simultaneous 95 % intervals"), "{text}");
    let done = run(&pairs, &["--by", "better", "--plot", pairs.to_str().unwrap()], 2);
    assert!(said(&done).contains("the results would replace it"), "{}", said(&done));
}
