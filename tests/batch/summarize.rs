//! Summaries: the mean, its interval with the talker as a random factor, the bands, the worst files, the plot.

use crate::material::near::assert_near;
use crate::material::program::basilar;
use std::fs;
use std::path::{Path, PathBuf};

const HEADER: &str = "reference,degraded,talker,codec,bitrate,mos_lqo,model,model_version,error";

/// Three talkers with codec x at 8 and 24 kbit/s, a fourth row that failed, one talker with codec y.
fn results(folder: &Path) -> PathBuf {
    let scored = |talker, codec, bitrate, score: f64| {
        format!(
            "r.wav,{talker}-{codec}-{bitrate}-{score}.wav,{talker},{codec},{bitrate},{score},p862-wb,1.0.0,\n"
        )
    };
    let rows = [
        scored("anna", "x", 24, 4.0),
        scored("anna", "x", 24, 4.2),
        scored("ben", "x", 24, 4.4),
        scored("cleo", "x", 24, 4.6),
        scored("anna", "x", 8, 2.9),
        scored("ben", "x", 8, 3.1),
        scored("anna", "y", 12, 3.5),
        scored("anna", "y", 12, 3.7),
        "r.wav,lost.wav,ben,y,12,,,,lost.wav: no such file; check the path\n".to_owned(),
    ];
    let path = folder.join("results.csv");
    fs::write(&path, format!("{HEADER}\n{}", rows.concat())).unwrap();
    path
}

fn summary(results: &Path, options: &[&str]) -> serde_json::Value {
    let mut command = basilar();
    command.arg("summarize").arg(results).args(["--format", "json"]).args(options);
    serde_json::from_slice(&command.assert().success().get_output().stdout).unwrap()
}

#[test]
fn means_and_intervals_are_over_talkers_where_there_are_several() {
    let folder = tempfile::tempdir().unwrap();
    let summary = summary(&results(folder.path()), &["--group-by", "codec,bitrate"]);
    let groups = summary["groups"].as_array().unwrap();
    let names: Vec<_> = groups.iter().map(|g| g["group"].to_string()).collect();
    assert_eq!(names, [r#"["x","8"]"#, r#"["x","24"]"#, r#"["y","12"]"#], "8 stands before 24");
    let near = |value: &serde_json::Value, expected: f64| {
        assert_near(value.as_f64().unwrap(), expected, 1e-6, "statistic");
    };
    // The talkers' means are 4.1, 4.4 and 4.6: mean 4.3667, deviation 0.25166, t(0.975, 2) = 4.302653.
    let x24 = &groups[1];
    assert_eq!((&x24["over"], &x24["talkers"]), (&"talkers".into(), &3.into()));
    near(&x24["mos_lqo"]["mean"], 4.366_666_667);
    near(&x24["mos_lqo"]["interval"][0], 3.741_505_7);
    near(&x24["mos_lqo"]["interval"][1], 4.991_827_6);
    let y = &groups[2];
    assert_eq!((&y["over"], &y["rows"], &y["failed"]), (&"rows".into(), &3.into(), &1.into()));
    near(&y["mos_lqo"]["mean"], 3.6);
    // The scores are 3.5 and 3.7, t(0.975, 1) = 12.706205.
    near(&y["mos_lqo"]["interval"][1], 4.870_620_5);
}

#[test]
fn bands_are_counted_and_the_worst_files_named() {
    let folder = tempfile::tempdir().unwrap();
    let summary = summary(&results(folder.path()), &["--worst", "2"]);
    let all = &summary["groups"][0];
    assert_eq!(
        all["bands"],
        serde_json::json!({ "bad": 1, "poor": 1, "fair": 2, "good": 3, "excellent": 1 })
    );
    let worst: Vec<_> = all["worst"].as_array().unwrap().iter().map(|w| &w["degraded"]).collect();
    assert_eq!(worst, ["anna-x-8-2.9.wav", "ben-x-8-3.1.wav"]);
}

#[test]
fn the_plot_has_a_line_a_codec_with_means_and_intervals() {
    let folder = tempfile::tempdir().unwrap();
    let plot = folder.path().join("plot.svg");
    let mut command = basilar();
    command.arg("summarize").arg(results(folder.path()));
    command.args(["--group-by", "codec,bitrate", "--plot"]).arg(&plot).assert().success();
    let svg = fs::read_to_string(plot).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    for text in ["x", "y", "8", "12", "24", "bitrate (kbit/s)", "MOS-LQO (1 to 5)"] {
        let text = format!("\n{text}\n");
        assert!(svg.contains(&text), "{text:?}");
    }
}

#[test]
fn scores_of_different_models_are_not_averaged() {
    let folder = tempfile::tempdir().unwrap();
    let results = results(folder.path());
    let mixed = fs::read_to_string(&results).unwrap().replacen("p862-wb", "p862-nb", 1);
    fs::write(&results, mixed).unwrap();
    let run = basilar().arg("summarize").arg(&results).assert().code(2);
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(said.contains("add model to --group-by"), "{said}");
    summary(&results, &["--group-by", "model"]);
}
