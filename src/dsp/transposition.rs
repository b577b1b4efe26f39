//! Square blocks turned over their diagonal, so that stretches of a signal that lie apart stand side by side in a
//! register's lanes.

/// Lanes of a register, and samples on a block's side.
pub(crate) const WIDTH: usize = 8;

pub(crate) type Block = [[f32; WIDTH]; WIDTH];

/// On any processor.
pub(crate) fn transposed(block: Block) -> Block {
    std::array::from_fn(|i| std::array::from_fn(|j| block[j][i]))
}

/// The same with the shuffles that a compiler does not find.
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2 {
    use super::{Block, WIDTH};
    use std::arch::x86_64::*;

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(crate) fn transposed(block: Block) -> Block {
        let rows: [__m256; WIDTH] = std::array::from_fn(|i| load(block[i]));
        let pairs: [__m256; WIDTH] = std::array::from_fn(|i| {
            let (a, b) = (rows[i & !1], rows[i | 1]);
            if i % 2 == 0 { _mm256_unpacklo_ps(a, b) } else { _mm256_unpackhi_ps(a, b) }
        });
        let fours: [__m256; WIDTH] = std::array::from_fn(|i| {
            let first = i / 4 * 4 + i % 4 / 2;
            let (a, b) = (pairs[first], pairs[first + 2]);
            if i % 2 == 0 {
                _mm256_shuffle_ps::<0x44>(a, b)
            } else {
                _mm256_shuffle_ps::<0xee>(a, b)
            }
        });
        std::array::from_fn(|i| {
            let (a, b) = (fours[i % 4], fours[i % 4 + 4]);
            store(if i < 4 {
                _mm256_permute2f128_ps::<0x20>(a, b)
            } else {
                _mm256_permute2f128_ps::<0x31>(a, b)
            })
        })
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn load(values: [f32; WIDTH]) -> __m256 {
        // SAFETY: the array has the length of a register.
        unsafe { _mm256_loadu_ps(values.as_ptr()) }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn store(register: __m256) -> [f32; WIDTH] {
        let mut values = [0.0; WIDTH];
        // SAFETY: the array has the length of a register.
        unsafe { _mm256_storeu_ps(values.as_mut_ptr(), register) }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns() {
        let block: Block = std::array::from_fn(|i| std::array::from_fn(|j| (10 * i + j) as f32));
        let expected: Block = std::array::from_fn(|i| std::array::from_fn(|j| (10 * j + i) as f32));
        assert_eq!(transposed(block), expected);
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the CPU has AVX2, as asked on the line above.
            assert_eq!(unsafe { avx2::transposed(block) }, expected);
        }
    }
}
