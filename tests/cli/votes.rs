//! `basilar votes`: its numbers equal those of SciPy, pingouin, sureal and R; every layout is read; bad rows get a sentence.
//!
//! `tests/votes/make-expected.py` draws the votes and, with `make-expected.R`, computes what is expected.

use crate::material::json_schema;
use crate::material::near::assert_near;
use crate::material::program::{basilar, printed, said};
use crate::material::random::Random;
use assert_cmd::assert::Assert;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn run(votes: &Path, options: &[&str], exit: i32) -> Assert {
    basilar().arg("votes").arg(votes).args(options).assert().code(exit)
}

fn json(votes: &Path, options: &[&str], exit: i32) -> Value {
    let done = run(votes, &[&["--format", "json"], options].concat(), exit);
    let found = serde_json::from_str(&printed(&done)).unwrap();
    let schema = fs::read_to_string("schemas/votes-1.json").unwrap();
    json_schema::check(&serde_json::from_str(&schema).unwrap(), &found).unwrap();
    found
}

fn table(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn read(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The conditions and stimuli of the first scale, by the names that the expected values have.
fn by_name<'a>(scale: &'a Value, what: &str) -> impl Fn(&str) -> &'a Value {
    let all = scale[what].as_array().unwrap();
    move |wanted: &str| {
        let is = |one: &&Value| {
            let condition = one["condition"].as_str().unwrap();
            match one.get("item") {
                Some(item) => format!("{}/{condition}", item.as_str().unwrap()) == wanted,
                None => condition == wanted,
            }
        };
        all.iter().find(is).unwrap()
    }
}

#[test]
fn mean_opinions_and_their_intervals_equal_those_of_scipy() {
    let expected = read("tests/votes/expected.json");
    for data in ["complete", "incomplete"] {
        let found = json(Path::new(&format!("tests/votes/{data}.csv")), &[], 0);
        let scale = &found["scales"][0];
        for what in ["conditions", "stimuli"] {
            let own = by_name(scale, what);
            for (name, expected) in expected[data][what].as_object().unwrap() {
                let found = own(name);
                assert_eq!(found["votes"], expected["votes"], "{name}");
                if expected["votes"] == 1 {
                    continue;
                }
                for (pointer, expected) in [
                    ("/mean", "mean"),
                    ("/standard_error", "standard_error"),
                    ("/interval/0", "low"),
                    ("/interval/1", "high"),
                ]
                .map(|(pointer, name)| (pointer, &expected[name]))
                {
                    let found = number(found.pointer(pointer).unwrap());
                    assert_near(found, number(expected), 1e-9, format!("{name}{pointer}"));
                }
            }
        }
    }
}

#[test]
fn the_model_of_listeners_equals_that_of_sureal() {
    let expected = read("tests/votes/expected.json");
    for data in ["complete", "incomplete"] {
        let found = json(Path::new(&format!("tests/votes/{data}.csv")), &[], 0);
        let scale = &found["scales"][0];
        let expected = &expected[data]["recovered"];
        let own = by_name(scale, "stimuli");
        for (name, expected) in expected["quality"].as_object().unwrap() {
            let found = number(&own(name)["recovered"]["mean"]);
            assert_near(found, number(expected), 1e-5, format!("{data} {name}"));
        }
        for listener in scale["listeners"].as_array().unwrap() {
            let name = listener["listener"].as_str().unwrap();
            for what in ["bias", "inconsistency"] {
                let expected = number(&expected[what][name]);
                assert_near(number(&listener[what]), expected, 1e-5, format!("{name} {what}"));
            }
        }
    }
}

#[test]
fn agreement_and_the_analysis_of_variance_equal_those_of_pingouin_and_r() {
    let icc = &read("tests/votes/expected.json")["icc"];
    let expected = read("tests/votes/expected-models.json");
    let found = json(Path::new("tests/votes/complete.csv"), &[], 0);
    let agreement = &found["scales"][0]["reliability"];
    for (name, of) in
        [("icc_single", "ICC(A,1)"), ("icc_mean", "ICC(A,k)"), ("icc_consistency", "ICC(C,1)")]
    {
        assert_near(number(&agreement[name]), number(&icc[of]), 1e-5, of);
    }
    let halves = ["split_half", "split_half_corrected"].map(|name| number(&agreement[name]));
    assert!(0.7 < halves[0] && halves[0] < halves[1] && halves[1] < 1.0, "{halves:?}");
    for data in ["complete", "incomplete"] {
        let found = json(Path::new(&format!("tests/votes/{data}.csv")), &[], 0);
        let (scale, expected) = (&found["scales"][0], &expected[data]);
        for name in ["icc_single", "icc_consistency"] {
            assert_near(number(&scale["reliability"][name]), number(&expected[name]), 1e-5, name);
        }
        let test = &scale["analysis"]["test"];
        assert_near(number(&test["f"]), number(&expected["f"]), 1e-3, "F");
        assert_near(number(&test["error_degrees"]), number(&expected["error_degrees"]), 0.05, "df");
        let own = by_name(scale, "conditions");
        for (name, mean) in expected["means"].as_object().unwrap() {
            let found = own(name);
            assert_near(number(&found["general_mean"]), number(mean), 1e-5, name);
            for (end, expected) in [(0, &expected["low"]), (1, &expected["high"])] {
                let found = number(&found["general_interval"][end]);
                assert_near(found, number(&expected[name]), 1e-3, format!("{data} {name} {end}"));
            }
        }
    }
}

