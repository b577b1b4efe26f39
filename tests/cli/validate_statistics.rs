//! Every statistic of `basilar validate` equals SciPy's, on ratings that lead the mapping into each of its cases.
//!
//! `tests/validation/make-expected.py` draws the ratings and computes what is expected.

use crate::material::near::assert_near;
use crate::material::program::basilar;
use serde_json::Value;

/// RMSE* has corners where an error leaves the votes' interval; there the two fits' rounding shows.
const TOLERANCE: f64 = 1e-7;

/// Compares two objects, lists or numbers; what is not expected may be found.
fn assert_same(found: &Value, expected: &Value, place: &str) -> usize {
    match expected {
        Value::Object(fields) => {
            let each = fields.iter();
            each.map(|(name, value)| assert_same(&found[name], value, &format!("{place}/{name}")))
                .sum()
        }
        Value::Array(items) => {
            let each = items.iter().enumerate();
            each.map(|(i, value)| assert_same(&found[i], value, &format!("{place}/{i}"))).sum()
        }
        _ => {
            match (found.as_f64(), expected.as_f64()) {
                (Some(found), Some(expected)) => assert_near(found, expected, TOLERANCE, place),
                _ => assert_eq!(found, expected, "{place}"),
            }
            1
        }
    }
}

#[test]
fn statistics_equal_those_of_an_independent_library() {
    let mut command = basilar();
    command.current_dir("tests/validation");
    command.args(["validate", "ratings.csv", "--scores", "scores.csv", "--json"]);
    let done = command.assert().code(0).stderr("");
    let found: Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
    let expected = std::fs::read_to_string("tests/validation/expected.json").unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let datasets = found["datasets"].as_array().unwrap();
    assert_eq!(datasets.len(), expected.as_object().unwrap().len());
    let mut compared = 0;
    for dataset in datasets {
        let name = dataset["dataset"].as_str().unwrap();
        for per in ["clips", "conditions"] {
            let (found, expected) = (&dataset[per], &expected[name][per]);
            compared +=
                assert_same(&found["ceiling"], &expected["ceiling"], &format!("{name}/{per}"));
            let place = format!("{name}/{per}/differences");
            compared += assert_same(&found["differences"], &expected["differences"], &place);
            for metric in found["metrics"].as_array().unwrap() {
                let metric_name = metric["metric"].as_str().unwrap();
                let expected = &expected["metrics"][metric_name];
                compared += assert_same(metric, expected, &format!("{name}/{per}/{metric_name}"));
            }
        }
    }
    // Ten numbers for each of two metrics in two ways, and two for most ceilings.
    assert!(compared > datasets.len() * 40, "{compared}");
}

#[test]
fn over_the_listening_tests_a_surer_difference_counts_more() {
    let mut command = basilar();
    command.current_dir("tests/validation");
    command.args(["validate", "ratings.csv", "--scores", "scores.csv", "--json"]);
    let found: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    let datasets = found["datasets"].as_array().unwrap();
    let number = |value: &Value| value.as_f64().unwrap();
    let (mut weights, mut sum, mut clips, mut z) = (0.0, 0.0, 0.0, 0.0);
    for dataset in datasets {
        let one = &dataset["clips"]["differences"][0];
        let metric = |place: usize| &dataset["clips"]["metrics"][place];
        // The difference of z over its error is the test's statistic; clips without a second score count for neither.
        let statistic = number(&one["dependent"]["statistic"]);
        let independent = number(&one["independent"]["statistic"]);
        let difference = independent * (2.0 / (number(&one["count"]) - 3.0)).sqrt();
        let weight = (statistic / difference).powi(2);
        weights += weight;
        sum += weight * difference;
        let free = number(&metric(0)["count"]) - 3.0;
        clips += free;
        z += free * number(&metric(0)["pearson"]).atanh();
    }
    let pooled = &found["pooled"]["differences"][0];
    assert_near(number(&pooled["z_difference"]), sum / weights, 1e-9, "difference");
    assert_near(number(&pooled["test"]["statistic"]), sum / weights.sqrt(), 1e-9, "z");
    let metric = &found["pooled"]["metrics"][0];
    assert_near(number(&metric["pearson"]), (z / clips).tanh(), 1e-9, "pearson");
    let [low, high] = [0, 1].map(|end| number(&metric["pearson_interval"][end]));
    assert!(low < (z / clips).tanh() && (z / clips).tanh() < high);
    // Pooled over the seven tests from 1 to 5, not the one to 100.
    assert!(number(&metric["rmse_mapped"]) < 1.0, "{metric}");
}

#[test]
fn the_mapping_never_falls_between_the_lowest_and_the_highest_score() {
    let mut command = basilar();
    command.current_dir("tests/validation");
    command.args(["validate", "ratings.csv", "--scores", "scores.csv", "--json"]);
    let found: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    for dataset in found["datasets"].as_array().unwrap() {
        for metric in dataset["clips"]["metrics"].as_array().unwrap() {
            let number = |pointer: &str| metric.pointer(pointer).and_then(Value::as_f64).unwrap();
            let factor = |power: usize| number(&format!("/mapping/coefficients/{power}"));
            let [low, high] = [number("/mapping/range/0"), number("/mapping/range/1")];
            let at = |x: f64| factor(0) + x * (factor(1) + x * (factor(2) + x * factor(3)));
            let points = (0..=1000).map(|place| at(low + (high - low) * f64::from(place) / 1000.0));
            let points: Vec<f64> = points.collect();
            assert!(
                points.windows(2).all(|pair| pair[1] >= pair[0] - 1e-9),
                "{}",
                dataset["dataset"]
            );
        }
    }
}
