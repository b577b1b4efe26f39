//! A network with its adapter, ready to judge recordings.

use super::adapter::{Adapter, Features, Heard, Short};
use super::edges::Divided;
use super::log_power::log_power;
use super::mel::Mel;
use super::network::{Network, Values};
use super::networks;
use super::raters::raters;
use crate::error::{Error, Result};
use crate::signal::Signal;
use serde::Serialize;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// An estimator: it can be asked by many threads at once.
pub struct Estimator {
    adapter: Adapter,
    path: PathBuf,
    mel: Option<Mel>,
    form: Form,
}

/// How the network is run.
#[expect(clippy::large_enum_variant, reason = "there is one of each estimator")]
enum Form {
    /// As it is.
    Whole(Network),
    /// What the raters do not matter for once, and the rest for all of them.
    Raters { body: Network, head: Network, points: Values },
    /// What windows share once.
    Divided { whole: Network, divided: Divided },
}

/// The signals that an estimator is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// What is judged.
    pub recording: &'a Signal,
    /// For the judgement of echo: what the far end said.
    pub far_end: Option<&'a Signal>,
    /// For the judgement of echo: what the microphone picked up.
    pub microphone: Option<&'a Signal>,
}

/// What an estimator says of a recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The estimator's name.
    pub estimator: String,
    /// Its version.
    pub estimator_version: String,
    /// How many windows it heard; each estimate is the mean over them.
    pub windows: usize,
    /// What it says.
    pub estimates: Vec<Estimated>,
}

/// One of the values that an estimator gives.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimated {
    /// What is estimated, such as `overall`.
    pub measure: String,
    /// On which scale; estimates on different scales are not to be compared.
    pub scale: String,
    /// The estimate.
    pub estimate: f64,
}

impl<'a> From<&'a Signal> for Judged<'a> {
    fn from(recording: &'a Signal) -> Self {
        Self { recording, far_end: None, microphone: None }
    }
}

impl Estimator {
    /// The estimator of a name that is built in or of an adapter file; its network is looked for in `networks` or where
    /// the Python package that ships it is installed.
    ///
    /// # Errors
    /// [`Error::UnknownEstimator`], [`Error::InvalidEstimator`], [`Error::NoNetwork`] or [`Error::InvalidNetwork`].
    pub fn named(word: &str, networks: Option<&Path>) -> Result<Self> {
        Self::new(Adapter::named(word)?, networks)
    }

    /// The estimator that an adapter describes.
    ///
    /// # Errors
    /// [`Error::NoNetwork`] or [`Error::InvalidNetwork`].
    pub fn new(adapter: Adapter, networks: Option<&Path>) -> Result<Self> {
        let (path, bytes) = networks::bytes(&adapter, networks)?;
        let name = path.display().to_string();
        let whole = Network::read(&name, &bytes)?;
        let mut inputs = vec![adapter.input.as_str()];
        inputs.extend(adapter.zeros.as_ref().map(|zeros| zeros.input.as_str()));
        let output = adapter.output.as_str();
        let form = match (&adapter.raters, &adapter.shared) {
            (Some(of), _) => {
                let body: Vec<&str> = of.body.iter().map(String::as_str).collect();
                let with_rater: Vec<&str> =
                    body.iter().copied().chain([of.input.as_str()]).collect();
                let points = raters(of.count, of.width);
                Form::Raters {
                    body: Network::between(&name, &whole, &inputs, &body)?,
                    head: Network::between(&name, &whole, &with_rater, &[output])?,
                    points: Values { shape: vec![of.count, of.width], values: points },
                }
            }
            (None, Some(shared)) => Form::Divided {
                divided: Divided::new(&name, &whole, shared, output)?,
                whole: Network::between(&name, &whole, &inputs, &[output])?,
            },
            (None, None) => Form::Whole(Network::between(&name, &whole, &inputs, &[output])?),
        };
        let mel = match adapter.features {
            Features::Mel { length, hop, bands, .. } => {
                Some(Mel::new(adapter.sample_rate, length, hop, bands))
            }
            _ => None,
        };
        Ok(Self { adapter, path, mel, form })
    }

    /// What describes it.
    pub fn adapter(&self) -> &Adapter {
        &self.adapter
    }

