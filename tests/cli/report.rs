//! Pages and pictures: the same bytes for the same input, and what names say stays text.

use crate::material::program::{basilar, said};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/audio-samples/8k/june-fr");
/// A name that would be markup, run as a script or end one where it were not text.
const HOSTILE: &str = "<img src=x onerror=alert(1)>&\"'";

/// A folder with a reference and a degraded recording of these names.
fn pair(reference: &str, degraded: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let samples = fs::read_dir(SAMPLES).unwrap().map(|entry| entry.unwrap().path());
    let spoiled = samples
        .filter(|path| path.file_stem().is_some_and(|stem| stem != "reference"))
        .min()
        .expect("a degraded sample");
    fs::copy(format!("{SAMPLES}/reference.wav"), folder.path().join(reference)).unwrap();
    fs::copy(spoiled, folder.path().join(degraded)).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str], code: i32) -> String {
    said(&basilar().args(arguments).current_dir(folder).assert().code(code))
}

#[test]
fn the_page_of_a_pair_is_the_same_every_time_and_names_are_text_in_it() {
    let name = format!("{HOSTILE}.flac");
    let folder = pair("reference.wav", &name);
    for page in ["one.html", "two.html"] {
        run(folder.path(), &["report", "reference.wav", &name, "-o", page], 0);
    }
    let [one, two] =
        ["one.html", "two.html"].map(|page| fs::read_to_string(folder.path().join(page)).unwrap());
    assert!(one == two, "two pages of one pair differ");
    assert!(!one.contains("<img"), "a name is markup");
    assert!(one.contains("&#60;img src=x onerror=alert(1)&#62;"), "the name is not shown");
    assert!(one.contains("default-src &#39;none&#39;"));
    let elsewhere = ["src=\"", "href=\"", "url(", "@import"].map(|word| one.contains(word));
    assert_eq!(elsewhere, [false; 4], "the page loads something");
}

