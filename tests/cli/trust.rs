//! A gate that cannot be fooled: what is no score, no row and no result is refused, not passed.

use crate::material::program::{basilar, printed, said};
use crate::material::shared;
use std::fs;
use std::path::{Path, PathBuf};

const HEADER: &str = "reference,degraded,site,mos_lqo,model,model_version,error";

/// A file of these bytes.
fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Results with these scores as they are written.
fn results(folder: &Path, name: &str, scores: &[&str]) -> PathBuf {
    let row = |(i, score): (usize, &&str)| format!("r.wav,d{i}.wav,x,{score},p862-wb,1.0.0,\n");
    let rows: String = scores.iter().enumerate().map(row).collect();
    file(folder, name, format!("{HEADER}\n{rows}"))
}

#[test]
fn a_score_that_is_no_score_fails_the_gate_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let good = results(folder.path(), "good.csv", &["4.0", "4.1"]);
    for score in ["nan", "NaN", "inf", "-inf", "1e309", "9.9", "-1", "0", "4,0", "good"] {
        let quoted = format!("\"{score}\"");
        let bad = results(folder.path(), "bad.csv", &["4.0", &quoted]);
        let with_minimum = ["compare", "--min", "1"].map(Path::new).to_vec();
        for tables in [vec![bad.as_path()], vec![&good, &bad], vec![&bad, &good]] {
            let done = basilar().args([with_minimum.clone(), tables].concat()).assert().code(2);
            assert!(
                said(&done).contains("bad.csv, row 2: the mos_lqo"),
                "{score}: {}",
                said(&done)
            );
        }
        basilar().arg("summarize").arg(&bad).assert().code(2);
    }
}

#[test]
fn nothing_to_score_or_to_compare_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.csv");
    for empty in ["", "reference,degraded\n", "\u{feff}reference,degraded\n\n"] {
        let manifest = file(folder.path(), "manifest.csv", empty);
        let batch = || {
            let mut command = basilar();
            command.args(["batch".as_ref(), manifest.as_path(), "-o".as_ref(), &out]);
            command
        };
        let done = batch().assert().code(2);
        assert!(said(&done).contains("nothing to score"), "{}", said(&done));
        assert!(!out.exists());
        batch().arg("--allow-empty").assert().code(0);
        fs::remove_file(&out).unwrap();
    }
    let header_alone = file(folder.path(), "results.csv", format!("{HEADER}\n"));
    basilar().args(["compare", "--min", "3"]).arg(&header_alone).assert().code(2);
    let good = results(folder.path(), "good.csv", &["4.0"]);
    basilar().arg("compare").args([&good, &header_alone]).assert().code(2);
}

#[test]
fn results_never_come_from_a_manifest_whatever_row_they_stand_in() {
    let folder = tempfile::tempdir().unwrap();
    let rows = concat!(
        r#"{"reference":"a.wav","degraded":"b.wav"}"#,
        "\n",
        r#"{"reference":"a.wav","degraded":"c.wav","mos_lqo":4.9,"quality":"Excellent"}"#,
        "\n"
    );
    let manifest = file(folder.path(), "manifest.jsonl", rows);
    let broken_first = "reference,degraded,mos_lqo\nbroken row\na.wav,nosuch.wav,4.9\n";
    let broken_first = file(folder.path(), "broken-first.csv", broken_first);
    for manifest in [manifest, broken_first] {
        let out = folder.path().join("out.csv");
        basilar().arg("batch").arg(&manifest).arg("-o").arg(&out).assert().code(3);
        let written = fs::read_to_string(&out).unwrap();
        assert!(!written.contains("4.9") && written.contains("reserved_column"), "{written}");
        basilar().args(["compare", "--min", "1"]).arg(&out).assert().code(1);
    }
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let twice = file(folder.path(), "twice.csv", "reference,degraded,site,site\na,b,c,d\n");
    let out = folder.path().join("out.csv");
    let done = basilar().arg("batch").arg(&twice).arg("-o").arg(&out).assert().code(2);
    assert!(said(&done).contains("two of its columns are called site"), "{}", said(&done));
}

