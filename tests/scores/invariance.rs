//! What must not matter does not: delay, level, polarity, how often and on how many threads one scores.

use crate::material::near::assert_near;
use crate::material::recordings::open;
use crate::material::wav::encode_float;
use basilar::{Channel, Model, OpenOptions, Score, Scorer, Signal};
use std::io::Cursor;

fn changed(signal: &Signal, change: impl FnOnce(&[f32]) -> Vec<f32>) -> Signal {
    Signal::new("changed", change(signal.samples()), signal.sample_rate())
}

fn scaled(signal: &Signal, factor: f32) -> Signal {
    changed(signal, |samples| samples.iter().map(|sample| sample * factor).collect())
}

/// Real pairs of seven talkers, with the model that `auto` takes.
fn pairs() -> Vec<(Scorer, Signal, Signal)> {
    let pairs = [
        ("8k/june-fr", "opus-12-kbps.flac"),
        ("8k/carlo-it", "gsm-fr-13-kbps.flac"),
        ("8k/allison-es", "babble-15-snr-db.flac"),
        ("16k/librivox-en", "g722-56-kbps.flac"),
        ("16k/horizons-en", "opus-loss-3-percent.flac"),
        ("16k/alsa-en", "speex-17-kbps.flac"),
        ("48k/horizons-de", "opus-16-kbps.flac"),
    ];
    let pair = |(talker, file)| {
        let reference = open(&format!("{talker}/reference.wav"));
        let scorer = Scorer::new(Model::for_sample_rate(reference.sample_rate()));
        (scorer, reference, open(&format!("{talker}/{file}")))
    };
    pairs.map(pair).into()
}

/// Checks that a change of the degraded signal leaves the score within `tolerance`.
fn unmoved(tolerance: f64, what: &str, change: impl Fn(&Signal) -> Signal) {
    for (scorer, reference, degraded) in pairs() {
        let prepared = scorer.prepare(&reference).unwrap();
        let mos_lqo = |signal: &Signal| prepared.score(signal).unwrap().mos_lqo;
        let [found, expected] = [mos_lqo(&change(&degraded)), mos_lqo(&degraded)];
        let what = format!("{what}: {}", degraded.name());
        println!("{what} moved by {:+.5}", found - expected);
        assert_near(found, expected, tolerance, what);
    }
}

fn silence(signal: &Signal, seconds: f64) -> Vec<f32> {
    vec![0.0; (seconds * f64::from(signal.sample_rate())) as usize]
}

fn silence_before(signal: &Signal, seconds: f64) -> Signal {
    changed(signal, |samples| [&silence(signal, seconds), samples].concat())
}

fn silence_behind(signal: &Signal, seconds: f64) -> Signal {
    changed(signal, |samples| [samples, &silence(signal, seconds)].concat())
}

/// basilar-fb counts pauses that were recorded, and here the recording's end moves along: 0.003 of MOS-LQO.
#[test]
fn delay() {
    for (scorer, reference, degraded) in pairs() {
        let tolerance = if reference.sample_rate() == 48_000 { 0.005 } else { 0.002 };
        let reference = silence_behind(&reference, 1.0);
        let prepared = scorer.prepare(&reference).unwrap();
        let mos_lqo = |signal: &Signal| prepared.score(signal).unwrap().mos_lqo;
        let early = mos_lqo(&silence_behind(&degraded, 1.0));
        for seconds in [0.1037, 0.25, 0.5, 0.75, 1.0] {
            let late = silence_behind(&silence_before(&degraded, seconds), 1.0 - seconds);
            let late = mos_lqo(&late);
            let what = format!("{seconds} s late: {}", degraded.name());
            println!("{what} moved by {:+.5}", late - early);
            assert_near(late, early, tolerance, what);
        }
    }
}

/// P.862 takes the level over the longer of the two recordings (clause 10.1), so silence that one
/// has more lowers both a little: here 0.016 to 0.039 of MOS-LQO a second.
#[test]
fn silence_before_and_behind() {
    for seconds in [0.1, 0.5, 1.0] {
        let tolerance = 0.045 * seconds;
        let what = format!("{seconds} s of silence");
        unmoved(tolerance, &what, |signal| silence_before(signal, seconds));
        unmoved(tolerance, &what, |signal| silence_behind(signal, seconds));
    }
}

#[test]
fn gain() {
    for gain_db in [-15.0f32, -6.0, 6.0, 15.0] {
        let factor = 10f32.powf(gain_db / 20.0);
        unmoved(0.0002, &format!("{gain_db} dB"), |signal| scaled(signal, factor));
    }
}

#[test]
fn polarity_of_both() {
    for (scorer, reference, degraded) in pairs() {
        let upright = scorer.score(&reference, &degraded).unwrap();
        let inverted = scorer.score(&scaled(&reference, -1.0), &scaled(&degraded, -1.0)).unwrap();
        let moved = inverted.mos_lqo - upright.mos_lqo;
        println!("{}: {moved:+e}", degraded.name());
        assert_eq!(moved, 0.0, "{}", degraded.name());
    }
}

/// A stereo recording in memory: what stands left and right, as 32-bit float WAV.
fn stereo(left: &Signal, right: &Signal, channel: Channel) -> Signal {
    let mut file = Cursor::new(Vec::new());
    let frames = left.samples().iter().zip(right.samples());
    encode_float(&mut file, left.sample_rate(), frames.map(|(&left, &right)| [left, right]));
    Signal::read(&file.into_inner()[..], "stereo", &OpenOptions { channel, raw: None }).unwrap()
}

#[test]
fn channel_order() {
    for (scorer, reference, degraded) in pairs() {
        let prepared = scorer.prepare(&reference).unwrap();
        let score = |signal: &Signal| prepared.score(signal).unwrap();
        let quiet = scaled(&degraded, 0.25);
        let alone = score(&degraded);
        assert_eq!(score(&stereo(&degraded, &quiet, Channel::Left)), alone);
        assert_eq!(score(&stereo(&quiet, &degraded, Channel::Right)), alone);
        let mixed = score(&stereo(&degraded, &quiet, Channel::Mix));
        assert_eq!(score(&stereo(&quiet, &degraded, Channel::Mix)), mixed);
        assert_near(mixed.mos_lqo, alone.mos_lqo, 0.0002, degraded.name());
    }
}

#[test]
fn eight_threads_at_once_give_the_same_bits() {
    for (scorer, reference, degraded) in pairs() {
        let prepared = scorer.prepare(&reference).unwrap();
        let alone = prepared.score(&degraded).unwrap();
        let together: Vec<Score> = std::thread::scope(|scope| {
            let score = || prepared.score(&degraded).unwrap();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(score)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(together.iter().all(|score| *score == alone), "{}", degraded.name());
    }
}

#[test]
fn a_reference_prepared_once_scores_like_one_prepared_anew() {
    let pairs = pairs();
    for (scorer, reference, degraded) in &pairs {
        let prepared = scorer.prepare(reference).unwrap();
        // Others, longer and shorter, in between.
        for (_, _, other) in &pairs {
            prepared.score(other).unwrap();
            assert_eq!(
                prepared.score(degraded).unwrap(),
                scorer.score(reference, degraded).unwrap()
            );
        }
    }
}

#[test]
fn a_reference_with_itself_has_the_highest_score() {
    for (_, reference, _) in pairs() {
        for (_, model) in Model::built_in() {
            let score = Scorer::new(model.clone()).score(&reference, &reference).unwrap();
            let [_, highest] = model.mos_lqo_range();
            assert_near(score.mos_lqo, highest, 1e-3, reference.name());
        }
    }
}
