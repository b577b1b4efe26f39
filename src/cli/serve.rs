//! `basilar serve`: the page of a store.

use super::{Exit, Result, tell};
use basilar::monitor::serve::{Access, serve};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Serves a page of a store, an API and metrics for Prometheus, read only
///
/// / is the page, /api/v1 the API (/api/v1/openapi.json describes it), /metrics is for Prometheus, /healthz for
/// whatever watches this. Only this machine can reach it unless an address is given; then a token is needed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar serve --store calls.db
  basilar serve --store calls.db --listen 0.0.0.0:7460 --token-file token.txt
  curl -H \"Authorization: Bearer $(cat token.txt)\" http://monitor:7460/api/v1/groups?by=site")]
pub struct Arguments {
    /// The store.
    #[arg(long, value_name = "FILE.db")]
    store: PathBuf,
    /// The address to listen at; port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7460")]
    listen: SocketAddr,
    /// A file with the token that is asked for.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

/// 0 told to end, 2 wrong usage.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let access =
        arguments.token_file.as_deref().map(Access::from_file).transpose()?.unwrap_or_default();
    serve(&arguments.store, arguments.listen, access, |address| {
        tell(format_args!("http://{address}/"))
    })?;
    Ok(Exit::Done)
}
