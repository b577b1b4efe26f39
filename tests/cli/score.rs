//! `basilar score` prints what the README shows, to the letter, and ends with the promised exit code.

use crate::material::program::{basilar, plain, unread_pipe};
use assert_cmd::Command;

/// The program in the folder of the samples, with nothing in the environment that colours.
fn score(arguments: &[&str]) -> Command {
    let mut command = basilar();
    command.current_dir("audio-samples").env_remove("CLICOLOR_FORCE").arg("score").args(arguments);
    command
}

const WIDE: &str = "16k/horizons-en/reference.wav";
const NARROW: &str = "8k/carlo-it/reference.wav";

#[test]
fn one_recording_is_a_block() {
    let block = "\
MOS-LQO    4.122  Good (service band from 4.0)
Raw score  3.726
Model      p862-wb 1.0.0, P.862.2 wideband
           taken by auto, because the reference has 16000 Hz
Delay      -0.1 ms
Degraded   8.739 s at 16000 Hz, 16k/horizons-en/opus-12-kbps.wav
Reference  8.739 s at 16000 Hz, 16k/horizons-en/reference.wav
";
    score(&[WIDE, "16k/horizons-en/opus-12-kbps.wav"]).assert().code(0).stdout(block).stderr("");
}

#[test]
fn a_delay_that_varies_is_shown_with_its_range() {
    let block = "\
MOS-LQO    4.544  Excellent (service band from 4.5)
Raw score  4.492
Model      p862-nb 1.0.0, P.862 narrowband with the P.862.1 mapping
           taken by auto, because the reference has 8000 Hz
Delay      60.0 ms (0.0 to 60.0 ms over 3 utterances)
Degraded   7.042 s at 8000 Hz, 8k/carlo-it/delay-jump-in-pause-60-ms.flac
Reference  6.982 s at 8000 Hz, 8k/carlo-it/reference.wav
";
    score(&[NARROW, "8k/carlo-it/delay-jump-in-pause-60-ms.flac"]).assert().code(0).stdout(block);
}

#[test]
fn several_recordings_are_a_table_with_a_row_for_each() {
    let table = "\
Reference  6.982 s at 8000 Hz, 8k/carlo-it/reference.wav
Model      p862-nb 1.0.0, P.862 narrowband with the P.862.1 mapping
           taken by auto, because the reference has 8000 Hz

MOS-LQO  Service band          Delay (ms)  Length (s)  Degraded
  4.544  Excellent            0.0 to 60.0       7.042  8k/carlo-it/delay-jump-in-pause-60-ms.flac
      -  not scored                                    missing.wav
  4.547  Excellent                    0.0       6.982  formats/stereo-right-10-db-down.wav
  4.246  Good                         0.0       6.982  formats/a-law.wav
";
    let spoken = "\
error: missing.wav: no such file; check the path
warning: formats/stereo-right-10-db-down.wav: the mix of 2 channels was taken
";
    let degraded = [
        "8k/carlo-it/delay-jump-in-pause-60-ms.flac",
        "missing.wav",
        "formats/stereo-right-10-db-down.wav",
        "formats/a-law.wav",
    ];
    score(&[&[NARROW], &degraded[..]].concat()).assert().code(3).stdout(table).stderr(spoken);
}

#[test]
fn a_channel_of_a_stereo_recording_is_scored_against_a_mono_reference() {
    let stereo = "formats/stereo-right-10-db-down.wav";
    for (channel, first_line) in [
        ("left", "MOS-LQO    4.549  Excellent (service band from 4.5)"),
        ("1", "MOS-LQO    4.549  Excellent (service band from 4.5)"),
        ("right", "MOS-LQO    4.538  Excellent (service band from 4.5)"),
        ("mix", "MOS-LQO    4.547  Excellent (service band from 4.5)"),
    ] {
        let done = score(&["--channel", channel, NARROW, stereo]).assert().code(0).stderr("");
        assert_eq!(first(&done.get_output().stdout), first_line, "{channel}");
    }
}

#[test]
fn headerless_recordings_score_like_the_same_samples_with_a_header() {
    let raw = ["--raw-rate", "8000", "--raw-format"];
    for (format, file, twin) in [
        ("s16le", "formats/pcm-16-bit-little-endian.raw", NARROW),
        ("alaw", "formats/a-law.raw", "formats/a-law.wav"),
    ] {
        let with_header = score(&[NARROW, twin]).assert().code(0);
        let without = score(&[&raw[..], &[format, NARROW, file]].concat()).assert().code(0);
        let lines = |output: &[u8]| String::from_utf8_lossy(output)[..200].to_owned();
        assert_eq!(lines(&with_header.get_output().stdout), lines(&without.get_output().stdout));
    }
}