#[test]
fn no_listener_is_taken_to_be_beyond_doubt() {
    let found = json(Path::new("tests/votes/sparse.csv"), &[], 0);
    let listeners = found["scales"][0]["listeners"].as_array().unwrap();
    let inconsistency: Vec<f64> =
        listeners.iter().map(|one| number(&one["inconsistency"])).collect();
    let least = inconsistency.iter().copied().fold(f64::INFINITY, f64::min);
    let all = inconsistency.iter().map(|one| one * one).sum::<f64>() / inconsistency.len() as f64;
    assert!(least > 0.2 * all.sqrt(), "{inconsistency:?}");
}

/// Votes of twelve listeners on drawn qualities; the last four are at random.
fn noisy_votes() -> (Vec<f64>, String) {
    let mut random = Random(8);
    let quality: Vec<f64> = (0..24).map(|place| 1.6 + 2.8 * f64::from(place) / 23.0).collect();
    let mut text = "listener,item,score\n".to_owned();
    for listener in 0..12 {
        let bias = 0.3 * random.normal();
        let spread = if listener < 8 { 0.4 } else { 2.5 };
        for (item, quality) in quality.iter().enumerate() {
            let vote = (quality + bias + spread * random.normal()).round().clamp(1.0, 5.0);
            text += &format!("l{listener},i{item},{vote}\n");
        }
    }
    (quality, text)
}

#[test]
fn the_model_of_listeners_lies_nearer_the_truth_than_means_where_some_vote_at_random() {
    let (quality, text) = noisy_votes();
    let (_folder, path) = table("votes.csv", &text);
    let found = json(&path, &[], 0);
    let stimuli = found["scales"][0]["stimuli"].as_array().unwrap();
    let correlation = |pointer: &str| {
        let found: Vec<f64> =
            stimuli.iter().map(|one| number(one.pointer(pointer).unwrap())).collect();
        basilar::statistics::pearson(&found, &quality)
    };
    let [means, recovered] = ["/mean", "/recovered/mean"].map(correlation);
    println!("means {means:.3}, recovered {recovered:.3}");
    assert!(recovered > means + 0.02 && recovered > 0.96, "{recovered} {means}");
    // Screening by correlation leaves out those who vote at random, and no one else.
    let found = json(&path, &["--screen", "correlation:0.6"], 0);
    let listeners = found["scales"][0]["listeners"].as_array().unwrap();
    let out: Vec<&str> = listeners
        .iter()
        .filter(|one| !one["excluded"].as_array().unwrap().is_empty())
        .map(|one| one["listener"].as_str().unwrap())
        .collect();
    assert_eq!(out, ["l8", "l9", "l10", "l11"]);
    assert_eq!(found["scales"][0]["votes"], 8 * 24);
}

#[test]
fn long_and_wide_tables_say_the_same() {
    let long = fs::read_to_string("tests/votes/incomplete.csv").unwrap();
    let mut rows: Vec<((String, String), [String; 12])> = Vec::new();
    for line in long.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let key = (cells[1].to_owned(), cells[2].to_owned());
        let place = rows.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            rows.push((key, Default::default()));
            rows.len() - 1
        });
        let listener: usize = cells[0][1..].parse().unwrap();
        rows[place].1[listener - 1] = cells[3].to_owned();
    }
    let names: Vec<String> = (1..=12).map(|listener| format!("l{listener}")).collect();
    let mut text = format!("item,condition,{}\n", names.join(","));
    for ((item, condition), votes) in rows {
        text += &format!("{item},{condition},{}\n", votes.join(","));
    }
    let (_folder, path) = table("wide.csv", &text);
    let conditions = |path: &Path| json(path, &[], 0)["scales"][0]["conditions"].clone();
    let (wide, long) = (conditions(&path), conditions(Path::new("tests/votes/incomplete.csv")));
    for (wide, long) in wide.as_array().unwrap().iter().zip(long.as_array().unwrap()) {
        assert_eq!(wide["condition"], long["condition"]);
        for name in ["mean", "recovered", "general_mean"] {
            assert_near(number(&wide[name]), number(&long[name]), 1e-6, name);
        }
    }
    // Votes of nobody in particular: means, and a word on what is not said.
    let (_folder, path) = table(
        "clips.csv",
        "file_url,n,MOS,vote_1,vote_2,vote_3\na.wav,3,4,5,4,3\nb.wav,2,2,2,2,\n",
    );
    let found = json(&path, &[], 0);
    let scale = &found["scales"][0];
    assert_eq!(
        (&scale["stimuli"][0]["mean"], &scale["stimuli"][1]["votes"]),
        (&4.0.into(), &2.into())
    );
    assert!(scale["notes"][0].as_str().unwrap().contains("does not say who voted"));
}