    /// Judges a recording.
    ///
    /// # Errors
    /// [`Error::NotEstimated`] for a recording that is too short for the network or comes without the signals that it
    /// needs, [`Error::InvalidNetwork`] for a network that does not do what its adapter says, and as
    /// [`Signal::validate`].
    pub fn estimate<'a>(&self, judged: impl Into<Judged<'a>>) -> Result<Estimate> {
        let judged = judged.into();
        let signals = self.signals(&judged)?;
        let windows = self.adapter.windows;
        let shortest = signals.iter().map(|signal| signal.len()).min().unwrap_or(0);
        let starts: Vec<usize> = windows.starts(shortest).collect();
        let outputs = self.outputs(&signals, &starts, windows.length.min(shortest))?;
        let estimates = self.adapter.scores.iter().map(|scale| {
            let of = |output: &Vec<f32>| {
                output.get(scale.place).map(|&value| scale.estimate(f64::from(value)))
            };
            let values: Option<Vec<f64>> = outputs.iter().map(of).collect();
            let values = values.ok_or_else(|| {
                let reason =
                    format!("its output has no place {}, which the adapter names", scale.place);
                Error::InvalidNetwork { name: self.path.display().to_string(), reason }
            })?;
            let estimate = values.iter().sum::<f64>() / values.len() as f64;
            if !estimate.is_finite() {
                return Err(self.not_estimated(&judged, "the network gives no number for it"));
            }
            let (measure, scale) = (scale.name.clone(), scale.scale.clone());
            Ok(Estimated { measure, scale, estimate })
        });
        Ok(Estimate {
            estimator: self.adapter.name.clone(),
            estimator_version: self.adapter.version.clone(),
            windows: starts.len(),
            estimates: estimates.collect::<Result<_>>()?,
        })
    }

    fn not_estimated(&self, judged: &Judged<'_>, reason: &str) -> Error {
        Error::NotEstimated {
            name: judged.recording.name().to_owned(),
            estimator: self.adapter.name.clone(),
            reason: reason.to_owned(),
        }
    }

    /// The signals that the network hears, at its rate, all of one length and not shorter than it can take.
    fn signals<'a>(&self, judged: &Judged<'a>) -> Result<Vec<Cow<'a, [f32]>>> {
        let mut signals = Vec::new();
        for heard in &self.adapter.signals {
            let signal = match heard {
                Heard::Recording => Some(judged.recording),
                Heard::FarEnd => judged.far_end,
                Heard::Microphone => judged.microphone,
            };
            let signal = signal.ok_or_else(|| {
                self.not_estimated(
                    judged,
                    "it needs what the far end said and what the microphone picked up; give --far-end and --microphone",
                )
            })?;
            signal.validate()?;
            signals.push(match signal.resampled(self.adapter.sample_rate)? {
                Cow::Borrowed(signal) => Cow::Borrowed(signal.samples()),
                Cow::Owned(signal) => Cow::Owned(signal.samples().to_vec()),
            });
        }
        let windows = self.adapter.windows;
        let shortest = signals.iter().map(|signal| signal.len()).min().unwrap_or(0);
        if shortest < windows.least.max(1) {
            let least_s = windows.least as f64 / f64::from(self.adapter.sample_rate);
            let reason = format!("it is too short; give at least {least_s:.3} s");
            return Err(self.not_estimated(judged, &reason));
        }
        for signal in &mut signals {
            let mut samples = std::mem::take(signal).into_owned();
            samples.truncate(shortest);
            while windows.short == Short::Repeat && samples.len() < windows.length {
                samples.extend_from_within(..);
            }
            // Some decoders overshoot full scale, which networks never heard.
            samples.iter_mut().for_each(|sample| *sample = sample.clamp(-1.0, 1.0));
            *signal = Cow::Owned(samples);
        }
        Ok(signals)
    }

    /// The network's output for each window.
    fn outputs(
        &self,
        signals: &[Cow<'_, [f32]>],
        starts: &[usize],
        length: usize,
    ) -> Result<Vec<Vec<f32>>> {
        let hop = self.adapter.windows.hop;
        if let Form::Divided { divided, .. } = &self.form
            && starts.len() > 1
            && divided.suits(length, hop)
        {
            return divided.outputs(&signals[0], starts, length);
        }
        let output = |&start: &usize| {
            let windows: Vec<&[f32]> =
                signals.iter().map(|signal| &signal[start..start + length]).collect();
            let features = self.features(&windows);
            let zeros = self.adapter.zeros.iter().map(|zeros| Values {
                shape: zeros.shape.clone(),
                values: vec![0.0; zeros.shape.iter().product()],
            });
            let inputs: Vec<Values> = [features].into_iter().chain(zeros).collect();
            let first = |outputs: Vec<Values>| {
                outputs.into_iter().next().map(|output| output.values).unwrap_or_default()
            };
            match &self.form {
                Form::Whole(whole) | Form::Divided { whole, .. } => Ok(first(whole.run(inputs)?)),
                Form::Raters { body, head, points } => {
                    let count = points.shape[0];
                    let mut inputs: Vec<Values> =
                        body.run(inputs)?.into_iter().map(|value| value.repeated(count)).collect();
                    inputs.push(points.clone());
                    let all = first(head.run(inputs)?);
                    let mean =
                        all.iter().map(|&value| f64::from(value)).sum::<f64>() / all.len() as f64;
                    Ok(vec![mean as f32])
                }
            }
        };
        starts.iter().map(output).collect()
    }

    /// What the network is given of a window of each signal.
    fn features(&self, windows: &[&[f32]]) -> Values {
        let channels = windows.len();
        match (self.adapter.features, &self.mel) {
            (Features::Mel { bands, cut_samples, .. }, Some(mel)) => {
                let cut = |window: &&[f32]| window.len().saturating_sub(cut_samples).max(1);
                let values: Vec<f32> =
                    windows.iter().flat_map(|window| mel.of(&window[..cut(window)])).collect();
                let frames = values.len() / bands / channels;
                let shape = match channels {
                    1 => vec![1, frames, bands],
                    _ => vec![1, channels, frames, bands],
                };
                Values { shape, values }
            }
            (Features::LogPower { length, hop }, _) => {
                let values: Vec<f32> =
                    windows.iter().flat_map(|window| log_power(window, length, hop)).collect();
                let bins = length / 2 + 1;
                let frames = values.len() / bins / channels;
                Values { shape: vec![1, channels, frames, bins], values }
            }
            _ => Values { shape: vec![channels, windows[0].len()], values: windows.concat() },
        }
    }
}

impl Values {
    /// The same so many times, along the first axis.
    fn repeated(self, count: usize) -> Self {
        let mut shape = self.shape;
        if let Some(first) = shape.first_mut() {
            *first *= count;
        }
        Self { shape, values: self.values.repeat(count) }
    }
}
