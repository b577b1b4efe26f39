//! A batch never writes its results over what it reads, by whatever path that is named.

use crate::material::program::basilar;
use crate::material::recordings;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// What a batch says that must be refused, with nothing scored, written or left behind.
fn refused(folder: &Path, manifest: &str, outputs: &[&str]) -> String {
    let before = contents(folder);
    let mut command = basilar();
    command.current_dir(folder).args(["batch", manifest]);
    outputs.iter().for_each(|output| {
        command.args(["-o", output]);
    });
    let done = command.assert().code(2);
    assert_eq!(contents(folder), before);
    String::from_utf8_lossy(&done.get_output().stderr).into_owned()
}

fn contents(folder: &Path) -> Vec<(std::path::PathBuf, Option<Vec<u8>>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.map(|path| (path.clone(), fs::read(path).ok())).collect();
    found.sort();
    found
}

#[test]
fn results_never_replace_the_manifest_or_a_recording() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let samples = recordings::folder().join("8k/carlo-it");
    fs::copy(samples.join("reference.wav"), path("a.wav")).unwrap();
    // The content decides what is a recording, not the name.
    fs::copy(samples.join("reference.wav"), path("call.csv")).unwrap();
    fs::write(path("pairs.csv"), "reference,degraded\na.wav,a.wav\na.wav,call.csv\n").unwrap();
    fs::create_dir(path("other")).unwrap();
    symlink("pairs.csv", path("link.csv")).unwrap();
    fs::hard_link(path("pairs.csv"), path("hard.csv")).unwrap();
    symlink(path("call.csv"), path("other/linked.csv")).unwrap();
    for (outputs, spared) in [
        (&["pairs.csv"][..], "pairs.csv"),
        (&["new.jsonl", "./other/../pairs.csv"], "pairs.csv"),
        (&["link.csv"], "pairs.csv"),
        (&["hard.csv"], "pairs.csv"),
        (&["call.csv"], "call.csv"),
        (&["new.jsonl", "other/linked.csv"], "call.csv"),
    ] {
        let said = refused(folder.path(), "pairs.csv", outputs);
        let sentence =
            format!("error: {spared}: the results would replace it; give another name for them\n");
        assert_eq!(said, sentence, "{outputs:?}");
    }
    // Earlier results are replaced.
    fs::write(path("results.csv"), "old").unwrap();
    let mut command = basilar();
    command.current_dir(folder.path()).args(["batch", "pairs.csv", "-o", "results.csv"]);
    command.assert().code(0);
    assert_eq!(fs::read_to_string(path("results.csv")).unwrap().lines().count(), 3);
}
