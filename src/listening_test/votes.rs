//! The votes on one scale, by listener, item and condition.

use super::ScaleEvaluation;
use super::formats::{Ballot, Check, Entry};
use super::screening::{self, Screen};
use super::subjects::Subjects;
use super::{opinions, reliability};
use std::collections::HashMap;

/// An item in a condition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Stimulus {
    pub item: String,
    pub condition: Option<String>,
}

/// One vote, by the numbers of who gave it and of what it is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vote {
    /// None where the table does not tell.
    pub listener: Option<usize>,
    pub stimulus: usize,
    pub score: f64,
}

/// All votes on one scale.
#[derive(Debug, Clone)]
pub(super) struct Votes {
    pub scale: Option<String>,
    pub listeners: Vec<String>,
    pub stimuli: Vec<Stimulus>,
    /// The reference and the degraded recording of each stimulus, where the table names them.
    pub files: Vec<[Option<String>; 2]>,
    pub votes: Vec<Vote>,
}

impl Votes {
    /// The votes of each scale, in the order of first appearance.
    pub fn of(ballot: &Ballot) -> Vec<Self> {
        let mut scales: Vec<(Option<&str>, Vec<&Entry>)> = Vec::new();
        for entry in &ballot.entries {
            let scale = entry.scale.as_deref();
            match scales.iter_mut().find(|(known, _)| *known == scale) {
                Some((_, entries)) => entries.push(entry),
                None => scales.push((scale, vec![entry])),
            }
        }
        scales.into_iter().map(|(scale, entries)| Self::on(scale, &entries)).collect()
    }

    fn on(scale: Option<&str>, entries: &[&Entry]) -> Self {
        let mut votes = Self {
            scale: scale.map(str::to_owned),
            listeners: vec![],
            stimuli: vec![],
            files: vec![],
            votes: vec![],
        };
        let (mut listeners, mut stimuli) = (HashMap::new(), HashMap::new());
        for entry in entries {
            let listener = entry.listener.as_ref().map(|name| {
                *listeners.entry(name.clone()).or_insert_with(|| {
                    votes.listeners.push(name.clone());
                    votes.listeners.len() - 1
                })
            });
            let stimulus =
                Stimulus { item: entry.item.clone(), condition: entry.condition.clone() };
            let stimulus = *stimuli.entry(stimulus.clone()).or_insert_with(|| {
                votes.stimuli.push(stimulus);
                votes.files.push([entry.reference.clone(), entry.degraded.clone()]);
                votes.stimuli.len() - 1
            });
            votes.votes.push(Vote { listener, stimulus, score: entry.score });
        }
        votes
    }

    /// The conditions of the stimuli, in the order of first appearance; one may come again.
    pub fn conditions(&self) -> impl Iterator<Item = &str> {
        self.stimuli.iter().filter_map(|stimulus| stimulus.condition.as_deref())
    }

    /// The scores of each stimulus.
    pub fn by_stimulus(&self) -> Vec<Vec<f64>> {
        let mut scores = vec![Vec::new(); self.stimuli.len()];
        self.votes.iter().for_each(|vote| scores[vote.stimulus].push(vote.score));
        scores
    }

    /// The votes of those who are kept.
    fn without(&self, excluded: &[bool]) -> Self {
        let keeps = |vote: &&Vote| vote.listener.is_none_or(|listener| !excluded[listener]);
        let votes = self.votes.iter().filter(keeps).copied().collect();
        Self { votes, ..self.clone() }
    }

    /// Everything that is said of them.
    pub fn evaluate(
        self,
        screens: &[Screen],
        checks: &[Check],
        [reference, anchor]: [Option<&str>; 2],
        half_width: f64,
    ) -> ScaleEvaluation {
        let mut listeners = screening::reports(&self, checks, reference, anchor);
        let excluded = screening::exclude(&mut listeners, screens);
        let kept = self.without(&excluded);
        let mut notes = Vec::new();
        let out = excluded.iter().filter(|out| **out).count();
        if out > 0 {
            notes.push(format!("{out} of {} listeners were left out", excluded.len()));
        }
        if kept.votes.is_empty() {
            notes.push("no listener is left; screen less strictly".to_owned());
        }
        if self.listeners.is_empty() {
            notes.push(
                "the table does not say who voted, so that nothing is said of listeners".to_owned(),
            );
        }
        let subjects = Subjects::fit(&kept);
        if let Some(subjects) = &subjects {
            for (place, report) in listeners.iter_mut().enumerate() {
                report.bias = subjects.bias[place];
                report.inconsistency = subjects.inconsistency[place];
            }
        }
        let stimuli = opinions::stimuli(&kept, subjects.as_ref());
        let analysis = reliability::analysis(&kept, &mut notes);
        let conditions = opinions::conditions(&kept, &stimuli, analysis.as_ref(), half_width);
        ScaleEvaluation {
            reliability: reliability::of(&kept),
            analysis: analysis.map(|(analysis, _)| analysis),
            scale: self.scale,
            votes: kept.votes.len(),
            listeners,
            stimuli,
            conditions,
            notes,
        }
    }
}
