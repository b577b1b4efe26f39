//! Why a recording sounds as it does: its impairments, each with its place, its size and what it costs.
//!
//! A diagnosis works on the two aligned recordings, not on a model's insides, so it is the same for every model; only
//! the prices are the model's. What a cause costs is found by asking the model again, with that one cause taken back:
//! a hole filled from the reference, noise subtracted, a gain undone. Causes that hide each other cost little one by
//! one, so prices need not add up to the whole loss.
//!
//! 1. `evidence`: the pair on one time axis, the response from one to the other, the residual that this leaves.
//! 2. One file a kind of fault: `timing`, `lost_speech`, `repeated_speech`, `frequency_response` (level, band,
//!    coloration), `level_pumping`, `clipping`, `noise`, `hum`, `impulse_response` (echo, reverberation),
//!    `coding_distortion`.
//! 3. `taken_back`: the recording without one cause.
//!
//! What a recording shows without any reference is found by `alone`.

pub mod alone;
mod clipping;
mod coding_distortion;
mod evidence;
mod frequency_response;
mod hum;
mod impulse_response;
mod level_pumping;
mod lost_speech;
mod noise;
mod repeated_speech;
mod spectra;
mod taken_back;
mod timing;

pub use crate::finding::{Diagnosis, Finding, Kind};

use crate::error::Result;
use crate::score::{Alignment, Score};
use crate::scorer::PreparedReference;
use crate::signal::Signal;
use clipping::Curve;
use evidence::Evidence;
use frequency_response::FrequencyResponse;
use hum::Hum;
use impulse_response::Image;
use level_pumping::SlowGain;
use lost_speech::Blocks;

/// No one hears what higher rates carry besides, in Hz.
const HIGHEST_RATE_HZ: u32 = 48_000;
/// A degraded recording that is fainter, in dBov, and this much fainter than the reference, in dB, is silent.
const SILENT_DBOV: f64 = -70.0;
const SILENT_DB: f64 = 40.0;
/// Distortion is looked for where the score stays this far below the best with the dearest cause taken back.
const UNIMPAIRED_MOS: f64 = 0.5;

impl PreparedReference {
    /// Scores a degraded recording and says why: [`score`](Self::score) with the diagnosis in it.
    ///
    /// # Errors
    /// As [`score`](Self::score).
    pub fn explain(&self, degraded: &Signal) -> Result<Score> {
        let mut score = self.score(degraded)?;
        score.diagnosis = Some(self.diagnose(degraded, &score)?);
        Ok(score)
    }

    /// What a score of this reference fell for: the model is asked once for each kind of fault found, and once or
    /// twice besides.
    ///
    /// # Errors
    /// A degraded signal whose rate is out of range.
    pub fn diagnose(&self, degraded: &Signal, score: &Score) -> Result<Diagnosis> {
        let rate = self.signal().sample_rate().min(HIGHEST_RATE_HZ);
        let [reference, degraded] = [self.signal(), degraded].map(|signal| signal.resampled(rate));
        let (reference, degraded) = (reference?, degraded?);
        let evidence = Evidence::new(&reference, &degraded);
        if let Some(finding) = unrelated(&evidence, &degraded, score.mos_lqo) {
            return Ok(Diagnosis::priced(vec![finding], &[]));
        }
        let causes = Causes::of(&evidence, degraded.samples());
        let asked = Prices { reference: self, evidence: &evidence, score: score.mos_lqo };
        Ok(asked.diagnosis(causes))
    }
}

/// What a model says of the recording with one cause or another taken back.
struct Prices<'a> {
    reference: &'a PreparedReference,
    evidence: &'a Evidence,
    /// MOS-LQO of the degraded recording as it is.
    score: f64,
}

