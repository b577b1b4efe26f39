//! How many bytes of samples a file holds, where its header may say too much, too little or nothing.

use super::warning::Warning;
use crate::error::{Error, Result};

/// A header may promise this much more than the file holds, because its writer counted the header or a pad byte: no
/// listener hears whether 10 ms are missing.
const TOLERATED_SHORTFALL_S: f64 = 0.01;
/// The same in bytes, for very low rates.
const TOLERATED_SHORTFALL_BYTES: u64 = 64;

/// What a header says of the length of its samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stated {
    /// So many bytes.
    Bytes(u64),
    /// Nothing: the writer did not know, so they reach to the end of the file.
    Open,
}

impl Stated {
    /// A 32-bit size, which programs that write into a pipe, or were stopped, leave at a placeholder near 2^31 or 2^32.
    pub fn from_u32(size: u32) -> Self {
        // Some count the header, and some leave room for it or round down to whole frames or pages.
        const NEAR: u32 = 1 << 16;
        const HALF: u32 = 1 << 31;
        if size >= u32::MAX - NEAR || (HALF - NEAR..=HALF + NEAR).contains(&size) {
            return Self::Open;
        }
        Self::Bytes(size.into())
    }

    /// A 64-bit size; no file comes near the largest, which are placeholders.
    pub fn from_u64(size: u64) -> Self {
        if size >> 56 > 0 { Self::Open } else { Self::Bytes(size) }
    }

    /// The bytes to read of the `present` ones behind the header, in whole units.
    ///
    /// # Errors
    /// [`Error::Truncated`] where clearly more was promised.
    pub fn resolve(
        self,
        name: &str,
        present: u64,
        unit: u64,
        bytes_per_second: f64,
        warnings: &mut Vec<Warning>,
    ) -> Result<u64> {
        let bytes = match self {
            // A size is a placeholder only where the file is smaller.
            Self::Open => {
                warnings.push(Warning::OpenLength);
                present
            }
            Self::Bytes(stated) if stated <= present => stated,
            Self::Bytes(stated) => {
                let missing = stated - present;
                let tolerated = (TOLERATED_SHORTFALL_S * bytes_per_second) as u64;
                if missing > tolerated.max(TOLERATED_SHORTFALL_BYTES) || present == 0 {
                    return Err(Error::Truncated {
                        name: name.to_owned(),
                        present_s: present as f64 / bytes_per_second,
                        promised_s: stated as f64 / bytes_per_second,
                    });
                }
                warnings.push(Warning::BytesMissing { bytes: missing });
                present
            }
        };
        let odd = bytes % unit;
        if odd > 0 {
            warnings.push(Warning::PartialFrame { bytes: odd });
        }
        Ok(bytes - odd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_recorders_and_pipes_are_no_sizes() {
        for size in
            [u32::MAX, 0xffff_fff0, 0xffff_ffdb, 0x7fff_ffff, 0x7fff_f000, 0x8000_0000, 0x8000_0024]
        {
            assert_eq!(Stated::from_u32(size), Stated::Open, "{size:#x}");
        }
        for size in [0, 1, 44, 1 << 30, 0x7ffe_0000, 0x9000_0000, 0xfff0_0000] {
            assert_eq!(Stated::from_u32(size), Stated::Bytes(size.into()), "{size:#x}");
        }
    }

    #[test]
    fn a_few_bytes_may_be_missing_but_no_more() {
        let resolve = |stated, present| {
            let mut warnings = Vec::new();
            let bytes = Stated::Bytes(stated).resolve("file", present, 2, 16_000.0, &mut warnings);
            (bytes.ok(), warnings)
        };
        assert_eq!(resolve(1000, 1000), (Some(1000), vec![]));
        assert_eq!(resolve(1000, 2000), (Some(1000), vec![]));
        assert_eq!(resolve(1001, 1001), (Some(1000), vec![Warning::PartialFrame { bytes: 1 }]));
        assert_eq!(resolve(1044, 1000), (Some(1000), vec![Warning::BytesMissing { bytes: 44 }]));
        assert_eq!(resolve(1160, 1000), (Some(1000), vec![Warning::BytesMissing { bytes: 160 }]));
        assert_eq!(resolve(1162, 1000).0, None);
        assert_eq!(resolve(2, 0).0, None);
    }
}