#[test]
fn standard_input_can_be_either_recording_but_not_both() {
    let degraded = "formats/a-law.wav";
    let read = |path: &str| std::fs::read(format!("audio-samples/{path}")).unwrap();
    for (arguments, piped) in [([NARROW, "-"], read(degraded)), (["-", degraded], read(NARROW))] {
        let done = score(&arguments).write_stdin(piped).assert().code(0);
        let printed = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
        assert!(
            printed.starts_with("MOS-LQO    4.246  Good (service band from 4.0)\n"),
            "{printed}"
        );
        assert!(printed.contains("8000 Hz, standard input\n"), "{printed}");
    }
    let both =
        "error: -: standard input can be only one of the recordings; name files for the others\n";
    score(&["-", "-"]).assert().code(2).stdout("").stderr(both);
}

#[test]
fn a_model_can_be_named_or_loaded_from_a_file() {
    let pair = ["16k/horizons-en/reference.wav", "16k/horizons-en/opus-12-kbps.wav"];
    for (model, title) in [
        ("nb", "P.862 narrowband with the P.862.1 mapping"),
        ("wb", "P.862.2 wideband"),
        ("wb-cor2", "P.862.2 wideband with Corrigendum 2"),
        ("../models/p862-nb.json", "P.862 narrowband with the P.862.1 mapping"),
    ] {
        let done = score(&[&["--model", model], &pair[..]].concat()).assert().code(0);
        let printed = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
        assert!(printed.contains(&format!("1.0.0, {title}\nDelay")), "{model}: {printed}");
    }
}

#[test]
fn options_that_cannot_be_followed_are_wrong_usage() {
    let text = "--model=../models/../audio-samples/licences/gpl-2.json";
    for arguments in [
        &[NARROW][..],
        &["--model", "p863", NARROW, NARROW],
        &["--model", "licences/gpl-2.txt", NARROW, NARROW],
        &[text, NARROW, NARROW],
        &["--channel", "middle", NARROW, NARROW],
        &["--channel", "0", NARROW, NARROW],
        &["--raw-rate", "8000", NARROW, NARROW],
        &["--raw-rate", "1", "--raw-format", "alaw", NARROW, NARROW],
        &["--raw-rate", "8000", "--raw-format", "s17", NARROW, NARROW],
        &["--raw-rate", "8000", "--raw-format", "u8", "--raw-channels", "0", NARROW, NARROW],
    ] {
        let done = score(arguments).assert().code(2).stdout("");
        let spoken = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(spoken.starts_with("error: "), "{arguments:?}: {spoken}");
    }
}

#[test]
fn colour_is_only_for_terminals_unless_it_is_asked_for() {
    let pair = [NARROW, "formats/a-law.wav"];
    let coloured =
        |command: &mut Command| command.assert().code(0).get_output().stdout.contains(&b'\x1b');
    assert!(!coloured(&mut score(&pair)));
    assert!(coloured(score(&pair).env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1")));
}

#[test]
fn a_name_with_control_characters_stays_one_line() {
    let strange = "a\u{1b}[2J\nb.wav";
    let done = score(&[NARROW, NARROW, strange]).assert().code(3);
    let printed = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
    assert!(
        printed
            .ends_with("not scored                                    a\u{fffd}[2J\u{fffd}b.wav\n")
    );
}

fn first(printed: &[u8]) -> String {
    String::from_utf8_lossy(printed).lines().next().unwrap_or_default().to_owned()
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let done = plain()
        .current_dir("audio-samples")
        .args(["score", NARROW, NARROW, NARROW])
        .stdout(unread_pipe())
        .stderr(std::process::Stdio::piped())
        .output()
        .unwrap();
    assert_eq!((done.status.code(), done.stderr), (Some(0), vec![]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_unicode_can_be_scored() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(OsStr::from_bytes(b"caf\xe9.wav"));
    std::fs::copy(format!("audio-samples/{NARROW}"), &path).unwrap();
    let done = score(&[NARROW]).arg(&path).assert().code(0);
    let printed = String::from_utf8_lossy(&done.get_output().stdout).into_owned();
    assert!(printed.contains("caf\u{fffd}.wav\n"), "{printed}");
}
