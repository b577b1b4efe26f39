//! Disturbance: loudness that was added and loudness that went missing, apart.
//!
//! What was added is heard as something of its own, what is missing is not (the asymmetry of P.862 clause 10.2.8 and
//! of P.863); the two have weights of their own. Differences that are small beside the loudness that both signals
//! share are masked.

use super::grid::{Grid, raised_cosine};
use crate::model::fullband::Disturbance;

/// Disturbance of one frame, relative to the mean loudness of the reference's speech.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameDisturbance {
    pub added: f64,
    pub missing: f64,
}

/// The disturbance of each frame; bands before `first_band` are left out.
pub(crate) fn disturbance(
    reference: &Grid,
    degraded: &Grid,
    active: &[bool],
    first_band: usize,
    parameters: &Disturbance,
) -> Vec<FrameDisturbance> {
    let smooth = parameters.smooth.map(raised_cosine);
    let [reference, degraded] =
        [reference, degraded].map(|grid| grid.smoothed(&smooth[0], &smooth[1]));
    let speech: f64 = reference.mean_where(active).iter().sum();
    let masked = parameters.masked_share as f32;
    let frame = |(reference, degraded): (&[f32], &[f32])| {
        let (mut added, mut missing) = (0.0, 0.0);
        for (&reference, &degraded) in reference[first_band..].iter().zip(&degraded[first_band..]) {
            let difference = degraded - reference;
            let heard_from = masked * reference.min(degraded);
            added += (difference - heard_from).max(0.0);
            missing += (-difference - heard_from).max(0.0);
        }
        // A reference equalised to nothing has no loudness to compare with.
        let relative = |sum: f32| f64::from(sum) / speech.max(1e-9);
        FrameDisturbance { added: relative(added), missing: relative(missing) }
    };
    reference.rows().zip(degraded.rows()).map(frame).collect()
}
