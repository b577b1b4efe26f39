//! The shipped samples score as the ITU reference program says, and better ones of a codec score better.

use crate::material::near::assert_near;
use crate::material::recordings::{self, folder, open};
use basilar::{Channel, Encoding, Model, OpenOptions, RawFormat, Scorer, Signal};
use std::collections::{BTreeMap, HashMap};

/// Raw score and MOS-LQO, as everywhere against the reference program.
const TOLERANCE: f64 = 0.001;

/// The rows of one of their tables, by column name.
fn rows(table: &str) -> Vec<HashMap<String, String>> {
    recordings::rows(&folder().join(table))
}

/// Checks every row that has an expected score for this model.
fn check(model: Model, columns: &[&str], pairs: usize) {
    let scorer = Scorer::new(model.clone());
    let (mut checked, mut worst, mut worst_file) = (0, 0.0f64, String::new());
    for row in rows("expected.csv").iter().filter(|row| !row[columns[0]].is_empty()) {
        let score = scorer.score(&open(&row["reference"]), &open(&row["degraded"])).unwrap();
        for column in columns {
            let found = if column.ends_with("raw") { score.raw.unwrap() } else { score.mos_lqo };
            let off = (found - row[*column].parse::<f64>().unwrap()).abs();
            if off > worst {
                (worst, worst_file) = (off, row["degraded"].clone());
            }
        }
        checked += 1;
    }
    println!("{:8} {checked:3} pairs, largest difference {worst:.6} {worst_file}", model.name());
    assert_eq!(checked, pairs);
    assert!(worst <= TOLERANCE, "{}: {worst_file} is off by {worst}", model.name());
}

#[test]
fn narrowband_scores_equal_the_reference_programs() {
    check(Model::narrowband(), &["nb_mos_lqo", "nb_raw"], 125);
}

#[test]
fn wideband_scores_equal_the_reference_programs() {
    check(Model::wideband(), &["wb_mos_lqo"], 63);
}

/// basilar's own scores: the reference program at hand has no Corrigendum 2. That they are right
/// is shown by tests/scores/conformance.rs, where the recorded pairs are; that they stay so, here.
const CORRIGENDUM_2_REGRESSION: [(&str, f64); 8] = [
    ("16k/horizons-en/opus-12-kbps.wav", 4.2250),
    ("16k/horizons-en/opus-loss-10-percent.flac", 3.5684),
    ("16k/horizons-en/babble-20-snr-db.flac", 3.2137),
    ("16k/librivox-en/g722-56-kbps.flac", 4.3357),
    ("16k/librivox-en/mnru-24-q-db.flac", 2.6424),
    ("16k/alsa-en/speex-17-kbps.flac", 3.6164),
    ("16k/alsa-en/zero-loss-5-percent.flac", 3.6274),
    ("16k/alsa-en/reverberation-0.3-t60-s.flac", 2.3502),
];

#[test]
fn scores_with_corrigendum_2_stay_as_they_were() {
    let scorer = Scorer::new(Model::wideband_corrigendum2());
    for (degraded, expected) in CORRIGENDUM_2_REGRESSION {
        let talker = degraded.rsplit_once('/').unwrap().0;
        let reference = open(&format!("{talker}/reference.wav"));
        let found = scorer.score(&reference, &open(degraded)).unwrap().mos_lqo;
        assert_near(found, expected, TOLERANCE, degraded);
    }
}

/// Conditions with a strength: what their names end in, and whether more of it sounds better.
const LADDERS: [(&str, bool); 9] = [
    ("-kbps", true),
    ("-snr-db", true),
    ("-q-db", true),
    ("-hz", true),
    ("-percent", false),
    ("-ppm", false),
    ("-t60-s", false),
    ("-dbov", false),
    ("-ms", false),
];