#[test]
fn a_figure_is_svg_or_png_and_names_are_text_in_it() {
    let name = format!("{HOSTILE}.flac");
    let folder = pair("reference.wav", &name);
    run(folder.path(), &["plot", "reference.wav", &name, "-o", "figure.svg"], 0);
    let svg = fs::read_to_string(folder.path().join("figure.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("MOS-LQO"), "{}", &svg[..200]);
    assert!(!svg.contains("<img"), "a name is markup");
    // Three pictures, two waveforms, the delay, the local scores.
    assert_eq!([svg.matches("<image").count(), svg.matches("<path").count()], [3, 4]);
    run(folder.path(), &["plot", "reference.wav", &name, "-o", "figure.png", "--scale", "0.5"], 0);
    let png = fs::read(folder.path().join("figure.png")).unwrap();
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    assert_eq!(png[16..20], 450u32.to_be_bytes());
    let refused = run(folder.path(), &["plot", "reference.wav", &name, "-o", "figure.gif"], 2);
    assert!(refused.contains(".svg or .png"), "{refused}");
}

const BASELINE: &str = "\
call,codec,started,reference,degraded,mos_lqo,model,model_version,main_cause,lost_speech_ms
1,opus,2026-05-01,a.wav,b.wav,4.2,p862-wb,1.0.0,,0
2,opus,2026-05-02,a.wav,c.wav,4.1,p862-wb,1.0.0,,0
3,lc3,2026-05-03,a.wav,d.wav,3.1,p862-wb,1.0.0,noise,0
4,lc3,2026-05-04,a.wav,e.wav,3.2,p862-wb,1.0.0,noise,0
";

fn tables() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let results = BASELINE
        .replace(
            "2,opus,2026-05-02,a.wav,c.wav,4.1,p862-wb,1.0.0,,0",
            "2,opus,2026-05-02,a.wav,c.wav,2.5,p862-wb,1.0.0,lost_speech,280",
        )
        .replace("d.wav", "</script><script>alert(1)</script>");
    fs::write(folder.path().join("baseline.csv"), BASELINE).unwrap();
    fs::write(folder.path().join("results.csv"), results).unwrap();
    folder
}

#[test]
fn the_page_of_results_is_the_same_every_time_and_cells_are_text_in_it() {
    let folder = tables();
    let options = ["--baseline", "baseline.csv", "--key", "call", "--group-by", "codec"];
    for page in ["one.html", "two.html"] {
        run(folder.path(), &[&["report", "results.csv", "-o", page], &options[..]].concat(), 0);
    }
    let [one, two] =
        ["one.html", "two.html"].map(|page| fs::read_to_string(folder.path().join(page)).unwrap());
    assert!(one == two, "two pages of one table differ");
    assert!(!one.contains("<script>alert"), "a cell is a script");
    assert!(one.contains(r"\u003c/script>\u003cscript>alert(1)"), "the cell is not there");
    for told in [
        "4 rows",
        "Failed: of 4 rows, 1 dropped",
        "MOS-LQO 4.10 to 2.50 (-1.60), more than the 0.1 allowed: lost speech 0 to 280 ms",
        "Main causes of what dropped: lost speech 1",
        "By started: the mean of each",
        "noise, in 2 of 4",
    ] {
        assert!(one.contains(told), "{told:?} is not in the page");
    }
}

#[test]
fn every_table_that_results_come_in_has_a_page() {
    let folder = tables();
    let line = |cells: &str| {
        let cells: Vec<&str> = cells.split(',').collect();
        format!(
            "{{\"codec\":\"{}\",\"degraded\":\"{}\",\"mos_lqo\":{},\"model\":\"wb\"}}\n",
            cells[1], cells[4], cells[5]
        )
    };
    let lines: String = BASELINE.lines().skip(1).map(line).collect();
    fs::write(folder.path().join("results.jsonl"), lines).unwrap();
    // Calls without sound to compare: the estimate stands for the score.
    let calls = "degraded,ssrc,codec,mos,scale,mos_lqo,model,error\na,1,pcmu,4.1,nb,,,\nb,2,pcmu,2.1,nb,,,\n";
    fs::write(folder.path().join("calls.tsv"), calls.replace(',', "\t")).unwrap();
    for (table, mean) in [("results.jsonl", "3.65"), ("calls.tsv", "3.10")] {
        run(folder.path(), &["report", table, "-o", "page.html"], 0);
        let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
        assert!(page.contains(&format!("<strong>{mean}</strong>")), "{table}");
    }
    let lacking =
        run(folder.path(), &["report", "baseline.csv", "--group-by", "site", "-o", "x.html"], 2);
    assert!(lacking.contains("no column site"), "{lacking}");
}

#[test]
fn the_worst_pairs_have_pages_beside_it_and_those_that_cannot_be_scored_are_named() {
    let folder = pair("reference.wav", "spoiled.flac");
    let table = "reference,degraded,mos_lqo,model\nreference.wav,spoiled.flac,2.5,p862-nb\nreference.wav,lost.wav,1.5,p862-nb\nreference.wav,reference.wav,4.5,p862-nb\n";
    fs::write(folder.path().join("results.csv"), table).unwrap();
    let arguments = ["report", "results.csv", "-o", "my report.html", "--pairs", "worst:2"];
    let said = run(folder.path(), &arguments, 3);
    assert!(said.contains("row 2: ") && said.contains("lost.wav"), "{said}");
    let page = fs::read_to_string(folder.path().join("my report.html")).unwrap();
    assert!(page.contains(r#""pages":[[0,"my%20report-pairs/1.html"]]"#), "no link to the page");
    let pair = fs::read_to_string(folder.path().join("my report-pairs/1.html")).unwrap();
    assert!(pair.contains("spoiled.flac") && pair.contains("p862-nb"));
    assert!(!folder.path().join("my report-pairs/3.html").exists());
}

#[test]
fn options_of_results_are_refused_for_a_pair() {
    let folder = tables();
    let arguments = ["report", "a.wav", "b.wav", "-o", "x.html", "--pairs", "worst:3"];
    let refused = run(folder.path(), &arguments, 2);
    assert!(refused.contains("name one table of results"), "{refused}");
}
