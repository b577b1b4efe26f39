//! G.726: ADPCM at 16, 24, 32 and 40 kbit/s; symbols are those of the Recommendation.

/// How codes lie in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// RFC 3551: the first code in the lowest bits.
    LowFirst,
    /// AAL2 (I.366.2): the first code in the highest bits.
    HighFirst,
}

/// What a rate is made of: for each magnitude of the code, in the order of the codes without their sign.
struct Rate {
    bits: u32,
    /// The inverse quantizer: log2 of the normalized difference.
    logarithm: &'static [i32],
    /// W(I), times 32.
    scale: &'static [i32],
    /// F(I), times 512.
    speed: &'static [i32],
}

const RATES: [Rate; 4] = [
    Rate { bits: 2, logarithm: &[116, 365], scale: &[-704, 14_048], speed: &[0, 0xe00] },
    Rate {
        bits: 3,
        logarithm: &[-2048, 135, 273, 373],
        scale: &[-128, 960, 4384, 18_624],
        speed: &[0, 0x200, 0x400, 0xe00],
    },
    Rate {
        bits: 4,
        logarithm: &[-2048, 4, 135, 213, 273, 323, 373, 425],
        scale: &[-384, 576, 1312, 2048, 3584, 6336, 11_360, 35_904],
        speed: &[0, 0, 0, 0x200, 0x200, 0x200, 0x600, 0xe00],
    },
    Rate {
        bits: 5,
        logarithm: &[
            -2048, -66, 28, 104, 169, 224, 274, 318, 358, 395, 429, 459, 488, 514, 539, 566,
        ],
        scale: &[
            448, 448, 768, 1248, 1280, 1312, 1856, 3200, 4512, 5728, 7008, 8960, 11_456, 14_080,
            16_928, 22_272,
        ],
        speed: &[
            0, 0, 0, 0, 0, 0x200, 0x200, 0x200, 0x200, 0x200, 0x400, 0x600, 0x800, 0xa00, 0xc00,
            0xc00,
        ],
    },
];

/// A number in the predictor's floating point: sign, exponent of 4 bits, mantissa of 6.
#[derive(Debug, Clone, Copy)]
struct Float {
    negative: bool,
    exponent: i32,
    mantissa: i32,
}

impl Float {
    const ZERO: Self = Self { negative: false, exponent: 0, mantissa: 32 };

    fn of(negative: bool, magnitude: i32) -> Self {
        if magnitude == 0 {
            return Self { negative, ..Self::ZERO };
        }
        let exponent = bit_length(magnitude);
        Self { negative, exponent, mantissa: magnitude << 6 >> exponent }
    }

    /// FMULT: times a coefficient.
    fn times(self, coefficient: i32) -> i32 {
        let coefficient = coefficient >> 2;
        let magnitude = if coefficient > 0 { coefficient } else { -coefficient & 0x1fff };
        let exponent = bit_length(magnitude) - 6;
        let mantissa = match (magnitude, exponent) {
            (0, _) => 32,
            (magnitude, 0..) => magnitude >> exponent,
            (magnitude, _) => magnitude << -exponent,
        };
        let exponent = exponent + self.exponent - 13;
        let product = (mantissa * self.mantissa + 0x30) >> 4;
        let product =
            if exponent >= 0 { product << exponent & 0x7fff } else { product >> -exponent };
        if (coefficient < 0) != self.negative { -product } else { product }
    }
}

fn bit_length(value: i32) -> i32 {
    (32 - value.leading_zeros() as i32).min(15)
}

/// A decoder with its memory.
pub struct Decoder {
    rate: &'static Rate,
    packing: Packing,
    /// YL and YU: the slow and the fast scale factor.
    slow_scale: i32,
    fast_scale: i32,
    /// DMS and DML: the short and the long average of F(I).
    short_average: i32,
    long_average: i32,
    /// AP: speed control.
    speed: i32,
    /// A1 and A2, B1 to B6.
    poles: [i32; 2],
    zeros: [i32; 6],
    /// Signs of the last differences with the zeros' prediction.
    signs: [bool; 2],
    differences: [Float; 6],
    reconstructed: [Float; 2],
    /// TD: a tone, or data, is heard.
    tone: bool,
}

