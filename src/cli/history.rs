//! `basilar history`: what became of the calls of a store.

use super::{Exit, Result, data, output, write_file};
use basilar::monitor::{Clock, Compared, Filter, Group, History, Listed, Store, columns};
use basilar::report::history as report;
use basilar::table::{self, Cells, Column, Format};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Tells what became of a store's calls: sums, the worst, this week against those before
///
/// The headline is the share of poor calls with its 95 % interval, not a mean of MOS. Scales are never mixed: every line
/// is of one scale.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar history --store calls.db --since 7d --by site
  basilar history --store calls.db --since 90d --by week,codec -o codecs.csv
  basilar history --store calls.db --since 24h --site Leeds --worst 20
  basilar history --store calls.db --by site --against-before
  basilar history --store calls.db --where agent=7 --by headset --json")]
pub struct Arguments {
    /// The store.
    #[arg(long, value_name = "FILE.db")]
    store: PathBuf,
    /// From when on: a time, or a span before now such as 24h, 7d or 4w.
    #[arg(long, value_name = "TIME|SPAN")]
    since: Option<String>,
    /// Up to before when.
    #[arg(long, value_name = "TIME|SPAN")]
    until: Option<String>,
    /// Only calls of this site.
    #[arg(long)]
    site: Option<String>,
    /// Only calls over this trunk.
    #[arg(long)]
    trunk: Option<String>,
    /// Only calls of this codec.
    #[arg(long)]
    codec: Option<String>,
    /// Only calls of this kind of endpoint.
    #[arg(long)]
    endpoint: Option<String>,
    /// Only calls with this value in a column that their rows carry.
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    filters: Vec<Filter>,
    /// Sums by these: site, trunk, codec, endpoint, scale, any column of the rows, and hour, day or week.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with = "worst")]
    by: Vec<String>,
    /// The so many worst calls of each scale.
    #[arg(long, value_name = "N")]
    worst: Option<usize>,
    /// The last week against the same hours of the four before.
    #[arg(long, conflicts_with = "worst")]
    against_before: bool,
    /// Print one JSON object (schema basilar-history/1).
    #[arg(long)]
    json: bool,
    /// Write a table, by its ending as CSV, TSV, JSON Lines or Parquet.
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
}

/// What is told: columns and rows, and which kind it is.
struct Told {
    kind: &'static str,
    columns: Vec<Column>,
    rows: Vec<Cells>,
}

/// 0 done, 2 wrong usage.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let store = Store::open_read_only(&arguments.store)?;
    let now_ms = Clock::now_ms();
    let history = History::of(&store, filter(arguments, &store, now_ms)?)?;
    let by: Vec<&str> = arguments.by.iter().map(String::as_str).collect();
    let told = if let Some(most) = arguments.worst {
        let rows = history.worst(most, false)?.iter().map(Listed::cells).collect();
        Told { kind: "worst", columns: Listed::columns(), rows }
    } else if arguments.against_before {
        let rows = history.against_before(&by, now_ms)?.iter().map(|row| row.cells(&by)).collect();
        Told { kind: "against_before", columns: Compared::columns(&by), rows }
    } else {
        let rows = history.groups(&by)?.iter().map(|group: &Group| group.cells(&by)).collect();
        Told { kind: "groups", columns: columns(&by), rows }
    };
    for path in &arguments.output {
        write(path, &told)?;
    }
    if arguments.json {
        let mut out = data();
        let document = json!({"schema": "basilar-history/1", "kind": told.kind, "rows": told.rows});
        writeln!(out, "{document}")?;
        out.flush()?;
    } else if arguments.output.is_empty() {
        let mut out = output();
        match told.kind {
            "worst" => report::worst(&mut out, &told.rows)?,
            "against_before" => report::against_before(&mut out, &by, &told.rows)?,
            _ => report::groups(&mut out, &by, &told.rows)?,
        }
        out.flush()?;
    }
    Ok(Exit::Done)
}

fn filter(arguments: &Arguments, store: &Store, now_ms: i64) -> basilar::Result<Filter> {
    let clock = store.settings()?.clock()?;
    let moment =
        |text: &Option<String>| text.as_deref().map(|text| clock.moment(text, now_ms)).transpose();
    let mut filter = Filter {
        from_ms: moment(&arguments.since)?,
        to_ms: moment(&arguments.until)?,
        ..Filter::default()
    };
    for (name, value) in [
        ("site", &arguments.site),
        ("trunk", &arguments.trunk),
        ("codec", &arguments.codec),
        ("endpoint", &arguments.endpoint),
    ] {
        filter.equals.extend(value.iter().map(|value| (name.to_owned(), value.clone())));
    }
    Ok(arguments.filters.iter().cloned().fold(filter, Filter::and))
}

/// Writes a table that stands under its name only when it is whole.
fn write(path: &Path, told: &Told) -> basilar::Result<()> {
    let format = Format::of(path)?;
    write_file(path, |file| {
        let mut writer = table::write(file, format, &told.columns)?;
        told.rows.iter().try_for_each(|row| writer.write(row))?;
        writer.finish()
    })
}
