//! What every check looks at: the two recordings on one time axis, and how the one follows from the other.
//!
//! The degraded recording is explained as the reference through a linear response; what is left over is the residual.
//! Impairments that listeners know apart show in different places of this: the response, the residual in pauses, the
//! residual at peaks, the moments that nothing explains.

use super::impulse_response::{Image, ImpulseResponse};
use super::spectra::{Framing, Powers, Spectra, filtered};
use crate::alignment::{Alignment, AlignmentParameters, Segment, align};
use crate::dsp::decimate::Decimated;
use crate::dsp::fft::{Buffer, Inverse};
use crate::dsp::scales::{decibels, ratio};
use crate::dsp::sums::energy;
use crate::signal::Signal;
use num_complex::Complex32;
use std::ops::Range;

/// The rate at which events, images and hum are sought, in Hz: the telephone band is enough to hear them.
pub(super) const RATE_HZ: u32 = 8000;
/// Speech this far below its active level still counts, in dB.
const ACTIVE_DB: f64 = 25.0;
/// Frames this far below what the reference lets expect, against the median, are left out of the response, in dB.
const LOST_DB: f64 = 10.0;
/// Share of the frames, those in which least speech is expected, that tell what noise there is.
const PAUSE_SHARE: f64 = 0.2;
/// Share of those that are left out for what else they may hold.
const PAUSE_OUTLIERS: f64 = 0.15;

/// Noise goes up and down: what is up to this many times its mean power may be noise.
pub(super) const NOISE_PEAKS: f64 = 4.0;
/// A stretch whose delay is believed has this share of the confidence of the longest,
const BELIEVED: f64 = 0.5;
/// or is longer than this, in seconds.
const LONG_S: f64 = 0.6;
/// A delay that differs by that of an echo, to within this, is the echo's, in seconds.
const ECHO_S: f64 = 0.01;

/// A pair at a rate of about 8 kHz.
pub(super) struct Coarse {
    /// The reference through its direct response.
    pub direct: Vec<f32>,
    pub heard: Vec<f32>,
    /// Samples per second.
    pub rate: f64,
}

/// A pair as the checks see it.
pub(super) struct Evidence {
    /// Samples per second of everything here.
    pub sample_rate: u32,
    /// Where the reference was found.
    pub alignment: Alignment,
    /// The reference.
    pub reference: Vec<f32>,
    /// The degraded recording on the reference's time axis, silent where it skips.
    pub heard: Vec<f32>,
    /// The reference through the response that explains most of what is heard.
    pub expected: Vec<f32>,
    /// Active speech level of the reference (P.56), in dBov.
    pub speech_dbov: f64,
    /// The same at a low rate.
    pub coarse: Coarse,
    pub framing: Framing,
    pub reference_powers: Powers,
    pub heard_powers: Powers,
    pub expected_powers: Powers,
    pub residual_powers: Powers,
    /// Frames in which the reference speaks and the degraded recording follows.
    pub followed: Vec<bool>,
    /// Frames that tell what noise there is.
    pub pauses: Vec<bool>,
    /// Mean power of the residual in pauses, of each bin.
    pub noise: Vec<f64>,
    /// Later images of the reference: echoes and a room.
    pub images: Vec<Image>,
    /// What those add to the reference's direct image.
    pub late: Option<Vec<f32>>,
}

impl Evidence {
    pub fn new(reference: &Signal, degraded: &Signal) -> Self {
        let sample_rate = reference.sample_rate();
        let parameters = AlignmentParameters::default();
        let (own, other) = (reference.samples(), degraded.samples());
        let alignment = believed(align(own, other, sample_rate, &parameters), None);
        let heard = alignment.joined(other, own.len(), &parameters);
        let evidence = Self::of_aligned(reference, alignment, heard);
        // A stretch that was found at the delay of an echo is heard directly too.
        let Some(echo_s) = evidence.echo_s() else { return evidence };
        let alignment = believed(evidence.alignment.clone(), Some(echo_s));
        if alignment == evidence.alignment {
            return evidence;
        }
        let heard = alignment.joined(other, own.len(), &parameters);
        Self::of_aligned(reference, alignment, heard)
    }

