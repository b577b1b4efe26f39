//! The page of a table of results, with the pages of its worst pairs in a folder beside it.

use super::pair::Pair;
use super::{Arguments, file};
use crate::cli::{Exit, Result, say_error, tell, write_file};
use basilar::report::page::ResultsPage;
use basilar::results::{Overview, View};
use basilar::table::{Cells, text};
use basilar::{Channel, Error, ModelChoice, parallel};
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The options of the page of results.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Results")]
pub(super) struct Options {
    /// The results of before: what changed, and why
    #[arg(long, value_name = "TABLE")]
    baseline: Option<PathBuf>,
    /// The columns that say which rows of the two tables belong together [default: reference,degraded]
    #[arg(long, value_delimiter = ',', requires = "baseline")]
    key: Vec<String>,
    /// How much MOS-LQO a row may lose [default: 0.1]
    #[arg(long, value_parser = basilar::results::mos, requires = "baseline")]
    max_drop: Option<f64>,
    /// Columns that make groups first; any other is chosen in the page
    #[arg(long, value_delimiter = ',')]
    group_by: Vec<String>,
    /// The column that names who speaks: with two or more, means and intervals are over talkers [default: talker]
    #[arg(long)]
    talker: Option<String>,
    /// Write the pages of so many of the worst pairs too, into a folder beside the page
    #[arg(long, value_name = "worst:N")]
    pairs: Option<Worst>,
    /// The folder that the paths in the table are relative to [default: that of the table, or the current one]
    #[arg(long, value_name = "FOLDER", requires = "pairs")]
    recordings: Option<PathBuf>,
}

/// How many of the worst pairs have pages.
#[derive(Debug, Clone, Copy)]
struct Worst(usize);

impl FromStr for Worst {
    type Err = String;

    fn from_str(word: &str) -> std::result::Result<Self, String> {
        let count = word.strip_prefix("worst:").and_then(|count| count.parse().ok());
        count.map(Self).ok_or_else(|| "write worst: and a number, such as worst:20".to_owned())
    }
}

impl Options {
    /// Whether any of them was given.
    pub fn are_given(&self) -> bool {
        self.baseline.is_some()
            || !self.group_by.is_empty()
            || self.talker.is_some()
            || self.pairs.is_some()
    }

    fn view(&self) -> View {
        let key = if self.key.is_empty() {
            ["reference", "degraded"].map(str::to_owned).to_vec()
        } else {
            self.key.clone()
        };
        View {
            group_by: self.group_by.clone(),
            talker: self.talker.clone().unwrap_or_else(|| "talker".to_owned()),
            baseline: self.baseline.clone(),
            max_drop: self.max_drop.unwrap_or(0.1),
            key,
        }
    }

    /// What of them matters to what is shown.
    fn words(&self) -> String {
        let columns = |name: &str, columns: &[String]| match columns {
            [] => None,
            columns => Some(format!("--{name} {}", columns.join(","))),
        };
        let words = [
            columns("key", &self.key),
            self.max_drop.map(|drop| format!("--max-drop {drop}")),
            columns("group-by", &self.group_by),
            self.talker.as_ref().map(|talker| format!("--talker {talker}")),
        ];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// Writes the page, and those of the worst pairs if that was asked for.
pub(super) fn report(arguments: &Arguments, results: &Path) -> Result<Exit> {
    let options = &arguments.results;
    let overview = Overview::of(results, &options.view())?;
    let worst = options.pairs.map_or(Vec::new(), |Worst(count)| overview.worst(count));
    let (pages, unscored) = pages(arguments, results, &overview, &worst)?;
    let (results, baseline) = (file(results)?, options.baseline.as_deref().map(file).transpose()?);
    let html = ResultsPage {
        overview: &overview,
        results: &results,
        baseline: baseline.as_ref(),
        pages: &pages,
        options: &options.words(),
    }
    .html();
    write_file(&arguments.output, |mut file| file.write_all(html.as_bytes()))?;
    Ok(if unscored == 0 { Exit::Done } else { Exit::NotScored })
}

/// Writes the pages of these rows into the folder beside the page: their addresses, and how many could not be written.
fn pages(
    arguments: &Arguments,
    results: &Path,
    overview: &Overview,
    rows: &[usize],
) -> Result<(HashMap<usize, String>, usize)> {
    if rows.is_empty() {
        return Ok((HashMap::new(), 0));
    }
    let folder = beside(&arguments.output);
    fs::create_dir_all(&folder)
        .map_err(|source| Error::Unwritable { name: folder.display().to_string(), source })?;
    tell(format_args!("{} pages of pairs into {}", rows.len(), folder.display()));
    let width = overview.rows.len().to_string().len();
    let name = |row: usize| format!("{:0width$}.html", row + 1);
    let written = parallel::map(rows.len(), parallel::jobs(None), |index| {
        let row = rows[index];
        page(arguments, results, &overview.rows[row], &folder.join(name(row)))
    });
    let (mut pages, mut unscored) = (HashMap::new(), 0);
    let address = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let address = escaped(&address.unwrap_or_default());
    for (&row, done) in rows.iter().zip(written) {
        match done {
            Ok(()) => {
                pages.insert(row, format!("{address}/{}", name(row)));
            }
            Err(error) => {
                say_error(format!("row {}: {error}", row + 1));
                unscored += 1;
            }
        }
    }
    Ok((pages, unscored))
}

/// The page of a row: its own recordings, model and channel.
fn page(
    arguments: &Arguments,
    results: &Path,
    cells: &Cells,
    output: &Path,
) -> basilar::Result<()> {
    let named = |column: &'static str| match text(cells.get(column)) {
        path if path.is_empty() => Err(Error::MissingPath { column }),
        path => Ok(found(arguments, results, Path::new(&path))),
    };
    let (reference, degraded) = (named("reference")?, named("degraded")?);
    let mut open = arguments.input.options();
    let channel = text(cells.get("channel"));
    if !channel.is_empty() {
        open.channel = channel.parse::<Channel>()?;
    }
    // A model that came from a file is not known by its name.
    let own = || text(cells.get("model")).parse::<ModelChoice>().ok();
    let model = arguments.model.clone().or_else(own).unwrap_or_default();
    let sound = arguments.sound.into();
    let pair = Pair { reference: &reference, degraded: &degraded, model, open, sound };
    pair.write(output).map(|_| ())
}

/// A recording by the path in the table.
fn found(arguments: &Arguments, results: &Path, path: &Path) -> PathBuf {
    match &arguments.results.recordings {
        Some(folder) => folder.join(path),
        None => {
            let beside = results.parent().unwrap_or(Path::new("")).join(path);
            if beside.exists() || !path.exists() { beside } else { path.to_owned() }
        }
    }
}

/// The folder of a page's pairs.
fn beside(page: &Path) -> PathBuf {
    let mut name = page.file_stem().unwrap_or_default().to_owned();
    name.push("-pairs");
    page.with_file_name(name)
}

/// A name as a part of an address.
fn escaped(name: &str) -> String {
    let letter = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    name.bytes().map(letter).collect()
}