#[test]
fn keys_are_compared_cell_by_cell() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "a b,c,x,4.0,m,1,\na,b c,x,4.0,m,1,\n";
    let table = file(folder.path(), "table.csv", format!("{HEADER}\n{rows}"));
    let done = basilar().arg("compare").args([&table, &table]).assert().code(0);
    assert!(printed(&done).contains("Passed: 2 rows"), "{}", printed(&done));
}

#[test]
fn tables_are_read_as_people_have_them() {
    let folder = tempfile::tempdir().unwrap();
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/audio-samples/8k/carlo-it");
    let pair = |part: &str| format!("{samples}/reference.wav{part}{samples}/reference.wav");
    let tables = [
        format!("reference, degraded\n{}\n", pair(", ")),
        format!("\u{feff}reference;degraded\n{}\n", pair(";")),
        format!("sep=;\r\nreference;degraded\r\n{}\r\n", pair(";")),
        format!("reference\tdegraded\n{}\n", pair("\t")),
        format!("Reference,DEGRADED\n{}\n", pair(",")),
    ];
    for table in tables {
        let manifest = file(folder.path(), "manifest.csv", &table);
        let out = folder.path().join("out.csv");
        basilar().arg("batch").arg(&manifest).arg("-o").arg(&out).assert().code(0);
        let written = fs::read_to_string(&out).unwrap();
        assert!(written.starts_with("reference,degraded,mos_lqo"), "{table}: {written}");
        fs::remove_file(&out).unwrap();
    }
}

#[test]
fn a_closed_pipe_does_not_hide_that_a_file_was_not_scored() {
    let good = concat!(env!("CARGO_MANIFEST_DIR"), "/audio-samples/8k/carlo-it/reference.wav");
    let mut command = crate::material::program::plain();
    command.args(["score", "--json", good, "no/such/file.wav"]);
    let code = command.stdout(crate::material::program::unread_pipe()).status().unwrap().code();
    assert_eq!(code, Some(3));
}

#[test]
fn names_in_tables_give_no_commands_to_a_terminal_or_a_ci_system() {
    let folder = tempfile::tempdir().unwrap();
    let rows =
        |score: &str| format!("{HEADER}\n::error::a,\u{1b}[31md,::warning::g,{score},m,1,\n");
    let before = file(folder.path(), "before.csv", rows("4.0"));
    let after = file(folder.path(), "after.csv", rows("2.0"));
    let compare = ["compare", "--group-by", "site"];
    let done = basilar().args(compare).args([&before, &after]).assert().code(1);
    let text = printed(&done);
    assert!(!text.contains('\u{1b}'), "{text}");
    assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
}

#[test]
fn a_cell_of_any_length_and_votes_of_any_number_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let long = "x".repeat(70_000);
    let table = file(folder.path(), "long.csv", format!("{HEADER}\nr,d,{long},4.0,m,1,\n"));
    basilar().args(["summarize", "--group-by", "site"]).arg(&table).assert().code(0);
    basilar().args(["compare", "--group-by", "site"]).args([&table, &table]).assert().code(0);
    let ratings: String =
        (0..5).map(|i| format!("a.wav,b{i}.wav,{}.5,0.1,1e9\n", 1 + i % 4)).collect();
    let ratings = format!("reference,degraded,score,standard_error,votes\n{ratings}");
    let scores: String = (0..5).map(|i| format!("a.wav,b{i}.wav,{}\n", i % 4)).collect();
    let ratings = file(folder.path(), "ratings.csv", ratings);
    let scores = file(folder.path(), "scores.csv", format!("reference,degraded,peer\n{scores}"));
    basilar().arg("validate").arg(&ratings).arg("--scores").arg(&scores).assert().code(0);
}

