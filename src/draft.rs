//! Files that the program writes: each there whole or not at all, and none in the place of something else.
//!
//! What is written stands in a file beside its place until it is whole. That file is made by the one who writes it: an
//! existing one, a link or a pipe is never written into.

use crate::error::{Error, Result};
use crate::signal::is_audio_file;
use same_file::Handle;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// How many names are tried for a file beside the one that is written.
const MOST_NAMES: u32 = 100;

/// Refuses a place where no file can be written: a folder, a pipe, a device, or nothing to put it in.
pub(crate) fn check_place(path: &Path) -> Result<()> {
    let name = || path.display().to_string();
    if is_audio_file(path) {
        return Err(Error::NamedLikeRecording { name: name() });
    }
    if path.file_name().is_none() {
        return Err(Error::NotAnOutput { name: name(), kind: "a folder" });
    }
    match path.metadata() {
        Ok(found) if !found.is_file() => {
            Err(Error::NotAnOutput { name: name(), kind: kind(&found) })
        }
        Ok(_) => Ok(()),
        Err(_) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            match folder.unwrap_or(Path::new(".")).metadata() {
                Ok(folder) if folder.is_dir() => Ok(()),
                Ok(_) => Err(io::Error::from(io::ErrorKind::NotADirectory)),
                Err(error) => Err(error),
            }
            .map_err(|source| Error::Unwritable { name: name(), source })
        }
    }
}

fn kind(found: &Metadata) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if found.file_type().is_fifo() {
            return "a pipe";
        }
    }
    if found.is_dir() { "a folder" } else { "a device" }
}

/// Refuses outputs that are one of the inputs, by whatever path.
pub(crate) fn check_inputs<'a>(
    outputs: impl IntoIterator<Item = &'a Path>,
    inputs: impl IntoIterator<Item = &'a Path>,
) -> Result<()> {
    let replaced = Replaced::by(outputs);
    inputs.into_iter().try_for_each(|input| replaced.spares(input))
}

/// The files that are where outputs will go.
pub(crate) struct Replaced(Vec<Handle>);

impl Replaced {
    pub fn by<'a>(outputs: impl IntoIterator<Item = &'a Path>) -> Self {
        Self(outputs.into_iter().filter_map(handle).collect())
    }

    /// Whether nothing is there yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses an input that is one of them.
    pub fn spares(&self, input: &Path) -> Result<()> {
        match handle(input) {
            Some(input_file) if self.0.contains(&input_file) => {
                Err(Error::WouldReplaceInput { name: input.display().to_string() })
            }
            _ => Ok(()),
        }
    }
}

/// What tells files apart; asked of files only, because opening a pipe waits for its other end.
fn handle(path: &Path) -> Option<Handle> {
    path.metadata().ok().filter(Metadata::is_file)?;
    Handle::from_path(path).ok()
}

/// Opens a file that belongs to this program for reading and adding to it, or makes it; whoever else has put a link, a pipe
/// or a folder there is told so.
pub(crate) fn open_own(path: &Path) -> Result<File> {
    let name = path.display().to_string();
    let mut options = OpenOptions::new();
    options.read(true).append(true);
    let made = options.clone().create_new(true).open(path);
    let opened = match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let found = path.symlink_metadata();
            if found.as_ref().is_ok_and(|found| !found.is_file() || has_other_names(found)) {
                return Err(Error::InTheWay { name });
            }
            options.open(path)
        }
        made => made,
    };
    let file = opened.map_err(|source| Error::Unwritable { name: name.clone(), source })?;
    match is_at(&file, path) {
        true => Ok(file),
        false => Err(Error::InTheWay { name }),
    }
}

#[cfg(unix)]
fn has_other_names(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}

/// Whether a path still leads to the open file, by no link.
fn is_at(file: &File, path: &Path) -> bool {
    let opened = file.try_clone().and_then(Handle::from_file);
    path.symlink_metadata().is_ok_and(|found| found.is_file())
        && matches!((opened, handle(path)), (Ok(opened), Some(there)) if opened == there)
}

/// An output while it is not yet there: a file beside it.
pub(crate) struct Draft {
    path: PathBuf,
    partial: PathBuf,
    file: File,
    /// Whether the file beside it is removed with this.
    is_own: bool,
}

impl Draft {
    /// Takes a place for as long as this lives, and refuses one that another run has taken or that cannot be written. The
    /// file beside it has one name whoever writes, so that two runs meet; one that an earlier run left is taken over.
    pub fn claim(path: PathBuf) -> Result<Self> {
        check_place(&path)?;
        let name = path.display().to_string();
        let partial = with_ending(&path, ".partial");
        loop {
            let file = open_own(&partial)?;
            match file.try_lock() {
                // Who held the lock until now may have removed the file since it was opened.
                Ok(()) if is_at(&file, &partial) => {
                    return Ok(Self { path, partial, file, is_own: true });
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(Error::InUse { name }),
                Err(TryLockError::Error(source)) => return Err(Error::Unwritable { name, source }),
            }
        }
    }

    /// A file that nobody waits for, beside its place under a name that is free.
    pub fn beside(path: &Path) -> Result<Self> {
        check_place(path)?;
        let unwritable = |source| Error::Unwritable { name: path.display().to_string(), source };
        let mut names = (0..MOST_NAMES).map(|number| match number {
            0 => with_ending(path, ".partial"),
            _ => with_ending(path, &format!(".partial-{number}")),
        });
        let made = names.find_map(|partial| {
            let made = OpenOptions::new().write(true).create_new(true).open(&partial);
            match made {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => None,
                made => Some(made.map(|file| (partial, file))),
            }
        });
        let made = made.unwrap_or_else(|| Err(io::ErrorKind::AlreadyExists.into()));
        let (partial, file) = made.map_err(unwritable)?;
        Ok(Self { path: path.to_owned(), partial, file, is_own: true })
    }

    /// Leaves the file beside the place alone if it holds what nobody knows to be left by an unfinished run.
    pub fn refuse_content(&mut self) -> Result<()> {
        if self.file.metadata().is_ok_and(|found| found.len() == 0) {
            return Ok(());
        }
        self.is_own = false;
        Err(Error::InTheWay { name: self.partial.display().to_string() })
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The empty file to write into.
    pub fn begin(&self) -> io::Result<File> {
        self.file.set_len(0)?;
        self.file.try_clone()
    }

    /// All is written: it takes its place.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.partial, &self.path)?;
        self.is_own = false;
        Ok(())
    }

    /// That it cannot be written.
    pub fn unwritable(&self, source: io::Error) -> Error {
        Error::Unwritable { name: self.path.display().to_string(), source }
    }
}

impl Drop for Draft {
    /// Gives up a place that was claimed in vain; the lock is held until the file is gone.
    fn drop(&mut self) {
        if self.is_own {
            // What cannot be removed is claimed again by the next run.
            let _ = std::fs::remove_file(&self.partial);
        }
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