    fn of_aligned(reference: &Signal, alignment: Alignment, heard: Vec<f32>) -> Self {
        let sample_rate = reference.sample_rate();
        let framing = Framing::at(sample_rate);
        let speech_dbov = reference.speech_level().active_dbov;
        let reference = reference.samples().to_vec();
        let reference_powers = Powers::of(&reference, framing);
        let heard_powers = Powers::of(&heard, framing);
        let levels = levels(&reference_powers, framing);
        let least = ratio(speech_dbov - ACTIVE_DB);
        let covered = covered(&alignment, framing, levels.len());
        let active: Vec<bool> = levels.iter().map(|&level| level > least).collect();
        let followed = followed(&reference_powers, &heard_powers, &active, &covered, framing);
        let taps = direct_response(&reference, &heard, &followed, framing);
        let direct = filtered(&reference, &taps, taps.len() / 2);
        let residual: Vec<f32> = difference(&heard, &direct);
        let [own, coarse_heard, coarse_direct] = [&reference, &heard, &direct]
            .map(|samples| Decimated::new(samples, sample_rate, RATE_HZ));
        let coarse = Coarse {
            rate: own.sample_rate,
            direct: coarse_direct.samples,
            heard: coarse_heard.samples,
        };
        let left = difference(&coarse.heard, &coarse.direct);
        let impulse = ImpulseResponse::between(&own.samples, &coarse.heard, &left, coarse.rate);
        let mut images = impulse.images();
        let late = (!images.is_empty())
            .then(|| impulse.late(&reference, &heard, &residual, sample_rate, &images));
        let late = late.filter(|late| {
            let left = difference(&residual, late);
            lessens(&residual, &left, &followed, framing)
        });
        if late.is_none() {
            images.clear();
        }
        let expected = match &late {
            Some(late) => direct.iter().zip(late).map(|(a, b)| a + b).collect(),
            None => direct,
        };
        let residual = difference(&heard, &expected);
        let expected_powers = Powers::of(&expected, framing);
        let residual_powers = Powers::of(&residual, framing);
        let pauses = pauses(&expected_powers, &residual_powers, &covered, framing);
        let noise = residual_powers.mean(|frame| pauses[frame]);
        Self {
            sample_rate,
            alignment,
            reference,
            heard,
            expected,
            speech_dbov,
            coarse,
            framing,
            reference_powers,
            heard_powers,
            expected_powers,
            residual_powers,
            followed,
            pauses,
            noise,
            images,
            late,
        }
    }

    /// The delay of an echo, in seconds.
    pub fn echo_s(&self) -> Option<f64> {
        self.images.iter().find_map(|image| match image {
            Image::Echo { delay_s, .. } => Some(*delay_s),
            Image::Room { .. } => None,
        })
    }

    /// Whether a room rings.
    pub fn in_room(&self) -> bool {
        self.images.iter().any(|image| matches!(image, Image::Room { .. }))
    }

    /// What is heard beyond what is expected.
    pub fn residual(&self) -> Vec<f32> {
        difference(&self.heard, &self.expected)
    }

    /// The speech's level as it is heard, active frames only, in dBov.
    pub fn heard_speech_dbov(&self) -> f64 {
        let sum = |powers: &Powers| powers.mean(|frame| self.followed[frame]).iter().sum::<f64>();
        let (own, heard) = (sum(&self.reference_powers), sum(&self.expected_powers));
        if own > 0.0 && heard > 0.0 {
            self.speech_dbov + decibels(heard / own)
        } else {
            self.speech_dbov
        }
    }
}

/// Whether what is left is less in most frames: what was repeated a few times looks like an echo, but only there.
fn lessens(residual: &[f32], left: &[f32], frames: &[bool], framing: Framing) -> bool {
    let frame =
        |samples: &[f32], index: usize| energy(&samples[index * framing.hop..][..framing.length]);
    let chosen = || (0..frames.len()).filter(|&index| frames[index]);
    let less = chosen().filter(|&index| frame(left, index) < frame(residual, index)).count();
    2 * less > chosen().count()
}

/// The alignment without stretches of doubtful delay, or of that of an echo: they go on at the delay beside them.
fn believed(mut alignment: Alignment, echo_s: Option<f64>) -> Alignment {
    let rate = f64::from(alignment.sample_rate);
    let longest = alignment.segments.iter().max_by_key(|segment| segment.reference.len());
    let Some(longest) = longest.cloned() else { return alignment };
    let doubtful = |segment: &Segment| {
        let short = (segment.reference.len() as f64) < LONG_S * rate;
        let later_s = (segment.delay_samples - longest.delay_samples) / rate;
        let echoes =
            echo_s.is_some_and(|echo_s| later_s > 0.5 * ECHO_S && later_s < echo_s + ECHO_S);
        short && (segment.confidence < BELIEVED * longest.confidence || echoes)
    };
    let (sure, doubtful): (Vec<Segment>, Vec<Segment>) =
        alignment.segments.drain(..).partition(|segment| !doubtful(segment));
    alignment.segments = sure;
    for Segment { reference, .. } in doubtful {
        let next =
            alignment.segments.partition_point(|other| other.reference.start < reference.start);
        match next.checked_sub(1) {
            Some(before) => alignment.segments[before].reference.end = reference.end,
            None => {
                let drift = alignment.clock_drift_ppm * 1e-6;
                let first = &mut alignment.segments[0];
                first.delay_samples -= drift * (first.reference.start - reference.start) as f64;
                first.reference.start = reference.start;
            }
        }
    }
    alignment
}

