//! A value for each frame and band, and its running averages along time and along bands.

/// Rows of `bands` values, one row a frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    bands: usize,
    values: Vec<f32>,
}

impl Grid {
    /// A grid of zeros.
    pub fn new(frames: usize, bands: usize) -> Self {
        Self { bands, values: vec![0.0; frames * bands] }
    }

    pub fn frames(&self) -> usize {
        self.values.len() / self.bands
    }

    pub fn bands(&self) -> usize {
        self.bands
    }

    pub fn row(&self, frame: usize) -> &[f32] {
        &self.values[frame * self.bands..][..self.bands]
    }

    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.bands)
    }

    pub fn rows_mut(&mut self) -> impl ExactSizeIterator<Item = &mut [f32]> {
        self.values.chunks_exact_mut(self.bands)
    }

    /// Cell by cell, this grid's and another's value joined.
    pub fn join(&self, other: &Self, join: impl Fn(f32, f32) -> f32) -> Self {
        let pairs = self.values.iter().zip(&other.values);
        Self { bands: self.bands, values: pairs.map(|(&a, &b)| join(a, b)).collect() }
    }

    /// The mean of the rows that `chosen` marks, by band; zeros where it marks none.
    pub fn mean_where(&self, chosen: &[bool]) -> Vec<f64> {
        let mut mean = vec![0.0; self.bands];
        let mut count = 0usize;
        for (row, _) in self.rows().zip(chosen).filter(|(_, chosen)| **chosen) {
            mean.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f64::from(value));
            count += 1;
        }
        mean.iter_mut().for_each(|sum| *sum /= count.max(1) as f64);
        mean
    }

    /// Averages with weights of odd number along time, then along bands; the outermost cells go on beyond the edges.
    pub fn smoothed(&self, over_frames: &[f32], over_bands: &[f32]) -> Self {
        let mut along_time = Self::new(self.frames(), self.bands);
        let last = self.frames().saturating_sub(1);
        for (frame, smooth) in along_time.rows_mut().enumerate() {
            for (offset, &weight) in over_frames.iter().enumerate() {
                let source = (frame + offset).saturating_sub(over_frames.len() / 2).min(last);
                smooth
                    .iter_mut()
                    .zip(self.row(source))
                    .for_each(|(to, &from)| *to += weight * from);
            }
        }
        let margin = over_bands.len() / 2;
        let mut padded = vec![0.0; self.bands + 2 * margin];
        for row in along_time.rows_mut() {
            padded[..margin].fill(row[0]);
            padded[margin..][..row.len()].copy_from_slice(row);
            padded[margin + row.len()..].fill(row[row.len() - 1]);
            row.fill(0.0);
            for (offset, &weight) in over_bands.iter().enumerate() {
                row.iter_mut().zip(&padded[offset..]).for_each(|(to, &from)| *to += weight * from);
            }
        }
        along_time
    }
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
    fn an_even_grid_stays_as_it_is_up_to_the_edges() {
        let mut grid = Grid::new(4, 5);
        grid.values.fill(3.0);
        let smooth = grid.smoothed(&raised_cosine(5), &uniform(3));
        assert!(smooth.values.iter().all(|value| (value - 3.0).abs() < 1e-5));
    }

    #[test]
    fn one_cell_spreads_evenly_to_both_sides() {
        let mut grid = Grid::new(9, 9);
        grid.values[4 * 9 + 4] = 1.0;
        let smooth = grid.smoothed(&raised_cosine(3), &raised_cosine(3));
        assert!((smooth.values.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(smooth.row(3), smooth.row(5));
        assert!(
            smooth.row(4)[4] > smooth.row(4)[3] && smooth.row(2).iter().all(|&value| value == 0.0)
        );
    }
}
