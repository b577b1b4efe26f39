//! `basilar export`: a store as Parquet.

use super::{Exit, Result, tell};
use basilar::monitor::{Clock, Store, export};
use std::path::PathBuf;

/// Writes the calls of a store as Parquet, partitioned by day and site
///
/// DIR/day=2026-03-01/site=Leeds/calls.parquet: what DuckDB, ClickHouse, Spark and Ray read at any scale. Days are those
/// of UTC and are written whole; files of the same day and site are replaced.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar export --store calls.db --parquet lake/
  basilar export --store calls.db --parquet lake/ --since 2d
  duckdb -c \"SELECT site, count(*) FROM read_parquet('lake/*/*/*.parquet', hive_partitioning = true) GROUP BY site\"")]
pub struct Arguments {
    /// The store.
    #[arg(long, value_name = "FILE.db")]
    store: PathBuf,
    /// The folder of the partitions.
    #[arg(long, value_name = "DIR")]
    parquet: PathBuf,
    /// From which day on: a time, or a span before now such as 2d.
    #[arg(long, value_name = "TIME|SPAN")]
    since: Option<String>,
    /// Up to before which day.
    #[arg(long, value_name = "TIME|SPAN")]
    until: Option<String>,
}

/// 0 done, 2 wrong usage.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let store = Store::open_read_only(&arguments.store)?;
    let clock = Clock::default();
    let moment = |text: &Option<String>| {
        text.as_deref().map(|text| clock.moment(text, Clock::now_ms())).transpose()
    };
    let (from_ms, to_ms) = (moment(&arguments.since)?, moment(&arguments.until)?);
    let (calls, files) = export::parquet(&store, &arguments.parquet, from_ms, to_ms)?;
    tell(format_args!("{calls} calls in {files} files"));
    Ok(Exit::Done)
}
