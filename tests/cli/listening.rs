//! On rated clips, basilar-fb keeps the correlation with people's votes that it has reached.

use crate::material::program::basilar;
use crate::material::shared;
use serde_json::Value;

/// Each listening test: the least Pearson and Spearman correlation, clip by clip, and the largest root mean square error
/// without any mapping where votes go from 1 to 5.
const PROMISED: [(&str, f64, f64, Option<f64>); 6] = [
    ("p835-48k", 0.90, 0.91, Some(0.45)),
    ("p835-16k", 0.858, 0.82, Some(0.45)),
    ("mushra-24k", 0.76, 0.71, None),
    ("genspeech-lpcnet", 0.845, 0.805, None),
    ("barysenka", 0.83, 0.82, None),
    // Of music, which people rate lower than speech when bands are gone.
    ("tcdaudio", 0.94, 0.93, Some(0.61)),
];

#[test]
fn fullband_scores_follow_the_votes() {
    let Some(ratings) = shared::file("listening/ratings.csv") else { return };
    let mut command = basilar();
    command.arg("validate").arg(ratings).args(["--model", "fb", "--json"]);
    let done = command.assert().code(0).stderr("");
    let found: Value = serde_json::from_slice(&done.get_output().stdout).unwrap();
    for (name, pearson, spearman, rmse) in PROMISED {
        let mut datasets = found["datasets"].as_array().unwrap().iter();
        let dataset = datasets.find(|dataset| dataset["dataset"] == name).unwrap();
        let statistic = |name: &str| dataset["clips"]["metrics"][0][name].as_f64();
        println!("{name:10} {}", dataset["clips"]["metrics"][0]);
        assert!(statistic("pearson") >= Some(pearson), "{name}: {:?}", statistic("pearson"));
        assert!(statistic("spearman") >= Some(spearman), "{name}: {:?}", statistic("spearman"));
        assert!(rmse.is_none_or(|most| statistic("rmse") <= Some(most)), "{name}");
        assert!(rmse.is_none() || statistic("rmse").is_some(), "{name}");
    }
}
