//! What calls are taken from: tables of results, manifests of recordings, recordings with a prompt, captures.

use super::ingest::{FileFacts, Ingest, Taken};
use super::time::{changed_ms, iso};
use crate::batch::{Batch, Defaults, Manifest};
use crate::error::{Error, Result};
use crate::model::ModelChoice;
use crate::network::{self, Listener, Options, Prompts};
use crate::report::calls;
use crate::signal::is_audio_file;
use crate::table::{self, Cells, Format, text};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::hash::Hasher;
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use twox_hash::XxHash3_64;

/// How recordings and the sound of captures are scored on their way into a store.
#[derive(Debug, Clone)]
pub struct Scoring {
    /// The prompts that calls play: files, or folders of them.
    pub prompts: Vec<PathBuf>,
    /// The model.
    pub model: ModelChoice,
    /// How many recordings are scored at once.
    pub jobs: NonZeroUsize,
    /// The folder in which what was heard in captures is kept; none keeps no sound.
    pub sound: Option<PathBuf>,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A table of results.
    Table,
    /// A table of recordings that are yet to be scored.
    Manifest,
    /// A recording.
    Recording,
    /// A capture of packets.
    Capture,
}

/// The column of the paths of kept sound, which no table from outside may fill.
pub(super) const SOUND_FILES: &str = "sound_files";
/// The name under which a store remembers the folder of kept sound.
pub(super) const SOUND_FOLDER: &str = "sound_folder";

impl Source {
    /// What a file is, by its name and, for tables, by the columns of their first row.
    ///
    /// # Errors
    /// What is wrong with a table.
    pub fn of(path: &Path) -> Result<Self> {
        if Format::of(path).is_err() {
            return Ok(if is_audio_file(path) { Self::Recording } else { Self::Capture });
        }
        let has = |cells: &Cells, columns: &[&str]| {
            columns.iter().any(|column| cells.contains_key(*column))
        };
        let first = match table::read(path)?.next() {
            Some(Ok(first)) => first,
            _ => return Ok(Self::Table),
        };
        let recordings = has(&first, &["reference"]) && has(&first, &["degraded"]);
        let scored = has(&first, &["mos_lqo", "mos", "error"]);
        Ok(if recordings && !scored { Self::Manifest } else { Self::Table })
    }

    /// Whether files of this name are taken from a folder that is watched.
    pub(super) fn is_watched(path: &Path, with_prompt: bool) -> bool {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().to_ascii_lowercase())
            .unwrap_or_default();
        let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
        let capture = [".pcap", ".pcapng", ".cap"].iter().any(|end| name.ends_with(end));
        // What begins with a dot is still being written, or a program's own.
        !name.starts_with('.')
            && (capture || Format::of(path).is_ok() || with_prompt && is_audio_file(path))
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Manifest => "manifest",
            Self::Recording => "recording",
            Self::Capture => "capture",
        }
    }
}

/// The content of a file as a number.
fn fingerprint(path: &Path) -> Result<(i64, u64)> {
    let failed = |error| Error::from_io(&path.display().to_string(), error);
    let mut file = File::open(path).map_err(failed)?;
    let (mut hash, mut bytes, mut buffer) = (XxHash3_64::new(), 0, vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => return Ok((hash.finish() as i64, bytes)),
            count => {
                hash.write(&buffer[..count]);
                bytes += count as u64;
            }
        }
    }
}

impl Ingest {
    /// Takes a file, if its content is new; what became of it is noted in the store.
    ///
    /// # Errors
    /// What is wrong with the file, and what the store says; calls that came before the error are kept.
    pub fn file(&mut self, path: &Path, scoring: &Scoring) -> Result<Taken> {
        let name = path.display().to_string();
        let metadata = fs::metadata(path).map_err(|error| Error::from_io(&name, error))?;
        if metadata.is_dir() {
            return Err(Error::IsDirectory { name });
        }
        if !metadata.is_file() {
            return Err(Error::NotAFile { name });
        }
        let (fingerprint, bytes) = fingerprint(path)?;
        if self.knows_file(fingerprint)? {
            return Ok(Taken { file_known: true, ..Taken::default() });
        }
        let source = Source::of(path)?;
        let kind = source.kind();
        let file = FileFacts { fingerprint, name, kind, bytes, changed_ms: changed_ms(&metadata) };
        let done = match source {
            Source::Table => self.table(path, &file),
            Source::Manifest => self.manifest(path, path, &file, scoring),
            Source::Recording => self.recording(path, &file, scoring),
            Source::Capture => self.capture(path, &file, scoring),
        };
        self.note_file(&file, &done)?;
        done
    }

