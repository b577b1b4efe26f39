//! What is found without a reference: faults put in at known places, and nothing in clean recordings.

use super::material::degradations::{reflections, white};
use super::material::{recordings, shared};
use basilar::diagnosis::alone::{ChannelInspection, inspect, inspect_file};
use basilar::diagnosis::{Finding, Kind};
use basilar::{OpenOptions, Signal};
use std::collections::BTreeMap;
use std::f64::consts::{PI, TAU};
use std::path::Path;

/// Thresholds were chosen with `16k/horizons-en`, `48k/alsa-en` and `8k/june-fr`; these talkers were not looked at.
const TALKERS: [&str; 5] =
    ["8k/carlo-it", "8k/allison-es", "16k/librivox-en", "48k/horizons-de", "48k/horizons-fr"];

fn clean(talker: &str) -> Signal {
    recordings::open(&format!("{talker}/reference.wav"))
}

fn inspected(samples: Vec<f32>, rate: u32) -> ChannelInspection {
    inspect(&Signal::new("made here", samples, rate)).expect("samples")
}

/// What was put in, what was found of it, and what was found besides.
#[derive(Default)]
struct Count {
    put_in: usize,
    found: usize,
    wrong: usize,
    told: Vec<String>,
}

/// Counts by kind of fault.
#[derive(Default)]
struct Counts(BTreeMap<Kind, Count>);

impl Counts {
    /// Adds a recording with faults of one kind, each with the place where it is, in seconds.
    fn add(&mut self, kind: Kind, places: &[Option<f64>], found: &ChannelInspection, what: &str) {
        let count = self.0.entry(kind).or_default();
        count.put_in += places.len();
        let mut left: Vec<&Finding> = found.diagnosis.findings.iter().collect();
        for place in places {
            let fits = |finding: &&Finding| {
                let near = |start: f64| (finding.start_s.unwrap_or(-1.0) - start).abs() < 0.01;
                finding.kind == kind && place.is_none_or(near)
            };
            match left.iter().position(fits) {
                Some(at) => {
                    left.swap_remove(at);
                    count.found += 1;
                }
                None => count.told.push(format!("{what}: not found, {:?}", found.measures)),
            }
        }
        count.wrong += left.len();
        count.told.extend(left.iter().map(|other| format!("{what}: {}", other.words)));
    }

    /// Demands that nearly everything was found and nearly nothing else.
    fn check(&self) {
        let mut failed = Vec::new();
        for (kind, Count { put_in, found, wrong, told }) in &self.0 {
            let recall = *found as f64 / *put_in as f64;
            let precision = *found as f64 / (found + wrong).max(1) as f64;
            println!("{kind}: recall {recall:.3}, precision {precision:.3} of {put_in}");
            if recall < 0.95 || precision < 0.95 {
                failed.push(format!("{kind}: recall {recall:.3}, precision {precision:.3}"));
            }
            failed.extend_from_slice(if recall.min(precision) < 1.0 { told } else { &[] });
        }
        assert!(!failed.iter().any(|line| line.contains(": recall ")), "{failed:#?}");
    }
}

/// The signal with its samples changed one by one.
fn changed(signal: &Signal, change: impl Fn(usize, f32) -> f32) -> Vec<f32> {
    signal.samples().iter().enumerate().map(|(at, &sample)| change(at, sample)).collect()
}

/// Root of the power that is so many dB below the speech.
fn below(signal: &Signal, db: f64) -> f64 {
    10f64.powf((signal.speech_level().active_dbov - db) / 20.0)
}

/// What a linear-phase filter leaves between two frequencies in Hz.
fn band_pass(signal: &Signal, low_hz: f64, high_hz: f64) -> Vec<f32> {
    let rate = f64::from(signal.sample_rate());
    let half = (rate / 50.0) as i64;
    let sinc = |hz: f64, n: f64| {
        let cutoff = hz / rate;
        if n == 0.0 { 2.0 * cutoff } else { (TAU * cutoff * n).sin() / (PI * n) }
    };
    let tap = |n: i64| {
        let (n, half) = (n as f64, half as f64);
        let window = 0.42 + 0.5 * (PI * n / half).cos() + 0.08 * (TAU * n / half).cos();
        (window * (sinc(high_hz, n) - sinc(low_hz, n))) as f32
    };
    let taps: Vec<(i64, f32)> = (-half..=half).map(|n| (n, tap(n))).collect();
    reflections(signal.samples(), &taps)
}

/// Starts of the loudest stretches of so many samples, one in each third of the signal.
fn loud_places(signal: &Signal, length: usize) -> Vec<usize> {
    let samples = signal.samples();
    let third = samples.len() / 3;
    let loudest = |part: usize| {
        let energy = |at: &usize| samples[*at..][..length].iter().map(|x| x * x).sum::<f32>();
        let starts = (part * third..(part + 1) * third - length).step_by(length / 4);
        starts.max_by(|a, b| energy(a).total_cmp(&energy(b))).expect("samples")
    };
    (0..3).map(loudest).collect()
}

