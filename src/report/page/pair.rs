//! The page of one pair: its score, the causes with their price, both recordings to see and hear on one time axis.

use super::picture::{LoudnessDifference, Spectrograms, Waveforms};
use super::shell::{self, Shell};
use super::sound::{Samples, Sound};
use crate::alignment::{self, AlignmentParameters};
use crate::error::Result;
use crate::finding::{Diagnosis, Finding};
use crate::report::printable;
use crate::score::{Score, Utterance};
use crate::service_band::ServiceBand;
use crate::signal::Signal;
use askama::Template;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fs;
use std::io;
use std::path::Path;

/// Rate at which both recordings are brought onto one time axis, in Hz.
const RATE: u32 = 48_000;

/// A recording as it was given: its name, and what tells it from any other.
#[derive(Debug, Clone)]
pub struct RecordingFile {
    /// Its name as given, shown as text.
    pub file: String,
    /// SHA-256 of its bytes in hexadecimal digits.
    pub sha256: String,
}

impl RecordingFile {
    /// The file at this path.
    ///
    /// # Errors
    /// What reading it says.
    pub fn of(path: &Path) -> io::Result<Self> {
        let sha256 =
            Sha256::digest(fs::read(path)?).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { file: printable(&path.display().to_string()), sha256 })
    }
}

/// What the page of a pair is made from.
#[derive(Debug)]
pub struct PairPage<'a> {
    /// The reference, and its file.
    pub reference: (&'a Signal, &'a RecordingFile),
    /// The degraded recording, and its file.
    pub degraded: (&'a Signal, &'a RecordingFile),
    /// The score.
    pub score: &'a Score,
    /// The options of the program that matter to what is shown, such as `--model wb`.
    pub options: &'a str,
    /// Whether the page holds the sound.
    pub sound: Sound,
}

impl PairPage<'_> {
    /// The page as HTML: the same bytes for the same input.
    ///
    /// # Errors
    /// Recordings that cannot be resampled.
    pub fn html(&self) -> Result<String> {
        let content = Content::of(self)?;
        Ok(content.render().expect("the template writes into memory"))
    }
}

#[derive(Template)]
#[template(path = "pair.html")]
struct Content {
    shell: &'static Shell,
    score: String,
    band: String,
    band_limits: String,
    model: String,
    reference: RecordingFile,
    degraded: RecordingFile,
    warnings: Vec<String>,
    findings: Vec<Cause>,
    sound: bool,
    duration_s: String,
    pair: Vec<Measure>,
    delays: Vec<Delay>,
    provenance: Provenance,
    data: String,
}

/// A cause as the page shows it.
struct Cause {
    kind: String,
    words: String,
    when: String,
    value: String,
    confidence: String,
    cost: String,
}

/// A measure of both recordings.
struct Measure {
    name: &'static str,
    reference: String,
    degraded: String,
}

/// A stretch of one delay.
struct Delay {
    start: String,
    end: String,
    delay: String,
    confidence: String,
}

/// What produced the page.
struct Provenance {
    model: String,
    options: String,
}

/// What the script draws and plays.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    pub duration_s: f64,
    pub findings: Vec<Mark>,
    pub waveform: Waveforms,
    pub spectrogram: Spectrograms,
    pub loudness: LoudnessDifference,
    pub delay: Vec<Stretch>,
    pub local: &'a [crate::score::LocalScore],
    pub sound: Option<Samples>,
}

/// Where a cause is, in seconds of the reference.
#[derive(Serialize)]
pub(super) struct Mark {
    pub start_s: Option<f64>,
    pub end_s: Option<f64>,
}

/// A stretch of one delay, for the script.
#[derive(Serialize)]
pub(super) struct Stretch {
    pub start_s: f64,
    pub end_s: f64,
    pub delay_ms: f64,
}

impl Content {
    fn of(page: &PairPage<'_>) -> Result<Self> {
        let PairPage {
            reference: (reference, reference_file),
            degraded: (degraded, degraded_file),
            score,
            ..
        } = page;
        let data = data(page)?;
        let band = ServiceBand::of(score.mos_lqo);
        let provenance = Provenance {
            model: format!("{} {}", score.model, score.model_version),
            options: page.options.to_owned(),
        };
        Ok(Self {
            shell: &shell::PAIR,
            score: format!("{:.2}", score.mos_lqo),
            band: band.to_string(),
            band_limits: band.limit(),
            model: provenance.model.clone(),
            reference: (*reference_file).clone(),
            degraded: (*degraded_file).clone(),
            warnings: score.warnings.iter().map(|warning| printable(warning)).collect(),
            findings: causes(findings(score)),
            sound: data.sound.is_some(),
            duration_s: format!("{:.3}", data.duration_s),
            pair: measures(score, reference, degraded),
            delays: score.alignment.utterances.iter().map(Delay::of).collect(),
            provenance,
            data: shell::embedded(&data).expect("numbers and text make JSON"),
        })
    }
}