impl Prices<'_> {
    fn diagnosis(&self, mut causes: Causes) -> Diagnosis {
        // Without changes of delay the common time axis takes nothing back.
        let steady = !causes.findings.iter().any(|finding| finding.kind.is_of_time());
        let on_time = if steady { None } else { self.ask(&self.evidence.heard) };
        let on_time = on_time.unwrap_or(self.score);
        let price = |kind: Kind, causes: &Causes| {
            let clean = taken_back::without(kind, self.evidence, causes)?;
            Some(self.ask(&clean)? - on_time)
        };
        let mut costs: Vec<(Kind, f64)> = Vec::new();
        for kind in causes.kinds() {
            // Delays and clocks are what the common time axis takes back.
            costs.push((kind, price(kind, &causes).unwrap_or(on_time - self.score)));
        }
        let dearest = costs.iter().map(|cost| cost.1).fold(0.0, f64::max);
        if on_time.max(self.score) + dearest < self.best() - UNIMPAIRED_MOS
            && let Some(cost) = price(Kind::CodingDistortion, &causes)
            && let Some(finding) = coding_distortion::finding(self.evidence, cost)
        {
            causes.findings.push(finding);
            costs.push((Kind::CodingDistortion, cost));
        }
        Diagnosis::priced(causes.findings, &costs)
    }

    /// MOS-LQO of a recording on the reference's time axis.
    fn ask(&self, heard: &[f32]) -> Option<f64> {
        let heard = Signal::new("degraded", heard.to_vec(), self.evidence.sample_rate);
        Some(self.reference.score_on_time(&heard).ok()?.mos_lqo)
    }

    /// The best that the model says.
    fn best(&self) -> f64 {
        self.reference.chosen().model.mos_lqo_range()[1]
    }
}

/// Confidence of the alignment below which a score at the bottom of the scale means another recording.
const DOUBTFUL_BELOW: f64 = 0.5;
/// A MOS-LQO at the bottom of the scale: P.862.2 gives other speech up to 1.6.
const NOTHING_HEARD_BELOW: f64 = 1.7;

/// Whether there is nothing to compare.
fn unrelated(evidence: &Evidence, degraded: &Signal, mos_lqo: f64) -> Option<Finding> {
    let level = degraded.speech_level().active_dbov;
    if level < SILENT_DBOV && level < evidence.speech_dbov - SILENT_DB {
        return Some(Finding::whole(Kind::NothingHeard, level, 1.0));
    }
    let confidence = evidence.alignment.confidence;
    // Envelopes of unlike speech may agree by half; then the model hears nothing of the reference either.
    let is_doubtful = confidence < DOUBTFUL_BELOW && mos_lqo < NOTHING_HEARD_BELOW;
    (confidence < Alignment::UNRELATED_BELOW || is_doubtful)
        .then(|| Finding::whole(Kind::WrongRecording, confidence, 1.0 - confidence))
}

/// What was found, with what it takes to take it back.
struct Causes {
    findings: Vec<Finding>,
    response: FrequencyResponse,
    slow_gain: SlowGain,
    clipping: Option<Curve>,
    hum: Option<Hum>,
}

impl Causes {
    fn of(evidence: &Evidence, degraded: &[f32]) -> Self {
        let speech_dbov = evidence.heard_speech_dbov();
        let mut findings = timing::findings(evidence, degraded);
        let response = FrequencyResponse::of(evidence);
        findings.extend(response.findings());
        let clipping = Curve::of(evidence);
        let slow_gain = SlowGain::of(evidence, clipping.as_ref());
        findings.extend(slow_gain.finding());
        findings.extend(clipping.as_ref().map(Curve::finding));
        let hum = Hum::of(evidence);
        findings.extend(noise::noise(evidence, hum.as_ref().map(|hum| hum.level_dbov)));
        findings.extend(hum.as_ref().map(|hum| hum.finding(speech_dbov)));
        findings.extend(evidence.images.iter().map(Image::finding));
        let pumping = findings.iter().any(|finding| finding.kind == Kind::LevelPumping);
        let blocks = if pumping {
            let expected = slow_gain.applied(&evidence.expected, evidence.framing.hop, 1.0);
            Blocks::of(evidence, &expected)
        } else {
            Blocks::of(evidence, &evidence.expected)
        };
        let repetitions = repeated_speech::repetitions(&blocks, evidence.echo_s());
        let repeated = |loss: &Finding| repetitions.iter().any(|other| other.covers(loss));
        let losses = blocks.losses().into_iter().map(|loss| blocks.finding(&loss));
        findings.extend(losses.filter(|loss| !repeated(loss)));
        findings.extend(repetitions.iter().map(|repetition| repetition.finding()));
        Self { findings, response, slow_gain, clipping, hum }
    }

    fn has(&self, kind: Kind) -> bool {
        self.findings.iter().any(|finding| finding.kind == kind)
    }

    /// The kinds found, each once.
    fn kinds(&self) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = self.findings.iter().map(|finding| finding.kind).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    }

    /// Where the findings of one kind are, in seconds.
    fn places(&self, kind: Kind) -> Vec<[f64; 2]> {
        let own = self.findings.iter().filter(|finding| finding.kind == kind);
        own.filter_map(|finding| Some([finding.start_s?, finding.end_s?])).collect()
    }
}
