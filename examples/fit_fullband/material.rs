//! What the fit is told: rated clips, and what signals made in the laboratory must score.

use crate::Failure;
use crate::tests::{degradations as lab, recordings};
use basilar::Signal;
use basilar::alignment::align;
use basilar::fullband::{Indicators, Parameters, Reference};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A rated pair.
pub struct Rated {
    /// The listening test; scales of different tests are never pooled.
    pub test: String,
    pub untouched: bool,
    /// Whether votes are opinion scores from 1 to 5.
    pub acr: bool,
    pub vote: f64,
    pub indicators: Indicators,
}

/// What a signal made in the laboratory must score.
pub enum Requirement {
    /// Between these, with a weight.
    Within(Indicators, [f64; 2], f64),
    /// The second higher than the first by so much at least, with a weight.
    Rising(Indicators, Indicators, f64, f64),
}

/// Everything that the mapping is fitted to.
pub struct Material {
    pub rated: Vec<Rated>,
    pub required: Vec<Requirement>,
}

/// The columns of the table that are read.
const COLUMNS: [&str; 5] = ["dataset", "reference", "degraded", "score", "scale"];

impl Material {
    /// The clips of a table, whose paths are relative to it, and the laboratory's signals, which are made from the
    /// references that were rated untouched on an ACR scale and from the shipped talkers.
    pub fn read(table: &Path, parameters: &Parameters) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(table)
            .map_err(|error| format!("{}: {error}; name a table of ratings", table.display()))?;
        let folder = table.parent().unwrap_or(Path::new("."));
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().ok_or("the table is empty")?;
        let mut columns = [0; COLUMNS.len()];
        for (column, name) in columns.iter_mut().zip(COLUMNS) {
            let found = header.iter().position(|&cell| cell == name);
            *column = found.ok_or(format!("no column {name}"))?;
        }
        let mut references: BTreeMap<String, (Vec<f32>, Reference)> = BTreeMap::new();
        let (mut rated, mut voices) = (Vec::new(), BTreeSet::new());
        for row in lines {
            let [test, name, degraded, vote, scale] = columns.map(|column| row[column]);
            if !references.contains_key(name) {
                let samples = open(&folder.join(name))?;
                let prepared = Reference::new(name, &samples, parameters.clone())?;
                references.insert(name.to_owned(), (samples, prepared));
            }
            let (samples, prepared) = &references[name];
            let (untouched, acr) = (name == degraded, scale.starts_with("ACR"));
            if untouched && acr {
                voices.insert(name.to_owned());
            }
            let heard = open(&folder.join(degraded))?;
            rated.push(Rated {
                test: test.to_owned(),
                untouched,
                acr,
                vote: vote.parse()?,
                indicators: aligned_indicators(samples, prepared, &heard, parameters),
            });
        }
        for talker in recordings::TALKERS_48K {
            let path = recordings::folder().join(format!("48k/{talker}/reference.wav"));
            let samples = open(&path)?;
            let prepared = Reference::new(talker, &samples, parameters.clone())?;
            references.insert(talker.to_owned(), (samples, prepared));
            voices.insert(talker.to_owned());
        }
        let voices: Vec<_> = voices.iter().map(|name| &references[name]).collect();
        let required = (0..voices.len()).flat_map(|index| requirements(&voices, index)).collect();
        Ok(Self { rated, required })
    }

    /// The names of the listening tests.
    pub fn tests(&self) -> BTreeSet<&str> {
        self.rated.iter().map(|rated| rated.test.as_str()).collect()
    }
}

/// A file as mono samples at 48 kHz.
fn open(path: &Path) -> Result<Vec<f32>, Failure> {
    Ok(Signal::open(path)?.resampled(lab::RATE as u32)?.samples().to_vec())
}

/// The indicators of a degraded signal, aligned as the program does it.
fn aligned_indicators(
    samples: &[f32],
    prepared: &Reference,
    degraded: &[f32],
    parameters: &Parameters,
) -> Indicators {
    let parameters = parameters.alignment();
    let alignment = align(samples, degraded, lab::RATE as u32, parameters);
    let warped = alignment.warp(degraded, samples, parameters);
    let recorded = alignment.recorded(samples.len(), degraded.len());
    prepared.compare_recorded(&warped, recorded).indicators
}