/// Both recordings on one time axis, and what is drawn of them.
pub(super) fn data<'a>(page: &PairPage<'a>) -> Result<Data<'a>> {
    let PairPage { reference: (reference, _), degraded: (degraded, _), score, .. } = page;
    let rate = reference.sample_rate().max(degraded.sample_rate()).min(RATE);
    let (reference, degraded) = (reference.resampled(RATE)?, degraded.resampled(RATE)?);
    let parameters = AlignmentParameters::default();
    let found = alignment::align(reference.samples(), degraded.samples(), RATE, &parameters);
    let aligned = found.warp(degraded.samples(), reference.samples(), &parameters);
    let recorded = found.recorded(aligned.len(), degraded.samples().len());
    let aligned = Signal::new(degraded.name(), aligned, RATE);
    let samples = [reference.samples(), aligned.samples()];
    let louder_db = aligned.speech_level().active_dbov - reference.speech_level().active_dbov;
    Ok(Data {
        duration_s: reference.duration_s(),
        findings: findings(score).iter().map(Mark::of).collect(),
        waveform: Waveforms::of(samples, RATE),
        spectrogram: Spectrograms::of(samples, RATE, f64::from(rate) / 2.0),
        loudness: LoudnessDifference::of(&reference, aligned.samples(), recorded)?,
        delay: score.alignment.utterances.iter().map(Stretch::of).collect(),
        local: &score.timeline.intervals,
        sound: page.sound.of(
            [&reference, &aligned],
            rate,
            if louder_db.is_finite() { louder_db } else { 0.0 },
        )?,
    })
}

/// What is known of both recordings, a row a measure.
fn measures(score: &Score, reference: &Signal, degraded: &Signal) -> Vec<Measure> {
    let both = |name, of: &dyn Fn(&Signal) -> String| Measure {
        name,
        reference: of(reference),
        degraded: of(degraded),
    };
    let levels = |name, of: &dyn Fn(&crate::score::Levels) -> String| Measure {
        name,
        reference: of(&score.reference),
        degraded: of(&score.degraded),
    };
    vec![
        both("Length", &|signal| format!("{:.3} s", signal.duration_s())),
        both("Sample rate", &|signal| format!("{} Hz", signal.sample_rate())),
        both("Active speech level (P.56)", &|signal| {
            format!("{:.1} dBov", signal.speech_level().active_dbov)
        }),
        both("Peak", &|signal| format!("{:.1} dBov", signal.speech_level().peak_dbov)),
        levels("Speech activity", &|levels| format!("{:.0} %", levels.speech_activity * 100.0)),
    ]
}

/// What was found, where a diagnosis was made.
fn findings(score: &Score) -> &[Finding] {
    score.diagnosis.as_ref().map_or(&[], |Diagnosis { findings, .. }| findings)
}

/// The findings as rows; all of a kind have one price, which stands beside the first.
fn causes(findings: &[Finding]) -> Vec<Cause> {
    let cause = |(index, finding): (usize, &Finding)| {
        let is_first = index == 0 || findings[index - 1].kind != finding.kind;
        let cause = Cause::of(finding);
        if is_first { cause } else { Cause { cost: String::new(), ..cause } }
    };
    findings.iter().enumerate().map(cause).collect()
}

impl Cause {
    fn of(finding: &Finding) -> Self {
        let Finding { kind, value, unit, second_value, second_unit, .. } = finding;
        let second = second_value.zip(*second_unit);
        let second = second.map_or(String::new(), |(value, unit)| format!(", {value:.0} {unit}"));
        Self {
            kind: kind.name().replace('_', " "),
            words: finding.words.clone(),
            when: match (finding.start_s, finding.end_s) {
                (Some(start_s), Some(end_s)) => format!("{start_s:.2} to {end_s:.2} s"),
                _ => "throughout".to_owned(),
            },
            value: format!("{value:.1} {unit}{second}"),
            confidence: format!("{:.0} %", finding.confidence * 100.0),
            // A price below zero says that the model does not mind.
            cost: finding.cost_mos.map_or(String::new(), |cost| format!("−{:.2}", cost.max(0.0))),
        }
    }
}

impl Mark {
    fn of(finding: &Finding) -> Self {
        Self { start_s: finding.start_s, end_s: finding.end_s }
    }
}

impl Delay {
    fn of(utterance: &Utterance) -> Self {
        Self {
            start: format!("{:.2} s", utterance.start_s),
            end: format!("{:.2} s", utterance.end_s),
            delay: format!("{:.1} ms", utterance.delay_s * 1e3 + 0.0),
            confidence: format!("{:.2}", utterance.confidence),
        }
    }
}

impl Stretch {
    fn of(utterance: &Utterance) -> Self {
        Self {
            start_s: utterance.start_s,
            end_s: utterance.end_s,
            delay_ms: utterance.delay_s * 1e3,
        }
    }
}
