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

mod clipping;
mod coding_distortion;
mod evidence;
mod finding;
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

pub use finding::{Finding, Kind};

use crate::error::Result;
use crate::signal::Signal;
use clipping::Curve;
use evidence::Evidence;
use frequency_response::FrequencyResponse;
use hum::Hum;
use impulse_response::Image;
use level_pumping::SlowGain;
use lost_speech::Blocks;
use serde::Serialize;

/// Alignment confidence below which two recordings have nothing to do with each other.
const UNRELATED_BELOW: f64 = 0.3;
/// A degraded recording that is fainter, in dBov, and this much fainter than the reference, in dB, is silent.
const SILENT_DBOV: f64 = -70.0;
const SILENT_DB: f64 = 40.0;
/// Without other findings, a score this far below the best is looked at for distortion.
const UNIMPAIRED_MOS: f64 = 0.3;

/// What a score fell for.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Diagnosis {
    /// What was found: the dearest kind first, findings of one kind in order of time.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Compares a degraded recording with its reference. `mos_lqo` asks a model for the score of a recording against
    /// that reference; it is called once for each kind of fault found, and once or twice besides.
    ///
    /// # Errors
    /// What `mos_lqo` fails with on the degraded recording itself, and signals whose rate is out of range.
    pub fn of(
        reference: &Signal,
        degraded: &Signal,
        mos_lqo: impl Fn(&Signal) -> Result<f64>,
    ) -> Result<Self> {
        let degraded = degraded.resampled(reference.sample_rate())?;
        let evidence = Evidence::new(reference, &degraded);
        if let Some(finding) = unrelated(&evidence, &degraded) {
            return Ok(Self { findings: vec![finding.in_words()] });
        }
        let score = mos_lqo(&degraded)?;
        let signal =
            |samples: &[f32]| Signal::new(degraded.name(), samples.to_vec(), evidence.sample_rate);
        let mut causes = Causes::of(&evidence, degraded.samples());
        let on_time = mos_lqo(&signal(&evidence.heard)).unwrap_or(score);
        let price = |kind: Kind, causes: &Causes| -> Option<f64> {
            let clean = taken_back::without(kind, &evidence, causes)?;
            Some(mos_lqo(&signal(&clean)).ok()? - on_time)
        };
        let mut costs: Vec<(Kind, f64)> = Vec::new();
        for kind in causes.kinds() {
            let cost = price(kind, &causes).unwrap_or(on_time - score);
            costs.push((kind, cost));
        }
        let left = costs.iter().fold(on_time, |best, (_, cost)| best.max(on_time + cost));
        if left < BEST_MOS - UNIMPAIRED_MOS
            || causes.findings.is_empty() && score < BEST_MOS - UNIMPAIRED_MOS
        {
            if let Some(cost) = price(Kind::CodingDistortion, &causes) {
                if let Some(finding) = coding_distortion::finding(&evidence, cost) {
                    causes.findings.push(finding);
                    costs.push((Kind::CodingDistortion, cost));
                }
            }
        }
        Ok(Self::priced(causes.findings, &costs))
    }

    /// Findings with their prices, dearest first.
    fn priced(findings: Vec<Finding>, costs: &[(Kind, f64)]) -> Self {
        let cost = |kind: Kind| costs.iter().find(|cost| cost.0 == kind).map(|cost| cost.1);
        let mut findings: Vec<Finding> = findings
            .into_iter()
            .map(|finding| Finding { cost_mos: cost(finding.kind), ..finding }.in_words())
            .collect();
        let dear = |finding: &Finding| finding.cost_mos.unwrap_or(0.0);
        findings.sort_by(|a, b| {
            let place = |finding: &Finding| finding.start_s.unwrap_or(0.0);
            dear(b)
                .total_cmp(&dear(a))
                .then(a.kind.cmp(&b.kind))
                .then(place(a).total_cmp(&place(b)))
        });
        Self { findings }
    }

    /// The kind that costs most; none where nothing was found.
    pub fn main_cause(&self) -> Option<Kind> {
        self.findings.first().map(|finding| finding.kind)
    }

    /// Every kind found with what it costs, the dearest first.
    pub fn causes(&self) -> Vec<(Kind, Option<f64>)> {
        let mut causes: Vec<(Kind, Option<f64>)> = Vec::new();
        for finding in &self.findings {
            if causes.iter().all(|cause| cause.0 != finding.kind) {
                causes.push((finding.kind, finding.cost_mos));
            }
        }
        causes
    }
}

/// The best MOS-LQO that the mappings of P.862.1 and P.862.2 give.
const BEST_MOS: f64 = 4.6;

/// Whether there is nothing to compare.
fn unrelated(evidence: &Evidence, degraded: &Signal) -> Option<Finding> {
    let level = degraded.speech_level().active_dbov;
    if level < SILENT_DBOV && level < evidence.speech_dbov - SILENT_DB {
        return Some(Finding::whole(Kind::NothingHeard, level, 1.0));
    }
    let confidence = evidence.alignment.confidence;
    (confidence < UNRELATED_BELOW)
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
        let slow_gain = SlowGain::of(evidence);
        findings.extend(slow_gain.finding());
        let clipping = Curve::of(evidence);
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
        let losses = blocks.losses();
        findings.extend(losses.iter().map(|loss| blocks.finding(loss)));
        let repetitions = repeated_speech::repetitions(&blocks, &losses);
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