/// The height that so large a share of the samples with speech exceeds.
fn height(signal: &Signal, share: f64) -> f32 {
    let mut heights: Vec<f32> = signal.samples().iter().map(|x| x.abs()).collect();
    heights.sort_unstable_by(f32::total_cmp);
    let speech = heights.partition_point(|&x| x < 0.02 * heights[heights.len() - 1]);
    heights[heights.len() - 1 - (share * (heights.len() - speech) as f64) as usize]
}

#[test]
fn faults_are_found_where_they_were_put_and_nothing_else() {
    let mut counts = Counts::default();
    for talker in TALKERS {
        let signal = clean(talker);
        let rate = signal.sample_rate();
        let whole = [None];
        for (share, gain) in [(0.005, 1.0), (0.02, 0.5), (0.08, 1.0), (0.08, 0.7)] {
            let limit = height(&signal, share);
            let samples = changed(&signal, |_, x| gain * x.clamp(-limit, limit));
            let what = format!("{talker} {share} clipped");
            counts.add(Kind::Clipping, &whole, &inspected(samples, rate), &what);
        }
        for ms in [10, 20, 40, 80] {
            let length = ms * rate as usize / 1000;
            let places = loud_places(&signal, length);
            let mut samples = signal.samples().to_vec();
            places.iter().for_each(|&start| samples[start..start + length].fill(0.0));
            let starts: Vec<_> =
                places.iter().map(|&start| Some(start as f64 / f64::from(rate))).collect();
            let what = format!("{talker} {ms} ms lost");
            counts.add(Kind::LostSpeech, &starts, &inspected(samples, rate), &what);
        }
        for seconds in [2.5, 6.0] {
            let mut samples = signal.samples().to_vec();
            let start = samples.len() as f64 / f64::from(rate);
            samples.resize(samples.len() + (seconds * f64::from(rate)) as usize, 0.0);
            samples.extend(signal.samples());
            let what = format!("{talker} {seconds} s dead");
            let found = inspected(samples, rate);
            counts.add(Kind::DigitalSilence, &[Some(start)], &found, &what);
        }
        for snr_db in [15.0, 10.0, 5.0] {
            let noise = white(signal.samples().len(), 5);
            let scale = below(&signal, snr_db) as f32;
            let samples = changed(&signal, |at, x| x + scale * noise[at]);
            let what = format!("{talker} noise {snr_db} dB");
            counts.add(Kind::Noise, &whole, &inspected(samples, rate), &what);
        }
        for (mains_hz, db) in [(50.0, 22.0), (50.0, 30.0), (60.0, 26.0), (60.0, 34.0)] {
            let scale = below(&signal, db);
            let samples = changed(&signal, |at, x| {
                let angle = TAU * mains_hz * at as f64 / f64::from(rate);
                let lines = [(1.0, 1.0), (2.0, 0.5), (3.0, 0.7), (5.0, 0.4)];
                let hum: f64 = lines.iter().map(|(n, part)| part * (n * angle).sin()).sum();
                x + (scale * hum) as f32
            });
            let what = format!("{talker} hum {mains_hz} Hz {db} dB");
            counts.add(Kind::Hum, &whole, &inspected(samples, rate), &what);
        }
        let nyquist = f64::from(rate) / 2.0;
        for (low_hz, high_hz) in [(0.0, 3400.0), (300.0, 3400.0), (300.0, nyquist), (0.0, 7000.0)] {
            // Where the edge is the rate's own, nothing is cut.
            if high_hz < 0.6 * nyquist.min(14_000.0) || low_hz > 0.0 {
                let samples = band_pass(&signal, low_hz, high_hz);
                let what = format!("{talker} {low_hz} to {high_hz} Hz");
                counts.add(Kind::BandLimit, &whole, &inspected(samples, rate), &what);
            }
        }
        for gain_db in [-18.0, -25.0, -32.0] {
            let gain = 10f32.powf(gain_db / 20.0);
            let samples = changed(&signal, |_, x| gain * x);
            let what = format!("{talker} {gain_db} dB");
            counts.add(Kind::LevelOffset, &whole, &inspected(samples, rate), &what);
        }
        for offset in [0.02, -0.05, 0.1] {
            let samples = changed(&signal, |_, x| x + offset);
            let what = format!("{talker} DC {offset}");
            counts.add(Kind::DcOffset, &whole, &inspected(samples, rate), &what);
        }
    }
    counts.check();
}

/// A stereo file of two sides.
fn call(path: &Path, left: &[f32], right: &[f32], rate: u32) {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec).expect("a file");
    for (left, right) in left.iter().zip(right) {
        for sample in [left, right] {
            file.write_sample((sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16)
                .expect("room");
        }
    }
    file.finalize().expect("room");
}

/// Two talkers who take turns for half a minute, at 8 kHz.
fn sides() -> [Vec<f32>; 2] {
    let [one, other] = ["8k/carlo-it", "8k/allison-es"].map(clean);
    let quiet = |length: usize, seed| white(length, seed).into_iter().map(|x| 3e-5 * x);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for turn in 0..4 {
        let seed = 10 + 2 * turn;
        if turn % 2 == 0 {
            left.extend(one.samples());
            right.extend(quiet(one.samples().len(), seed));
        } else {
            left.extend(quiet(other.samples().len(), seed));
            right.extend(other.samples());
        }
    }
    [left, right]
}

