//! Every way in asks the same rules: `score`, `batch` with a manifest or folders, long calls and `validate` agree.

use crate::material::program;
use basilar::Signal;
use basilar::table::{read, text};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// What a way in says of a pair: its MOS-LQO with four decimals, or why there is none.
#[derive(Debug, PartialEq)]
enum Said {
    Scored(String),
    Refused(String),
}

fn basilar(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = program::basilar();
    command.current_dir(folder).args(arguments).output().unwrap()
}

fn said(mos_lqo: &Value, error: Option<&Value>) -> Said {
    match mos_lqo.as_f64() {
        Some(mos_lqo) => Said::Scored(format!("{mos_lqo:.4}")),
        None => Said::Refused(text(error)),
    }
}

/// What stands behind `error: ` on standard error, where nothing was scored at all.
fn sentence(output: &std::process::Output) -> Said {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = said.lines().find_map(|line| line.strip_prefix("error: "));
    Said::Refused(line.unwrap_or_else(|| panic!("{said}")).to_owned())
}

fn first_row(folder: &Path, table: &str) -> Said {
    let row = read(&folder.join(table)).unwrap().next().unwrap().unwrap();
    said(&row["mos_lqo"], row.get("error"))
}

fn score(folder: &Path, files: [&str; 2], options: &[&str]) -> Said {
    let output = basilar(folder, &[&["score", "--json"], options, &files].concat());
    let document: Value = match serde_json::from_slice(&output.stdout) {
        Ok(document) => document,
        Err(_) => return sentence(&output),
    };
    if let Some(error) = document["reference"].get("error") {
        return said(&Value::Null, Some(error));
    }
    let one = &document["scores"][0];
    // Of a long call a whole without a score says why in its only stretch.
    let (whole, error) = match one.get("whole") {
        Some(whole) => (&whole["mos_lqo"], one["stretches"][0].get("error")),
        None => (&one["mos_lqo"], one.get("error")),
    };
    said(whole, one.get("error").or(error))
}

fn batch(folder: &Path, [reference, degraded]: [&str; 2], options: &[&str]) -> Said {
    fs::write(folder.join("pairs.csv"), format!("reference,degraded\n{reference},{degraded}\n"))
        .unwrap();
    let output = basilar(folder, &[&["batch", "pairs.csv", "-o", "out.jsonl"], options].concat());
    if output.status.code() == Some(2) { sentence(&output) } else { first_row(folder, "out.jsonl") }
}

/// The options as cells of the manifest.
fn batch_by_columns(
    folder: &Path,
    [reference, degraded]: [&str; 2],
    [model, channel]: [&str; 2],
) -> Said {
    let row = format!("{reference},{degraded},{model},{channel}");
    fs::write(folder.join("pairs.csv"), format!("reference,degraded,model,channel\n{row}\n"))
        .unwrap();
    basilar(folder, &["batch", "pairs.csv", "-o", "out.jsonl"]);
    first_row(folder, "out.jsonl")
}

fn batch_of_folders(folder: &Path, files: [&str; 2], options: &[&str]) -> Said {
    for (into, file) in ["references", "coded"].into_iter().zip(files) {
        let _ = fs::remove_dir_all(folder.join(into));
        fs::create_dir(folder.join(into)).unwrap();
        fs::copy(folder.join(file), folder.join(into).join("a.aifc")).unwrap();
    }
    let folders = ["batch", "--reference-dir", "references", "--degraded-dir", "coded"];
    let output = basilar(folder, &[&folders, options, &["-o", "out.jsonl"]].concat());
    if output.status.code() == Some(2) { sentence(&output) } else { first_row(folder, "out.jsonl") }
}