    fn table(&mut self, path: &Path, file: &FileFacts) -> Result<Taken> {
        let rows = table::read(path)?.map(|row| {
            row.map(|mut cells| {
                cells.shift_remove(SOUND_FILES);
                cells
            })
        });
        self.rows(rows, file.changed_ms)
    }

    /// Scores the recordings of a manifest, and goes on where it was stopped.
    fn manifest(
        &mut self,
        manifest: &Path,
        folder_of: &Path,
        file: &FileFacts,
        scoring: &Scoring,
    ) -> Result<Taken> {
        let scratch = self.scratch()?;
        let results = scratch.join(format!("{:016x}.jsonl", file.fingerprint));
        let batch = Batch {
            manifest: Manifest::Table(manifest.to_owned()),
            defaults: Defaults {
                model: scoring.model.clone(),
                explain: true,
                ..Defaults::default()
            },
            outputs: vec![results.clone()],
            jobs: scoring.jobs,
            resume: true,
            retry_failed: false,
            rehearsal: None,
            allow_empty: true,
        };
        batch.run(&|_| {})?;
        let folder = folder_of.parent().unwrap_or(Path::new("."));
        let rows = table::read(&results)?.map(|row| {
            row.map(|mut cells| {
                let recording = fs::metadata(folder.join(text(cells.get("degraded"))));
                if let Ok(recording) = recording {
                    cells.entry("started").or_insert_with(|| iso(changed_ms(&recording)).into());
                }
                cells
            })
        });
        let taken = self.rows(rows, file.changed_ms)?;
        // Only what is in the store may go.
        fs::remove_file(&results)
            .map_err(|error| Error::from_io(&results.display().to_string(), error))?;
        let _ = fs::remove_dir(scratch);
        Ok(taken)
    }

    /// Scores a recording against the one prompt.
    fn recording(&mut self, path: &Path, file: &FileFacts, scoring: &Scoring) -> Result<Taken> {
        let [prompt] = &scoring.prompts[..] else {
            let reason = "a recording needs one prompt to be scored against; give --prompt FILE, or a manifest with reference and degraded";
            return Err(Error::InvalidQuestion {
                given: file.name.clone(),
                reason: reason.to_owned(),
            });
        };
        let absolute = |path: &Path| {
            let path = fs::canonicalize(path)
                .map_err(|error| Error::from_io(&path.display().to_string(), error))?;
            Ok::<_, Error>(path.display().to_string())
        };
        let row = json!({
            "reference": absolute(prompt)?, "degraded": absolute(path)?, "started": iso(file.changed_ms)
        });
        let manifest = self.scratch()?.join(format!("{:016x}-manifest.jsonl", file.fingerprint));
        fs::write(&manifest, format!("{row}\n"))
            .map_err(|source| Error::Unwritable { name: manifest.display().to_string(), source })?;
        let taken = self.manifest(&manifest, path, file, scoring);
        let _ = fs::remove_file(&manifest);
        let _ = manifest.parent().map(fs::remove_dir);
        taken
    }

    /// The folder beside the store in which scores wait until all recordings of a manifest have theirs.
    fn scratch(&self) -> Result<PathBuf> {
        let mut name = self.store().path().as_os_str().to_owned();
        name.push("-scoring");
        let scratch = PathBuf::from(name);
        fs::create_dir_all(&scratch)
            .map_err(|source| Error::Unwritable { name: scratch.display().to_string(), source })?;
        Ok(scratch)
    }

