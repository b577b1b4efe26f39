//! How strongly each frequency of the speech arrives, and what that tells: level, limits of the band, coloration.

use super::evidence::Evidence;
use crate::dsp::scales::decibels;
use crate::finding::{Finding, Kind};

/// The reference has something to lose where its speech is this far above its own pauses, in dB,
const ABOVE_PAUSES_DB: f64 = 10.0;
/// and no further than this below its strongest frequency, in dB.
const BELOW_LOUDEST_DB: f64 = 72.0;
/// Few hear what is above, in Hz.
const AUDIBLE_HZ: f64 = 16_000.0;
/// A frequency is lost where it is this much weaker than the rest, in dB.
const LOST_DB: f64 = -14.0;
/// The band's edge is where it is this much weaker, in dB: between what designers of filters quote (3 dB and 6 dB).
const EDGE_DB: f64 = -4.0;
/// Factors by which the band must shrink to be worth a word, at its upper and at its lower edge.
const NARROWER_ABOVE: f64 = 1.1;
const NARROWER_BELOW: f64 = 1.7;
/// The level is told from the frequencies that carry most of speech, below this, in Hz.
const SPOKEN_HZ: f64 = 4000.0;
/// Coloration is heard where the reference is no further than this below its strongest frequency, in dB.
const COLORED_DB: f64 = 45.0;
/// The widest band in which an edge is looked for, in Hz.
const WIDEST_HZ: f64 = 250.0;
/// No voice has much below, in Hz: what is lost there is not missed.
const LOWEST_HZ: f64 = 140.0;
/// A change of level that is worth a word, in dB.
const LEVEL_DB: f64 = 3.5;
/// A deviation of a third of an octave that is worth a word, in dB; more in rooms, which color by themselves.
const COLORATION_DB: f64 = 6.0;
const COLORATION_IN_ROOMS_DB: f64 = 10.0;

/// A band of frequencies and the power gain in it, where that can be told.
#[derive(Debug, Clone, Copy)]
struct Band {
    low_hz: f64,
    high_hz: f64,
    /// How far the reference is below its strongest frequency there, in dB.
    below_loudest_db: f64,
    /// In dB.
    gain: Gain,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Gain {
    /// The reference has nothing there.
    Nothing,
    /// Noise covers it.
    Covered,
    Known(f64),
}

/// The response as powers show it, so that codecs which keep no waveform have one too.
pub(super) struct FrequencyResponse {
    narrow: Vec<Band>,
    thirds: Vec<Band>,
    /// The median third of an octave, in dB.
    pub level_db: f64,
    /// What of the reference's band is heard, in Hz; `None` where an edge is the reference's own.
    pub upper_hz: Option<f64>,
    pub lower_hz: Option<f64>,
    /// The change of the speech's power, in dB.
    speech_level_db: f64,
    in_room: bool,
}

impl FrequencyResponse {
    pub fn of(evidence: &Evidence) -> Self {
        let gains = Gains::of(evidence);
        let top = f64::from(evidence.sample_rate) / 2.0;
        // A twelfth of an octave, within limits that leave some bins and still show an edge near the top.
        let width = |low: f64| (0.06 * low).clamp(4.0 * evidence.framing.bin_hz, WIDEST_HZ);
        let next = |low: &f64| Some(low + width(*low)).filter(|&high| high <= top);
        let edges: Vec<f64> = std::iter::successors(Some(60.0), next).collect();
        let narrow: Vec<Band> =
            edges.windows(2).map(|edges| gains.band(edges[0], edges[1])).collect();
        let centres = std::iter::successors(Some(125.0), |centre| Some(centre * 2f64.cbrt()));
        let half = 2f64.powf(1.0 / 6.0);
        let thirds: Vec<Band> = centres
            .take_while(|centre| centre * half < top)
            .map(|centre| gains.band(centre / half, centre * half))
            .collect();
        let spoken: Vec<Band> =
            thirds.iter().filter(|band| band.high_hz < SPOKEN_HZ).copied().collect();
        let level_db = typical(&spoken);
        let upper_hz = upper_edge(&narrow, level_db);
        let lower_hz = lower_edge(&narrow, level_db);
        let in_room = evidence.in_room();
        let speech_level_db = gains.level_db();
        Self { narrow, thirds, level_db, upper_hz, lower_hz, speech_level_db, in_room }
    }

    /// What there is to say of level, band and coloration.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        // A resonance moves the one, what is lost beside it the other; a gain moves both.
        let both = self.level_db.signum() * self.speech_level_db;
        if self.level_db.abs() >= LEVEL_DB && both >= LEVEL_DB {
            findings.push(Finding::whole(Kind::LevelOffset, self.level_db, 0.95));
        }
        if self.upper_hz.is_some() || self.lower_hz.is_some() {
            let upper = self.upper_hz.or_else(|| self.own_upper_hz());
            let finding = Finding::whole(Kind::BandLimit, upper.unwrap_or(0.0), 0.9);
            findings.push(match self.lower_hz {
                Some(lower) => finding.with_second(lower),
                None => finding,
            });
        }
        let deviation = self.largest_deviation_db();
        let least = if self.in_room { COLORATION_IN_ROOMS_DB } else { COLORATION_DB };
        if deviation.abs() >= least {
            let confidence = 0.5 + 0.05 * (deviation.abs() - least);
            findings.push(Finding::whole(Kind::Coloration, deviation, confidence));
        }
        findings
    }

    /// The upper edge of the reference itself.
    fn own_upper_hz(&self) -> Option<f64> {
        let has = |band: &&Band| band.gain != Gain::Nothing;
        self.narrow.iter().rev().find(has).map(|band| band.high_hz)
    }