/// Steps up that sound worse: model, ladder, from, to.
///
/// The reference program says the same of those at 8 and 16 kHz (audio-samples/README.md), and has
/// not been asked about 48 kHz, where the two differ by 0.00001 above what wideband hears.
const EXCEPTIONS: [(&str, &str, f64, f64); 4] = [
    ("p862-nb", "16k/horizons-en/opus-*-kbps", 24.0, 32.0),
    ("p862-wb", "16k/horizons-en/opus-*-kbps", 24.0, 32.0),
    ("p862-wb", "48k/horizons-de/opus-*-kbps", 32.0, 64.0),
    ("p862-nb", "8k/allison-es/front-clipping-*-ms", -100.0, -50.0),
];

/// The strength in the name of a condition, and the ladder that it is a step of; the last one is
/// the best.
fn step(degraded: &str) -> Option<(String, f64)> {
    let name = degraded.rsplit_once('.')?.0;
    let (_, rising) = LADDERS.iter().find(|(unit, _)| name.ends_with(unit))?;
    // Where in time something happens is no strength.
    if ["delay", "early", "cut-end", "formats/"].iter().any(|word| name.contains(word)) {
        return None;
    }
    let strength = name.split('-').find_map(|word| word.parse::<f64>().ok())?;
    let ladder = name.replace(&format!("-{strength}-"), "-*-");
    Some((ladder, if *rising { strength } else { -strength }))
}

#[test]
fn more_bits_or_less_noise_and_loss_sound_better() {
    let mut ladders: BTreeMap<(String, String), Vec<(f64, String)>> = BTreeMap::new();
    for row in rows("conditions.csv") {
        if let Some((ladder, strength)) = step(&row["degraded"]) {
            let steps = ladders.entry((row["reference"].clone(), ladder)).or_default();
            steps.push((strength, row["degraded"].clone()));
        }
    }
    let mut worse = Vec::new();
    let mut climbed = 0;
    for ((reference, ladder), steps) in &mut ladders {
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        let reference = open(reference);
        for model in [Model::narrowband(), Model::wideband()] {
            if reference.sample_rate() < 16_000 && model.name() == "p862-wb" {
                continue;
            }
            let prepared = Scorer::new(model.clone()).prepare(&reference).unwrap();
            let mos_lqo = |path: &str| prepared.score(&open(path)).unwrap().mos_lqo;
            let scores: Vec<_> = steps.iter().map(|(_, path)| mos_lqo(path)).collect();
            println!("{} {ladder}: {scores:.4?}", model.name());
            for (step, pair) in scores.windows(2).enumerate() {
                climbed += 1;
                if pair[1] <= pair[0] {
                    let name = model.name().to_owned();
                    worse.push((name, ladder.clone(), steps[step].0, steps[step + 1].0));
                }
            }
        }
    }
    let worse: Vec<_> = worse.iter().map(|(m, l, from, to)| (&m[..], &l[..], *from, *to)).collect();
    println!("{climbed} steps, {} of them down", worse.len());
    assert_eq!(worse, EXCEPTIONS);
    assert_eq!(climbed, 137);
}

#[test]
fn the_same_samples_in_another_file_format_score_the_same() {
    let prepared = Scorer::new(Model::narrowband()).prepare(&open("8k/carlo-it/reference.wav"));
    let prepared = prepared.unwrap();
    let itself = prepared.score(&open("8k/carlo-it/reference.wav")).unwrap();
    for file in [
        "pcm-24-bit.wav",
        "pcm-32-bit.wav",
        "float-32-bit.wav",
        "pcm-16-bit.flac",
        "pcm-16-bit.aiff",
        "pcm-16-bit.caf",
    ] {
        let score = prepared.score(&open(&format!("formats/{file}"))).unwrap();
        assert_eq!(score, itself, "{file}");
    }
    for (file, channel, encoding) in [
        ("pcm-16-bit-little-endian.raw", Channel::Mono, Some(Encoding::S16Le)),
        ("stereo-right-10-db-down.wav", Channel::Left, None),
    ] {
        let raw = encoding.map(|encoding| RawFormat { sample_rate: 8000, encoding, channels: 1 });
        let path = folder().join("formats").join(file);
        let signal = Signal::open_with(path, &OpenOptions { channel, raw }).unwrap();
        assert_eq!(prepared.score(&signal).unwrap(), itself, "{file}");
    }
}
