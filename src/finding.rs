//! What a diagnosis says: findings, each with its kind, place, size, sureness and price.

use serde::Serialize;
use std::fmt;
use strum::{EnumIter, EnumString, IntoStaticStr};

/// A kind of impairment, after the dimensions of ITU-T P.804: noisiness, coloration, discontinuity, loudness.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    IntoStaticStr,
    EnumString,
    EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Speech that is silent or much too faint for a moment; the value is how long, in ms.
    LostSpeech,
    /// Speech replaced by a repetition of what was heard before; the value is how long, in ms.
    RepeatedSpeech,
    /// Sound that is not in the reference there; the value is how long, in ms.
    Inserted,
    /// The delay changes; the value is by how much, in ms, positive where the degraded signal becomes later.
    DelayJump,
    /// The delay changes many times; the value is between which limits, in ms.
    JitterBuffer,
    /// The clocks differ; the value is how much slower the degraded signal is, in parts per million.
    ClockDrift,
    /// The whole is louder or softer; the value is by how much, in dB.
    LevelOffset,
    /// The level goes up and down; the value is how far, in dB.
    LevelPumping,
    /// Peaks are cut off or squeezed; the value is the share of the speech samples, in percent.
    Clipping,
    /// Noise; the value is the speech's level above it, in dB.
    Noise,
    /// Mains hum; the value is the speech's level above it, in dB, the second value its frequency in Hz.
    Hum,
    /// Frequencies are missing; the value is the upper edge of what is there, the second value the lower, in Hz.
    BandLimit,
    /// The frequency response is uneven; the value is the largest deviation of a third of an octave, in dB.
    Coloration,
    /// A second, later image; the value is how much later, in ms, the second value its level, in dB.
    Echo,
    /// A room that rings; the value is the time in which it decays by 60 dB, in s.
    Reverberation,
    /// What no other finding explains; the value is the speech's level above it, in dB.
    CodingDistortion,
    /// The two recordings have nothing to do with each other; the value is the alignment's confidence.
    WrongRecording,
    /// The degraded recording is all but silent; the value is its level, in dBov.
    NothingHeard,
    /// The mean is not zero; the value is how far it is off, in percent of full scale.
    DcOffset,
    /// Nothing at all for long, as where a line is dead; the value is how long, in s.
    DigitalSilence,
    /// One side of a call speaks and the other is never heard; the value is the share of speech on the side that speaks,
    /// in percent.
    OneWayCall,
    /// There is sound but hardly any speech in it; the value is the share of speech, in percent.
    LittleSpeech,
}

impl Kind {
    /// The name in tables and JSON, such as `lost_speech`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it is a matter of delays and clocks alone.
    pub(crate) fn is_of_time(self) -> bool {
        matches!(self, Self::Inserted | Self::DelayJump | Self::JitterBuffer | Self::ClockDrift)
    }

    /// The unit of the value.
    pub fn unit(self) -> &'static str {
        match self {
            Self::LostSpeech | Self::RepeatedSpeech | Self::Inserted => "ms",
            Self::DelayJump | Self::JitterBuffer | Self::Echo => "ms",
            Self::ClockDrift => "ppm",
            Self::LevelOffset | Self::LevelPumping | Self::Coloration => "dB",
            Self::Noise | Self::Hum | Self::CodingDistortion => "dB",
            Self::Clipping | Self::DcOffset | Self::OneWayCall | Self::LittleSpeech => "%",
            Self::BandLimit => "Hz",
            Self::Reverberation | Self::DigitalSilence => "s",
            Self::WrongRecording => "",
            Self::NothingHeard => "dBov",
        }
    }

    /// The unit of the second value, where the kind has one.
    pub fn second_unit(self) -> Option<&'static str> {
        match self {
            Self::Hum | Self::BandLimit => Some("Hz"),
            Self::Echo => Some("dB"),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One impairment of a degraded recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where it starts, in seconds of the reference; none where it concerns the whole recording.
    pub start_s: Option<f64>,
    /// Where it ends, in seconds of the reference.
    pub end_s: Option<f64>,
    /// How large it is; what that means says [`Kind`].
    pub value: f64,
    /// The unit of `value`.
    pub unit: &'static str,
    /// A second measure, where the kind has one.
    pub second_value: Option<f64>,
    /// The unit of `second_value`.
    pub second_unit: Option<&'static str>,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// The MOS-LQO that the score would be higher without all findings of this kind; none where it was not asked for.
    /// Findings of one kind carry one price together, and the prices of several kinds need not add up.
    pub cost_mos: Option<f64>,
    /// The same in words.
    pub words: String,
}

impl Finding {
    /// A finding that concerns the whole recording.
    pub(crate) fn whole(kind: Kind, value: f64, confidence: f64) -> Self {
        Self {
            kind,
            start_s: None,
            end_s: None,
            value,
            unit: kind.unit(),
            second_value: None,
            second_unit: kind.second_unit(),
            confidence: confidence.clamp(0.0, 1.0),
            cost_mos: None,
            words: String::new(),
        }
    }

    /// A finding with a place in the reference, in seconds.
    pub(crate) fn event(
        kind: Kind,
        [start_s, end_s]: [f64; 2],
        value: f64,
        confidence: f64,
    ) -> Self {
        Self { start_s: Some(start_s), end_s: Some(end_s), ..Self::whole(kind, value, confidence) }
    }