#[test]
fn answers_of_crowd_workers_are_read_with_their_gold_and_trapping_questions() {
    let text = "HITId,WorkerId,AssignmentStatus,Input.Q1,Input.Q2,Input.Q3,Input.Q4,Input.TP,Input.TP_ans,Input.gold_clip,Input.gold_clip_ans,Answer.Q1,Answer.Q2,Answer.Q3,Answer.Q4\n\
        h,careful,Approved,http://x/f1_c1_.wav,http://x/f1_c2_.wav,http://x/tp.wav,http://x/gold.wav,http://x/tp.wav,2,http://x/gold.wav,5,4,2,2,4\n\
        h,careless,Approved,http://x/f1_c1_.wav,http://x/f1_c2_.wav,http://x/tp.wav,http://x/gold.wav,http://x/tp.wav,2,http://x/gold.wav,5,3,3,3,3\n\
        h,refused,Rejected,http://x/f1_c1_.wav,http://x/f1_c2_.wav,http://x/tp.wav,http://x/gold.wav,http://x/tp.wav,2,http://x/gold.wav,5,1,5,2,5\n";
    let (_folder, path) = table("answers.csv", text);
    let options = ["--condition-pattern", "_(c[0-9]+)_", "--screen", "p808"];
    let found = json(&path, &options, 0);
    let scale = &found["scales"][0];
    assert_eq!(scale["votes"], 2, "{scale}");
    assert_eq!(scale["conditions"][0]["condition"], "c1");
    assert_eq!(scale["conditions"][0]["mean"], 4.0);
    let listeners = scale["listeners"].as_array().unwrap();
    assert_eq!(listeners.len(), 2);
    assert_eq!((&listeners[0]["checks"], &listeners[0]["checks_failed"]), (&2.into(), &0.into()));
    assert_eq!(listeners[1]["excluded"][0], "2 of 2 gold or trapping questions wrong");
}

#[test]
fn the_three_scales_of_p835_are_evaluated_apart() {
    let mut text = "listener,item,condition,sig,bak,ovrl\n".to_owned();
    for listener in 0..4 {
        for (condition, votes) in [("noisy", [4, 2, 3]), ("clean", [5, 5, 5])] {
            for item in ["a", "b"] {
                let more = i32::from(listener == 3 && item == "a");
                let [sig, bak, ovrl] = votes.map(|vote: i32| vote - more);
                text += &format!("l{listener},{item},{condition},{sig},{bak},{ovrl}\n");
            }
        }
    }
    let (folder, path) = table("p835.csv", &text);
    let ratings = folder.path().join("ratings.csv");
    let found = json(&path, &[], 0);
    assert_eq!(found["method"], "p835");
    let scales: Vec<_> =
        found["scales"].as_array().unwrap().iter().map(|one| &one["scale"]).collect();
    assert_eq!(scales, ["sig", "bak", "ovrl"]);
    assert_eq!(found["scales"][1]["conditions"][0]["mean"], 2.0 - 1.0 / 8.0);
    // Without a word on what was degraded there are no ratings.
    let done = run(&path, &["--ratings", ratings.to_str().unwrap()], 2);
    assert!(said(&done).contains("add a column reference"), "{}", said(&done));
}

#[test]
fn mushra_listeners_who_miss_the_hidden_reference_are_left_out() {
    let mut text = "listener,item,condition,score\n".to_owned();
    for listener in 0..6 {
        for item in 0..5 {
            let deaf = listener == 5 && item < 2;
            let keen = if listener == 4 { 95 } else { 40 + item };
            text += &format!("l{listener},i{item},Reference,{}\n", if deaf { 60 } else { 97 });
            text += &format!("l{listener},i{item},anchor70,{keen}\n");
            text += &format!("l{listener},i{item},codec,{}\n", 70 + listener + item);
        }
    }
    let (_folder, path) = table("mushra.csv", &text);
    let found = json(&path, &["--screen", "bs1534"], 0);
    assert_eq!((&found["method"], &found["reference"]), (&"mushra".into(), &"Reference".into()));
    let listeners = found["scales"][0]["listeners"].as_array().unwrap();
    assert_eq!(listeners[5]["excluded"][0], "hidden reference below 90 in 40 % of the items");
    assert_eq!(listeners[4]["excluded"][0], "anchor above 90 in 100 % of the items");
    assert_eq!(listeners.iter().filter(|one| one["excluded"] == serde_json::json!([])).count(), 4);
}

