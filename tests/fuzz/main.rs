//! Bytes that no one thought of, made from seeds, for everything that takes bytes: see `fuzz/targets.rs`.
//!
//! A few hundred of the same kind each time; with `BASILAR_FUZZ_SECONDS=60` more of them, for so long a target; with
//! another `BASILAR_FUZZ_SEED` other ones.
//! An input that breaks a promise is kept in `target/findings`.

#[path = "../../fuzz/targets.rs"]
mod targets;

#[path = "../material/mod.rs"]
mod material;

mod mutation;
mod seeds;

use material::random::Random;
use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Inputs of a target where no time is given.
const INPUTS: usize = 150;

/// What no input of a few kilobytes may take. Far above what any does, it shows what does not end.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs a target on mutated seeds.
fn fuzz(name: &str, target: fn(&[u8]), seeds: &[Vec<u8>]) {
    assert!(!seeds.is_empty(), "{name} has seeds");
    let time = env::var("BASILAR_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let time = time.map(Duration::from_secs);
    let seed = env::var("BASILAR_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok());
    let mut random = Random(seed.unwrap_or(1));
    let started = Instant::now();
    let mut inputs = 0;
    // The seeds themselves first.
    let mut next = seeds.iter().cloned();
    while inputs < seeds.len()
        || time.map_or(inputs < seeds.len() + INPUTS, |time| started.elapsed() < time)
    {
        let input = next.next().unwrap_or_else(|| mutation::mutated(seeds, &mut random));
        let began = Instant::now();
        let done = catch_unwind(AssertUnwindSafe(|| target(&input)));
        inputs += 1;
        let took = began.elapsed();
        if done.is_err() || took > LONGEST {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("findings");
            fs::create_dir_all(&folder).unwrap();
            let path = folder.join(format!("{name}-{inputs}-{}", input.len()));
            fs::write(&path, &input).unwrap();
            panic!("{name}: after {took:.1?}, kept as {}", path.display());
        }
    }
    println!("{name}: {inputs} inputs in {:.0} s", started.elapsed().as_secs_f64());
}

macro_rules! fuzzed {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                fuzz(stringify!($name), targets::$name, &seeds::$name());
            }
        )*
    };
}

fuzzed! { audio manifest results journal model ratings signals capture rtp rtcp sip sdp }
