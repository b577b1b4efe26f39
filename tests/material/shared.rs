//! The material beside the project: what the reference program said of recorded pairs, and rated clips.

use std::env;
use std::path::PathBuf;

/// A file of the folder that `BASILAR_SHARED` names (`../shared`); none where that is not there, unless
/// `BASILAR_REQUIRE_SHARED` is set.
pub fn file(name: &str) -> Option<PathBuf> {
    let folder = env::var_os("BASILAR_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let file = folder.join(name);
    if file.exists() {
        return Some(file);
    }
    let missing = format!("no {name} in {} (set BASILAR_SHARED)", folder.display());
    assert!(env::var_os("BASILAR_REQUIRE_SHARED").is_none(), "{missing}");
    println!("skipped: {missing}");
    None
}
