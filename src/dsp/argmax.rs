//! Which of some values is the largest.

use multiversion::multiversion;

/// The item with the largest `value`, the first of equals; none of no items. NaN is larger than nothing.
pub(crate) fn argmax_by<T, V: PartialOrd>(
    items: impl IntoIterator<Item = T>,
    value: impl Fn(&T) -> V,
) -> Option<T> {
    let mut items = items.into_iter();
    let first = items.next()?;
    let mut largest = value(&first);
    Some(items.fold(first, |best, next| {
        let next_value = value(&next);
        if next_value > largest {
            largest = next_value;
            next
        } else {
            best
        }
    }))
}

/// The index of the largest value if that is above zero, the first of equals.
pub(crate) fn argmax_above_zero(values: &[f32]) -> Option<usize> {
    let largest = largest_or_zero(values);
    if largest > 0.0 { values.iter().position(|&value| value == largest) } else { None }
}

/// The largest of the values and zero.
#[multiversion(targets("x86_64+avx2"))]
fn largest_or_zero(values: &[f32]) -> f32 {
    let mut largest = [0.0f32; 16];
    let (lanes, rest) = values.as_chunks();
    for lanes in lanes {
        for (largest, &value) in largest.iter_mut().zip(lanes as &[f32; 16]) {
            *largest = if value > *largest { value } else { *largest };
        }
    }
    largest.iter().chain(rest).fold(0.0, |a, &b| if b > a { b } else { a })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equals_is_the_largest() {
        assert_eq!(argmax_by(0..5, |&i: &usize| [1.0, 3.0, f64::NAN, 3.0, 2.0][i]), Some(1));
        assert_eq!(argmax_by(0..0, |&i: &usize| i), None);
        let mut values = [0.0f32; 40];
        assert_eq!(argmax_above_zero(&values), None);
        values[17] = 2.0;
        values[39] = 2.0;
        assert_eq!(argmax_above_zero(&values), Some(17));
        assert_eq!(argmax_above_zero(&[-1.0]), None);
    }
}
