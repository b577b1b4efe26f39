//! The numbers of the test whether two recordings belong together, which `models/belonging.json` gives their reasons.

use super::section::section;
use serde::Deserialize;
use std::sync::LazyLock;

section! {
    /// The test whether two recordings belong together.
    pub(crate) Belonging {
        /// Distance of envelope frames, in seconds.
        hop_s: f64,
        /// Share of the modulation of either recording that must overlap at a delay.
        least_overlap: f64,
        /// So far from the best delay, in seconds, the correlation is one of chance.
        apart_s: f64,
        /// The spread of chance correlations is not less.
        least_spread: f64,
        /// The logit of belonging together where all else is zero.
        offset: f64,
        /// What the correlation at the best delay adds to the logit.
        correlation_weight: f64,
        /// What the natural logarithm of the correlation in spreads of chance adds.
        spread_weight: f64,
        /// From this confidence on along the alignment's path, two recordings belong together at many delays.
        path_confidence: f64,
        /// Scores from here on are given to recordings that belong together only.
        asked_below_mos: f64,
    }
}

#[derive(Deserialize)]
struct File {
    parameters: Belonging,
}

impl Belonging {
    /// The numbers that are compiled in.
    pub fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<Belonging> = LazyLock::new(|| {
            let file: File = serde_json::from_str(include_str!("../../models/belonging.json"))
                .expect("a test reads the file that is compiled in");
            file.parameters
        });
        &BUILT_IN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_is_compiled_in_can_be_read() {
        assert!(Belonging::built_in().path_confidence > 0.0);
    }
}
