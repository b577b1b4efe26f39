//! The captures, one after the other or as one that was written in parts.

use super::Arguments;
use crate::cli::{say_error, say_warning};
use basilar::network::{self, Call, Options};
use basilar::report::calls::CaptureLine;
use std::path::Path;

/// What became of a capture.
pub(super) struct Told {
    file: String,
    packets: u64,
    warnings: Vec<String>,
    error: Option<String>,
    pub whole: bool,
}

impl Told {
    pub fn line(&self) -> CaptureLine<'_> {
        match &self.error {
            Some(error) => CaptureLine::failed(&self.file, error),
            None => CaptureLine::read(&self.file, self.packets, &self.warnings),
        }
    }
}

/// Reads every capture; what is wrong with one is said at once and does not end the others.
pub(super) fn read(
    arguments: &Arguments,
    options: &Options,
    mut call: impl FnMut(Call),
) -> Vec<Told> {
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
