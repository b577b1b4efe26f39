//! The worked examples in docs/ print what they say they print.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// Runs a line in a shell that finds the program; what it says on both streams.
fn run(line: &str, folder: &Path) -> String {
    let program = assert_cmd::cargo::cargo_bin!("basilar");
    let mut path = OsString::from(program.parent().unwrap());
    path.push(":");
    path.push(env::var_os("PATH").unwrap());
    let shell = ["-c", &format!("exec 2>&1; {line}")];
    let output = Command::new("sh").args(shell).env("PATH", path).current_dir(folder).output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

/// The text with every console block's output as the commands print it now.
fn rerun(text: &str, folder: &Path) -> String {
    let mut fresh = String::new();
    let mut console = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with("```") {
            console = line.trim_end() == "```console";
        }
        let command = line.strip_prefix("$ ").filter(|_| console);
        if !console || command.is_some() || line.starts_with("```") {
            fresh += line;
        }
        if let Some(command) = command {
            fresh += &run(command, folder);
        }
    }
    fresh
}

/// Compares a page with what its commands print; `BASILAR_UPDATE_EXAMPLES` writes it anew.
fn holds(page: &str) -> tempfile::TempDir {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for name in ["audio-samples", "docs"] {
        symlink(root.join(name), folder.path().join(name)).unwrap();
    }
    let path = root.join("docs").join(page);
    let written = fs::read_to_string(&path).unwrap();
    let fresh = rerun(&written, folder.path());
    if env::var_os("BASILAR_UPDATE_EXAMPLES").is_some() {
        fs::write(path, &fresh).unwrap();
    } else {
        assert!(written == fresh, "docs/{page} is out of date; its commands now print\n{fresh}");
    }
    folder
}

#[test]
fn the_batch_prints_what_its_page_shows() {
    holds("batch.md");
}

#[test]
fn the_codec_ladder_prints_and_draws_what_its_page_shows() {
    let folder = holds("codec-ladder.md");
    let drawn = fs::read_to_string(folder.path().join("ladder.svg")).unwrap();
    let shown = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codec-ladder.svg");
    if env::var_os("BASILAR_UPDATE_EXAMPLES").is_some() {
        fs::write(shown, drawn).unwrap();
    } else {
        assert!(
            drawn == fs::read_to_string(shown).unwrap(),
            "docs/codec-ladder.svg is out of date"
        );
    }
}

/// Compares a picture that the commands of a page drew with the one that the page shows.
fn shows(drawn: &Path, shown: &str) {
    let drawn = fs::read_to_string(drawn).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(shown);
    if env::var_os("BASILAR_UPDATE_EXAMPLES").is_some() {
        fs::write(path, drawn).unwrap();
    } else {
        assert!(drawn == fs::read_to_string(path).unwrap(), "docs/{shown} is out of date");
    }
}

#[test]
fn the_ranking_prints_and_draws_what_its_page_shows() {
    let folder = holds("ranking.md");
    shows(&folder.path().join("ranking.svg"), "ranking.svg");
}

#[test]
fn the_votes_print_and_draw_what_their_page_shows() {
    let folder = holds("votes.md");
    shows(&folder.path().join("mos.svg"), "votes.svg");
}

#[test]
fn the_long_call_prints_what_its_page_shows() {
    holds("long-calls.md");
}

#[test]
fn the_firmware_gate_prints_what_its_page_shows() {
    holds("firmware-gate.md");
}
