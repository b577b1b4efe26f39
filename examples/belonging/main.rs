//! How often the test whether two recordings belong together is right: `belonging [RATINGS.csv]...`
//!
//! The shipped recordings and those of tables with the columns `reference`, `degraded` and `talker`, whose paths are
//! relative to the table, are held against their references, in noise and in rooms, and against recordings of other
//! sentences, of other talkers, of silence and of melodies. Printed are the share that is judged right by the numbers in
//! `models/belonging.json`, the same by numbers fitted without the talker who is judged, and numbers fitted to all.

mod fitting;
mod sounds;

use basilar::Signal;
use basilar::alignment::{Likeness, belong_together};
use basilar::table::{read, text};
use fitting::Fitted;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Everything is judged in the telephone band.
const RATE: u32 = 8000;
/// Each reference is held against so many degraded recordings of others.
const OTHERS: usize = 6;
/// And against so many pieces of music.
const PIECES: usize = 2;

/// A pair that was judged.
struct Judged {
    kind: &'static str,
    talker: String,
    belongs: bool,
    likeness: Likeness,
    together: bool,
    names: String,
}

/// A reference with what became of it.
struct Source {
    talker: String,
    name: String,
    samples: Vec<f32>,
    degraded: Vec<(String, Vec<f32>)>,
    is_music: bool,
}

fn samples(path: &Path) -> Vec<f32> {
    let signal = Signal::open(path).unwrap_or_else(|error| panic!("{error}"));
    let signal = signal.resampled(RATE).unwrap_or_else(|error| panic!("{error}"));
    signal.samples().to_vec()
}

/// The references of a table, each with its degraded recordings.
fn sources(table: &Path) -> Vec<Source> {
    let folder = table.parent().unwrap_or(Path::new("."));
    let mut sources: BTreeMap<PathBuf, Source> = BTreeMap::new();
    for row in read(table).unwrap_or_else(|error| panic!("{error}")) {
        let row = row.unwrap_or_else(|error| panic!("{error}"));
        let cell = |column: &str| text(row.get(column));
        // What has a header of its own is tested elsewhere.
        if cell("degraded").starts_with("formats/") || cell("degraded") == cell("reference") {
            continue;
        }
        let reference = folder.join(cell("reference"));
        let dataset = cell("dataset");
        let source = sources.entry(reference.clone()).or_insert_with(|| Source {
            talker: cell("talker"),
            name: cell("reference"),
            samples: samples(&reference),
            degraded: Vec::new(),
            is_music: dataset == "tcdaudio",
        });
        source.degraded.push((cell("degraded"), samples(&folder.join(cell("degraded")))));
    }
    sources.into_values().collect()
}

fn judged(
    kind: &'static str,
    belongs: bool,
    names: String,
    talker: &str,
    pair: [&[f32]; 2],
) -> Judged {
    let [reference, degraded] = pair;
    let likeness = Likeness::between(reference, degraded, RATE);
    let together = belong_together(reference, degraded, RATE);
    Judged { kind, talker: talker.to_owned(), belongs, likeness, together, names }
}

fn judge_all(sources: &[Source]) -> Vec<Judged> {
    let speech: Vec<&Source> = sources.iter().filter(|source| !source.is_music).collect();
    let mut all = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let own = &source.samples;
        let mut add = |kind, belongs, name: &str, degraded: &[f32]| {
            let names = format!("{} {name}", source.name);
            all.push(judged(kind, belongs, names, &source.talker, [own, degraded]));
        };
        for (name, degraded) in &source.degraded {
            let kind = if source.is_music { "music, coded" } else { "as shipped or rated" };
            add(kind, true, name, degraded);
        }
        if source.is_music {
            continue;
        }
        let seed = number as u64;
        for snr_db in [20.0, 10.0, 5.0] {
            add("white noise, 20 to 5 dB", true, "", &sounds::noisy(own, snr_db, 0.0, seed));
            add("pink noise, 20 to 5 dB", true, "", &sounds::noisy(own, snr_db, 0.95, seed));
        }
        add("room, T60 0.5 s", true, "", &sounds::reverberant(own, 0.5, seed));
        add("room, T60 1.0 s", true, "", &sounds::reverberant(own, 1.0, seed));
        add("silence", false, "", &vec![0.0; own.len()]);
        add("silence with noise", false, "", &sounds::noise(own.len(), 0.0, 1e-3, seed));
        add("melody", false, "", &sounds::melody(own.len(), RATE, seed));
        let (one, other) = own.split_at(own.len() / 2);
        all.push(judged(
            "another sentence",
            false,
            source.name.clone(),
            &source.talker,
            [one, other],
        ));
        for step in 0..OTHERS {
            let other = speech[(number * 7 + step * 5 + 1) % speech.len()];
            if other.name == source.name || other.degraded.is_empty() || same_words(other, source) {
                continue;
            }
            let (name, degraded) = &other.degraded[(number + step * 3) % other.degraded.len()];
            let same = other.talker == source.talker;
            let kind = if same { "another sentence" } else { "another talker" };
            let names = format!("{} {name}", source.name);
            all.push(judged(kind, false, names, &source.talker, [own, degraded]));
        }
        for music in sources.iter().filter(|other| other.is_music).skip(number % 4).take(PIECES) {
            let names = format!("{} {}", source.name, music.name);
            all.push(judged("music", false, names, &source.talker, [own, &music.samples]));
        }
    }
    all
}

/// One recording may be there at two rates.
fn same_words(one: &Source, other: &Source) -> bool {
    let same_talker = one.talker == other.talker;
    same_talker && one.samples.len().abs_diff(other.samples.len()) < 20
}

fn main() {
    let mut tables =
        vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-samples/conditions.csv")];
    tables.extend(std::env::args().skip(1).map(PathBuf::from));
    let sources: Vec<Source> = tables.iter().flat_map(|table| sources(table)).collect();
    let all = judge_all(&sources);
    let talkers: BTreeSet<&str> = all.iter().map(|judged| judged.talker.as_str()).collect();
    let left_out: BTreeMap<&str, Fitted> = talkers
        .iter()
        .map(|talker| (*talker, Fitted::to(all.iter().filter(|one| one.talker != *talker))))
        .collect();
    println!("{:26} {:>5} {:>7} {:>9}", "pairs", "count", "right %", "left out %");
    let mut kinds: Vec<(bool, &str)> = all.iter().map(|one| (!one.belongs, one.kind)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for (_, kind) in kinds {
        let own: Vec<&Judged> = all.iter().filter(|one| one.kind == kind).collect();
        let share = |right: &dyn Fn(&Judged) -> bool| {
            100.0 * own.iter().filter(|one| right(one)).count() as f64 / own.len() as f64
        };
        let by_file = share(&|one| one.together == one.belongs);
        let by_others = share(&|one| {
            // What the path adds is the same whoever is left out.
            let path = one.together && one.likeness.probability < 0.5;
            (left_out[one.talker.as_str()].belongs(one) || path) == one.belongs
        });
        println!("{kind:26} {:5} {by_file:7.1} {by_others:9.1}", own.len());
    }
    let fitted = Fitted::to(all.iter());
    println!("fitted to all {} talkers: {fitted}", talkers.len());
    for wrong in all.iter().filter(|one| one.together != one.belongs) {
        let Likeness { correlation, spreads, .. } = wrong.likeness;
        println!(
            "wrong: {} {}: correlation {correlation:.2}, spreads {spreads:.1}",
            wrong.kind, wrong.names
        );
    }
}
