//! `basilar calls`: calls from captures.

mod captures;
mod prompts;
mod shown;
mod table;

use super::{Exit, Result, say_error, say_warning};
use basilar::network::playout::Design;
use basilar::network::{Concealment, Listener, Options};
use basilar::{Error, ModelChoice};
use shown::Shown;
use std::io;
use std::path::{Path, PathBuf};
use table::Table;

/// Reads calls from captures: what the network did, and what that means to the users
///
/// Every direction of every call is told: loss, jitter, bursts, one-way audio, what de-jitter buffers would discard, and
/// listening quality by the E-model, with its scale. All of it as seen where the capture was taken.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar calls trunk.pcap
  basilar calls *.pcapng.gz -o calls.parquet
  basilar calls call.pcap --json | jq '.calls[].streams[] | {source, loss_pct, mos, scale}'
  basilar calls call.pcap --prompt prompts/ --wav heard/
  basilar calls *.pcap --prompt calls-and-prompts.csv -o sound.csv
  basilar calls call.pcap --buffer fixed-80 --buffer adaptive-20-300 --delay 90

Exit codes: 0 done, 2 wrong usage, 3 a capture could not be read to its end.")]
pub struct Arguments {
    /// Captures: pcap or pcapng, plain or compressed by gzip or zstd.
    #[arg(required = true)]
    captures: Vec<PathBuf>,
    /// The captures follow on one another, as tcpdump -C and -G write them: a call may begin in one and end in another.
    #[arg(long)]
    continued: bool,
    /// Write a table with a row for each direction, by its ending as CSV, TSV, JSON Lines or Parquet.
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// Print one JSON object (schema basilar-calls/1).
    #[arg(long)]
    json: bool,
    /// De-jitter buffers to simulate instead of fixed-60, fixed-120 and adaptive-40-200; the last one gives the headline, and
    /// sound is played in it; without any, sound is played in fixed-200, as in softphones.
    #[arg(long, value_name = "fixed-MS|adaptive-MS-MS")]
    buffer: Vec<Design>,
    /// Discards in a row after which a buffer sets itself anew; 0 for never.
    #[arg(long, value_name = "PACKETS", default_value_t = 10)]
    resync: u32,
    /// How the far end is taken to fill what is missing: it decides and cannot be seen in a capture.
    #[arg(long, default_value = "g711-appendix-1")]
    concealment: ConcealmentName,
    /// One-way delay of the network in ms, for conversational quality; without, half the round trip by RTCP if it is there.
    #[arg(long, value_name = "MS")]
    delay: Option<f64>,
    /// Values of codecs from a file like models/emodel-codecs.json.
    #[arg(long, value_name = "FILE.json")]
    codec_values: Option<PathBuf>,
    /// Replace users' numbers and names by hashes with this salt.
    #[arg(long, value_name = "SALT")]
    hash_numbers: Option<String>,
    /// Score each direction against the prompt it plays: files, folders of them, the right one being found, or a table
    /// with the columns call (Call-ID or capture) and prompt.
    #[arg(long, value_name = "WAV|FOLDER|TABLE")]
    prompt: Vec<PathBuf>,
    /// The model for --prompt: auto, nb, wb, wb-cor2, fb or a model file; auto goes by the codec's rate.
    #[arg(long, default_value = "auto", requires = "prompt")]
    model: ModelChoice,
    /// Write what was heard in each direction as WAV into this folder, and both in stereo.
    #[arg(long, value_name = "FOLDER")]
    wav: Option<PathBuf>,
    /// Print only the so many worst calls.
    #[arg(long, value_name = "N", conflicts_with = "json")]
    worst: Option<usize>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ConcealmentName {
    Silence,
    Repeat,
    #[value(name = "g711-appendix-1")]
    G711Appendix1,
    Codec,
    Skip,
}

impl From<ConcealmentName> for Concealment {
    fn from(name: ConcealmentName) -> Self {
        match name {
            ConcealmentName::Silence => Self::Silence,
            ConcealmentName::Repeat => Self::Repeat,
            ConcealmentName::G711Appendix1 => Self::G711Appendix1,
            ConcealmentName::Codec => Self::Codec,
            ConcealmentName::Skip => Self::Skip,
        }
    }
}

/// 0 done, 2 wrong usage, 3 a capture that cannot be read, or not to its end.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let options = options(arguments)?;
    let mut listener =
        Listener::new(prompts::open(&arguments.prompt)?, arguments.model.clone(), &options);
    listener.folder.clone_from(&arguments.wav);
    if let Some(folder) = &arguments.wav {
        std::fs::create_dir_all(folder).map_err(|source| unwritable(folder, source))?;
    }
    let tables = arguments.output.iter().map(|path| Table::begin(path, &options));
    let tables = tables.collect::<basilar::Result<Vec<_>>>()?;
    Ok(tell(arguments, &options, listener, tables)?)
}

fn unwritable(path: &Path, source: io::Error) -> Error {
    Error::Unwritable { name: path.display().to_string(), source }
}

fn options(arguments: &Arguments) -> basilar::Result<Options> {
    let mut options = Options {
        resynchronize_after: arguments.resync,
        concealment: arguments.concealment.into(),
        codecs: super::emodel::codecs(arguments.codec_values.as_deref())?,
        delay_ms: arguments.delay,
        hash_salt: arguments.hash_numbers.clone(),
        keeps_payloads: !arguments.prompt.is_empty() || arguments.wav.is_some(),
        ..Options::default()
    };
    if !arguments.buffer.is_empty() {
        options.buffers.clone_from(&arguments.buffer);
        options.plays_in = options.buffers[options.buffers.len() - 1];
    }
    options.check()?;
    Ok(options)
}

fn tell(
    arguments: &Arguments,
    options: &Options,
    mut listener: Listener,
    mut tables: Vec<Table>,
) -> io::Result<Exit> {
    let mut shown = Shown::begin(arguments)?;
    let mut failure = Ok(());
    let mut found = 0_u64;
    let told = captures::read(arguments, options, |mut call| {
        found += 1;
        if let Err(error) = listener.listen(&mut call) {
            say_error(error);
        }
        let done = tables.iter_mut().try_for_each(|table| table.write(&call));
        let done = done.and_then(|()| shown.call(call));
        failure = std::mem::replace(&mut failure, Ok(())).and(done);
    });
    failure?;
    shown.finish(&told)?;
    for table in tables {
        table.finish()?;
    }
    if found == 0 && told.iter().any(|told| told.whole) {
        say_warning(
            "no calls were found: neither SIP nor RTP over UDP that nothing encrypts or tunnels otherwise",
        );
    }
    let all = told.iter().all(|told| told.whole);
    Ok(if all { Exit::Done } else { Exit::NotScored })
}
