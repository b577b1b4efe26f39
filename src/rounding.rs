//! Numbers as they are shown: rounded to some decimals, and zero without a sign.

/// Rounded to so many decimals; what rounds to zero has no sign.
pub(crate) fn rounded(value: f64, decimals: i32) -> f64 {
    let unit = 10f64.powi(decimals);
    (value * unit).round() / unit + 0.0
}

/// In text with so many decimals; what rounds to zero has no sign.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if is_zero(digits) => digits.to_owned(),
        _ => text,
    }
}

/// A difference in text with so many decimals and always a sign, which is that of a rise for what rounds to zero.
pub(crate) fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if text.starts_with('-') { text } else { format!("+{text}") }
}

fn is_zero(digits: &str) -> bool {
    digits.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounds_to_zero_has_no_minus() {
        assert_eq!(rounded(-0.0004, 3).to_string(), "0");
        assert_eq!(
            [-0.0, -0.04, -0.06, 12.34].map(|x| fixed(x, 1)),
            ["0.0", "0.0", "-0.1", "12.3"]
        );
        assert_eq!(
            [-0.0, -0.004, -1.5, 1.5].map(|x| signed(x, 2)),
            ["+0.00", "+0.00", "-1.50", "+1.50"]
        );
        assert_eq!(fixed(f64::NEG_INFINITY, 1), "-inf");
    }
}
