//! Times basilar-fb, pair by pair, for `fullband.py`.
//!
//! Input: lines `reference<TAB>degraded` of 48 kHz files. Output: a line a pair: the median milliseconds of basilar and
//! of basilar with the reference prepared, and the score.

mod timing;

use basilar::{Model, Scorer, Signal};
use std::io::BufRead;
use timing::{median, timed};

const RUNS: usize = 9;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scorer = Scorer::new(Model::fullband());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (reference, degraded) = line.split_once('\t').ok_or("a reference, a tab and a degraded file")?;
        let [reference, degraded] = [Signal::open(reference)?, Signal::open(degraded)?];
        let prepared = scorer.prepare(&reference)?;
        let score = prepared.score(&degraded)?;
        let mut times = [const { Vec::new() }; 2];
        for _ in 0..RUNS {
            times[0].push(timed(|| assert!(scorer.score(&reference, &degraded).is_ok())));
            times[1].push(timed(|| assert!(prepared.score(&degraded).is_ok())));
        }
        let [pair, prepared] = times.map(median);
        println!("{pair:.4}\t{prepared:.4}\t{:.6}", score.mos_lqo);
    }
    Ok(())
}
