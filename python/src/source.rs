//! A recording as Python gives it, a path, a URL, an encoded file or samples, becomes a signal.

use crate::error::{argument, exception};
use crate::samples::Frames;
use basilar::{Channel, Error, OpenOptions, Signal};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyByteArrayMethods, PyBytes, PyMemoryView};
use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use twox_hash::XxHash3_128;

/// What samples do not say themselves.
#[derive(Clone)]
pub struct Input {
    /// Rates of the reference's and the degraded signal's samples, in Hz.
    sample_rates: [Option<u32>; 2],
    pub channel: Channel,
    channel_axis: isize,
}

/// One rate for both signals, or one each.
#[derive(FromPyObject)]
pub enum SampleRate {
    Both(Hertz),
    Each(Option<Hertz>, Option<Hertz>),
}

/// A sample rate, which arithmetic often makes a float.
#[derive(Clone, Copy)]
pub struct Hertz(pub u32);

impl<'py> FromPyObject<'_, 'py> for Hertz {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let refused = || {
            let said = object.repr().map_or_else(|_| "this".to_owned(), |repr| repr.to_string());
            let message = format!("{said} is no sample rate; give a whole number in Hz");
            argument(object.py(), "sample_rate", &message)
        };
        if let Ok(rate) = object.extract::<u32>() {
            return Ok(Self(rate));
        }
        match object.extract::<f64>() {
            Ok(rate) if rate.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&rate) => {
                Ok(Self(rate as u32))
            }
            _ => Err(refused()),
        }
    }
}

/// A channel by its number, counted from 1, or in a word.
#[derive(FromPyObject)]
pub enum ChannelChoice {
    Number(u16),
    Word(String),
}

impl Default for ChannelChoice {
    fn default() -> Self {
        Self::Word("mono".to_owned())
    }
}

/// Which of a pair.
#[derive(Clone, Copy)]
pub enum Role {
    Reference,
    Degraded,
}

impl Input {
    pub fn new(
        py: Python<'_>,
        sample_rate: Option<SampleRate>,
        channel: ChannelChoice,
        channel_axis: isize,
    ) -> PyResult<Self> {
        let sample_rates = match sample_rate {
            None => [None; 2],
            Some(SampleRate::Both(rate)) => [Some(rate.0); 2],
            Some(SampleRate::Each(reference, degraded)) => {
                [reference, degraded].map(|rate| rate.map(|rate| rate.0))
            }
        };
        let channel = match channel {
            ChannelChoice::Number(number) => Channel::Number(number),
            ChannelChoice::Word(word) => word.parse().map_err(|error| exception(py, &error))?,
        };
        Ok(Self { sample_rates, channel, channel_axis })
    }
}

/// A recording that can be opened from any thread.
pub enum Source<'a> {
    File(PathBuf),
    /// On any store that fsspec reaches.
    Remote(String),
    Encoded {
        name: String,
        bytes: Cow<'a, [u8]>,
    },
    Samples {
        name: &'static str,
        frames: Frames,
        sample_rate: u32,
    },
}

