//! The public surface of the library changes on purpose only: it stands in `tests/public-api.txt`, a line for every
//! item, field, variant, function and implementation that a user can name.

mod listing;
mod source;

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

/// Compares the sources with the file; `BASILAR_UPDATE_PUBLIC_API` writes it anew.
#[test]
fn the_public_surface_is_the_one_that_is_written_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/public-api.txt");
    let found = listing::of(&source::Library::read(&root.join("src")));
    if env::var_os("BASILAR_UPDATE_PUBLIC_API").is_some() {
        fs::write(&path, found.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    }
    let written = fs::read_to_string(path).unwrap();
    let written: BTreeSet<String> = written.lines().map(str::to_owned).collect();
    let gone = written.difference(&found).map(|line| format!("- {line}\n"));
    let new = found.difference(&written).map(|line| format!("+ {line}\n"));
    let changes: String = gone.chain(new).collect();
    assert!(
        changes.is_empty(),
        "the public surface changed; if that is meant, run this test with BASILAR_UPDATE_PUBLIC_API=1\n{changes}"
    );
}

#[test]
fn the_listing_follows_reexports_and_leaves_out_what_is_private() {
    let found = listing::of(&source::Library::read(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(),
    ));
    let has = |start: &str| found.iter().any(|line| line.starts_with(start));
    assert!(has("fn basilar::Signal::open"), "re-exported from a private module");
    assert!(has("impl FromStr for basilar::Channel"), "implemented beside it");
    assert!(!found.iter().any(|line| line.contains("p862::") || line.contains("::dsp::")));
}