    /// Takes the calls of a capture while it is read.
    fn capture(&mut self, path: &Path, file: &FileFacts, scoring: &Scoring) -> Result<Taken> {
        let options = Options {
            keeps_payloads: !scoring.prompts.is_empty() || scoring.sound.is_some(),
            ..Options::default()
        };
        let mut listener =
            Listener::new(Prompts::open(&scoring.prompts)?, scoring.model.clone(), &options);
        let sound =
            scoring.sound.as_ref().map(|folder| folder.join(format!("{:016x}", file.fingerprint)));
        if let Some(folder) = &scoring.sound {
            self.remember_sound(folder)?;
        }
        let (send, receive) = sync_channel::<Cells>(256);
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || {
                let mut calls = 0u64;
                let mut failed = Ok(());
                let ending = network::calls(path, options, |mut call| {
                    calls += 1;
                    let folder = sound.as_ref().map(|folder| folder.join(format!("{calls:06}")));
                    let heard = listen(&mut listener, &mut call, folder);
                    let files = heard.unwrap_or_else(|error| {
                        failed = Err(error);
                        Vec::new()
                    });
                    for (at, mut row) in calls::rows(&call).into_iter().enumerate() {
                        if let Some(moments) =
                            call.streams[at].sound.as_ref().map(|sound| &sound.moments)
                        {
                            row.insert("moments".to_owned(), json!(moments));
                        }
                        if !files.is_empty() {
                            row.insert(SOUND_FILES.to_owned(), files.clone().into());
                        }
                        // Nobody listens any more after an error of the store, which is told instead.
                        let _ = send.send(row);
                    }
                    if call.streams.is_empty() {
                        let _ = send.send(without_streams(&call));
                    }
                });
                failed.and(ending)
            });
            let taken = self.rows(receive.into_iter().map(Ok), file.changed_ms);
            let ending = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let (mut taken, ending) = (taken?, ending?);
            if ending.damage.is_some() {
                taken.first_reason.get_or_insert_with(|| ending.warnings().join("; "));
            }
            Ok(taken)
        })
    }

    fn remember_sound(&mut self, folder: &Path) -> Result<()> {
        let unwritable = |source| Error::Unwritable { name: folder.display().to_string(), source };
        fs::create_dir_all(folder).map_err(unwritable)?;
        let folder = fs::canonicalize(folder).map_err(unwritable)?.display().to_string();
        if self.store().meta(SOUND_FOLDER)?.as_deref() == Some(&folder) {
            return Ok(());
        }
        self.store_mut().set_meta(SOUND_FOLDER, &folder)
    }
}

/// Decodes and scores a call; the files that its sound is kept in.
fn listen(
    listener: &mut Listener,
    call: &mut network::Call,
    folder: Option<PathBuf>,
) -> Result<Vec<Value>> {
    if let Some(folder) = &folder {
        fs::create_dir_all(folder)
            .map_err(|source| Error::Unwritable { name: folder.display().to_string(), source })?;
    }
    listener.folder.clone_from(&folder);
    listener.listen(call)?;
    let Some(folder) = folder else { return Ok(Vec::new()) };
    let failed = |error| Error::from_io(&folder.display().to_string(), error);
    let folder = fs::canonicalize(&folder).map_err(failed)?;
    let entries = fs::read_dir(&folder).map_err(failed)?.filter_map(|entry| entry.ok());
    let mut files: Vec<String> = entries.map(|entry| entry.path().display().to_string()).collect();
    files.sort();
    Ok(files.into_iter().map(Value::from).collect())
}

/// The row of a call of which no sound was seen, such as one that was refused.
fn without_streams(call: &network::Call) -> Cells {
    let told = json!(call);
    let mut cells = Cells::new();
    let names = ["capture", "call_id", "started", "state", "reason", "setup_s", "from", "to"];
    for name in names {
        cells.insert(name.to_owned(), told[name].clone());
    }
    cells.insert("call_duration_s".to_owned(), told["duration_s"].clone());
    cells
}
