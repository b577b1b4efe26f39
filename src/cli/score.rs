//! `basilar score`: one reference, any number of degraded recordings.

use basilar::{Model, Scorer, Signal};
use std::path::PathBuf;
use std::process::ExitCode;

/// Scores degraded recordings against a reference.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The undegraded recording.
    reference: PathBuf,
    /// The degraded recordings.
    #[arg(required = true)]
    degraded: Vec<PathBuf>,
    /// nb, wb or wb-cor2.
    #[arg(long, default_value = "auto")]
    model: String,
}

pub fn run(arguments: &Arguments) -> ExitCode {
    match score(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(3)
        }
    }
}

fn score(arguments: &Arguments) -> basilar::Result<()> {
    let reference = Signal::open(&arguments.reference)?;
    let built_in = Model::built_in().into_iter().find(|(name, _)| *name == arguments.model);
    let model = built_in
        .map_or_else(|| Model::for_sample_rate(reference.sample_rate()), |(_, model)| model);
    let prepared = Scorer::new(model).prepare(&reference)?;
    for path in &arguments.degraded {
        let score = prepared.score(&Signal::open(path)?)?;
        println!("{}: {:.3} {} ({})", path.display(), score.mos_lqo, score.quality, score.model);
    }
    Ok(())
}
