//! Fits basilar-fb's weights to people's votes: `cargo run --release --example fit_fullband [-- RATINGS.csv [MODEL.json]]`;
//! without a table, to `listening/ratings.csv` in the folder that `BASILAR_SHARED` names (`../shared`).
//!
//! The table has the columns dataset, reference, degraded, talker, score and scale; paths are relative to it. Scores on
//! an ACR scale count as they are, those on any other scale (MUSHRA) only by how they correlate, because such a scale
//! is relative to what else was heard. The model is the built-in one or the file.
//!
//! To the votes come requirements that no listening test here covers, made from the untouched references: band limits as
//! the fullband E-model (G.107.2) rates them, packet loss about as G.113 does, dropouts, repeats and losses worse than
//! noise of the same energy, a voice without pitch as poor, silence, noise and other speech at the bottom, and orders
//! that must hold. Prints the weights for `models/basilar-fb.json`, then the correlations with
//! talkers and with whole datasets left out. The same table gives the same numbers.

#[allow(dead_code, reason = "the fit uses a part")]
#[path = "../tests/material"]
mod material {
    pub mod degradations;
    mod random;
}

use basilar::Signal;
use basilar::alignment::{AlignmentParameters, align};
use basilar::fullband::{Indicators, Mapping, Parameters, Reference};
use basilar::validation::{pearson, spearman};
use material::degradations as lab;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Failure = Box<dyn std::error::Error>;

/// A rated pair.
struct Rated {
    dataset: String,
    talker: String,
    untouched: bool,
    acr: bool,
    score: f64,
    indicators: Indicators,
}

/// What a signal made in the laboratory must score.
enum Requirement {
    /// About this much, with a weight.
    About(Indicators, f64, f64),
    /// At most this much.
    AtMost(Indicators, f64),
    /// The second no less than the first.
    Rising(Indicators, Indicators),
}

/// Everything that the weights are fitted to.
struct Material {
    rated: Vec<Rated>,
    required: Vec<Requirement>,
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let shared = || std::env::var("BASILAR_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let table = arguments.next().unwrap_or_else(|| shared() + "/listening/ratings.csv");
    let parameters = match arguments.next() {
        Some(model) => Parameters::from_json(&model, &std::fs::read_to_string(&model)?)?,
        None => Parameters::built_in(),
    };
    let material = Material::read(Path::new(&table), &parameters)?;
    let mapping = parameters.mapping;
    let everything = |_: &Rated| true;
    let fitted = fit(&mapping, &material, &everything);
    println!("weights: {}", serde_json::to_string_pretty(&fitted.weights)?);
    println!("{:<24} {:>8} {:>8} {:>6}", "", "Pearson", "Spearman", "RMSE");
    report("fitted", &material.rated, |_| fitted.clone());

    let folds = folds(&material.rated);
    let refitted: Vec<Mapping> = (0..FOLDS)
        .map(|fold| fit(&mapping, &material, &|rated| folds[&key(rated)] != fold))
        .collect();
    report("talkers left out", &material.rated, |rated| refitted[folds[&key(rated)]].clone());

    let datasets: BTreeSet<&String> = material.rated.iter().map(|rated| &rated.dataset).collect();
    let refitted: BTreeMap<&String, Mapping> = datasets
        .iter()
        .map(|&name| (name, fit(&mapping, &material, &|rated| &rated.dataset != name)))
        .collect();
    report("dataset left out", &material.rated, |rated| refitted[&rated.dataset].clone());
    Ok(())
}

impl Material {
    fn read(table: &Path, parameters: &Parameters) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(table)
            .map_err(|error| format!("{}: {error}; name a table of ratings", table.display()))?;
        let folder = table.parent().unwrap_or(Path::new("."));
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().ok_or("the table is empty")?;
        let column = |name: &str| {
            header.iter().position(|&cell| cell == name).ok_or(format!("no column {name}"))
        };
        let [dataset, reference, degraded, talker, score, scale] = [
            column("dataset")?,
            column("reference")?,
            column("degraded")?,
            column("talker")?,
            column("score")?,
            column("scale")?,
        ];
        let mut references: BTreeMap<String, (Vec<f32>, Reference)> = BTreeMap::new();
        let mut rated = Vec::new();
        let mut laboratory = BTreeSet::new();
        for row in lines {
            let name = row[reference].to_owned();
            if !references.contains_key(&name) {
                let samples = open(&folder.join(&name))?;
                let prepared = Reference::new(&name, &samples, parameters.clone())?;
                references.insert(name.clone(), (samples, prepared));
            }
            let (samples, prepared) = &references[&name];
            let heard = open(&folder.join(row[degraded]))?;
            let (untouched, acr) = (row[reference] == row[degraded], row[scale].starts_with("ACR"));
            if untouched && acr {
                laboratory.insert(name);
            }
            rated.push(Rated {
                dataset: row[dataset].to_owned(),
                talker: row[talker].to_owned(),
                untouched,
                acr,
                score: row[score].parse()?,
                indicators: aligned_indicators(samples, prepared, &heard),
            });
        }
        let voices: Vec<_> = laboratory.iter().map(|name| &references[name]).collect();
        let required = (0..voices.len()).flat_map(|index| requirements(&voices, index)).collect();
        Ok(Self { rated, required })
    }
}

