//! The store: one SQLite file in WAL mode, that readers may read while one of several writers writes.

use super::schema::MIGRATIONS;
use crate::error::{Error, Result};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The version of the tables that this program writes.
pub const SCHEMA_VERSION: usize = MIGRATIONS.len();

/// What SQLite keeps in a file of ours beside the version: "bslr".
const APPLICATION_ID: i32 = 0x6273_6c72;
/// How long one writer waits for another.
const PATIENCE: Duration = Duration::from_secs(60);

/// A store of calls.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    pub(super) connection: Connection,
}

impl Store {
    /// Opens a store to write; makes it where there is none, and brings an older one to this version.
    ///
    /// # Errors
    /// [`Error::Store`] for a file that is no store, is of a newer version, or cannot be written.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path).map_err(|error| failed(path, &error))?;
        let mut store = Self { path: path.to_owned(), connection };
        store.prepare().map_err(|error| failed(path, &error))?;
        store.migrate()?;
        Ok(store)
    }

    /// As [`open`](Self::open), where there is one.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none, and as [`open`](Self::open).
    pub fn open_existing(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(Error::NotFound { name: path.display().to_string() });
        }
        Self::open(path)
    }

    /// Opens a store of this version to read only.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none; [`Error::Store`] for a file that is no store or of another version.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(Error::NotFound { name: path.display().to_string() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags);
        let connection = connection.map_err(|error| failed(path, &error))?;
        let store = Self { path: path.to_owned(), connection };
        let pragmas =
            "PRAGMA query_only = ON; PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -65536;";
        let prepared = store.connection.busy_timeout(PATIENCE);
        let prepared = prepared.and_then(|()| store.connection.execute_batch(pragmas));
        prepared.map_err(|error| failed(path, &error))?;
        match store.version()? {
            SCHEMA_VERSION => Ok(store),
            version => Err(store.error(format!(
                "holds version {version} of the tables, where {SCHEMA_VERSION} is needed; run basilar ingest on it once"
            ))),
        }
    }

    fn prepare(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(PATIENCE)?;
        // Before the first table, for room to be given back; full, so that what was taken is not lost with the power.
        self.connection.execute_batch(
            "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;
             PRAGMA wal_autocheckpoint = 8000;",
        )
    }

    /// The version of the tables; 0 for a file without any.
    fn version(&self) -> Result<usize> {
        let pragma =
            |name| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let version = pragma("user_version").map_err(|error| self.failed(&error))?;
        let id = pragma("application_id").map_err(|error| self.failed(&error))?;
        let tables =
            self.connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0));
        let tables: i64 = tables.map_err(|error| self.failed(&error))?;
        if tables > 0 && id != i64::from(APPLICATION_ID) {
            return Err(self.error("an SQLite file of another program; name another file".into()));
        }
        Ok(usize::try_from(version).unwrap_or_default())
    }

    fn migrate(&mut self) -> Result<()> {
        let version = self.version()?;
        if version == SCHEMA_VERSION {
            return Ok(());
        }
        let done = self.write(|transaction| {
            // Another process may have been quicker.
            let version =
                transaction.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?;
            let version = usize::try_from(version).unwrap_or_default();
            for step in MIGRATIONS.iter().skip(version) {
                transaction.execute_batch(step)?;
            }
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION.max(version) as i64)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            // The salt of hashed numbers is this store's own.
            transaction.execute(
                "INSERT OR IGNORE INTO meta VALUES ('salt', lower(hex(randomblob(16))))",
                [],
            )?;
            Ok(version)
        })?;
        if done > SCHEMA_VERSION {
            return Err(self.error(format!(
                "holds version {done} of the tables, and this basilar knows {SCHEMA_VERSION} only; use a newer basilar"
            )));
        }
        Ok(())
    }

    /// Does all of it or, where it fails, nothing.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let path = self.path.clone();
        let done = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                let done = work(&transaction)?;
                transaction.commit()?;
                Ok(done)
            });
        done.map_err(|error| failed(&path, &error))
    }

    /// Asks the store.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        work(&self.connection).map_err(|error| self.failed(&error))
    }

    /// A text that is kept beside the calls.
    pub(super) fn meta(&self, name: &str) -> Result<Option<String>> {
        self.read(|connection| {
            let value =
                connection
                    .query_row("SELECT value FROM meta WHERE name = ?", [name], |row| row.get(0));
            value.optional()
        })
    }

    pub(super) fn set_meta(&mut self, name: &str, value: &str) -> Result<()> {
        self.write(|transaction| {
            transaction
                .execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [name, value])
                .map(drop)
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn error(&self, reason: String) -> Error {
        Error::Store { name: self.path.display().to_string(), reason }
    }

    fn failed(&self, error: &rusqlite::Error) -> Error {
        failed(&self.path, error)
    }
}

/// What SQLite says, with what to do about it.
fn failed(path: &Path, error: &rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let remedy = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => "not a store of calls; name another file",
        Some(ErrorCode::CannotOpen) => "cannot be opened; check the folder and its permissions",
        Some(ErrorCode::ReadOnly) => {
            "cannot be written; make file and folder writable for this user"
        }
        Some(ErrorCode::DiskFull) => "the disk is full; make room, nothing that was taken is lost",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program writes it without pause; wait for that"
        }
        Some(ErrorCode::DatabaseCorrupt) => {
            "damaged; restore a copy, or ingest the files into a new store"
        }
        _ => "SQLite could not do it",
    };
    Error::Store { name: path.display().to_string(), reason: format!("{remedy} ({error})") }
}
