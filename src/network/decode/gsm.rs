//! GSM full rate, the decoder of GSM 06.10 (ETS 300 961), in its fixed-point arithmetic.

/// Bytes of a frame in RTP (RFC 3551, 4.5.8): a signature of four bits, then 260 bits.
const FRAME_BYTES: usize = 33;
/// Samples of a frame.
const FRAME: usize = 160;
/// Samples of a subframe, of which a frame has four.
const SUBFRAME: usize = 40;
/// How far back the long-term predictor reaches.
const LONGEST_LAG: usize = 120;

/// Bits of the eight log-area ratios.
const LAR_BITS: [u32; 8] = [6, 6, 5, 5, 4, 4, 3, 3];
/// Table 4.1: the offset B, the least code MIC; table 4.2: 1/A.
const LAR_B: [i16; 8] = [0, 0, 2048, -2560, 94, -1792, -341, -1144];
const LAR_MIC: [i16; 8] = [-32, -32, -16, -16, -8, -8, -4, -4];
const LAR_INVERSE_A: [i16; 8] = [13_107, 13_107, 13_107, 13_107, 19_223, 17_476, 31_454, 29_708];
/// Table 4.3b: gains of the long-term predictor.
const GAIN: [i16; 4] = [3277, 11_469, 21_299, 32_767];
/// Table 4.6: mantissas of the block maximum, normalised.
const MANTISSA: [i16; 8] = [18_431, 20_479, 22_527, 24_575, 26_623, 28_671, 30_719, 32_767];

/// A decoder with its memory.
pub struct Decoder {
    /// Log-area ratios of the frame before.
    ratios: [i16; 8],
    /// The reconstructed residual: what the predictor reaches back to, then the subframe.
    residual: [i16; LONGEST_LAG + SUBFRAME],
    lag: usize,
    /// The lattice of the short-term filter.
    lattice: [i16; 9],
    /// De-emphasis.
    emphasis: i16,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            ratios: [0; 8],
            residual: [0; LONGEST_LAG + SUBFRAME],
            lag: 40,
            lattice: [0; 9],
            emphasis: 0,
        }
    }
}

impl super::Decoder for Decoder {
    fn rate_hz(&self) -> u32 {
        8000
    }

    fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>) {
        for frame in payload.chunks_exact(FRAME_BYTES) {
            if frame[0] >> 4 == 0xd {
                self.frame(&mut Bits { bytes: frame, at: 4 }, samples);
            }
        }
    }
}

impl Decoder {
    fn frame(&mut self, bits: &mut Bits, samples: &mut Vec<i16>) {
        let ratios = std::array::from_fn(|index| ratio(index, bits.take(LAR_BITS[index])));
        let mut excitation = [0; FRAME];
        for subframe in excitation.chunks_exact_mut(SUBFRAME) {
            self.subframe(bits, subframe);
        }
        self.synthesize(&ratios, &excitation, samples);
        self.ratios = ratios;
    }

    /// 5.3.1 and 5.3.2: the regular pulses, and the long-term predictor over them.
    fn subframe(&mut self, bits: &mut Bits, excitation: &mut [i16]) {
        let (lag, gain) = (bits.take(7) as usize, bits.take(2) as usize);
        let (grid, maximum) = (bits.take(2) as usize, bits.take(6) as i16);
        if (40..=LONGEST_LAG).contains(&lag) {
            self.lag = lag;
        }
        let mut pulses = [0; SUBFRAME];
        let (exponent, mantissa) = exponent_and_mantissa(maximum);
        let (factor, shift) = (MANTISSA[mantissa], 6 - exponent);
        let rounding = shifted_left(1, shift - 1);
        for pulse in 0..13 {
            let code = bits.take(3) as i16;
            let value = multiplied(factor, (2 * code - 7) << 12).saturating_add(rounding);
            pulses[grid + 3 * pulse] = shifted_left(value, -shift);
        }
        for at in 0..SUBFRAME {
            let earlier = self.residual[LONGEST_LAG + at - self.lag];
            let sample = pulses[at].saturating_add(multiplied(GAIN[gain], earlier));
            self.residual[LONGEST_LAG + at] = sample;
            excitation[at] = sample;
        }
        self.residual.copy_within(SUBFRAME.., 0);
    }

