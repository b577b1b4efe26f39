//! Who closes the pipe, as `head` does, has read enough: every subcommand ends quietly, with the exit code of its result.

use crate::material::program::{plain, unread_pipe};
use crate::material::recordings;
use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

/// Runs the program with a standard output that nobody reads.
fn unread(arguments: &[&str], folder: &Path) -> Output {
    let mut command = plain();
    command.args(arguments).current_dir(folder).stdout(unread_pipe()).stderr(Stdio::piped());
    command.output().unwrap()
}

#[test]
fn every_subcommand_ends_quietly_when_its_output_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let samples = recordings::folder().join("8k/carlo-it");
    fs::copy(samples.join("reference.wav"), path("a.wav")).unwrap();
    let row = "a.wav,a.wav,4.5,p862-nb,1.0.0\n";
    let header = "reference,degraded,mos_lqo,model,model_version\n";
    fs::write(path("good.csv"), format!("{header}{row}")).unwrap();
    fs::write(path("bad.csv"), format!("{header}{}", row.replace("4.5", "3.5"))).unwrap();
    fs::write(path("votes.csv"), "listener,item,score\na,x,3\nb,x,4\n").unwrap();
    for (arguments, code) in [
        (&["score", "a.wav", "a.wav"][..], 0),
        (&["score", "--json", "a.wav", "a.wav"], 0),
        (&["score", "a.wav", "a.wav", "a.wav"], 0),
        (&["score", "--timeline", "a.wav", "a.wav"], 0),
        (&["score", "--timeline", "--json", "a.wav", "a.wav"], 0),
        (&["summarize", "good.csv"], 0),
        (&["summarize", "good.csv", "--format", "csv"], 0),
        (&["summarize", "good.csv", "--format", "json"], 0),
        (&["rank", "good.csv", "--by", "model"], 0),
        (&["rank", "good.csv", "--by", "model", "--format", "markdown"], 0),
        (&["rank", "good.csv", "--by", "model", "--format", "json"], 0),
        (&["votes", "votes.csv"], 0),
        (&["votes", "votes.csv", "--format", "csv"], 0),
        (&["votes", "votes.csv", "--format", "json"], 0),
        (&["compare", "good.csv", "good.csv"], 0),
        (&["compare", "good.csv", "bad.csv"], 1),
        (&["compare", "--json", "good.csv", "bad.csv"], 1),
        (&["models"], 0),
        (&["models", "--json"], 0),
        (&["man"], 0),
        (&["man", "batch"], 0),
        (&["completions", "bash"], 0),
        (&["--help"], 0),
        (&["--version"], 0),
    ] {
        let done = unread(arguments, folder.path());
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!((done.status.code(), &*said), (Some(code), ""), "{arguments:?}");
    }
}

#[test]
fn a_batch_that_is_not_listened_to_is_scored_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let samples = recordings::folder().join("8k/carlo-it");
    fs::copy(samples.join("reference.wav"), folder.path().join("a.wav")).unwrap();
    let manifest = "reference,degraded\na.wav,a.wav\na.wav,missing.wav\n";
    fs::write(folder.path().join("pairs.csv"), manifest).unwrap();
    let mut command = plain();
    command.args(["batch", "pairs.csv", "-o", "results.csv"]).current_dir(folder.path());
    assert_eq!(command.stderr(unread_pipe()).status().unwrap().code(), Some(3));
    assert_eq!(fs::read_to_string(folder.path().join("results.csv")).unwrap().lines().count(), 3);
}
