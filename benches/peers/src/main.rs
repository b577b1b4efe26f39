//! Times basilar and the Rust crate `pesq` in one process, pair by pair, for `compare.py`.
//!
//! Input: lines `reference<TAB>degraded` of 16 kHz files. Output: a line a pair: the median milliseconds of basilar, of
//! basilar with the reference prepared, and of the peer, then both scores.

mod timing;

use basilar::{Model, Scorer, Signal};
use std::io::BufRead;
use timing::{median, timed};

const RUNS: usize = 9;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scorer = Scorer::new(Model::wideband());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (reference, degraded) = line.split_once('\t').ok_or("a reference, a tab and a degraded file")?;
        let [reference, degraded] = [Signal::open(reference)?, Signal::open(degraded)?];
        let prepared = scorer.prepare(&reference)?;
        prepared.score(&degraded)?;
        let integers = |signal: &Signal| signal.samples().iter().map(|x| (x * 32_768.0) as i16).collect::<Vec<_>>();
        let pcm = [integers(&reference), integers(&degraded)];

        // The three take turns, so that whatever else the machine does meets them all.
        let mut times = [const { Vec::new() }; 3];
        let (mut ours, mut theirs) = (0.0, 0.0);
        for _ in 0..RUNS {
            times[0].push(timed(|| ours = scorer.score(&reference, &degraded).map_or(0.0, |score| score.mos_lqo)));
            times[1].push(timed(|| ours = prepared.score(&degraded).map_or(0.0, |score| score.mos_lqo)));
            times[2].push(timed(|| theirs = pesq::pesq_wb(&pcm[0], &pcm[1]).map_or(0.0, f64::from)));
        }
        let [pair, prepared, peer] = times.map(median);
        println!("{pair:.4}\t{prepared:.4}\t{peer:.4}\t{ours:.6}\t{theirs:.6}");
    }
    Ok(())
}
