//! Powers in bulk: logarithm and exponential from their series, written so that loops over them vectorise.
//!
//! Good to 1e-11 for positive normal numbers, which is far below what an f32 result can show.

/// Terms of the series; the next one is below 2e-12 on the reduced ranges.
const LOG_TERMS: usize = 7;
const EXP_TERMS: usize = 11;

const MANTISSA: u64 = (1 << 52) - 1;
const ONE: u64 = 1.0f64.to_bits();
const SQRT_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
/// Adding it leaves a small integer in the low bits of the mantissa.
const INTEGER_SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5 · 2^52
/// The exponent field of 2^52, over which an integer below 2^52 reads as a float.
const TWO_52: f64 = 4_503_599_627_370_496.0;

/// a·b + c, rounded once where the processor has an instruction for it.
#[inline(always)]
fn multiply_add<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// Base-2 logarithm of a positive normal number.
#[inline(always)]
fn log2<const FUSED: bool>(x: f64) -> f64 {
    let shifted = x.to_bits().wrapping_add(ONE - SQRT_HALF);
    let exponent = f64::from_bits((shifted >> 52) | TWO_52.to_bits()) - (TWO_52 + 1023.0);
    let mantissa = f64::from_bits((shifted & MANTISSA) + SQRT_HALF); // in [sqrt(1/2), sqrt(2))
    // ln m = 2·artanh((m − 1)/(m + 1))
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let mut series = 0.0;
    for term in (0..LOG_TERMS).rev() {
        series = multiply_add::<FUSED>(series, square, 1.0 / (2 * term + 1) as f64);
    }
    exponent + 2.0 * std::f64::consts::LOG2_E * s * series
}

/// 2 to the `x`, held to the normal range.
#[inline(always)]
pub(crate) fn exp2<const FUSED: bool>(x: f64) -> f64 {
    let x = x.clamp(-1021.0, 1022.0);
    let shifted = x + INTEGER_SHIFT;
    let fraction = (x - (shifted - INTEGER_SHIFT)) * std::f64::consts::LN_2;
    let mut series = 1.0;
    for term in (1..EXP_TERMS).rev() {
        series = multiply_add::<FUSED>(series, fraction * (1.0 / term as f64), 1.0);
    }
    series * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// `x` to the `exponent`, for positive normal `x`; `FUSED` where the caller is compiled for a processor with fused
/// multiplication and addition.
#[inline(always)]
pub(crate) fn pow<const FUSED: bool>(x: f64, exponent: f64) -> f64 {
    exp2::<FUSED>(exponent * log2::<FUSED>(x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_the_library_function(x in 1e-12f64..1e15, exponent in -8.0f64..8.0) {
            let expected = x.powf(exponent);
            prop_assert!((pow::<false>(x, exponent) / expected - 1.0).abs() < 1e-11);
            prop_assert!((pow::<true>(x, exponent) / expected - 1.0).abs() < 1e-11);
        }
    }

    #[test]
    fn whole_powers_of_two_are_exact() {
        for k in -300..300 {
            assert_eq!(exp2::<false>(f64::from(k)), 2f64.powi(k));
            assert_eq!(log2::<false>(2f64.powi(k)), f64::from(k));
        }
    }
}