#[test]
fn the_tables_that_went_wrong_are_refused() {
    let Some(folder) = shared::file("cases/tables") else { return };
    for (table, minimum) in [("nan-one-row.csv", "4.9"), ("nan-two-rows.csv", "1")] {
        basilar().args(["compare", "--min", minimum]).arg(folder.join(table)).assert().code(2);
    }
    let plot = tempfile::tempdir().unwrap();
    let plot = plot.path().join("plot.svg");
    let summarize = ["summarize", "--group-by", "g", "--x", "g", "--plot"];
    let done = basilar().args(summarize).arg(&plot).arg(folder.join("plot-inf.csv")).assert();
    done.code(0);
}

/// What a name may not bring into an output: escape sequences, commands of CI systems, markup, a turned direction.
const HOSTILE: &str =
    "::error::a\u{1b}[31m##[warning]<script>alert(1)</script>\u{202e}[x](http://y) @all |";

/// No line of a text gives a terminal or a CI system a command.
fn gives_no_command(text: &str) {
    let allowed = |character: char| !character.is_control() || "\n\t".contains(character);
    assert!(text.chars().all(allowed), "{text:?}");
    assert!(!text.contains('\u{202e}') && !text.contains("##["), "{text:?}");
    assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
}

#[test]
fn nothing_hostile_in_a_name_reaches_any_output_raw() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let cell = format!("\"{HOSTILE}\"");
    let table = |name: &str, score: &str| {
        let rows: String = [6, 12]
            .map(|rate| format!("{cell},{cell},{cell},{rate},{score},m,1,{cell},\n"))
            .concat();
        let header = "reference,degraded,site,rate,mos_lqo,model,model_version,warnings,error";
        file(folder.path(), name, format!("{header}\n{rows}"))
    };
    let (before, after) = (table("before.csv", "4.0"), table("after.csv", "2.0"));
    let (junit, markdown, svg) = (path("junit.xml"), path("comment.md"), path("plot.svg"));
    let mut compare = basilar();
    compare.args(["compare", "--key", "rate", "--group-by", "site", "--junit"]).arg(&junit);
    let done = compare.arg("--markdown").arg(&markdown).args([&before, &after]).assert().code(1);
    gives_no_command(&printed(&done));
    gives_no_command(&said(&done));
    let junit = fs::read_to_string(junit).unwrap();
    gives_no_command(&junit);
    assert!(
        !junit.contains("<script") && quick_junit::Report::deserialize_from_str(&junit).is_ok()
    );
    let markdown = fs::read_to_string(markdown).unwrap();
    gives_no_command(&markdown);
    for markup in ["<script", "[x](", "@all", "http://"] {
        assert!(!markdown.contains(markup), "{markup}: {markdown}");
    }
    let mut summarize = basilar();
    summarize.args(["summarize", "--group-by", "site,rate", "--plot"]).arg(&svg).arg(&after);
    gives_no_command(&printed(&summarize.assert().code(0)));
    let svg = fs::read_to_string(svg).unwrap();
    gives_no_command(&svg);
    assert!(!svg.contains("<script"), "{svg}");
    // File systems take no slash in a name.
    let name = HOSTILE.replace('/', "-");
    let sound = concat!(env!("CARGO_MANIFEST_DIR"), "/audio-samples/8k/carlo-it/reference.wav");
    let named = path(&name);
    fs::copy(sound, &named).unwrap();
    let page = path("page.html");
    let mut report = basilar();
    let done = report.arg("report").args([&named, &named]).arg("-o").arg(&page).assert().code(0);
    gives_no_command(&said(&done));
    let page = fs::read_to_string(page).unwrap();
    assert!(
        !page.contains('\u{1b}') && !page.contains('\u{202e}') && !page.contains("<script>alert")
    );
    let mut score = basilar();
    let done = score.arg("score").args([&named, &named]).assert().code(0);
    gives_no_command(&printed(&done));
    gives_no_command(&said(&done));
}
