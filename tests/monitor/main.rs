//! Quality over time: nothing lost or doubled, shares with their intervals, alerts that find what is wrong, a page that
//! only reads.

#[path = "../material/mod.rs"]
mod material;

#[path = "../network/made.rs"]
#[allow(dead_code, reason = "shared with the tests of the network")]
mod made;

mod alerts;
mod captures;
mod export;
mod history;
mod ingest;
mod serve;
mod survival;
mod year;

use material::program::{basilar, printed};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A folder with a store that is yet to be made.
pub struct Room {
    pub folder: tempfile::TempDir,
}

impl Default for Room {
    fn default() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }
}

impl Room {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn store(&self) -> PathBuf {
        self.path("calls.db")
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Takes files; what is said of them.
    pub fn ingest(&self, files: &[&Path], options: &[&str], exit: i32) -> String {
        let done = basilar()
            .arg("ingest")
            .args(files)
            .arg("--store")
            .arg(self.store())
            .args(options)
            .assert()
            .code(exit);
        material::program::said(&done)
    }

    /// The rows of a history.
    pub fn history(&self, options: &[&str]) -> Vec<Value> {
        let done = basilar()
            .args(["history", "--json", "--store"])
            .arg(self.store())
            .args(options)
            .assert()
            .code(0);
        let document: Value = serde_json::from_str(&printed(&done)).unwrap();
        follows("history-1", &document);
        document["rows"].as_array().unwrap().clone()
    }

    /// How many calls a store holds, by its sums of hours and by its calls.
    pub fn counts(&self) -> (u64, u64) {
        let sum = |rows: Vec<Value>| rows.iter().map(|row| row["calls"].as_u64().unwrap()).sum();
        // A column that hours do not have is asked of the calls themselves.
        (sum(self.history(&["--by", "site"])), sum(self.history(&["--by", "no_such_column"])))
    }
}

/// Holds a document against its schema.
pub fn follows(schema: &str, document: &Value) {
    let schema = std::fs::read_to_string(format!("schemas/{schema}.json")).unwrap();
    material::json_schema::check(&serde_json::from_str(&schema).unwrap(), document).unwrap();
}

/// Rows with a time, a site and a MOS: so many calls, of which the first so many are poor.
pub fn calls(site: &str, start: &str, count: usize, poor: usize) -> String {
    let mut text = String::new();
    for number in 0..count {
        let mos = if number < poor { 2.0 } else { 4.0 };
        let (minute, second) = (number / 60 % 60, number % 60);
        text +=
            &format!("{start}:{minute:02}:{second:02}Z,{site},PCMA,{mos},narrowband,{number}\n");
    }
    text
}

pub const HEADER: &str = "started,site,codec,mos,scale,number\n";