/// A file as mono samples at 48 kHz.
fn open(path: &Path) -> Result<Vec<f32>, Failure> {
    Ok(Signal::open(path)?.resampled(lab::RATE as u32)?.samples().to_vec())
}

/// The indicators of a degraded signal, aligned as the program does it.
fn aligned_indicators(samples: &[f32], prepared: &Reference, degraded: &[f32]) -> Indicators {
    let parameters = AlignmentParameters::default();
    let alignment = align(samples, degraded, lab::RATE as u32, &parameters);
    let warped = alignment.warp(degraded, samples, &parameters);
    let recorded = alignment.recorded(samples.len(), degraded.len());
    prepared.compare_recorded(&warped, recorded).indicators
}

/// What is required of degradations of one voice.
fn requirements(voices: &[&(Vec<f32>, Reference)], index: usize) -> Vec<Requirement> {
    let (voice, prepared) = voices[index];
    let hear = |signal: Vec<f32>| prepared.compare(&signal).indicators;
    let mut required = Vec::new();
    for (low, high, mos) in [
        (300.0, 3400.0, 3.25),
        (0.0, 3400.0, 3.25),
        (100.0, 7000.0, 4.2),
        (0.0, 7000.0, 4.3),
        (0.0, 14_000.0, 4.65),
    ] {
        required.push(Requirement::About(
            hear(lab::band_pass(voice, low, high)),
            mos,
            BAND_LIMIT_WEIGHT,
        ));
    }
    for (rate, mos) in [(0.01, 4.0), (0.03, 3.3), (0.1, 2.2), (0.2, 1.6)] {
        required.push(Requirement::About(hear(lab::packet_loss(voice, rate, 3)), mos, LOSS_WEIGHT));
    }
    let worse_than_noise = |spoiled: Vec<f32>| {
        let noise = lab::as_noise(voice, &spoiled);
        Requirement::Rising(hear(spoiled), hear(noise))
    };
    for milliseconds in [50, 100] {
        required.push(worse_than_noise(lab::dropouts(voice, milliseconds)));
        required.push(worse_than_noise(lab::robotic(voice, milliseconds)));
    }
    required.push(worse_than_noise(lab::packet_loss(voice, 0.03, 3)));
    required.push(Requirement::About(hear(lab::whispered(voice, 5)), 2.0, LOSS_WEIGHT));
    let other = &voices[(index + 1) % voices.len()].0;
    for bad in [vec![0.0; voice.len()], lab::white(voice.len(), 1), other.clone()] {
        required.push(Requirement::AtMost(hear(bad), 1.35));
    }
    let noises = [lab::white(voice.len(), 1), lab::pink(voice.len(), 2)];
    let noisy = |noise: &Vec<f32>, snr| hear(lab::with_noise(voice, noise, snr));
    let mut ladders: Vec<Vec<Indicators>> = noises
        .iter()
        .map(|noise| LEVELS_DB.iter().map(|&snr| noisy(noise, snr)).collect())
        .collect();
    ladders.push(LEVELS_DB.iter().map(|&q| hear(lab::mnru(voice, q, 1))).collect());
    ladders.push(
        [0.2, 0.1, 0.05, 0.02, 0.01]
            .iter()
            .map(|&rate| hear(lab::packet_loss(voice, rate, 3)))
            .collect(),
    );
    ladders.push(
        [2.0, 1.0, 0.5, 0.25]
            .iter()
            .map(|&t60_s| hear(lab::reverberant(voice, t60_s, 4)))
            .collect(),
    );
    for ladder in ladders {
        required.extend(ladder.windows(2).map(|pair| Requirement::Rising(pair[0], pair[1])));
    }
    required
}

/// Signal-to-noise ratios of the ladders.
const LEVELS_DB: [f32; 8] = [-5.0, 0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0];
/// How far a score may lie from a rating or a requirement before it counts fully: about the votes' standard error.
const TOLERANCE: f64 = 0.35;
/// Band limits and losses are few beside the rated clips, in which hardly anything was lost.
const BAND_LIMIT_WEIGHT: f64 = 2.5;
const LOSS_WEIGHT: f64 = 1.5;
/// In how many parts the talkers are left out.
const FOLDS: usize = 4;

