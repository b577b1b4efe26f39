//! Where the networks are.

use super::adapter::Adapter;
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::env;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The package that holds the networks of the adapters that are built in.
const PACKAGE: &str = "speechmos";
/// Names a folder of networks.
const VARIABLE: &str = "BASILAR_NETWORKS";
/// No network is larger, in bytes.
const LARGEST: u64 = 1 << 30;

/// The bytes of an adapter's network: from `folder` if that is given, else from beside the adapter, from the folder that
/// `BASILAR_NETWORKS` names, or from the Python package.
pub(super) fn bytes(adapter: &Adapter, folder: Option<&Path>) -> Result<(PathBuf, Vec<u8>)> {
    let folders = match (folder, &adapter.folder) {
        (Some(folder), _) => vec![folder.to_owned()],
        (None, Some(folder)) => vec![folder.clone()],
        (None, None) => env::var_os(VARIABLE)
            .map(PathBuf::from)
            .into_iter()
            .chain(packages().iter().cloned())
            .collect(),
    };
    let file_name = adapter.network.file_name().unwrap_or_default();
    let places = folders.iter().flat_map(|folder| {
        [
            folder.join(&adapter.network),
            folder.join(PACKAGE).join(&adapter.network),
            folder.join(file_name),
        ]
    });
    let Some(path) = places.into_iter().find(|path| path.is_file()) else {
        let looked: Vec<String> =
            folders.iter().map(|folder| folder.display().to_string()).collect();
        let looked =
            if looked.is_empty() { "any Python here".to_owned() } else { looked.join(", ") };
        let (estimator, network) = (adapter.name.clone(), adapter.network.display().to_string());
        return Err(Error::NoNetwork { estimator, network, looked });
    };
    let name = path.display().to_string();
    let unreadable = |error| Error::from_io(&name, error);
    let bytes = path.metadata().map_err(unreadable)?.len();
    if bytes > LARGEST {
        let reason = format!("{bytes} bytes, more than any network here has");
        return Err(Error::InvalidNetwork { name, reason });
    }
    let bytes = std::fs::read(&path).map_err(unreadable)?;
    if adapter.sha256.as_ref().is_some_and(|sha256| *sha256 != digest(&bytes)) {
        let reason = format!(
            "not the network that the adapter {} was made for (its SHA-256 differs)",
            adapter.name
        );
        return Err(Error::InvalidNetwork { name, reason });
    }
    Ok((path, bytes))
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The folders in which the Python of this environment has the package, asked once.
fn packages() -> &'static [PathBuf] {
    static PACKAGES: OnceLock<Vec<PathBuf>> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        let find = format!(
            "import importlib.util as u; s = u.find_spec('{PACKAGE}'); \
             print('' if s is None else s.submodule_search_locations[0])"
        );
        let environment = env::var_os("VIRTUAL_ENV").map(|folder| {
            let folder = PathBuf::from(folder);
            if cfg!(windows) {
                folder.join("Scripts/python.exe")
            } else {
                folder.join("bin/python")
            }
        });
        let pythons = environment.into_iter().chain(["python3", "python"].map(PathBuf::from));
        let ask = |python: PathBuf| {
            let mut command = Command::new(python);
            command.args(["-I", "-c", &find]).stdin(Stdio::null()).stderr(Stdio::null());
            let said = String::from_utf8(command.output().ok()?.stdout).ok()?;
            Some(PathBuf::from(said.trim())).filter(|folder| folder.is_dir())
        };
        pythons.filter_map(ask).take(1).collect()
    })
}