impl Decoder {
    /// A decoder for codes of 2 to 5 bits.
    pub fn new(bits: u32, packing: Packing) -> Self {
        Self {
            rate: &RATES[bits.clamp(2, 5) as usize - 2],
            packing,
            slow_scale: 34_816,
            fast_scale: 544,
            short_average: 0,
            long_average: 0,
            speed: 0,
            poles: [0; 2],
            zeros: [0; 6],
            signs: [false; 2],
            differences: [Float::ZERO; 6],
            reconstructed: [Float::ZERO; 2],
            tone: false,
        }
    }

    fn sample(&mut self, code: u32) -> i16 {
        let sign = code >> (self.rate.bits - 1) != 0;
        // Negative codes count downwards; those of two bits are symmetric as well.
        let highest = (1 << (self.rate.bits - 1)) - 1;
        let magnitude = (if sign { !code } else { code } & highest) as usize;
        let zeros: i32 = (0..6).map(|at| self.differences[at].times(self.zeros[at])).sum();
        let poles: i32 = (0..2).map(|at| self.reconstructed[at].times(self.poles[at])).sum();
        let (zeros_estimate, estimate) = (zeros >> 1, (zeros + poles) >> 1);
        let scale = self.scale();
        let difference = reconstruct(self.rate.logarithm[magnitude], scale);
        let signed = if sign { -difference } else { difference };
        let sample = estimate + signed;
        self.adapt(scale, magnitude, sign, difference, sample, sample - estimate + zeros_estimate);
        (sample << 2).clamp(i16::MIN.into(), i16::MAX.into()) as i16
    }

    /// MIX: the scale factor, between the slow and the fast one.
    fn scale(&self) -> i32 {
        if self.speed >= 256 {
            return self.fast_scale;
        }
        let slow = self.slow_scale >> 6;
        let (apart, share) = (self.fast_scale - slow, self.speed >> 2);
        let rounding = if apart < 0 { 0x3f } else { 0 };
        slow + ((apart * share + rounding) >> 6)
    }

    /// Everything that is adapted behind a sample.
    fn adapt(
        &mut self,
        scale: i32,
        magnitude: usize,
        sign: bool,
        difference: i32,
        sample: i32,
        against_zeros: i32,
    ) {
        let transition = self.is_transition(difference);
        let aim = scale + ((self.rate.scale[magnitude] - scale) >> 5);
        self.fast_scale = aim.clamp(544, 5120);
        self.slow_scale += self.fast_scale + (-self.slow_scale >> 6);
        let negative = against_zeros < 0;
        let mut second_pole = 0;
        if transition {
            self.poles = [0; 2];
            self.zeros = [0; 6];
        } else {
            second_pole = self.adapt_poles(negative, against_zeros != 0);
            self.adapt_zeros(sign, difference);
        }
        self.differences.copy_within(..5, 1);
        self.differences[0] = Float::of(sign, difference);
        self.reconstructed[1] = self.reconstructed[0];
        self.reconstructed[0] = Float::of(sample < 0, sample.abs().min(0x7fff));
        self.signs = [negative, self.signs[0]];
        self.tone = !transition && second_pole < -11_776;
        self.adapt_speed(self.rate.speed[magnitude], scale, transition);
    }

    /// TRANS: whether a tone ends.
    fn is_transition(&self, difference: i32) -> bool {
        let (whole, fraction) = (self.slow_scale >> 15, self.slow_scale >> 10 & 0x1f);
        let threshold = if whole > 9 { 31 << 10 } else { (32 + fraction) << whole };
        self.tone && difference > (threshold + (threshold >> 1)) >> 1
    }

    fn adapt_poles(&mut self, negative: bool, differs: bool) -> i32 {
        let [first, second] = self.poles;
        let changed = negative != self.signs[0];
        let mut second = second - (second >> 7);
        if differs {
            let pull = if changed { first } else { -first };
            second += match pull {
                ..=-8192 => -0x100,
                8192.. => 0xff,
                pull => pull >> 5,
            };
            let step = if negative != self.signs[1] { -0x80 } else { 0x80 };
            second = (second + step).clamp(-12_288, 12_288);
        }
        let mut first = first - (first >> 8);
        if differs {
            first += if changed { -192 } else { 192 };
        }
        let most = 15_360 - second;
        self.poles = [first.clamp(-most, most), second];
        second
    }

