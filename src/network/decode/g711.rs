//! G.711: both laws, by their tables.

/// One sample of each code.
type Table = [i16; 256];

/// µ-law (G.711, table 2): inverted, with a bias of 33 on a scale of 14 bits.
const MU_LAW: Table = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = !(code as u8);
        let magnitude = ((((bits & 0x0f) as i16) << 3) + 0x84) << ((bits >> 4) & 7);
        let magnitude = magnitude - 0x84;
        table[code] = if bits & 0x80 != 0 { -magnitude } else { magnitude };
        code += 1;
    }
    table
};

/// A-law (G.711, table 1): every second bit inverted, on a scale of 13 bits.
const A_LAW: Table = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = (code as u8) ^ 0x55;
        let (segment, step) = ((bits >> 4) & 7, ((bits & 0x0f) as i16) << 4);
        let magnitude = match segment {
            0 => step + 8,
            segment => (step + 0x108) << (segment - 1),
        };
        table[code] = if bits & 0x80 != 0 { magnitude } else { -magnitude };
        code += 1;
    }
    table
};

/// Decodes G.711 of one law.
pub struct Decoder(&'static Table);

impl Decoder {
    /// µ-law.
    pub fn mu_law() -> Self {
        Self(&MU_LAW)
    }

    /// A-law.
    pub fn a_law() -> Self {
        Self(&A_LAW)
    }
}

impl super::Decoder for Decoder {
    fn rate_hz(&self) -> u32 {
        8000
    }

    fn decode(&mut self, payload: &[u8], samples: &mut Vec<i16>) {
        samples.extend(payload.iter().map(|code| self.0[usize::from(*code)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_values_of_the_tables() {
        assert_eq!([0xff, 0x7f, 0x80, 0x00].map(|code| MU_LAW[code]), [0, 0, 32_124, -32_124]);
        assert_eq!([0xd5, 0x55, 0xaa, 0x2a].map(|code| A_LAW[code]), [8, -8, 32_256, -32_256]);
    }
}