/// Sample by sample.
fn difference(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// Mean square of each frame, without its mean.
fn levels(powers: &Powers, framing: Framing) -> Vec<f64> {
    let sum = |row: &[f32]| row[1..].iter().map(|&power| f64::from(power)).sum::<f64>();
    powers.rows().map(|row| sum(row) * framing.power_scale()).collect()
}

/// Frames that lie within one stretch of one delay.
fn covered(alignment: &Alignment, framing: Framing, frames: usize) -> Vec<bool> {
    let mut covered = vec![false; frames];
    for segment in &alignment.segments {
        let Range { start, end } = segment.reference;
        let first = start.div_ceil(framing.hop).min(frames);
        let end = framing.frames(end).clamp(first, frames);
        covered[first..end].fill(true);
    }
    covered
}

/// Frames of speech whose level follows the reference's.
fn followed(
    reference: &Powers,
    heard: &Powers,
    active: &[bool],
    covered: &[bool],
    framing: Framing,
) -> Vec<bool> {
    let (low, high) = (framing.bin(200.0), framing.bin(3400.0));
    let weighted = |row: &[f32]| {
        let bins = row[low..=high].iter().enumerate();
        bins.map(|(index, &power)| f64::from(power) * (index + low) as f64).sum::<f64>()
    };
    let gains: Vec<f64> = reference
        .rows()
        .zip(heard.rows())
        .map(|(own, heard)| decibels(weighted(heard).max(1e-30) / weighted(own).max(1e-30)))
        .collect();
    let speech = |frame: &usize| active[*frame] && covered[*frame];
    let mut sorted: Vec<f64> = (0..gains.len()).filter(speech).map(|frame| gains[frame]).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    (0..gains.len()).map(|frame| speech(&frame) && gains[frame] > median - LOST_DB).collect()
}

/// Taps of the response that explains most of what is heard in the frames chosen, the middle one without delay.
fn direct_response(
    reference: &[f32],
    heard: &[f32],
    frames: &[bool],
    framing: Framing,
) -> Vec<f32> {
    let (mut own, mut other) = (Spectra::of(reference, framing), Spectra::of(heard, framing));
    let mut cross = vec![Complex32::default(); framing.bins];
    let mut energy = vec![0.0f32; framing.bins];
    for frame in (0..frames.len()).filter(|&frame| frames[frame]) {
        let (own, other) = (own.frame(frame), other.frame(frame));
        for bin in 0..framing.bins {
            cross[bin] += own[bin].conj() * other[bin];
            energy[bin] += own[bin].norm_sqr();
        }
    }
    let least = 1e-9 * energy.iter().copied().fold(0.0, f32::max) + f32::MIN_POSITIVE;
    let mut response = Buffer::new(framing.length);
    for (bin, (cross, energy)) in response.iter_mut().zip(cross.iter().zip(&energy)) {
        *bin = cross / (energy + least) / framing.length as f32;
    }
    Inverse::new(framing.length).run(&mut response);
    let mut taps = response.samples().to_vec();
    taps.rotate_right(framing.length / 2);
    let half = framing.length as f32 / 2.0;
    for (at, tap) in taps.iter_mut().enumerate() {
        let distance = (at as f32 - half) / half;
        *tap *= (std::f32::consts::FRAC_PI_2 * distance).cos().powi(2);
    }
    taps
}

/// The frames in which least is expected, but for those in which most is heard then.
fn pauses(expected: &Powers, residual: &Powers, covered: &[bool], framing: Framing) -> Vec<bool> {
    let (expected, residual) = (levels(expected, framing), levels(residual, framing));
    let mut frames: Vec<usize> = (0..covered.len()).filter(|&frame| covered[frame]).collect();
    frames.sort_by(|&a, &b| expected[a].total_cmp(&expected[b]));
    frames.truncate((frames.len() as f64 * PAUSE_SHARE).ceil() as usize);
    frames.sort_by(|&a, &b| residual[a].total_cmp(&residual[b]));
    frames.truncate((frames.len() as f64 * (1.0 - PAUSE_OUTLIERS)).ceil() as usize);
    let mut pauses = vec![false; covered.len()];
    frames.into_iter().for_each(|frame| pauses[frame] = true);
    pauses
}
