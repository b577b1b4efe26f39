//! The shared collection of odd files: each is read so that it scores like the speech in it, or named in one sentence.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use basilar::{Error, Model, PreparedReference, Scorer, Signal};

/// A file that was read rightly scores at least this against its reference.
const SAME_SPEECH: f64 = 4.6;

/// The folder of odd files, if there is one.
pub fn folder() -> Option<PathBuf> {
    let folder =
        std::env::var_os("BASILAR_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    let files = folder.join("cases/files");
    if files.join("ref16.wav").exists() {
        return Some(files);
    }
    assert!(
        std::env::var_os("BASILAR_REQUIRE_SHARED").is_none(),
        "no odd files in {}",
        files.display()
    );
    println!("skipped: no odd files in {} (set BASILAR_SHARED)", files.display());
    None
}

/// What a file is expected to give.
enum Expected {
    /// The speech of `ref16.wav`, and a warning with these words; "" for none.
    Speech(&'static str),
    /// The speech as far as its codec keeps it: at least this score.
    Coded(f64),
    /// An error with these words.
    Refused(&'static str),
    /// A file that others look at.
    Elsewhere,
}
use Expected::*;

/// Every file of the collection.
const FILES: [(&str, Expected); 41] = [
    ("alac.caf", Speech("")),
    ("amr.amr", Refused("AMR")),
    ("block-align-0.wav", Speech("BlockAlign")),
    ("block-align-wrong.wav", Speech("BlockAlign")),
    ("chained-halves.mp3", Coded(4.0)),
    ("chained-halves.opus", Coded(4.0)),
    ("data-counts-pad.wav", Speech("")),
    ("dc-0.0034.wav", Elsewhere),
    ("dc-0.02.wav", Elsewhere),
    ("eos-flag-not-set.opus", Coded(4.0)),
    ("flac-id3v1-tail.flac", Speech("")),
    ("float-max-2-samples.wav", Refused("beyond full scale")),
    ("float32-int-range.wav", Speech("beyond full scale")),
    ("g722.wav", Coded(4.0)),
    ("g726.wav", Refused("G.726")),
    ("gsm-wav49.wav", Coded(1.5)),
    ("half-frame-at-end.wav", Speech("not a whole frame")),
    ("id3-before-riff.wav", Speech("passed over")),
    ("ima-adpcm.wav", Coded(2.5)),
    ("ima4.aifc", Coded(2.5)),
    ("mp3-zeros-head.mp3", Coded(4.0)),
    ("ms-adpcm.wav", Coded(2.5)),
    ("mu-law.au", Coded(2.5)),
    ("nist.sph", Speech("")),
    ("opus.caf", Coded(4.0)),
    ("opus.mp4", Coded(4.0)),
    ("rate-says-8000.wav", Elsewhere),
    ("raw-no-header.wav", Refused("header")),
    ("ref16.wav", Speech("")),
    ("ref48.wav", Elsewhere),
    ("rifx.wav", Speech("")),
    ("silence-10h.flac", Refused("600 minutes or more are too long")),
    ("size-7fffffff.wav", Speech("end of the file")),
    ("size-80000000.wav", Speech("end of the file")),
    ("speex.spx", Refused("Speex")),
    ("stereo-inverted.wav", Refused("--channel")),
    ("sun-16.au", Speech("")),
    ("timit-like.wav", Speech("")),
    ("trun40.mp4", Refused("more packets")),
    ("vorbis-panic-codebook147.ogg", Refused("corrupt")),
    ("vorbis-panic-floor793.ogg", Refused("corrupt")),
];

#[test]
fn every_odd_file_is_read_or_named() {
    let Some(folder) = folder() else { return };
    let reference = Signal::open(folder.join("ref16.wav")).unwrap();
    let prepared = Scorer::new(Model::wideband()).prepare(&reference).unwrap();
    let failures: Vec<String> = FILES
        .iter()
        .filter_map(|(name, expected)| {
            let wrong = check(&prepared, &folder.join(name), expected).err()?;
            Some(format!("{name}: {wrong}"))
        })
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn check(prepared: &PreparedReference, path: &Path, expected: &Expected) -> Result<(), String> {
    let opened = Signal::open(path);
    let (least, words) = match expected {
        Elsewhere => return Ok(()),
        Refused(words) => {
            let error = opened.err().ok_or("was read")?.to_string();
            return if error.contains(words) { Ok(()) } else { Err(error) };
        }
        Speech(words) => (SAME_SPEECH, words),
        Coded(least) => (*least, &""),
    };
    let signal = opened.map_err(|error| error.to_string())?;
    let score = prepared.score(&signal).map_err(|error| error.to_string())?;
    println!("{} {:.3} {:?}", path.display(), score.mos_lqo, score.warnings);
    if score.mos_lqo < least {
        return Err(format!("scores {:.3}", score.mos_lqo));
    }
    let told = score.warnings.iter().any(|warning| warning.contains(words));
    if told || words.is_empty() { Ok(()) } else { Err(format!("warns of {:?}", score.warnings)) }
}

/// No file keeps the program busy for longer than a loaded machine needs for the longest of them.
#[test]
fn every_odd_file_is_done_with_in_time() {
    let Some(folder) = folder() else { return };
    for path in std::fs::read_dir(folder).unwrap() {
        let path = path.unwrap().path();
        let start = Instant::now();
        let _ = Signal::open(&path);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(20), "{}: {took:?}", path.display());
    }
}

#[test]
fn a_panic_inside_a_decoder_is_one_sentence() {
    let Some(folder) = folder() else { return };
    for file in ["vorbis-panic-codebook147.ogg", "vorbis-panic-floor793.ogg"] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_basilar"));
        program.arg("score").arg(folder.join("ref16.wav")).arg(folder.join(file));
        let output = program.env("RUST_BACKTRACE", "1").output().unwrap();
        let spoken = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{spoken}");
        assert_eq!(spoken.lines().count(), 1, "{spoken}");
        assert!(spoken.contains(file) && spoken.contains("corrupt"), "{spoken}");
    }
}

#[test]
fn headerless_speech_named_like_a_file_with_a_header_is_read_by_the_raw_options() {
    let Some(folder) = folder() else { return };
    let mut program = Command::new(env!("CARGO_BIN_EXE_basilar"));
    program.args(["score", "--model=wb", "--raw-rate=16000", "--raw-format=s16le"]);
    program.arg(folder.join("ref16.wav")).arg(folder.join("raw-no-header.wav"));
    let output = program.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("4.644"), "{printed}");
}

#[test]
fn a_file_that_is_not_decoded_is_named_with_the_command_that_converts_it() {
    let Some(folder) = folder() else { return };
    for file in ["amr.amr", "speex.spx", "g726.wav"] {
        let error = Signal::open(folder.join(file)).unwrap_err();
        assert!(matches!(error, Error::UnsupportedCoding { .. }), "{error}");
        assert!(error.to_string().contains("convert the file: ffmpeg -i "), "{error}");
    }
}