#[test]
fn bad_rows_cost_themselves_only_and_comparisons_may_be_negative() {
    let (_folder, path) = table(
        "ccr.csv",
        "listener,item,condition,score\na,x,one,-2\nb,x,one,1\na,y,one,0\nb,y,one,4\nb,z,one,good\n,z,one,1\na,,one,1\na,q,one,\n",
    );
    let found = json(&path, &[], 3);
    assert_eq!((&found["method"], &found["scales"][0]["votes"]), (&"ccr".into(), &3.into()));
    let errors = found["errors"].to_string();
    for sentence in [
        "row 4: the vote 4 is not from -3 to 3",
        "row 5: the score \\\"good\\\" is not a number",
        "row 6: no listener is given",
        "row 7: no item is given",
        "row 8: no score is given",
    ] {
        assert!(errors.contains(sentence), "{sentence}: {errors}");
    }
}

#[test]
fn tables_that_are_no_votes_get_one_sentence() {
    let refuse = |text: &str, options: &[&str], sentence: &str| {
        let (_folder, path) = table("votes.csv", text);
        let done = run(&path, options, 2).stdout("");
        assert!(said(&done).contains(sentence), "{sentence}: {}", said(&done));
        assert_eq!(said(&done).lines().count(), 1, "{}", said(&done));
    };
    let votes = "listener,item,condition,score\na,x,one,3\nb,x,one,4\n";
    refuse("listener,item,condition,score\n", &[], "it has no rows");
    refuse("listener,item,score\na,x,bad\n", &[], "none of its rows is a vote");
    refuse("item,comment\nx,nice\n", &[], "none of its columns item, comment holds votes");
    refuse(votes, &["--screen", "p808"], "it has no gold or trapping questions");
    refuse(votes, &["--screen", "bs1534"], "name it by --reference");
    refuse(votes, &["--reference", "two"], "no condition is called two, only one");
    refuse(votes, &["--condition-pattern", "c[0-9]"], "put the condition in brackets");
    refuse(votes, &["--condition-pattern", "(c"], "not a regular expression");
    refuse("item,vote_1,vote_2\nx,3,4\n", &["--screen", "correlation"], "does not say who voted");
    let done = run(Path::new("missing.csv"), &[], 2);
    assert!(said(&done).contains("missing.csv: no such file"), "{}", said(&done));
}

#[test]
fn ratings_are_read_by_validate_and_tables_and_pictures_hold_every_condition() {
    let mut text = "listener,degraded,reference,condition,score\n".to_owned();
    for listener in 0..5 {
        for (clip, quality) in [("a", 2), ("b", 3), ("c", 4), ("d", 4), ("e", 1)] {
            let vote = (quality + listener % 2).clamp(1, 5);
            text += &format!("l{listener},{clip}.wav,ref-{clip}.wav,{clip},{vote}\n");
        }
    }
    let (folder, path) = table("votes.csv", &text);
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let [ratings, plot, listeners, stimuli, peers] =
        ["ratings.csv", "plot.svg", "listeners.csv", "stimuli.parquet", "peers.csv"].map(at);
    let files = [
        "--ratings",
        &*ratings,
        "--plot",
        &*plot,
        "--listeners",
        &*listeners,
        "--stimuli",
        &*stimuli,
    ];
    let said_text = printed(&run(&path, &files, 0));
    assert!(said_text.contains("ACR 1-5") && said_text.contains("ICC(2,1)"), "{said_text}");
    let svg = fs::read_to_string(&plot).unwrap();
    // A mean and a single item for each condition.
    assert_eq!(svg.matches("<circle").count(), 2 * 5, "{svg}");
    assert_eq!(fs::read_to_string(&listeners).unwrap().lines().count(), 6);
    fs::write(&peers, "degraded,peer\na.wav,2\nb.wav,3\nc.wav,4\nd.wav,4.2\ne.wav,1\n").unwrap();
    let mut validate = basilar();
    let options = ["--scores", &*peers, "--json"];
    let done = validate.arg("validate").arg(&ratings).args(options).assert().code(0);
    let found: Value = serde_json::from_str(&printed(&done)).unwrap();
    let clip = &found["datasets"][0]["clips"]["judged"][0];
    assert_eq!((&clip["reference"], &clip["votes"]), (&"ref-a.wav".into(), &5.into()));
    assert_near(number(&clip["score"]), 2.4, 1e-9, "score");
    let csv = printed(&run(&path, &["--format", "csv"], 0));
    assert_eq!(csv.lines().count(), 6);
}
