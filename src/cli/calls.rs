//! `basilar calls`: calls from captures.

use super::{Exit, Result, data, output, say_error, say_warning};
use crate::draft::Draft;
use basilar::network::playout::Design;
use basilar::network::{self, Call, Concealment, Listener, Options, Prompts};
use basilar::report::calls::{self as report, CaptureLine, Json};
use basilar::table::{self, Format, Writer};
use basilar::{Error, ModelChoice};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
    /// De-jitter buffers to simulate instead of fixed-60, fixed-120 and adaptive-40-200; the last one gives the headline.
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
    /// Score each direction against the prompt it plays: files, or folders of them, the right one being found.
    #[arg(long, value_name = "WAV|FOLDER")]
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
    let mut listener = Listener::new(
        Prompts::open(&arguments.prompt)?,
        arguments.model.clone(),
        options.concealment,
    );
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
    let told = read(arguments, options, |mut call| {
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
    let all = told.iter().all(|told| told.whole);
    Ok(if all { Exit::Done } else { Exit::NotScored })
}

/// What is printed of the calls.
enum Shown {
    Json(Json<Box<dyn Write>>),
    Text(Box<dyn Write>),
    Worst(Box<dyn Write>, Worst),
    /// Tables hold all of it.
    Nothing,
}

impl Shown {
    fn begin(arguments: &Arguments) -> io::Result<Self> {
        if arguments.json {
            let out: Box<dyn Write> = Box::new(data());
            return Ok(Self::Json(Json::begin(out)?));
        }
        Ok(match arguments.worst {
            Some(wanted) => Self::Worst(Box::new(output()), Worst::new(wanted)),
            None if arguments.output.is_empty() => Self::Text(Box::new(output())),
            None => Self::Nothing,
        })
    }

    fn call(&mut self, call: Call) -> io::Result<()> {
        match self {
            Self::Json(json) => json.call(&call),
            Self::Text(out) => report::call(out, &call),
            Self::Worst(_, worst) => {
                worst.take(call);
                Ok(())
            }
            Self::Nothing => Ok(()),
        }
    }

    fn finish(self, told: &[Told]) -> io::Result<()> {
        match self {
            Self::Json(json) => json.finish(&told.iter().map(Told::line).collect::<Vec<_>>()),
            Self::Text(mut out) => out.flush(),
            Self::Worst(mut out, worst) => {
                report::worst(&mut out, &worst.calls())?;
                out.flush()
            }
            Self::Nothing => Ok(()),
        }
    }
}

/// What became of a capture.
struct Told {
    file: String,
    packets: u64,
    warnings: Vec<String>,
    error: Option<String>,
    whole: bool,
}

impl Told {
    fn line(&self) -> CaptureLine<'_> {
        match &self.error {
            Some(error) => CaptureLine::failed(&self.file, error),
            None => CaptureLine::read(&self.file, self.packets, &self.warnings),
        }
    }
}

/// Reads every capture; what is wrong with one is said at once and does not end the others.
fn read(arguments: &Arguments, options: &Options, mut call: impl FnMut(Call)) -> Vec<Told> {
    let mut told = Vec::new();
    let mut one = |path: &Path, ending: basilar::Result<network::capture::Ending>| {
        let file = path.display().to_string();
        told.push(match ending {
            Ok(ending) => {
                let warnings = ending.warnings();
                warnings.iter().for_each(|warning| say_warning(format!("{file}: {warning}")));
                let whole = ending.damage.is_none();
                Told { file, packets: ending.packets, warnings, error: None, whole }
            }
            Err(error) => {
                say_error(&error);
                let error = Some(error.to_string());
                Told { file, packets: 0, warnings: Vec::new(), error, whole: false }
            }
        });
    };
    if arguments.continued {
        let name = arguments.captures[0].display().to_string();
        let mut analysis = network::Analysis::new(&name, options.clone());
        for path in &arguments.captures {
            let ending = network::capture::read_file(path, |packet| {
                analysis.take(packet, &mut call);
            });
            one(path, ending);
        }
        analysis.finish(&mut call);
    } else {
        for path in &arguments.captures {
            one(path, network::calls(path, options.clone(), &mut call));
        }
    }
    told
}

/// The worst calls so far.
struct Worst {
    wanted: usize,
    calls: Vec<Call>,
}

impl Worst {
    fn new(wanted: usize) -> Self {
        Self { wanted, calls: Vec::new() }
    }

    fn take(&mut self, call: Call) {
        let place = self.calls.partition_point(|known| known.badness() >= call.badness());
        self.calls.insert(place, call);
        self.calls.truncate(self.wanted);
    }

    fn calls(&self) -> Vec<&Call> {
        self.calls.iter().collect()
    }
}

/// A table that stands under its name only when it is whole.
struct Table {
    draft: Draft,
    writer: Box<dyn Writer>,
}

impl Table {
    fn begin(path: &Path, options: &Options) -> basilar::Result<Self> {
        let format = Format::of(path)?;
        let draft = Draft::beside(path)?;
        let writer = draft
            .begin()
            .and_then(|file| table::write(file, format, &report::columns(&options.buffers)))
            .map_err(|source| unwritable(path, source))?;
        Ok(Self { draft, writer })
    }

    fn write(&mut self, call: &Call) -> io::Result<()> {
        report::rows(call).iter().try_for_each(|row| self.writer.write(row))
    }

    fn finish(self) -> io::Result<()> {
        self.writer.finish()?;
        self.draft.finish()
    }
}
