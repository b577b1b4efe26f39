//! Powers in bulk: logarithm and exponential from polynomials, written so that loops over them vectorise.
//!
//! Good to 1e-11 for positive normal numbers, which is far below what an f32 result can show.

use multiversion::{multiversion, target::target_cfg_f};

/// 2·artanh(s)/(s·ln 2) in powers of s², where s reaches (√2 − 1)/(√2 + 1): off by at most 1.1e-12 in the logarithm.
const LOG2: [f64; 5] = [
    2.885_390_081_845_374_8,
    0.961_796_648_315_337_6,
    0.577_086_644_011_814_9,
    0.411_534_221_037_791_8,
    0.342_820_369_980_144_8,
];
/// (2^x − 1)/x in powers of x, where x reaches 1/2 either way: off by at most 8.2e-13 in the power. That of 0 is exact.
const EXP2: [f64; 8] = [
    0.693_147_180_548_212_4,
    0.240_226_506_981_105_9,
    0.055_504_109_352_661_96,
    0.009_618_128_616_124_193,
    0.001_333_345_486_056_906_6,
    0.000_154_038_254_626_381_16,
    0.000_015_309_156_175_377_64,
    0.000_001_317_893_343_276_071_7,
];

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

/// The polynomial with these coefficients, from the lowest power on.
#[inline(always)]
fn polynomial<const FUSED: bool>(coefficients: &[f64], x: f64) -> f64 {
    let terms = coefficients.iter().copied().rev();
    terms.reduce(|value, term| multiply_add::<FUSED>(value, x, term)).unwrap_or(0.0)
}

/// Base-2 logarithm of a positive normal number.
#[inline(always)]
fn log2<const FUSED: bool>(x: f64) -> f64 {
    let shifted = x.to_bits().wrapping_add(ONE - SQRT_HALF);
    let exponent = f64::from_bits((shifted >> 52) | TWO_52.to_bits()) - (TWO_52 + 1023.0);
    let mantissa = f64::from_bits((shifted & MANTISSA) + SQRT_HALF); // in [sqrt(1/2), sqrt(2))
    // ln m = 2·artanh((m − 1)/(m + 1))
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    multiply_add::<FUSED>(polynomial::<FUSED>(&LOG2, s * s), s, exponent)
}

/// 2 to the `x`, held to the normal range.
#[inline(always)]
pub(crate) fn exp2<const FUSED: bool>(x: f64) -> f64 {
    let x = x.clamp(-1021.0, 1022.0);
    let shifted = x + INTEGER_SHIFT;
    let fraction = x - (shifted - INTEGER_SHIFT);
    let power = multiply_add::<FUSED>(polynomial::<FUSED>(&EXP2, fraction), fraction, 1.0);
    power * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// `x` to the `exponent`, for positive normal `x`; `FUSED` where the caller is compiled for a processor with fused
/// multiplication and addition.
#[inline(always)]
pub(crate) fn pow<const FUSED: bool>(x: f64, exponent: f64) -> f64 {
    exp2::<FUSED>(exponent * log2::<FUSED>(x))
}

/// Raises every value to the `exponent`, 0 to 0.
#[multiversion(targets("x86_64+avx2+fma"))]
pub(crate) fn raise(values: &mut [f64], exponent: f64) {
    const FUSED: bool = target_cfg_f!(target_feature = "fma");
    for value in values {
        let power = pow::<FUSED>(*value, exponent);
        *value = if *value >= f64::MIN_POSITIVE { power } else { 0.0 };
    }
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
