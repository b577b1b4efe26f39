//! The numbers by which prompts are found, from `models/prompt-search.json`, which gives each its reason.

use crate::model::section::section;
use serde::Deserialize;
use std::sync::LazyLock;

section! {
    /// When a prompt is heard, and how it is sought.
    pub(super) Parameters {
        /// The rate at which prompts are sought, in Hz.
        rate_hz: u32,
        /// Confidence of the alignment from which on a prompt is heard.
        played_from: f64,
        /// Confidences this close are those of one prompt at several sample rates.
        alike_within: f64,
        /// Less of a prompt than that, in seconds, is not worth a score.
        least_heard_s: f64,
        /// What may be missing at either end of a prompt, in seconds, before only a part of it counts as heard.
        tolerance_s: f64,
        /// Prompts that are aligned with a direction; of more than that, those whose envelopes fit best.
        aligned_at_most: usize,
        /// Distance of the values of an envelope, in seconds.
        envelope_hop_s: f64,
    }
}

#[derive(Deserialize)]
struct File {
    parameters: Parameters,
}

/// The numbers that are compiled in.
pub(super) fn built_in() -> &'static Parameters {
    static BUILT_IN: LazyLock<Parameters> = LazyLock::new(|| {
        let file: Result<File, _> =
            serde_json::from_str(include_str!("../../../models/prompt-search.json"));
        file.expect("the file that is compiled in is valid, as the tests show").parameters
    });
    &BUILT_IN
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_compiled_in_is_valid() {
        let parameters = super::built_in();
        assert!((0.0..1.0).contains(&parameters.played_from));
        assert!(parameters.aligned_at_most > 0 && parameters.envelope_hop_s > 0.0);
    }
}