    /// The same with a second measure.
    pub(crate) fn with_second(self, value: f64) -> Self {
        Self { second_value: Some(value), ..self }
    }

    /// The same, said in words.
    pub(crate) fn in_words(self) -> Self {
        Self { words: words(&self), ..self }
    }
}

/// What a score fell for.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What was found: the dearest kind first, findings of one kind in order of time.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Findings with their prices, dearest kind first.
    pub(crate) fn priced(findings: Vec<Finding>, costs: &[(Kind, f64)]) -> Self {
        let cost = |kind: Kind| costs.iter().find(|cost| cost.0 == kind).map(|cost| cost.1);
        let mut findings: Vec<Finding> = findings
            .into_iter()
            .map(|finding| Finding { cost_mos: cost(finding.kind), ..finding }.in_words())
            .collect();
        findings.sort_by(|a, b| {
            let [dear, place] = [|f: &Finding| f.cost_mos, |f: &Finding| f.start_s]
                .map(|value| [value(a), value(b)].map(|value| value.unwrap_or(0.0)));
            let dearer = dear[1].total_cmp(&dear[0]);
            dearer.then(a.kind.cmp(&b.kind)).then(place[0].total_cmp(&place[1]))
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

    /// The findings of one kind, in order of time.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.kind == kind)
    }

    /// The dearest causes in one line, each with its price; none where nothing was found.
    pub fn why(&self) -> Option<String> {
        /// More would hide what matters.
        const NAMED: usize = 3;
        let cause = |(kind, cost): (Kind, Option<f64>)| {
            let words = self.summed_up(kind);
            match cost {
                // A price below zero says that the model does not mind.
                Some(cost) => format!("{words} (costs {:.2})", cost.max(0.0)),
                None => words,
            }
        };
        let causes: Vec<String> = self.causes().into_iter().take(NAMED).map(cause).collect();
        (!causes.is_empty()).then(|| causes.join("; "))
    }

    /// All findings of a kind in a few words.
    pub fn summed_up(&self, kind: Kind) -> String {
        let own: Vec<&Finding> = self.of_kind(kind).collect();
        let sum: f64 = own.iter().map(|finding| finding.value).sum();
        let times = own.len();
        match (kind, own.as_slice()) {
            (_, [only]) => only.words.clone(),
            (Kind::LostSpeech, _) => format!("{sum:.0} ms of speech lost in {times} places"),
            (Kind::RepeatedSpeech, _) => {
                format!("{sum:.0} ms of speech replaced by repetitions in {times} places")
            }
            (Kind::Inserted, _) => {
                format!("{sum:.0} ms of foreign sound inserted in {times} places")
            }
            (Kind::DelayJump, _) => format!("delay jumps {times} times"),
            (Kind::DigitalSilence, _) => format!("{sum:.1} s of digital silence in {times} places"),
            _ => own.first().map_or(String::new(), |finding| finding.words.clone()),
        }
    }
}

/// A finding as a person would say it.
fn words(finding: &Finding) -> String {
    let value = finding.value;
    let second = finding.second_value;
    let place = finding.start_s.map_or(String::new(), |start| format!(" at {start:.2} s"));
    match finding.kind {
        Kind::LostSpeech => format!("{value:.0} ms of speech lost{place}"),
        Kind::RepeatedSpeech => format!("{value:.0} ms of speech replaced by a repetition{place}"),
        Kind::Inserted => format!("{value:.0} ms of foreign sound inserted{place}"),
        Kind::DelayJump => format!("delay jumps by {value:+.0} ms{place}"),
        Kind::JitterBuffer => format!("delay changes again and again, within {value:.0} ms"),
        Kind::ClockDrift => format!("clock drift of {value:+.0} ppm"),
        Kind::LevelOffset if value > 0.0 => format!("{value:.1} dB too loud"),
        Kind::LevelOffset => format!("{:.1} dB too soft", -value),
        Kind::LevelPumping => format!("level goes up and down by {value:.1} dB"),
        Kind::Clipping => format!("{value:.1} % of the speech clipped"),
        Kind::Noise => format!("noise {value:.0} dB below the speech"),
        Kind::Hum => {
            format!("hum of {:.0} Hz, {value:.0} dB below the speech", second.unwrap_or(50.0))
        }
        Kind::BandLimit => match second {
            Some(lower) => format!("band limited to {lower:.0} to {value:.0} Hz"),
            None => format!("band limited to {value:.0} Hz"),
        },
        Kind::Coloration => format!("frequency response uneven by {value:.0} dB"),
        Kind::Echo => {
            format!("echo after {value:.0} ms, {:.0} dB", second.unwrap_or(0.0))
        }
        Kind::Reverberation => format!("reverberation of {value:.1} s"),
        Kind::CodingDistortion => format!("coding distortion {value:.0} dB below the speech"),
        Kind::WrongRecording => "another recording than the reference".to_owned(),
        Kind::NothingHeard => format!("nothing heard ({value:.0} dBov)"),
        Kind::DcOffset => format!("DC offset of {value:+.1} % of full scale"),
        Kind::DigitalSilence => format!("{value:.1} s of digital silence{place}"),
        Kind::OneWayCall => {
            format!("one-way call: silent, while the other side speaks {value:.0} % of the time")
        }
        Kind::LittleSpeech => format!("hardly any speech ({value:.0} % of the time)"),
    }
}
