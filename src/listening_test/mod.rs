//! A listening test evaluated: from single votes to mean opinions, and how far they and the listeners can be relied on.
//!
//! ACR (ITU-T P.800, P.808), DCR, CCR, P.835 with its three scales, and MUSHRA (ITU-R BS.1534).

mod formats;
mod method;
mod opinions;
mod reliability;
mod screening;
mod subjects;
mod votes;

pub use formats::Layout;
pub use method::Method;
pub use opinions::{ConditionOpinion, Recovered, StimulusOpinion};
pub use reliability::{Analysis, Reliability};
pub use screening::{ListenerReport, Screen};

use crate::error::{Error, Result};
use formats::Ballot;
use regex_lite::Regex;
use serde::Serialize;
use std::path::{Path, PathBuf};
use votes::Votes;

/// What is evaluated, and how.
#[derive(Debug, Clone)]
pub struct ListeningTest {
    /// The table of votes.
    pub votes: PathBuf,
    /// How the table is laid out; by its columns without.
    pub layout: Option<Layout>,
    /// The method; by the votes without.
    pub method: Option<Method>,
    /// Which listeners are left out.
    pub screens: Vec<Screen>,
    /// The condition that is the hidden reference.
    pub reference: Option<String>,
    /// The condition that is the mid-range anchor of BS.1534.
    pub anchor: Option<String>,
    /// Finds the condition in an item's name by its first group, where no column has it.
    pub condition_pattern: Option<String>,
    /// Half the width of the interval that is wanted of each condition, on the scale of the votes.
    pub half_width: f64,
}

/// What came of a listening test.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Evaluation {
    /// Name and version of this form.
    pub schema: &'static str,
    /// The table of votes.
    pub votes: String,
    /// The method.
    pub method: Method,
    /// The condition that is the hidden reference, where there is one.
    pub reference: Option<String>,
    /// The condition that is the mid-range anchor, where there is one.
    pub anchor: Option<String>,
    /// Half the width of the interval that is wanted.
    pub half_width: f64,
    /// Each scale that was voted on; one but for P.835.
    pub scales: Vec<ScaleEvaluation>,
    /// Rows that are no votes, a sentence each.
    pub errors: Vec<String>,
}

/// The votes on one scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ScaleEvaluation {
    /// What the votes call it.
    pub scale: Option<String>,
    /// How many votes count.
    pub votes: usize,
    /// Each listener; empty where the table does not tell listeners apart.
    pub listeners: Vec<ListenerReport>,
    /// Each item in each condition.
    pub stimuli: Vec<StimulusOpinion>,
    /// Each condition; empty where none are named.
    pub conditions: Vec<ConditionOpinion>,
    /// How far listeners agree.
    pub reliability: Option<Reliability>,
    /// Whether conditions differ, with listeners and items as random factors.
    pub analysis: Option<Analysis>,
    /// What the numbers should be read with, a sentence each.
    pub notes: Vec<String>,
}

impl ListeningTest {
    /// Evaluates the votes.
    ///
    /// # Errors
    /// A table that cannot be read or has no votes, or a condition that is not there. A row that is no vote costs itself
    /// only and has a sentence in the result.
    pub fn run(&self) -> Result<Evaluation> {
        let pattern = self.condition_pattern.as_deref().map(pattern).transpose()?;
        let mut ballot = Ballot::read(&self.votes, self.layout, pattern.as_ref())?;
        let method = self.method.unwrap_or_else(|| Method::of(&ballot));
        ballot.keep_within(method.range());
        if ballot.entries.is_empty() {
            let reason = match ballot.refused.first() {
                Some(first) => format!("none of its rows is a vote; the first: {first}"),
                None => return Err(Error::EmptyTable { name: self.name() }),
            };
            return Err(Error::InvalidStudy { name: self.name(), reason });
        }
        let scales = Votes::of(&ballot);
        let [reference, anchor] = [
            self.condition(&scales, self.reference.as_deref(), &REFERENCES)?,
            self.condition(&scales, self.anchor.as_deref(), &ANCHORS)?,
        ];
        self.check_screens(&ballot, reference.as_deref())?;
        let evaluate = |votes: Votes| {
            let ends = [reference.as_deref(), anchor.as_deref()];
            votes.evaluate(&self.screens, &ballot.checks, ends, self.half_width)
        };
        let scales = scales.into_iter().map(evaluate).collect();
        Ok(Evaluation {
            schema: "basilar-votes/1",
            votes: self.name(),
            method,
            reference,
            anchor,
            half_width: self.half_width,
            scales,
            errors: ballot.refused.iter().map(Error::to_string).collect(),
        })
    }

    fn name(&self) -> String {
        self.votes.display().to_string()
    }

    /// The condition that a word means, or one that is usually called so.
    fn condition(
        &self,
        scales: &[Votes],
        word: Option<&str>,
        usual: &[&str],
    ) -> Result<Option<String>> {
        let conditions = || scales.iter().flat_map(Votes::conditions);
        let named = |wanted: &str| {
            conditions().find(|condition| condition.eq_ignore_ascii_case(wanted)).map(str::to_owned)
        };
        match word {
            None => Ok(usual.iter().find_map(|word| named(word))),
            Some(word) => named(word).map(Some).ok_or_else(|| {
                let mut known: Vec<&str> = conditions().collect();
                known.dedup();
                Error::InvalidStudy {
                    name: self.name(),
                    reason: format!(
                        "no condition is called {word}, only {}; name one of these",
                        if known.is_empty() { "none".to_owned() } else { known.join(", ") }
                    ),
                }
            }),
        }
    }

    /// Refuses a screening for which the table has nothing to go by.
    fn check_screens(&self, ballot: &Ballot, reference: Option<&str>) -> Result<()> {
        let refuse = |reason: &str| {
            Err(Error::InvalidStudy { name: self.name(), reason: reason.to_owned() })
        };
        if !self.screens.is_empty() && ballot.entries.iter().all(|one| one.listener.is_none()) {
            return refuse(
                "it does not say who voted, so that nobody can be left out; add a column listener",
            );
        }
        for screen in &self.screens {
            match screen {
                Screen::P808 if ballot.checks.is_empty() => {
                    return refuse(
                        "it has no gold or trapping questions; add a column gold or trap with the right answer",
                    );
                }
                Screen::Bs1534 if reference.is_none() => {
                    return refuse(
                        "none of its conditions is the hidden reference; name it by --reference",
                    );
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// What the hidden reference and the mid-range anchor are usually called.
const REFERENCES: [&str; 5] = ["reference", "hidden_reference", "hidden reference", "ref", "hr"];
const ANCHORS: [&str; 4] = ["anchor70", "anchor_mid", "mid_anchor", "mid anchor"];

fn pattern(word: &str) -> Result<Regex> {
    let invalid =
        |reason: String| Error::InvalidStudy { name: "--condition-pattern".to_owned(), reason };
    let found = Regex::new(word).map_err(|error| {
        invalid(format!("{word}: not a regular expression ({error}); correct it"))
    })?;
    if found.captures_len() < 2 {
        return Err(invalid(format!("{word}: put the condition in brackets, such as _(c[0-9]+)_")));
    }
    Ok(found)
}

/// The part of a path that names the file.
fn file_name(path: &str) -> &str {
    Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(path)
}