/// The mapping with the weights that fit the chosen ratings and all requirements best.
fn fit(mapping: &Mapping, material: &Material, chosen: &dyn Fn(&Rated) -> bool) -> Mapping {
    let with = |roots: &[f64; 5]| {
        let mut fitted = mapping.clone();
        fitted.weights = Indicators::from_array(roots.map(|root| root * root));
        fitted
    };
    let cost = |roots: &[f64; 5]| cost(&with(roots), material, chosen);
    // From the same point for all, so that nothing of those left out is in it.
    with(&descend([1.0; 5], cost))
}

/// Pattern search: steps of one coordinate at a time, as long as they help, in ever smaller parts of its value.
fn descend(mut point: [f64; 5], cost: impl Fn(&[f64; 5]) -> f64) -> [f64; 5] {
    let mut best = cost(&point);
    let mut step = 0.2;
    while step > 1e-4 {
        let mut moved = false;
        for (coordinate, direction) in (0..5).flat_map(|i| [(i, 1.0), (i, -1.0)]) {
            let mut next = point;
            next[coordinate] += direction * step * next[coordinate].max(0.05);
            let now = cost(&next);
            if now < best {
                (point, best, moved) = (next, now, true);
            }
        }
        step = if moved { step * 1.1 } else { step / 2.0 };
    }
    point
}

fn cost(mapping: &Mapping, material: &Material, chosen: &dyn Fn(&Rated) -> bool) -> f64 {
    let mut relative: BTreeMap<&String, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    let mut sum = 0.0;
    for rated in material.rated.iter().filter(|rated| chosen(rated)) {
        let mos = mapping.mos_lqo(&rated.indicators);
        if rated.acr {
            sum += ((mos - rated.score) / TOLERANCE).powi(2);
        } else if !rated.untouched {
            let (scores, votes) = relative.entry(&rated.dataset).or_default();
            scores.push(mos);
            votes.push(rated.score);
        }
    }
    // The sum of squared differences of two standardised variables is 2n(1 − r).
    sum += relative
        .values()
        .map(|(scores, votes)| 2.0 * votes.len() as f64 * (1.0 - pearson(scores, votes)))
        .sum::<f64>();
    let violation = |amount: f64, scale: f64| (amount.max(0.0) / scale).powi(2);
    let requirement = |required: &Requirement| match required {
        Requirement::About(indicators, mos, weight) => {
            (weight * (mapping.mos_lqo(indicators) - mos) / TOLERANCE).powi(2)
        }
        Requirement::AtMost(indicators, most) => violation(mapping.mos_lqo(indicators) - most, 0.3),
        Requirement::Rising(worse, better) => {
            violation(mapping.mos_lqo(worse) - mapping.mos_lqo(better) - 0.02, 0.1)
        }
    };
    sum + material.required.iter().map(requirement).sum::<f64>()
}

fn key(rated: &Rated) -> (String, String) {
    (rated.dataset.clone(), rated.talker.clone())
}

/// Which part each talker belongs to. Datasets with the same talkers are left out together.
fn folds(rated: &[Rated]) -> BTreeMap<(String, String), usize> {
    let mut folds = BTreeMap::new();
    for dataset in rated.iter().map(|rated| &rated.dataset).collect::<BTreeSet<_>>() {
        let talkers: BTreeSet<&String> = rated
            .iter()
            .filter(|rated| &rated.dataset == dataset)
            .map(|rated| &rated.talker)
            .collect();
        for (index, talker) in talkers.iter().enumerate() {
            folds.insert((dataset.clone(), (*talker).clone()), index * FOLDS / talkers.len());
        }
    }
    folds
}

/// Prints how each dataset's votes are met, untouched references left out.
fn report(title: &str, rated: &[Rated], mapping: impl Fn(&Rated) -> Mapping) {
    for dataset in rated.iter().map(|rated| &rated.dataset).collect::<BTreeSet<_>>() {
        let rows: Vec<&Rated> =
            rated.iter().filter(|r| &r.dataset == dataset && !r.untouched).collect();
        let (scores, votes): (Vec<f64>, Vec<f64>) =
            rows.iter().map(|r| (mapping(r).mos_lqo(&r.indicators), r.score)).unzip();
        let squares = scores.iter().zip(&votes).map(|(score, vote)| (score - vote).powi(2));
        let rmse = (squares.sum::<f64>() / votes.len() as f64).sqrt();
        let rmse = if rows.iter().all(|r| r.acr) { format!("{rmse:.3}") } else { "–".to_owned() };
        println!(
            "{:<24} {:>8.3} {:>8.3} {rmse:>6}",
            format!("{title}: {dataset}"),
            pearson(&scores, &votes),
            spearman(&scores, &votes)
        );
    }
}
