//! Arrays of frames and bands: their rows, means and running averages.

use ndarray::{Array1, Array2, s};

/// One value for each frame (row) and band (column), a frame's bands side by side in memory.
pub(crate) type FrameBands = Array2<f32>;

/// The bands of each frame.
pub(crate) fn rows(array: &FrameBands) -> impl ExactSizeIterator<Item = &[f32]> {
    // Every array of this room is made in this order.
    array.as_slice().expect("in standard order").chunks_exact(array.ncols())
}

/// The bands of each frame, to be changed.
pub(crate) fn rows_mut(array: &mut FrameBands) -> impl ExactSizeIterator<Item = &mut [f32]> {
    let bands = array.ncols();
    array.as_slice_mut().expect("in standard order").chunks_exact_mut(bands)
}

/// The mean of the frames that `chosen` marks, by band; zeros where it marks none.
pub(crate) fn mean_where(array: &FrameBands, chosen: &[bool]) -> Vec<f64> {
    let mut mean = vec![0.0; array.ncols()];
    let mut count = 0usize;
    for (row, _) in rows(array).zip(chosen).filter(|(_, chosen)| **chosen) {
        mean.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
        count += 1;
    }
    mean.iter_mut().for_each(|sum| *sum /= count.max(1) as f64);
    mean
}

/// Averages with weights of odd number along time, then along bands; the outermost cells go on beyond the edges.
pub(crate) fn smoothed(array: &FrameBands, over_frames: &[f32], over_bands: &[f32]) -> FrameBands {
    let mut along_time = FrameBands::zeros(array.raw_dim());
    let last = array.nrows().saturating_sub(1);
    for (frame, mut smooth) in along_time.outer_iter_mut().enumerate() {
        for (offset, &weight) in over_frames.iter().enumerate() {
            let source = (frame + offset).saturating_sub(over_frames.len() / 2).min(last);
            smooth.scaled_add(weight, &array.row(source));
        }
    }
    let (bands, margin) = (array.ncols(), over_bands.len() / 2);
    let mut padded = Array1::zeros(bands + 2 * margin);
    for mut row in along_time.outer_iter_mut() {
        padded.slice_mut(s![..margin]).fill(row[0]);
        padded.slice_mut(s![margin..margin + bands]).assign(&row);
        padded.slice_mut(s![margin + bands..]).fill(row[bands - 1]);
        row.fill(0.0);
        for (offset, &weight) in over_bands.iter().enumerate() {
            row.scaled_add(weight, &padded.slice(s![offset..offset + bands]));
        }
    }
    along_time
}

/// Weights of a raised cosine over `count` cells, which add up to one.
pub(crate) fn raised_cosine(count: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU / (count + 1) as f64;
    let weights = (1..=count).map(|k| 1.0 - (step * k as f64).cos());
    let sum: f64 = weights.clone().sum();
    weights.map(|weight| (weight / sum) as f32).collect()
}

/// Equal weights over `count` cells, which add up to one.
pub(crate) fn uniform(count: usize) -> Vec<f32> {
    vec![1.0 / count as f32; count]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_everywhere_stays_so_up_to_the_edges() {
        let even = FrameBands::from_elem((4, 5), 3.0);
        let smooth = smoothed(&even, &raised_cosine(5), &uniform(3));
        assert!(smooth.iter().all(|value| (value - 3.0).abs() < 1e-5), "{smooth}");
    }

    #[test]
    fn one_cell_spreads_evenly_to_both_sides() {
        let mut cell = FrameBands::zeros((9, 9));
        cell[[4, 4]] = 1.0;
        let smooth = smoothed(&cell, &raised_cosine(3), &raised_cosine(3));
        assert!((smooth.sum() - 1.0).abs() < 1e-6);
        assert_eq!(smooth.row(3), smooth.row(5));
        assert!(smooth[[4, 4]] > smooth[[4, 3]] && smooth.row(2).iter().all(|&value| value == 0.0));
    }
}