#[test]
fn the_two_sides_of_a_call_are_held_against_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("call.wav");
    let inspected = |left: &[f32], right: &[f32]| {
        call(&path, left, right, 8000);
        inspect_file(&path, &OpenOptions::default()).expect("a call").channels
    };
    let [left, right] = sides();
    let both = inspected(&left, &right);
    assert!(both.iter().all(|side| side.diagnosis.findings.is_empty()), "{both:#?}");
    assert_eq!([&both[0].channel, &both[1].channel], ["left", "right"]);
    let mut counts = Counts::default();
    for delay_ms in [12, 60, 250] {
        for level_db in [-12.0f32, -25.0, -35.0] {
            let (delay, gain) = (8 * delay_ms, 10f32.powf(level_db / 20.0));
            let mut echoed = right.clone();
            echoed[delay..].iter_mut().zip(&left).for_each(|(to, x)| *to += gain * x);
            let found = inspected(&left, &echoed);
            let what = format!("echo {delay_ms} ms {level_db} dB");
            counts.add(Kind::Echo, &[None], &found[1], &what);
            counts.add(Kind::Echo, &[], &found[0], &what);
            let echo = found[1].measures.echo_ms.zip(found[1].measures.echo_db);
            let near = |(ms, db): (f64, f64)| {
                (ms - delay_ms as f64).abs() < 1.0 && (db - f64::from(level_db)).abs() < 3.0
            };
            assert!(echo.is_some_and(near), "{what}: {echo:?}");
        }
    }
    counts.check();
    let kinds = |side: &ChannelInspection| -> Vec<Kind> {
        side.diagnosis.findings.iter().map(|finding| finding.kind).collect()
    };
    for silence in [0.0, 3e-5, 1e-3] {
        let mute: Vec<f32> = white(left.len(), 3).into_iter().map(|x| silence * x).collect();
        for found in [inspected(&left, &mute), {
            let mut turned = inspected(&mute, &left);
            turned.reverse();
            turned
        }] {
            assert_eq!(kinds(&found[0]), [], "{silence}");
            assert!(kinds(&found[1]).contains(&Kind::OneWayCall), "{silence}: {found:#?}");
        }
    }
    let twice = inspected(&left, &left);
    assert!(twice.iter().all(|side| side.diagnosis.findings.is_empty()), "{twice:#?}");
}

#[test]
fn nothing_is_found_in_clean_recordings() {
    let shipped = TALKERS.into_iter().chain(["16k/horizons-en", "48k/alsa-en", "8k/june-fr"]);
    for talker in shipped.chain(["16k/alsa-en"]) {
        let found = inspect(&clean(talker)).expect("speech");
        assert!(found.diagnosis.findings.is_empty(), "{talker}: {found:#?}");
    }
    let Some(ratings) = shared::file("listening/ratings.csv") else { return };
    let mut names: Vec<String> =
        recordings::rows(&ratings).into_iter().map(|row| row["reference"].clone()).collect();
    names.sort();
    names.dedup();
    // Music is no speech.
    let mut wrong = Vec::new();
    for name in names.iter().filter(|name| !name.starts_with("tcdaudio")) {
        let path = ratings.with_file_name(name);
        let found = inspect_file(&path, &OpenOptions::default()).expect("a recording");
        wrong.extend(found.findings().map(|finding| format!("{name}: {}", finding.words)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_shortest_the_silent_and_the_steady_have_numbers_too() {
    for (samples, expected) in [
        (vec![0.0; 400], Kind::NothingHeard),
        (vec![0.0; 160_000], Kind::NothingHeard),
        (vec![0.1; 16_000], Kind::DcOffset),
        (white(160_000, 3).into_iter().map(|x| 0.01 * x).collect(), Kind::LittleSpeech),
    ] {
        let found = inspected(samples, 8000);
        let kinds: Vec<Kind> = found.diagnosis.causes().into_iter().map(|cause| cause.0).collect();
        assert!(kinds.contains(&expected), "{found:#?}");
    }
    let one = inspected(vec![0.5], 8000);
    assert!(one.measures.peak_dbov > -7.0, "{one:#?}");
}

#[test]
fn minutes_are_read_piece_by_piece_and_faults_have_their_places() {
    let signal = clean("8k/carlo-it");
    let mut samples = signal.samples().repeat(60);
    let length = samples.len();
    samples[length / 2..length / 2 + 8 * 8000].fill(0.0);
    let found = inspected(samples, 8000);
    let silent: Vec<&Finding> = found.diagnosis.of_kind(Kind::DigitalSilence).collect();
    assert_eq!(silent.len(), 1, "{found:#?}");
    let start_s = length as f64 / 16_000.0;
    assert!((silent[0].start_s.expect("a place") - start_s).abs() < 0.01, "{found:#?}");
    assert!((silent[0].value - 8.0).abs() < 0.01, "{found:#?}");
}
