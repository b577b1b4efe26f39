//! What every page has around its content: style, script, and the policy that lets nothing else run or load.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// Style, script and policy of a kind of page.
pub(super) struct Shell {
    /// Of basilar, which makes the page.
    pub version: &'static str,
    pub style: String,
    pub script: String,
    /// Content security policy: this style and this script by their hashes, and nothing from anywhere.
    pub policy: String,
    /// The licence of the library that draws the charts.
    pub licence: &'static str,
}

/// The shell of the page of one pair.
pub(super) static PAIR: LazyLock<Shell> =
    LazyLock::new(|| Shell::new("", include_str!("assets/pair.js")));

/// The shell of the page of a table of results.
pub(super) static RESULTS: LazyLock<Shell> = LazyLock::new(|| {
    Shell::new(include_str!("assets/results.css"), include_str!("assets/results.js"))
});

impl Shell {
    fn new(own_style: &str, script: &str) -> Self {
        let shared = [include_str!("assets/uPlot.min.css"), include_str!("assets/page.css")];
        let style = [shared.concat().as_str(), own_style].concat();
        let script = [include_str!("assets/uPlot.iife.min.js"), script].join("\n");
        let [style_hash, script_hash] =
            [&style, &script].map(|text| BASE64_STANDARD.encode(Sha256::digest(text)));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; base-uri 'none'; form-action 'none'"
        );
        let version = env!("CARGO_PKG_VERSION");
        Self { version, style, script, policy, licence: include_str!("assets/uPlot-LICENSE.txt") }
    }
}

/// Data as JSON that can stand in a `script` element: no text in it can end the element.
pub(super) fn embedded(data: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(data).map(|json| json.replace('<', "\\u003c"))
}

/// Bytes as text.
pub(super) fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}
