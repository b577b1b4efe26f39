//! What a recording shows without a reference: level, clipping, gaps, noise, hum, band, and how two sides of a call relate.
//!
//! A recording of any length is read once, block by block; what is kept of it are counts, and one number for each 16 ms.
//! Every channel is judged by itself, because the two channels of a recorded call are its two sides; what one side hears
//! of the other is told of the channel in which it is heard.

mod band;
mod channels;
mod ear;
mod gaps;
mod loudness;
mod mains;
mod overdrive;
mod recording;

pub use recording::inspect_file;

use crate::error::Result;
use crate::finding::{Diagnosis, Finding, Kind};
use crate::signal::{Signal, SpeechLevel};
use ear::Ear;
use serde::Serialize;

/// Speech on the lines of telephones is recorded near this level, in dBov (P.830, 7.2.2),
const USUAL_DBOV: f64 = -26.0;
/// and a level this far from it is worth a word, in dB: below, and above.
const TOO_SOFT_DB: f64 = -14.0;
const TOO_LOUD_DB: f64 = 12.0;
/// A recording that is fainter is silent, in dBov.
const SILENT_DBOV: f64 = -70.0;
/// Noise that is further below the speech is heard in clean recordings too, in dB.
const NOISY_DB: f64 = 20.0;
/// A mean further from zero is worth a word, in percent of full scale.
const DC_PERCENT: f64 = 1.0;
/// Less speech is hardly any, as a share of the time.
const LITTLE_SPEECH: f64 = 0.05;

/// A recording and what its channels show.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// Samples per second.
    pub sample_rate: u32,
    /// Length in seconds.
    pub duration_s: f64,
    /// What each channel shows, in order.
    pub channels: Vec<ChannelInspection>,
    /// What was noticed about the file, a sentence each.
    pub warnings: Vec<String>,
}

impl Inspection {
    /// All findings, channel by channel.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.channels.iter().flat_map(|channel| &channel.diagnosis.findings)
    }
}

/// What a channel shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelInspection {
    /// Which it is: `mono`, `left`, `right`, `mix`, or its number from 1.
    pub channel: String,
    /// What was measured, worth a word or not.
    pub measures: Measures,
    /// What is worth a word; without prices, as no model is asked.
    pub diagnosis: Diagnosis,
}

/// What was measured of a channel.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Measures {
    /// Level of the speech while it is active, in dBov (P.56, method B); -100 for silence.
    pub active_dbov: f64,
    /// Level of the whole, in dBov.
    pub long_term_dbov: f64,
    /// The highest sample, in dBov.
    pub peak_dbov: f64,
    /// Share of the time in which there is speech, 0 to 1.
    pub speech_share: f64,
    /// Level of the noise in the pauses, in dBov.
    pub noise_dbov: f64,
    /// The speech's level above the noise, in dB; none without speech.
    pub snr_db: Option<f64>,
    /// Samples at the clipping level, in percent of those that carry speech; none where nothing is clipped.
    pub clipped_percent: Option<f64>,
    /// The mean, in percent of full scale.
    pub dc_percent: f64,
    /// Time without any signal in stretches of 5 ms and more, in seconds.
    pub digital_silence_s: f64,
    /// Frequency of the mains in Hz, where they hum.
    pub hum_hz: Option<f64>,
    /// Level of the hum in dBov.
    pub hum_dbov: Option<f64>,
    /// Lower edge of the speech's band, in Hz; none without speech.
    pub band_lower_hz: Option<f64>,
    /// Upper edge of the speech's band, in Hz; none without speech.
    pub band_upper_hz: Option<f64>,
    /// How much later the other side of the call is heard here, in ms; none where it is not.
    pub echo_ms: Option<f64>,
    /// How loud it is heard here, in dB.
    pub echo_db: Option<f64>,
}

/// Inspects one channel.
///
/// # Errors
/// As [`Signal::validate`].
pub fn inspect(signal: &Signal) -> Result<ChannelInspection> {
    signal.validate()?;
    let mut ear = Ear::new(signal.sample_rate());
    ear.push(signal.samples());
    let heard = ear.finish();
    Ok(ChannelInspection::of("mono".to_owned(), heard))
}

