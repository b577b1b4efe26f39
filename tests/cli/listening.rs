//! On rated clips, basilar-fb keeps the correlation with people's votes that it has reached.

use crate::material::program::basilar;
use crate::material::shared;
use serde_json::Value;

/// Each listening test, and the least Pearson and Spearman correlation, clip by clip.
const PROMISED: [(&str, f64, f64); 3] =
    [("p835-48k", 0.896, 0.900), ("p835-16k", 0.882, 0.868), ("mushra-24k", 0.679, 0.553)];

/// The largest root mean square error without any mapping, on the tests of speech with votes from 1 to 5.
const PROMISED_RMSE: f64 = 0.45;

#[test]
fn fullband_scores_follow_the_votes() {
    let Some(ratings) = shared::file("listening/ratings.csv") else { return };
    let mut command = basilar();
    command.arg("validate").arg(ratings).args(["--model", "fb", "--json"]);
    let done = command.assert().code(0).stderr("");
    let found: Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
    for (name, pearson, spearman) in PROMISED {
        let mut datasets = found["datasets"].as_array().unwrap().iter();
        let dataset = datasets.find(|dataset| dataset["dataset"] == name).unwrap();
        let statistic = |name: &str| dataset["clips"]["metrics"][0][name].as_f64();
        println!("{name:10} {}", dataset["clips"]["metrics"][0]);
        assert!(statistic("pearson") >= Some(pearson), "{name}: {:?}", statistic("pearson"));
        assert!(statistic("spearman") >= Some(spearman), "{name}: {:?}", statistic("spearman"));
        assert!(statistic("rmse").is_none_or(|rmse| rmse <= PROMISED_RMSE), "{name}");
    }
}