    fn adapt_zeros(&mut self, sign: bool, difference: i32) {
        let leak = if self.rate.bits == 5 { 9 } else { 8 };
        for (zero, earlier) in self.zeros.iter_mut().zip(&self.differences) {
            *zero -= *zero >> leak;
            if difference != 0 {
                *zero += if sign == earlier.negative { 128 } else { -128 };
            }
        }
    }

    fn adapt_speed(&mut self, speed: i32, scale: i32, transition: bool) {
        self.short_average += (speed - self.short_average) >> 5;
        self.long_average += ((speed << 2) - self.long_average) >> 7;
        let apart = ((self.short_average << 2) - self.long_average).abs();
        let fast = scale < 1536 || self.tone || apart >= self.long_average >> 3;
        self.speed = match (transition, fast) {
            (true, _) => 256,
            (false, true) => self.speed + ((0x200 - self.speed) >> 4),
            (false, false) => self.speed + (-self.speed >> 4),
        };
    }
}

/// The magnitude of the quantized difference: its logarithm on the scale, and back.
fn reconstruct(logarithm: i32, scale: i32) -> i32 {
    let logarithm = logarithm + (scale >> 2);
    if logarithm < 0 {
        return 0;
    }
    let (exponent, fraction) = (logarithm >> 7 & 15, logarithm & 127);
    (128 + fraction) << 7 >> (14 - exponent)
}

impl Decoder {
    fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>) {
        let bits = self.rate.bits;
        let (mut held, mut count) = (0u32, 0);
        for byte in payload {
            match self.packing {
                Packing::LowFirst => held |= u32::from(*byte) << count,
                Packing::HighFirst => held = held << 8 | u32::from(*byte),
            }
            count += 8;
            while count >= bits {
                count -= bits;
                let code = match self.packing {
                    Packing::LowFirst => {
                        let code = held & ((1 << bits) - 1);
                        held >>= bits;
                        code
                    }
                    Packing::HighFirst => held >> count & ((1 << bits) - 1),
                };
                let sample = self.sample(code);
                samples.push(sample);
            }
        }
    }
}

/// Decodes in both packings and gives the one that sounds like speech: senders disagree on what a name stands for.
pub struct EitherPacking {
    /// As the name says, and the other way round.
    decoders: [Decoder; 2],
    /// How rough each has sounded: the energy of differences and that of samples.
    roughness: [(f64, f64); 2],
}

impl EitherPacking {
    /// A decoder that begins with the packing the name stands for.
    pub fn new(bits: u32, packing: Packing) -> Self {
        let other = match packing {
            Packing::LowFirst => Packing::HighFirst,
            Packing::HighFirst => Packing::LowFirst,
        };
        Self {
            decoders: [packing, other].map(|packing| Decoder::new(bits, packing)),
            roughness: [(0.0, 0.0); 2],
        }
    }
}

impl super::Decoder for EitherPacking {
    fn rate_hz(&self) -> u32 {
        8000
    }

    fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>) {
        let mut decoded = [Vec::new(), Vec::new()];
        for (index, decoder) in self.decoders.iter_mut().enumerate() {
            decoder.decode(payload, &mut decoded[index]);
            let square = |value: i32| f64::from(value) * f64::from(value);
            let (differences, energy) = &mut self.roughness[index];
            *energy += decoded[index].iter().map(|sample| square((*sample).into())).sum::<f64>();
            let steps = decoded[index].windows(2);
            *differences +=
                steps.map(|pair| square(i32::from(pair[1]) - i32::from(pair[0]))).sum::<f64>();
        }
        let [named, other] =
            self.roughness.map(|(differences, energy)| differences / energy.max(1.0));
        samples.append(&mut decoded[usize::from(other < named)]);
    }
}