    /// 5.3.3 and 5.3.4: the short-term filter with ratios that move from frame to frame, and de-emphasis.
    fn synthesize(&mut self, ratios: &[i16; 8], excitation: &[i16], samples: &mut Vec<i16>) {
        let (before, now) = (self.ratios, *ratios);
        type Between = fn(i16, i16) -> i16;
        let parts: [(std::ops::Range<usize>, Between); 4] = [
            (0..13, |before, now| {
                (before >> 2).saturating_add(now >> 2).saturating_add(before >> 1)
            }),
            (13..27, |before, now| (before >> 1).saturating_add(now >> 1)),
            (27..40, |before, now| (before >> 2).saturating_add(now >> 2).saturating_add(now >> 1)),
            (40..160, |_, now| now),
        ];
        for (range, between) in parts {
            let reflections: [i16; 8] =
                std::array::from_fn(|index| reflection(between(before[index], now[index])));
            for sample in &excitation[range] {
                let mut value = *sample;
                for index in (0..8).rev() {
                    let reflection = reflections[index];
                    value = value.saturating_sub(multiplied(reflection, self.lattice[index]));
                    self.lattice[index + 1] =
                        self.lattice[index].saturating_add(multiplied(reflection, value));
                }
                self.lattice[0] = value;
                self.emphasis = value.saturating_add(multiplied(self.emphasis, 28_180));
                // Truncated to 13 bits.
                samples.push(self.emphasis.saturating_add(self.emphasis) & !7);
            }
        }
    }
}

/// 5.2.8: a log-area ratio from its code.
fn ratio(index: usize, code: u32) -> i16 {
    let value = (code as i16 + LAR_MIC[index]) << 10;
    let value = multiplied(LAR_INVERSE_A[index], value.saturating_sub(LAR_B[index] << 1));
    value.saturating_add(value)
}

/// 5.2.9.2: a reflection coefficient from its log-area ratio.
fn reflection(ratio: i16) -> i16 {
    let magnitude = ratio.saturating_abs();
    let value = match magnitude {
        ..11_059 => magnitude << 1,
        11_059..20_070 => magnitude + 11_059,
        _ => (magnitude >> 2).saturating_add(26_112),
    };
    if ratio < 0 { -value } else { value }
}

/// 5.2.15: the block maximum taken apart.
fn exponent_and_mantissa(code: i16) -> (i16, usize) {
    let mut exponent = if code > 15 { (code >> 3) - 1 } else { 0 };
    let mut mantissa = code - (exponent << 3);
    if mantissa == 0 {
        return (-4, 7);
    }
    while mantissa <= 7 {
        mantissa = mantissa << 1 | 1;
        exponent -= 1;
    }
    (exponent, (mantissa - 8) as usize)
}

/// Product of two fractions, rounded.
fn multiplied(a: i16, b: i16) -> i16 {
    let product = (i32::from(a) * i32::from(b) + 16_384) >> 15;
    product.min(i32::from(i16::MAX)) as i16
}

/// Shifted left, or right where negative.
fn shifted_left(value: i16, by: i16) -> i16 {
    match by {
        16.. => 0,
        0.. => value << by,
        -15..0 => value >> -by,
        _ => -i16::from(value < 0),
    }
}

/// Bits of a frame, the most significant first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> u32 {
        let mut value = 0;
        for _ in 0..count {
            let bit = self.bytes[self.at / 8] >> (7 - self.at % 8) & 1;
            value = value << 1 | u32::from(bit);
            self.at += 1;
        }
        value
    }
}
