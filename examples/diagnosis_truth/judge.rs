//! Whether a diagnosis is right, and the table of how often.

use super::Coding;
use super::faults::Truth;
use basilar::diagnosis::{Diagnosis, Finding, Kind};
use std::collections::BTreeMap;

/// How far off an event's start and end may be, in seconds.
const EVENT_S: f64 = 0.010;

/// Counts over the files of one fault.
#[derive(Default)]
pub struct Tally {
    files: usize,
    main_right: usize,
    first_two: usize,
    events: usize,
    events_found: usize,
    event_findings: usize,
    values: usize,
    values_right: usize,
    errors: Vec<f64>,
    /// What was put in, and how often which kind was said to be the main cause.
    put_in: Vec<Kind>,
    main: BTreeMap<Option<Kind>, usize>,
    /// Findings of kinds that were not put in.
    others: BTreeMap<Kind, usize>,
    without_finding: usize,
}

impl Tally {
    /// Counts one file; says in a word how it went.
    pub fn add(&mut self, truth: &Truth, diagnosis: &Diagnosis) -> String {
        self.files += 1;
        let causes: Vec<Kind> = diagnosis.causes().iter().map(|cause| cause.0).collect();
        let main = causes.first().is_some_and(|kind| truth.causes.contains(kind));
        let two = truth.causes.iter().all(|kind| causes.iter().take(2).any(|found| found == kind));
        self.main_right += usize::from(main);
        self.put_in.clone_from(&truth.causes);
        *self.main.entry(causes.first().copied()).or_default() += 1;
        self.first_two += usize::from(two);
        self.without_finding += usize::from(causes.is_empty());
        for kind in causes.iter().filter(|kind| !truth.causes.contains(kind)) {
            *self.others.entry(*kind).or_default() += 1;
        }
        let matches = |finding: &Finding, kind: Kind, place: [f64; 2]| {
            let near = finding.start_s.zip(finding.end_s).is_some_and(|(start, end)| {
                if kind == Kind::DelayJump {
                    // Within a pause no one can tell where.
                    return start < place[1] + EVENT_S && end > place[0] - EVENT_S;
                }
                (start - place[0]).abs() <= EVENT_S && (end - place[1]).abs() <= EVENT_S
            });
            finding.kind == kind && near
        };
        let found = truth.events.iter().filter(|(kind, place)| {
            diagnosis.findings.iter().any(|finding| matches(finding, *kind, *place))
        });
        let found = found.count();
        let is_event = |kind: Kind| {
            [Kind::LostSpeech, Kind::RepeatedSpeech, Kind::Inserted, Kind::DelayJump]
                .contains(&kind)
        };
        self.events += truth.events.len();
        self.events_found += found;
        self.event_findings +=
            diagnosis.findings.iter().filter(|finding| is_event(finding.kind)).count();
        let mut off = Vec::new();
        for &(kind, value, tolerance) in &truth.values {
            let own = diagnosis.findings.iter().filter(|finding| finding.kind == kind);
            let error =
                own.map(|finding| finding.value - value).min_by(|a, b| a.abs().total_cmp(&b.abs()));
            let right = error.is_some_and(|error| error.abs() <= tolerance);
            self.values += 1;
            self.values_right += usize::from(right);
            self.errors.extend(error);
            if !right {
                off.push(error.map_or("missed".to_owned(), |error| format!("off by {error:.2}")));
            }
        }
        let events = format!("{found}/{} events", truth.events.len());
        format!("{} {events} {}", if main { "right" } else { "WRONG" }, off.join(" "))
    }
}