fn validate(folder: &Path, [reference, degraded]: [&str; 2], options: &[&str]) -> Said {
    let row = format!("{reference},{degraded},3.2");
    fs::write(folder.join("ratings.csv"), format!("reference,degraded,score\n{row}\n")).unwrap();
    let arguments = ["validate", "ratings.csv", "--clips", "clips.jsonl"];
    let output = basilar(folder, &[&arguments, options].concat());
    if output.status.code() == Some(2) {
        return sentence(&output);
    }
    let row = read(&folder.join("clips.jsonl")).unwrap().next().unwrap().unwrap();
    match row.values().next_back().unwrap() {
        Value::Null => sentence(&output),
        score => said(score, None),
    }
}

/// What every way in says of a pair with these options, by the name of the way.
fn doors(
    folder: &Path,
    files: [&str; 2],
    [model, channel]: [&str; 2],
) -> Vec<(&'static str, Said)> {
    let options = ["--model", model, "--channel", channel];
    let long = [&options[..], &["--timeline"]].concat();
    vec![
        ("score", score(folder, files, &options)),
        ("batch", batch(folder, files, &options)),
        ("columns", batch_by_columns(folder, files, [model, channel])),
        ("folders", batch_of_folders(folder, files, &options)),
        ("validate", validate(folder, files, &options)),
        ("score --timeline", score(folder, files, &long)),
        ("batch --timeline", batch(folder, files, &long)),
    ]
}

/// A mono reference, a stereo recording whose right channel is what became of it, and silence.
fn recordings() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let open = |file: &str| {
        let path = Path::new("audio-samples/8k/allison-es").join(file);
        Signal::open(path).unwrap().samples().to_vec()
    };
    let (reference, degraded) = (open("reference.wav"), open("peak-clipping-minus-20-dbov.flac"));
    let write = |name: &str, channels: &[&[f32]]| {
        let spec = hound::WavSpec {
            channels: channels.len() as u16,
            sample_rate: 8000,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut writer = hound::WavWriter::create(folder.path().join(name), spec).unwrap();
        for frame in 0..channels[0].len() {
            channels.iter().for_each(|channel| writer.write_sample(channel[frame]).unwrap());
        }
        writer.finalize().unwrap();
    };
    let nothing = vec![0.0; degraded.len()];
    write("mono.wav", &[&reference]);
    write("stereo.wav", &[&nothing, &degraded]);
    write("degraded.wav", &[&degraded]);
    write("silence.wav", &[&nothing]);
    folder
}