/// What an ear makes of a channel: the measures, and what has places.
#[derive(Debug)]
struct Heard {
    measures: Measures,
    /// Gaps, with their places.
    gaps: Vec<Finding>,
    /// Whether the band ends where no voice does.
    band_is_cut: bool,
}

impl ChannelInspection {
    fn of(channel: String, heard: Heard) -> Self {
        let Heard { measures, mut gaps, band_is_cut } = heard;
        let mut findings = Vec::new();
        if measures.active_dbov < SILENT_DBOV {
            findings.push(Finding::whole(Kind::NothingHeard, measures.active_dbov, 1.0));
        } else {
            findings.extend(measures.findings(band_is_cut));
            findings.append(&mut gaps);
        }
        if measures.dc_percent.abs() >= DC_PERCENT {
            findings.push(Finding::whole(Kind::DcOffset, measures.dc_percent, 0.95));
        }
        Self { channel, measures, diagnosis: Diagnosis::priced(findings, &[]) }
    }

    /// Whether nobody speaks here.
    fn is_mute(&self) -> bool {
        let mute =
            |finding: &Finding| matches!(finding.kind, Kind::NothingHeard | Kind::LittleSpeech);
        self.diagnosis.findings.iter().any(mute)
    }

    /// Whether somebody speaks here for a good part of the time.
    fn speaks(&self) -> bool {
        self.measures.speech_share >= 4.0 * LITTLE_SPEECH && !self.is_mute()
    }

    /// Adds a finding that two channels make together.
    fn add(&mut self, finding: Finding) {
        let mut findings = std::mem::take(&mut self.diagnosis.findings);
        findings.push(finding);
        self.diagnosis = Diagnosis::priced(findings, &[]);
    }
}

impl Measures {
    fn of_level(level: SpeechLevel) -> Self {
        Self {
            active_dbov: level.active_dbov,
            long_term_dbov: level.long_term_dbov,
            peak_dbov: level.peak_dbov,
            speech_share: 0.0,
            noise_dbov: level.long_term_dbov,
            snr_db: None,
            clipped_percent: None,
            dc_percent: 0.0,
            digital_silence_s: 0.0,
            hum_hz: None,
            hum_dbov: None,
            band_lower_hz: None,
            band_upper_hz: None,
            echo_ms: None,
            echo_db: None,
        }
    }

    /// What of the measures is worth a word.
    fn findings(&self, band_is_cut: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(percent) = self.clipped_percent {
            findings.push(Finding::whole(Kind::Clipping, percent, 0.9));
        }
        if let (Some(hum_hz), Some(hum_dbov)) = (self.hum_hz, self.hum_dbov) {
            let below = self.active_dbov - hum_dbov;
            findings.push(Finding::whole(Kind::Hum, below, 0.9).with_second(hum_hz));
        }
        if self.speech_share < LITTLE_SPEECH {
            let percent = 100.0 * self.speech_share;
            findings.push(Finding::whole(Kind::LittleSpeech, percent, 0.8));
            // Without speech there is nothing to hold the rest against.
            return findings;
        }
        let offset = self.active_dbov - USUAL_DBOV;
        if !(TOO_SOFT_DB..=TOO_LOUD_DB).contains(&offset) {
            findings.push(Finding::whole(Kind::LevelOffset, offset, 0.9));
        }
        if let Some(snr_db) = self.snr_db.filter(|&snr_db| snr_db < NOISY_DB) {
            let sure = 0.7 + 0.03 * (NOISY_DB - snr_db);
            findings.push(Finding::whole(Kind::Noise, snr_db, sure));
        }
        if let (true, Some(upper), Some(lower)) =
            (band_is_cut, self.band_upper_hz, self.band_lower_hz)
        {
            findings.push(Finding::whole(Kind::BandLimit, upper, 0.9).with_second(lower));
        }
        findings
    }
}
