//! Calls as one JSON document (schema basilar-calls/1), written as they end.

use crate::network::Call;
use serde::Serialize;
use std::io::{Error, Result, Write};

/// A document under way: calls are not held in memory until all have ended.
pub struct Json<W> {
    out: W,
    calls: u64,
}

/// What is told of each capture behind the calls.
#[derive(Debug, Clone, Serialize)]
pub struct CaptureLine<'a> {
    file: &'a str,
    packets: u64,
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

impl<'a> CaptureLine<'a> {
    /// A capture that was read, to its end or up to where it is damaged.
    pub fn read(file: &'a str, packets: u64, warnings: &'a [String]) -> Self {
        Self { file, packets, warnings, error: None }
    }

    /// A capture that could not be read, and why.
    pub fn failed(file: &'a str, error: &'a str) -> Self {
        Self { file, packets: 0, warnings: &[], error: Some(error) }
    }
}

impl<W: Write> Json<W> {
    /// Begins a document.
    ///
    /// # Errors
    /// What the writer says.
    pub fn begin(mut out: W) -> Result<Self> {
        write!(out, "{{\"schema\":\"basilar-calls/1\",\"calls\":[")?;
        Ok(Self { out, calls: 0 })
    }

    /// Adds a call.
    ///
    /// # Errors
    /// What the writer says.
    pub fn call(&mut self, call: &Call) -> Result<()> {
        let separator = if self.calls > 0 { "," } else { "" };
        self.calls += 1;
        write!(self.out, "{separator}")?;
        serde_json::to_writer(&mut self.out, call).map_err(Error::from)
    }

    /// Ends the document with what is to be said of the captures.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finish(mut self, captures: &[CaptureLine]) -> Result<()> {
        write!(self.out, "],\"captures\":")?;
        serde_json::to_writer(&mut self.out, captures).map_err(Error::from)?;
        writeln!(self.out, "}}")?;
        self.out.flush()
    }
}