/// All say the same but for folders in names.
fn agree(said: &[(&'static str, Said)], but: &str) {
    let plain = |said: &Said| match said {
        Said::Scored(mos_lqo) => mos_lqo.clone(),
        Said::Refused(sentence) => {
            let known = ["mono.wav", "stereo.wav", "degraded.wav", "silence.wav"];
            let renamed = ["references/a.aifc", "coded/a.aifc"];
            let names = known.iter().chain(&renamed);
            names.fold(sentence.clone(), |sentence, name| sentence.replace(name, "FILE"))
        }
    };
    for (door, other) in &said[1..] {
        assert_eq!(plain(other), plain(&said[0].1), "{but}: {door}");
    }
}

#[test]
fn a_mono_reference_goes_with_any_channel_of_the_degraded_recording() {
    let folder = recordings();
    let alone = score(folder.path(), ["mono.wav", "degraded.wav"], &[]);
    let said = doors(folder.path(), ["mono.wav", "stereo.wav"], ["auto", "right"]);
    assert_eq!(said[0].1, alone);
    agree(&said, "right");
}

#[test]
fn a_degraded_recording_without_the_channel_is_refused_in_the_same_words() {
    let folder = recordings();
    let said = doors(folder.path(), ["mono.wav", "degraded.wav"], ["auto", "2"]);
    assert!(matches!(&said[0].1, Said::Refused(why) if why.contains("no channel 2")), "{said:?}");
    agree(&said, "channel 2");
}

#[test]
fn a_reference_from_a_pipe_goes_with_any_channel_too() {
    let folder = recordings();
    let mut command = program::basilar();
    command.current_dir(folder.path()).pipe_stdin(folder.path().join("mono.wav")).unwrap();
    command.args(["score", "--channel", "right", "-", "stereo.wav"]).assert().success();
}

#[test]
fn models_are_named_alike_in_upper_and_lower_case_short_and_in_full() {
    let folder = recordings();
    let files = ["mono.wav", "degraded.wav"];
    let expected = score(folder.path(), files, &["--model", "wb"]);
    for word in ["WB", "P862-wb"] {
        let said = doors(folder.path(), files, [word, "mono"]);
        assert_eq!(said[0].1, expected, "{word}");
        agree(&said, word);
    }
}

#[test]
fn a_word_that_names_no_model_is_refused_with_the_names_of_all() {
    let folder = recordings();
    for (door, said) in doors(folder.path(), ["mono.wav", "degraded.wav"], ["wb2", "mono"]) {
        let known = "wb2: not a model; give auto, nb, wb, wb-cor2, fb or the path of a .json";
        assert!(matches!(&said, Said::Refused(why) if why.contains(known)), "{door}: {said:?}");
    }
}

#[test]
fn silence_is_refused_in_the_words_of_the_model() {
    let folder = recordings();
    let files = ["silence.wav", "degraded.wav"];
    for (model, words) in [("wb", "silent in the speech band (350 to 3250 Hz);"), ("fb", "silent;")]
    {
        let said = doors(folder.path(), files, [model, "mono"]);
        // A long reference is cut where it speaks, before any model hears it.
        let (pairs, long) = said.split_at(5);
        assert!(matches!(&pairs[0].1, Said::Refused(why) if why.contains(words)), "{pairs:?}");
        agree(pairs, model);
        assert!(matches!(&long[0].1, Said::Refused(why) if why.contains("no speech of 0.06 s")));
        agree(long, model);
    }
}

#[test]
fn columns_of_the_manifest_that_long_calls_use_survive_where_there_are_none() {
    let folder = recordings();
    let rows = "reference,degraded,part,parts\nmono.wav,degraded.wav,second,7\n";
    fs::write(folder.path().join("pairs.csv"), rows).unwrap();
    let done = basilar(folder.path(), &["batch", "pairs.csv", "-o", "out.csv"]);
    assert!(done.status.success());
    let row = read(&folder.path().join("out.csv")).unwrap().next().unwrap().unwrap();
    assert_eq!([text(row.get("part")), text(row.get("parts"))], ["second", "7"]);
}

#[test]
fn a_folder_without_recordings_is_refused() {
    let folder = recordings();
    fs::create_dir(folder.path().join("coded")).unwrap();
    fs::write(folder.path().join("coded/notes.txt"), "none").unwrap();
    let folders = ["batch", "--reference-dir", ".", "--degraded-dir", "coded", "-o", "out.csv"];
    let done = basilar(folder.path(), &folders);
    assert_eq!(done.status.code(), Some(2));
    assert!(matches!(sentence(&done), Said::Refused(why) if why.starts_with("coded: no audio")));
}

#[test]
fn names_of_audio_files_are_known_alike_to_folders_and_to_the_raw_options() {
    let folder = recordings();
    for extension in ["AIFC", "mka", "mp4", "wav", "opus"] {
        let name = format!("copy.{extension}");
        fs::copy(folder.path().join("degraded.wav"), folder.path().join(&name)).unwrap();
        let raw = ["--raw-rate", "8000", "--raw-format", "s16le"];
        let said = score(folder.path(), ["mono.wav", &name], &raw);
        assert!(matches!(said, Said::Scored(_)), "{extension}: {said:?}");
        let coded = folder.path().join("coded");
        let _ = fs::remove_dir_all(&coded);
        fs::create_dir(&coded).unwrap();
        fs::copy(folder.path().join(&name), coded.join(format!("mono.{extension}"))).unwrap();
        let folders = ["batch", "--reference-dir", ".", "--degraded-dir", "coded", "-o", "out.csv"];
        let done = basilar(folder.path(), &folders);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(said.contains("1 of 1 rows scored"), "{extension}: {said}");
    }
}