    /// Whether a band lies clear of the edges.
    fn inside(&self, band: &Band) -> bool {
        self.is_inside(band.low_hz) && self.is_inside(band.high_hz)
    }

    pub fn largest_deviation_db(&self) -> f64 {
        let heard = |band: &&Band| self.inside(band) && band.below_loudest_db < COLORED_DB;
        let deviations = self.thirds.iter().filter(heard).filter_map(|band| match band.gain {
            Gain::Known(gain) => Some(gain - self.level_db),
            _ => None,
        });
        deviations.fold(0.0, |most: f64, next| if next.abs() > most.abs() { next } else { most })
    }

    /// Whether a frequency lies clear of the edges.
    pub fn is_inside(&self, hz: f64) -> bool {
        self.upper_hz.is_none_or(|upper| hz < 0.95 * upper)
            && self.lower_hz.is_none_or(|lower| hz > 1.05 * lower)
    }
}

/// The median gain of the bands whose gain is known and that are not lost.
fn typical(bands: &[Band]) -> f64 {
    let mut known: Vec<f64> = bands
        .iter()
        .filter_map(|band| match band.gain {
            Gain::Known(gain) => Some(gain),
            _ => None,
        })
        .collect();
    known.sort_by(f64::total_cmp);
    // Bands that a filter took away say nothing of the level of the rest.
    let highest = known.get((known.len() * 4) / 5).copied().unwrap_or(0.0);
    known.retain(|gain| *gain > highest + LOST_DB);
    known.get(known.len() / 2).copied().unwrap_or(0.0)
}

fn upper_edge(bands: &[Band], level_db: f64) -> Option<f64> {
    let own = bands.iter().rposition(|band| band.gain != Gain::Nothing)?;
    edge(bands[..=own].iter().rev(), level_db)
        .filter(|edge| edge * NARROWER_ABOVE < bands[own].high_hz)
}

fn lower_edge(bands: &[Band], level_db: f64) -> Option<f64> {
    let own = bands.iter().position(|band| band.gain != Gain::Nothing)?;
    edge(bands[own..].iter(), level_db)
        .filter(|&edge| edge > LOWEST_HZ && edge > NARROWER_BELOW * bands[own].low_hz)
}

/// From the reference's own edge inwards: where what is lost ends. None if nothing is, or noise covers it.
fn edge<'a>(bands: impl Iterator<Item = &'a Band>, level_db: f64) -> Option<f64> {
    let (mut lost, mut covered) = (0, 0);
    let mut before: Option<(f64, f64)> = None;
    for band in bands {
        let centre = (band.low_hz * band.high_hz).sqrt();
        match band.gain {
            Gain::Nothing => {}
            Gain::Covered => covered += 1,
            Gain::Known(gain) => {
                let gain = gain - level_db;
                if gain > EDGE_DB {
                    let enough = lost >= 2 && lost > covered;
                    let (outer, outer_gain) = before?;
                    let share = (EDGE_DB - outer_gain) / (gain - outer_gain).max(1e-9);
                    let at = outer + (centre - outer) * share.clamp(0.0, 1.0);
                    return enough.then_some(at);
                }
                lost += usize::from(gain < LOST_DB);
                before = Some((centre, gain));
            }
        }
    }
    None
}

/// Mean powers of the bins.
struct Gains {
    bin_hz: f64,
    /// Of the reference while it speaks and in its pauses, of what is heard while it speaks, of noise.
    speech: Vec<f64>,
    pauses: Vec<f64>,
    heard: Vec<f64>,
    noise: Vec<f64>,
    loudest: f64,
}

impl Gains {
    fn of(evidence: &Evidence) -> Self {
        let followed = |frame: usize| evidence.followed[frame];
        let speech = evidence.reference_powers.mean(followed);
        let loudest = speech.iter().copied().fold(0.0, f64::max);
        Self {
            bin_hz: evidence.framing.bin_hz,
            loudest,
            speech,
            pauses: evidence.reference_powers.mean(|frame| evidence.pauses[frame]),
            heard: evidence.heard_powers.mean(followed),
            noise: evidence.noise.clone(),
        }
    }

    /// How much more power is heard than the reference has.
    fn level_db(&self) -> f64 {
        let sum = |powers: &[f64]| powers[1..].iter().sum::<f64>();
        let heard = sum(&self.heard) - sum(&self.noise);
        decibels(heard.max(1e-30) / sum(&self.speech).max(1e-30))
    }

    fn band(&self, low_hz: f64, high_hz: f64) -> Band {
        let first = ((low_hz / self.bin_hz).ceil() as usize).max(1);
        let end = ((high_hz / self.bin_hz).ceil() as usize).clamp(first, self.speech.len());
        let mean =
            |powers: &[f64]| powers[first..end].iter().sum::<f64>() / (end - first).max(1) as f64;
        let (speech, pauses) = (mean(&self.speech), mean(&self.pauses));
        let (heard, noise) = (mean(&self.heard), mean(&self.noise));
        let above = speech > pauses * 10f64.powf(ABOVE_PAUSES_DB / 10.0);
        let audible = speech > self.loudest * 10f64.powf(-BELOW_LOUDEST_DB / 10.0);
        let audible = audible && high_hz <= AUDIBLE_HZ;
        let gain = if end == first || !above || !audible {
            Gain::Nothing
        } else if heard > 2.0 * noise {
            Gain::Known(decibels((heard - noise) / speech))
        } else if speech > 20.0 * noise {
            // It would stand clear of the noise if it were there.
            Gain::Known(decibels((heard - noise).max(0.2 * noise).max(1e-9 * speech) / speech))
        } else {
            Gain::Covered
        };
        let below_loudest_db = decibels(self.loudest / speech.max(1e-30));
        Band { low_hz, high_hz, below_loudest_db, gain }
    }
}