/// Signal-to-noise ratios of the ladders.
const LEVELS_DB: [f32; 8] = [-5.0, 0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0];
/// The scale ends here.
const TOP: f64 = 5.0;

/// What is required of degradations of one voice: band limits as the fullband E-model (G.107.2) rates them, packet loss
/// about as G.113 does, dropouts, repeats and losses worse than noise of the same energy, a voice without pitch as poor,
/// silence, noise and other speech at the bottom, and orders that must hold.
fn requirements(voices: &[&(Vec<f32>, Reference)], index: usize) -> Vec<Requirement> {
    let (voice, prepared) = voices[index];
    let hear = |signal: Vec<f32>| prepared.compare(&signal).indicators;
    let mut required = Vec::new();
    for (low, high, range) in [
        (300.0, 3400.0, [3.05, 3.65]),
        (0.0, 3400.0, [3.05, 3.65]),
        (100.0, 7000.0, [4.05, 4.45]),
        (0.0, 7000.0, [4.05, 4.45]),
        (0.0, 14_000.0, [4.55, TOP]),
    ] {
        let limited = hear(lab::band_pass(voice, low, high));
        required.push(Requirement::Within(limited, range, 10.0));
    }
    for (rate, range) in
        [(0.01, [3.65, 4.3]), (0.03, [2.95, 3.6]), (0.1, [1.85, 2.5]), (0.2, [1.25, 1.9])]
    {
        for seed in 3..6 {
            let lossy = hear(lab::packet_loss(voice, rate, seed));
            required.push(Requirement::Within(lossy, range, 0.6));
        }
    }
    for (milliseconds, hole, repeat) in [(50, 2.9, 3.9), (100, 2.4, 3.4)] {
        let spoiled = [lab::dropouts(voice, milliseconds), lab::robotic(voice, milliseconds)];
        for (signal, most) in spoiled.into_iter().zip([hole, repeat]) {
            let noise = hear(lab::as_noise(voice, &signal));
            let signal = hear(signal);
            required.push(Requirement::Within(signal, [1.0, most], 1.0));
            required.push(Requirement::Rising(signal, noise, 0.05, 15.0));
        }
    }
    let drifting = |(i, sample): (usize, &f32)| {
        let phase = 0.4 * std::f32::consts::TAU * i as f32 / lab::RATE as f32;
        10f32.powf(0.1 * phase.sin()) * sample
    };
    let drifting = voice.iter().enumerate().map(drifting).collect();
    required.push(Requirement::Within(hear(drifting), [4.52, TOP], 3.0));
    required.push(Requirement::Within(hear(lab::whispered(voice, 5)), [1.0, 2.4], 1.0));
    let other = voices[(index + 1) % voices.len()].0.clone();
    let backwards = voice.iter().rev().copied().collect();
    let noises = [lab::white(voice.len(), 1), lab::pink(voice.len(), 2)];
    for bad in [vec![0.0; voice.len()], other, backwards].into_iter().chain(noises.clone()) {
        required.push(Requirement::Within(hear(bad), [1.0, 1.4], 1.0));
    }
    let noisy = |noise: &Vec<f32>, snr| hear(lab::with_noise(voice, noise, snr));
    let lossy = |&rate: &f64| hear(lab::packet_loss(voice, rate, 3));
    let room = |&t60_s: &f64| hear(lab::reverberant(voice, t60_s, 4));
    let mut ladders: Vec<Vec<Indicators>> = noises
        .iter()
        .map(|noise| LEVELS_DB.iter().map(|&snr| noisy(noise, snr)).collect())
        .collect();
    ladders.push(LEVELS_DB.iter().map(|&q| hear(lab::mnru(voice, q, 1))).collect());
    ladders.push([0.2, 0.1, 0.05, 0.02, 0.01].iter().map(lossy).collect());
    ladders.push([2.0, 1.0, 0.5, 0.25].iter().map(room).collect());
    for ladder in ladders {
        required.extend(
            ladder.windows(2).map(|pair| Requirement::Rising(pair[0], pair[1], -0.03, 1.0)),
        );
    }
    required
}