impl Source<'_> {
    /// Takes what is needed out of a Python object.
    pub fn of(object: &Bound<'_, PyAny>, role: Role, input: &Input) -> PyResult<Self> {
        let py = object.py();
        let (name, sample_rate) = match role {
            Role::Reference => ("reference", input.sample_rates[0]),
            Role::Degraded => ("degraded", input.sample_rates[1]),
        };
        if let Ok(path) = object.extract::<PathBuf>() {
            return Ok(Self::at(&path));
        }
        if let Some(bytes) = encoded(object)? {
            return Ok(Self::Encoded { name: name.to_owned(), bytes: Cow::Owned(bytes) });
        }
        if object.hasattr(intern!(py, "read"))? {
            return Self::read(object, name);
        }
        let frames = Frames::of(object, name, input.channel_axis)?;
        let sample_rate = sample_rate.ok_or_else(|| {
            let message = format!("{name}: samples do not say their rate; give sample_rate in Hz");
            argument(py, "sample_rate", &message)
        })?;
        Ok(Self::Samples { name, frames, sample_rate })
    }

    /// What is left of an open file, or of anything that is read like one.
    fn read(object: &Bound<'_, PyAny>, name: &str) -> PyResult<Self> {
        let py = object.py();
        let content = object.call_method0(intern!(py, "read"))?;
        let Some(bytes) = encoded(&content)? else {
            let message = format!("{name}: was not opened as bytes; open it with mode \"rb\"");
            return Err(argument(py, "sample_type", &message));
        };
        // Files made by a number or a descriptor are named by it.
        let called = object.getattr(intern!(py, "name")).and_then(|name| name.extract::<String>());
        Ok(Self::Encoded {
            name: called.unwrap_or_else(|_| name.to_owned()),
            bytes: Cow::Owned(bytes),
        })
    }

    /// What a path or URL names.
    pub fn at(path: &Path) -> Self {
        match path.to_str() {
            Some(url) if url.contains("://") => Self::Remote(url.to_owned()),
            _ => Self::File(path.to_owned()),
        }
    }

    /// Reads and decodes it; a reference of one channel goes with any channel of the others.
    pub fn open(&self, role: Role, channel: Channel) -> basilar::Result<Signal> {
        let options = OpenOptions { channel, raw: None };
        match (self, role) {
            (Self::Remote(url), _) => {
                let bytes = Cow::Owned(fetch(url)?);
                Source::Encoded { name: url.clone(), bytes }.open(role, channel)
            }
            (Self::File(path), Role::Reference) => Signal::open_reference(path, &options),
            (Self::File(path), Role::Degraded) => Signal::open_with(path, &options),
            (_, Role::Reference) => options.for_reference(|options| self.decode(options)),
            (_, Role::Degraded) => self.decode(&options),
        }
    }

    /// Decodes what is in memory.
    fn decode(&self, options: &OpenOptions) -> basilar::Result<Signal> {
        match self {
            Self::File(path) => Signal::open_with(path, options),
            Self::Remote(url) => Signal::read(&fetch(url)?[..], url, options),
            Self::Encoded { name, bytes } => Signal::read(&bytes[..], name, options),
            Self::Samples { name, frames: Frames { samples, channels }, sample_rate } => {
                Signal::from_interleaved(name, samples, *sample_rate, *channels, options.channel)
            }
        }
    }

    /// What tells recordings apart: the name of one that has to be fetched, and a number over all that is in one that is
    /// there.
    pub fn identity(&self) -> Identity {
        match self {
            Self::File(path) => Identity::Name(path.clone()),
            Self::Remote(url) => Identity::Name(url.into()),
            Self::Encoded { bytes, .. } => Identity::Content(XxHash3_128::oneshot(bytes), None),
            Self::Samples { frames, sample_rate, .. } => {
                let number = XxHash3_128::oneshot(bytemuck::cast_slice(&frames.samples));
                Identity::Content(number, Some((*sample_rate, frames.channels)))
            }
        }
    }
}

/// The bytes of an encoded file, if that is what an object is.
fn encoded(object: &Bound<'_, PyAny>) -> PyResult<Option<Vec<u8>>> {
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(Some(bytes.as_bytes().to_vec()));
    }
    if let Ok(bytes) = object.cast::<PyByteArray>() {
        // Copied while nothing else runs, as it may be resized later.
        return Ok(Some(bytes.to_vec()));
    }
    let is_view = object.is_instance_of::<PyMemoryView>()
        && object.getattr(intern!(object.py(), "format"))?.extract::<String>()? == "B";
    if !is_view {
        return Ok(None);
    }
    Ok(Some(object.call_method0(intern!(object.py(), "tobytes"))?.extract()?))
}

/// What tells recordings apart.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Identity {
    /// By path or URL.
    Name(PathBuf),
    /// By a number over the bytes, for samples with their rate and how many channels there are.
    Content(u128, Option<(u32, usize)>),
}

/// The bytes behind a URL; takes the GIL for as long as fsspec does.
fn fetch(url: &str) -> basilar::Result<Vec<u8>> {
    let fetched = Python::attach(|py| {
        py.import("basilar._remote")?.getattr("fetch")?.call1((url,))?.extract()
    });
    fetched.map_err(|error: PyErr| {
        let (name, source) = (url.to_owned(), io::Error::from(error));
        match source.kind() {
            io::ErrorKind::NotFound => Error::NotFound { name },
            io::ErrorKind::PermissionDenied => Error::PermissionDenied { name },
            _ => Error::Unreadable { name, source },
        }
    })
}
