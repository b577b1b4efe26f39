//! Spectral distance: by how many decibels the levels of bands differ from what is expected, moment by moment.
//!
//! The log-spectral distance (Gray and Markel, IEEE Trans. Acoust. Speech Signal Process. 24, 380, 1976) in critical
//! bands over the whole audible range, of levels averaged over patches of 0.1 s and a few bands, so that a voice which is
//! synthesised anew is not punished for its fine structure. Levels far below the loudest are masked and count as equal,
//! what differs all the time is a frequency response, to which listeners adapt, and bands that the path does not carry
//! have the indicator of bandwidth to themselves.

use super::frames::{FrameBands, mean_where, rows, smoothed, uniform};
use crate::model::fullband::SpectralDistance;
use ndarray::{Zip, aview1};

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

/// The distance of each frame, in dB: the root mean square over the bands that the path carries, each to its share, of
/// levels in dB no lower than `floor_db`. What differs always is told from the frames that are counted.
pub(crate) fn spectral_distance(
    [expected, heard]: [&FrameBands; 2],
    carried: &[f64],
    counted: &[bool],
    floor_db: f64,
    parameters: &SpectralDistance,
) -> Vec<f64> {
    let floor = floor_db as f32;
    let mut difference = FrameBands::zeros(expected.raw_dim());
    Zip::from(&mut difference)
        .and(expected)
        .and(heard)
        .for_each(|to, &expected, &heard| *to = heard.max(floor) - expected.max(floor));
    let always: Vec<f32> =
        mean_where(&difference, counted).into_iter().map(|db| db as f32).collect();
    difference -= &aview1(&always);
    let weights: Vec<f32> = carried.iter().map(|&share| share.sqrt() as f32).collect();
    difference *= &aview1(&weights);
    // Where nothing is carried, one band keeps the mean finite.
    let bands_carried = carried.iter().sum::<f64>().max(1.0);
    let [frames, bands] = parameters.patch.map(uniform);
    let distance = |row: &[f32]| {
        let squares: f64 = row.iter().map(|&db| f64::from(db).powi(2)).sum();
        (squares / bands_carried).sqrt()
    };
    rows(&smoothed(&difference, &frames, &bands)).map(distance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fullband::Parameters;

    #[test]
    fn what_differs_all_the_time_is_no_distance_and_what_differs_once_is() {
        let parameters = Parameters::built_in().spectral_distance.unwrap();
        let expected = FrameBands::from_elem((20, 8), 60.0);
        let mut heard = &expected + 6.0;
        let distance = |heard: &FrameBands| {
            spectral_distance([&expected, heard], &[1.0; 8], &[true; 20], 20.0, &parameters)
        };
        assert!(distance(&heard).iter().all(|db| db.abs() < 1e-5));
        for frame in 8..13 {
            heard.row_mut(frame).fill(46.0);
        }
        assert!(distance(&heard)[10] > 10.0);
    }

    #[test]
    fn bands_that_the_path_does_not_carry_are_not_compared() {
        let parameters = Parameters::built_in().spectral_distance.unwrap();
        let expected = FrameBands::from_elem((20, 8), 60.0);
        let mut heard = expected.clone();
        heard.slice_mut(ndarray::s![8..13, 4..]).fill(20.0);
        let distance = |carried: [f64; 8]| {
            let levels = [&expected, &heard];
            spectral_distance(levels, &carried, &[true; 20], 20.0, &parameters)[10]
        };
        let upper_half =
            |share: f64| std::array::from_fn(|band| if band < 4 { 1.0 } else { share });
        assert!(distance([1.0; 8]) > distance(upper_half(0.5)));
        assert!(distance(upper_half(0.5)) > 1.0 && distance(upper_half(0.0)) == 0.0);
    }

    #[test]
    fn levels_far_below_the_loudest_are_masked() {
        let mut levels = FrameBands::from_elem((4, 8), 10.0);
        levels.row_mut(1).fill(70.0);
        let parameters = Parameters::built_in().spectral_distance.unwrap();
        let floor = masked_below_db(&levels, &[true; 4], &parameters);
        assert_eq!(floor, 70.0 - parameters.range_db);
        assert_eq!(masked_below_db(&levels, &[false; 4], &parameters), f64::INFINITY);
    }
}
