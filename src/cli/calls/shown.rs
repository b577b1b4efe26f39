//! What is printed: calls as they end, or the worst of them.

use super::Arguments;
use super::captures::Told;
use crate::cli::{data, output};
use basilar::network::Call;
use basilar::report::calls::{self as report, Json};
use std::io::{self, Write};

/// What is printed of the calls.
pub(super) enum Shown {
    Json(Json<Box<dyn Write>>),
    Text(Box<dyn Write>),
    Worst(Box<dyn Write>, Worst),
    /// Tables hold all of it.
    Nothing,
}

impl Shown {
    pub fn begin(arguments: &Arguments) -> io::Result<Self> {
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

    pub fn call(&mut self, call: Call) -> io::Result<()> {
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

    pub fn finish(self, told: &[Told]) -> io::Result<()> {
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

/// The worst calls so far.
pub(super) struct Worst {
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
