//! Added loudness: what is heard besides the voice.
//!
//! What was added is heard as something of its own, what is missing is not (the asymmetry of P.862 clause 10.2.8 and
//! of P.863); missing speech has a stage of its own. Additions that are small beside the loudness that both signals
//! share are masked.

use super::frames::{FrameBands, mean_where, raised_cosine, rows, smoothed};
use crate::model::fullband::Added;

/// The loudness added in each frame, relative to the mean loudness of the reference's speech; bands before
/// `first_band` are left out.
pub(crate) fn added_loudness(
    reference: &FrameBands,
    degraded: &FrameBands,
    active: &[bool],
    first_band: usize,
    parameters: &Added,
) -> Vec<f64> {
    let smooth = parameters.smooth.map(raised_cosine);
    let [reference, degraded] =
        [reference, degraded].map(|loudness| smoothed(loudness, &smooth[0], &smooth[1]));
    let speech: f64 = mean_where(&reference, active).iter().sum();
    let masked = parameters.masked_share as f32;
    let frame = |(reference, degraded): (&[f32], &[f32])| {
        let mut added = 0.0;
        for (&reference, &degraded) in reference[first_band..].iter().zip(&degraded[first_band..]) {
            added += (degraded - reference - masked * reference.min(degraded)).max(0.0);
        }
        // A reference equalised to nothing has no loudness to compare with.
        f64::from(added) / speech.max(1e-9)
    };
    rows(&reference).zip(rows(&degraded)).map(frame).collect()
}
