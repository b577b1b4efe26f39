//! How far scores lie from votes: the root mean square error, the same beyond the votes' uncertainty
//! (RMSE*), and the share of outliers, as P.1401 defines them.

/// The root mean square of errors, from which a mapping took so many degrees of freedom; none where it took all.
pub fn rmse(errors: &[f64], degrees: usize) -> Option<f64> {
    let left = errors.len().checked_sub(degrees).filter(|&left| left > 0)?;
    Some((errors.iter().map(|error| error * error).sum::<f64>() / left as f64).sqrt())
}

/// RMSE*: an error counts by what exceeds the half width of the votes' 95 % confidence interval.
pub fn rmse_star(errors: &[f64], half_widths: &[f64], degrees: usize) -> Option<f64> {
    let beyond = errors.iter().zip(half_widths).map(|(error, half)| (error.abs() - half).max(0.0));
    rmse(&beyond.collect::<Vec<_>>(), degrees)
}

/// The share of errors that exceed the half width of the votes' 95 % confidence interval, 0 to 1.
pub fn outlier_ratio(errors: &[f64], half_widths: &[f64]) -> f64 {
    let outlies = |(error, half): &(&f64, &f64)| error.abs() > **half;
    errors.iter().zip(half_widths).filter(outlies).count() as f64 / errors.len() as f64
}
