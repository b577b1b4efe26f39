//! Fits basilar-fb's mapping to people's votes: `cargo run --release --example fit_fullband [-- RATINGS.csv [MODEL.json]]`;
//! without a table, to `listening/ratings.csv` in the folder that `BASILAR_SHARED` names (`../shared`).
//!
//! The table has the columns dataset, reference, degraded, score and scale; paths are relative to it. A dataset is one
//! listening test, and every test counts the same. Scores on an ACR scale count as they are, those on any other scale
//! (MUSHRA) only by how they correlate, because such a scale is relative to what else was heard. The model is the
//! built-in one or the file. To the votes come requirements that no listening test here covers, see `material`.
//!
//! Prints weights, exponents and spread for `models/basilar-fb.json`, then how each test is met when all of it is left
//! out: of the weights, of the choice of exponents, and so of the choice of indicators, whose weights may be zero. The
//! same table gives the same numbers.

mod fitting;
mod material;
#[allow(dead_code, reason = "the fit uses a part")]
#[path = "../../tests/material"]
mod tests {
    pub mod degradations;
    mod random;
    pub mod recordings;
}

use basilar::fullband::{Indicators, Mapping, Parameters};
use basilar::statistics::{pearson, spearman};
use material::{Material, Rated};
use std::collections::BTreeMap;
use std::path::Path;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let shared = || std::env::var("BASILAR_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let table = arguments.next().unwrap_or_else(|| shared() + "/listening/ratings.csv");
    let parameters = match arguments.next() {
        Some(model) => Parameters::from_json(&model, &std::fs::read_to_string(&model)?)?,
        None => Parameters::built_in(),
    };
    let material = Material::read(Path::new(&table), &parameters)?;
    let tests: Vec<&str> = material.tests().into_iter().collect();
    println!("{:<32} {:>8} {:>8} {:>6}", "", "Pearson", "Spearman", "RMSE");
    report("built in", &material, |_| &parameters.mapping);
    let fitted = fitting::fit(&parameters.mapping, &material, &tests);
    println!("weights: {}", serde_json::to_string_pretty(&fitted.weights)?);
    println!("exponents: {}", serde_json::to_string_pretty(&fitted.exponents)?);
    let outer: BTreeMap<&str, Mapping> = tests
        .iter()
        .map(|&left_out| {
            let others: Vec<&str> =
                tests.iter().copied().filter(|&test| test != left_out).collect();
            (left_out, fitting::fit(&parameters.mapping, &material, &others))
        })
        .collect();
    println!("spread: {}", serde_json::to_string_pretty(&spread(&material, &outer))?);
    report("fitted", &material, |_| &fitted);
    report("left out", &material, |test| &outer[test]);
    Ok(())
}

/// The clips of a test that are not untouched references, with their scores.
fn scored<'a>(
    material: &'a Material,
    test: &'a str,
    mapping: &'a Mapping,
) -> impl Iterator<Item = (&'a Rated, f64)> {
    let clips = material.rated.iter().filter(move |rated| rated.test == test && !rated.untouched);
    clips.map(|rated| (rated, mapping.mos_lqo(&rated.indicators)))
}

/// Prints how each test's votes are met, untouched references left out.
fn report<'a>(title: &str, material: &'a Material, mapping: impl Fn(&str) -> &'a Mapping) {
    let mut correlations = Vec::new();
    for test in material.tests() {
        let (clips, scores): (Vec<&Rated>, Vec<f64>) =
            scored(material, test, mapping(test)).unzip();
        let votes: Vec<f64> = clips.iter().map(|rated| rated.vote).collect();
        let squares = scores.iter().zip(&votes).map(|(score, vote)| (score - vote).powi(2));
        let rmse = (squares.sum::<f64>() / votes.len() as f64).sqrt();
        let rmse = if clips[0].acr { format!("{rmse:.3}") } else { "–".to_owned() };
        let (linear, ranked) = (pearson(&scores, &votes), spearman(&scores, &votes));
        println!("{:<32} {linear:>8.3} {ranked:>8.3} {rmse:>6}", format!("{title}: {test}"));
        correlations.push(linear);
    }
    let mean = correlations.iter().sum::<f64>() / correlations.len() as f64;
    println!("{:<32} {mean:>8.3}", format!("{title}: mean"));
}

/// The root mean square of what is left of votes by mappings that were fitted without their test, by what lowered the
/// score: each residual counts for every impairment in proportion to its part. Votes on another scale are brought to
/// that of the scores by regression.
fn spread(material: &Material, outer: &BTreeMap<&str, Mapping>) -> Indicators {
    let mut squares = [0.0f64; Indicators::COUNT];
    let mut parts = [0.0f64; Indicators::COUNT];
    for (test, mapping) in outer {
        let clips: Vec<(&Rated, f64)> = scored(material, test, mapping).collect();
        let scores: Vec<f64> = clips.iter().map(|clip| clip.1).collect();
        let votes: Vec<f64> = clips.iter().map(|clip| clip.0.vote).collect();
        let slope = pearson(&scores, &votes).max(0.0) * deviation(&scores) / deviation(&votes);
        for (rated, score) in &clips {
            let expected = if rated.acr {
                rated.vote
            } else {
                mean(&scores) + slope * (rated.vote - mean(&votes))
            };
            let impairments = mapping.impairments(&rated.indicators).to_array();
            let sum: f64 = impairments.iter().sum::<f64>().max(1e-9);
            for (i, impairment) in impairments.iter().enumerate() {
                let part = impairment / sum / clips.len() as f64;
                squares[i] += part * (score - expected).powi(2);
                parts[i] += part;
            }
        }
    }
    let all = (squares.iter().sum::<f64>() / parts.iter().sum::<f64>()).sqrt();
    // What hardly occurs is told from everything.
    Indicators::from_array(std::array::from_fn(|i| {
        if parts[i] > 0.05 { (squares[i] / parts[i]).sqrt() } else { all }
    }))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>().sqrt()
}
