//! Calls from captures, as Python objects of what `basilar calls --json` says.

use crate::error::exception;
use basilar::network::emodel::Codecs;
use basilar::network::playout::Design;
use basilar::network::{self, Analysis, Call, Listener, Options, Prompts};
use basilar::{Error, ModelChoice, Result};
use pyo3::prelude::*;
use std::borrow::Cow;
use std::path::PathBuf;

/// What is to be done with the captures.
#[derive(FromPyObject)]
pub struct Wish {
    captures: Vec<PathBuf>,
    continued: bool,
    prompts: Vec<PathBuf>,
    prompts_of_calls: Option<Vec<(String, PathBuf)>>,
    model: String,
    concealment: String,
    buffers: Vec<String>,
    resync: u32,
    delay_ms: Option<f64>,
    codec_values: Option<PathBuf>,
    hash_numbers: Option<String>,
    wav: Option<PathBuf>,
}

/// Every call of the captures, and warnings that concern a capture as a whole.
#[pyfunction]
pub fn calls<'py>(py: Python<'py>, wish: Wish) -> PyResult<(Bound<'py, PyAny>, Vec<String>)> {
    let (calls, warnings) = py.detach(|| read(&wish)).map_err(|error| exception(py, &error))?;
    Ok((pythonize::pythonize(py, &calls)?, warnings))
}

fn read(wish: &Wish) -> Result<(Vec<Call>, Vec<String>)> {
    let options = options(wish)?;
    let prompts = match &wish.prompts_of_calls {
        Some(pairs) => Prompts::of_calls(pairs.iter().cloned())?,
        None => Prompts::open(&wish.prompts)?,
    };
    let choice: ModelChoice = wish.model.parse()?;
    let mut listener = Listener::new(prompts, choice, &options);
    listener.folder.clone_from(&wish.wav);
    if let Some(folder) = &wish.wav {
        let name = || folder.display().to_string();
        std::fs::create_dir_all(folder)
            .map_err(|source| Error::Unwritable { name: name(), source })?;
    }
    let (mut calls, mut warnings, mut failure) = (Vec::new(), Vec::new(), Ok(()));
    let mut take = |mut call: Call| {
        let listened = listener.listen(&mut call);
        if failure.is_ok() {
            failure = listened;
        }
        calls.push(call);
    };
    let mut told = |file: &PathBuf, ending: network::capture::Ending| {
        let file = file.display();
        warnings.extend(ending.warnings().iter().map(|warning| format!("{file}: {warning}")));
    };
    match wish.captures.first() {
        Some(first) if wish.continued => {
            let mut analysis = Analysis::new(&first.display().to_string(), options);
            for file in &wish.captures {
                let ending = network::capture::read_file(file, |packet| {
                    analysis.take(packet, &mut take);
                })?;
                told(file, ending);
            }
            analysis.finish(&mut take);
        }
        _ => {
            for file in &wish.captures {
                told(file, network::calls(file, options.clone(), &mut take)?);
            }
        }
    }
    failure?;
    Ok((calls, warnings))
}

fn options(wish: &Wish) -> Result<Options> {
    let mut options = Options {
        resynchronize_after: wish.resync,
        concealment: wish.concealment.parse()?,
        delay_ms: wish.delay_ms,
        hash_salt: wish.hash_numbers.clone(),
        keeps_payloads: !wish.prompts.is_empty()
            || wish.prompts_of_calls.is_some()
            || wish.wav.is_some(),
        ..Options::default()
    };
    if let Some(path) = &wish.codec_values {
        options.codecs = Cow::Owned(Codecs::open(path)?);
    }
    if !wish.buffers.is_empty() {
        let buffers = wish.buffers.iter().map(|design| design.parse::<Design>());
        options.buffers = buffers.collect::<Result<_>>()?;
    }
    if let (false, Some(last)) = (wish.buffers.is_empty(), options.buffers.last()) {
        options.plays_in = *last;
    }
    options.check()?;
    Ok(options)
}