/// Prints the table.
pub fn report(tallies: &BTreeMap<(String, Coding), Tally>) {
    println!(
        "| fault | coding | files | main cause | both in first two | events found | precision | measure right | median error | besides |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|--:|---|");
    for ((name, coding), tally) in tallies {
        let coding = match coding {
            Coding::Plain => "",
            Coding::FaultThenOpus => "then Opus",
            Coding::OpusThenFault => "after Opus",
        };
        let share = |part: usize, whole: usize| match whole {
            0 => String::new(),
            _ => format!("{:.0} %", 100.0 * part as f64 / whole as f64),
        };
        let nothing = name.starts_with("nothing");
        let main = if nothing { tally.without_finding } else { tally.main_right };
        let mut errors = tally.errors.clone();
        errors.sort_by(f64::total_cmp);
        let median =
            errors.get(errors.len() / 2).map_or(String::new(), |error| format!("{error:.2}"));
        let others: Vec<String> =
            tally.others.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        println!(
            "| {name} | {coding} | {} | {} | {} | {} | {} | {} | {median} | {} |",
            tally.files,
            share(main, tally.files),
            if name.contains(" + ") { share(tally.first_two, tally.files) } else { String::new() },
            share(tally.events_found, tally.events),
            if tally.events > 0 {
                share(tally.events_found, tally.event_findings)
            } else {
                String::new()
            },
            share(tally.values_right, tally.values),
            others.join(", "),
        );
    }
    confusions(tallies);
    totals(tallies);
}

/// Prints which main cause is said for each kind that is put in alone.
fn confusions(tallies: &BTreeMap<(String, Coding), Tally>) {
    let mut by_kind: BTreeMap<Kind, BTreeMap<Option<Kind>, usize>> = BTreeMap::new();
    for tally in tallies.values() {
        let [kind] = tally.put_in[..] else { continue };
        let said = by_kind.entry(kind).or_default();
        tally.main.iter().for_each(|(main, count)| *said.entry(*main).or_default() += count);
    }
    println!("\n| put in alone | files | right | said to be the main cause instead |");
    println!("|---|--:|--:|---|");
    for (kind, said) in by_kind {
        let files: usize = said.values().sum();
        let right = said.get(&Some(kind)).copied().unwrap_or(0);
        let mut others: Vec<(&Option<Kind>, &usize)> =
            said.iter().filter(|(main, _)| **main != Some(kind)).collect();
        others.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let name = |main: &Option<Kind>| main.map_or("nothing", Kind::name);
        let others: Vec<String> =
            others.into_iter().map(|(main, count)| format!("{} {count}", name(main))).collect();
        let share = 100.0 * right as f64 / files.max(1) as f64;
        println!("| {kind} | {files} | {share:.0} % | {} |", others.join(", "));
    }
}

fn totals(tallies: &BTreeMap<(String, Coding), Tally>) {
    let sum = |chosen: &dyn Fn(&str) -> bool, value: &dyn Fn(&Tally) -> usize| -> usize {
        tallies.iter().filter(|((name, _), _)| chosen(name)).map(|(_, tally)| value(tally)).sum()
    };
    let percent = |a: usize, b: usize| 100.0 * a as f64 / b.max(1) as f64;
    let double = |name: &str| name.contains(" + ");
    let nothing = |name: &str| name.starts_with("nothing");
    let single = |name: &str| !double(name) && !nothing(name);
    let short = |name: &str| name == "hole 20 ms";
    let longer = |name: &str| single(name) && !short(name);
    let line = |what: &str,
                chosen: &dyn Fn(&str) -> bool,
                part: &dyn Fn(&Tally) -> usize,
                whole: &dyn Fn(&Tally) -> usize| {
        let (part, whole) = (sum(chosen, part), sum(chosen, whole));
        println!("{what}: {:.1} % of {whole}", percent(part, whole));
    };
    println!();
    line("main cause of single faults", &single, &|t| t.main_right, &|t| t.files);
    line("main cause of double faults", &double, &|t| t.main_right, &|t| t.files);
    line("both causes of double faults in the first two", &double, &|t| t.first_two, &|t| t.files);
    line("nothing where there is nothing", &nothing, &|t| t.without_finding, &|t| t.files);
    line("recall of events of 40 ms and more", &longer, &|t| t.events_found, &|t| t.events);
    let with_events = |t: &Tally| if t.events > 0 { t.event_findings } else { 0 };
    line("precision of events of 40 ms and more", &longer, &|t| t.events_found, &with_events);
    line("recall of events of 20 ms", &short, &|t| t.events_found, &|t| t.events);
    line("precision of events of 20 ms", &short, &|t| t.events_found, &with_events);
    line("measures within their limits", &single, &|t| t.values_right, &|t| t.values);
}
