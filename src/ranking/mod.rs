//! Which system is best, by how much, and whether that is sure.
//!
//! Scores are paired over items, and talkers (the first column of the blocks) are a random factor, also in how they fare
//! with each system: what is said holds for other talkers. One linear mixed model is fitted to all scores
//! ([`MixedModel`]); all pairs of systems are compared at once, so that the error rate is that of the whole table.

mod differences;
mod equivalence;
mod ladders;
mod scores;
mod systems;

pub use differences::{Adjustment, PairDifference};
pub use equivalence::{Equivalence, Standing};
pub use ladders::{LadderDifference, Ladders, RateAtQuality};
pub use systems::System;

use crate::error::{Error, Result};
use crate::statistics::{Component, FTest, Factor, MixedModel, mean};
use scores::Scores;
use serde::Serialize;
use std::path::Path;

/// How unlikely by chance a difference must be to count.
const SIGNIFICANCE: f64 = 0.05;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The columns whose cells name a system, such as `codec` and `bitrate`.
    pub by: Vec<String>,
    /// The columns that name what was coded, the outermost first, such as `talker` and `item`; none for those that the
    /// table has.
    pub block: Vec<String>,
    /// How several comparisons at once are allowed for.
    pub adjustment: Adjustment,
    /// By how much MOS-LQO systems may differ and be called equivalent.
    pub equivalence: Option<f64>,
    /// The system that the others are held against; all pairs without it.
    pub against: Option<String>,
    /// The column of `by` that is a bit-rate, in any unit.
    pub rate: String,
    /// The qualities at which bit-rates are compared; those of the service bands without any.
    pub at: Vec<f64>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Ranking {
    /// Name and version of this form.
    pub schema: &'static str,
    /// The columns that name a system.
    pub by: Vec<String>,
    /// The columns that name what was coded, the outermost first.
    pub block: Vec<String>,
    /// How many rows were scored.
    pub rows: usize,
    /// How many rows could not be scored.
    pub failed: usize,
    /// How many different cells the outermost block has, such as talkers.
    pub talkers: usize,
    /// How many different items there are.
    pub items: usize,
    /// How several comparisons at once were allowed for.
    pub adjustment: Adjustment,
    /// What varies, and how much; empty where nothing tells.
    pub components: Vec<Component>,
    /// Whether the systems differ at all.
    pub test: Option<FTest>,
    /// The systems, best first.
    pub systems: Vec<System>,
    /// Every pair, the better one first.
    pub differences: Vec<PairDifference>,
    /// Which are equivalent; where that was asked.
    pub equivalences: Option<Vec<Equivalence>>,
    /// Bit-rates at equal quality; where the systems have bit-rates.
    pub ladders: Option<Ladders>,
    /// What the numbers should be read with, a sentence each.
    pub notes: Vec<String>,
}

/// The systems' means, and the model behind them where there is one.
struct Fit {
    means: Vec<f64>,
    model: Option<MixedModel>,
}

impl Ranking {
    /// Ranks the systems in a table of results.
    ///
    /// # Errors
    /// A table that cannot be read, has no scores or lacks a column; scores of different models; a system that is not there.
    pub fn of(results: &Path, question: &Question) -> Result<Self> {
        let name = || results.display().to_string();
        if question.by.is_empty() {
            let reason = "no column names the systems; give --by, such as --by codec,bitrate";
            return Err(Error::InvalidStudy { name: name(), reason: reason.into() });
        }
        let scores = Scores::read(results, question)?;
        let systems = Factor::new("system", &scores.systems);
        let blocks = scores.blocks();
        let mut random = Vec::new();
        for block in &blocks {
            random.push(block.clone());
            random.push(block.crossed(&systems));
        }
        let model = MixedModel::fit(&scores.values, &systems, &random);
        let labels = scores.labels(&systems);
        let mut by_system = vec![Vec::new(); labels.len()];
        systems
            .levels
            .iter()
            .zip(&scores.values)
            .for_each(|(&at, &value)| by_system[at].push(value));
        let means = match &model {
            Some(model) => (0..labels.len()).map(|system| model.mean(system).value).collect(),
            None => by_system.iter().map(|values| mean(values)).collect(),
        };
        let fit = Fit { means, model };
        let items = blocks.last().map_or(scores.values.len(), Factor::count);
        let differences = differences::of(&fit, &labels, question.adjustment, items);
        let against = question.against.as_deref().map(|word| find(&labels, word, results));
        let against = against.transpose()?;
        let equivalences =
            question.equivalence.map(|margin| equivalence::of(&fit, &labels, margin, against));
        let ladders = ladders::of(&fit, &labels, question);
        let talkers = blocks.first().map_or(0, Factor::count);
        let mut notes = scores.notes.clone();
        notes.extend(self::notes(&fit, &systems, &by_system, &blocks));
        Ok(Self {
            schema: "basilar-ranking/1",
            by: question.by.clone(),
            block: scores.block,
            rows: scores.values.len(),
            failed: scores.failed,
            talkers,
            items,
            adjustment: question.adjustment,
            components: fit.model.as_ref().map_or_else(Vec::new, |model| model.components.clone()),
            test: fit.model.as_ref().and_then(MixedModel::f_test),
            systems: systems::of(&fit, labels, &by_system, &differences),
            differences,
            equivalences,
            ladders,
            notes,
        })
    }
}

/// What the numbers should be read with.
fn notes(fit: &Fit, systems: &Factor, by_system: &[Vec<f64>], blocks: &[Factor]) -> Vec<String> {
    let mut notes = Vec::new();
    if fit.model.is_none() {
        notes.push(
            "every system has a single score, so that nothing tells how sure the differences are; score more items"
                .to_owned(),
        );
    } else if blocks.is_empty() {
        notes.push(
            "nothing names the items, so that the scores are not paired; give --block with their column"
                .to_owned(),
        );
    } else if blocks[0].count() == 1 {
        notes.push(format!(
            "all rows have the same {}, so that nothing is said of others",
            blocks[0].name
        ));
    }
    if let Some(items) = blocks.last().filter(|_| by_system.len() > 1) {
        let mut seen = vec![None; items.count()];
        let mut shared = false;
        for (&item, &system) in items.levels.iter().zip(&systems.levels) {
            shared |= seen[item].replace(system).is_some_and(|other| other != system);
        }
        if !shared {
            notes.push(format!(
                "no {} is in two systems, so that nothing is paired",
                blocks[blocks.len() - 1].name
            ));
        }
    }
    let fewest = by_system.iter().map(Vec::len).min().unwrap_or_default();
    let most = by_system.iter().map(Vec::len).max().unwrap_or_default();
    if fewest < most {
        notes.push(format!(
            "the systems have {fewest} to {most} scores; the means are of the model, as if each had been given every item"
        ));
    }
    if by_system.len() == 1 {
        notes.push("there is one system, and nothing to compare it with".to_owned());
    }
    notes
}

/// The system that a word means: its cells with a space, hyphen, slash or comma between.
fn find(labels: &[Vec<String>], word: &str, results: &Path) -> Result<usize> {
    let plain = |text: &str| {
        let text = text.trim().to_lowercase();
        text.replace([' ', '-', '/', ',', '_', ':'], " ")
    };
    let found = labels.iter().position(|label| plain(&label.join(" ")) == plain(word));
    found.ok_or_else(|| {
        let known = labels.iter().map(|label| label.join(" ")).collect::<Vec<_>>().join(", ");
        Error::InvalidStudy {
            name: results.display().to_string(),
            reason: format!("no system is called {word}, only {known}; name one of these"),
        }
    })
}
