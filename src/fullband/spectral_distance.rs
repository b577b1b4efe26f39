//! Spectral distance: by how many decibels the levels of bands differ from the reference's, moment by moment.
//!
//! The log-spectral distance (Gray and Markel, IEEE Trans. Acoust. Speech Signal Process. 24, 380, 1976) in critical
//! bands over the whole audible range. Levels far below the loudest of the reference are masked and count as equal, and
//! what differs all the time is a frequency response, to which listeners adapt; lost bandwidth has a stage of its own.

use super::frames::{FrameBands, mean_where, rows};
use crate::model::fullband::SpectralDistance;

/// The level below which bands are not compared, from the reference's levels in dB; infinite where it never speaks.
pub(crate) fn masked_below_db(
    levels: &FrameBands,
    active: &[bool],
    parameters: &SpectralDistance,
) -> f64 {
    let speech = rows(levels).zip(active).filter(|(_, active)| **active);
    let mut heard: Vec<f32> = speech.flat_map(|(row, _)| row).copied().collect();
    let rank = (parameters.loudest_share * heard.len() as f64) as usize;
    match heard.len().checked_sub(1) {
        Some(last) => {
            let loudest = *heard.select_nth_unstable_by(rank.min(last), f32::total_cmp).1;
            f64::from(loudest) - parameters.range_db
        }
        None => f64::INFINITY,
    }
}

/// The distance of each frame, in dB: the root mean square over bands, of levels in dB no lower than `floor_db`.
pub(crate) fn spectral_distance(
    [reference, degraded]: [&FrameBands; 2],
    counted: &[bool],
    floor_db: f64,
) -> Vec<f64> {
    let floor = floor_db as f32;
    let mut difference = FrameBands::zeros(reference.raw_dim());
    ndarray::Zip::from(&mut difference)
        .and(reference)
        .and(degraded)
        .for_each(|to, &expected, &heard| *to = heard.max(floor) - expected.max(floor));
    let always = mean_where(&difference, counted);
    let distance = |row: &[f32]| {
        let squares = row.iter().zip(&always).map(|(db, always)| (f64::from(*db) - always).powi(2));
        (squares.sum::<f64>() / row.len() as f64).sqrt()
    };
    rows(&difference).map(distance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_all_the_time_is_no_distance_and_what_differs_once_is() {
        let expected = FrameBands::from_elem((4, 8), 60.0);
        let mut heard = &expected + 6.0;
        let distance = |heard: &FrameBands| spectral_distance([&expected, heard], &[true; 4], 20.0);
        assert!(distance(&heard).iter().all(|db| db.abs() < 1e-5));
        heard.row_mut(2).fill(46.0);
        assert!(distance(&heard)[2] > 10.0);
    }

    #[test]
    fn levels_far_below_the_loudest_are_masked() {
        let mut levels = FrameBands::from_elem((4, 8), 10.0);
        levels.row_mut(1).fill(70.0);
        let parameters = crate::fullband::Parameters::built_in().spectral_distance.unwrap();
        let floor = masked_below_db(&levels, &[true; 4], &parameters);
        assert_eq!(floor, 70.0 - parameters.range_db);
        assert_eq!(masked_below_db(&levels, &[false; 4], &parameters), f64::INFINITY);
    }
}
