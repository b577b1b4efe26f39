//! How seeds are changed: bits, bytes, blocks, sizes, and numbers in text.

use crate::material::random::Random;

/// The longest input.
const LONGEST: usize = 1 << 18;

/// Numbers at the ends of what counts, sizes and samples can be.
const SIZES: [u32; 10] =
    [0, 1, 2, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, u32::MAX];

/// Words that stand for numbers that are none, or hardly.
const WORDS: [&str; 16] = [
    "nan",
    "inf",
    "-inf",
    "1e308",
    "-1e308",
    "1e-308",
    "0",
    "-1",
    "99999999999999999999",
    "4611686018427387904",
    "null",
    "\"\"",
    "[]",
    "true",
    "1e9",
    "0.5",
];

/// A seed with a few changes.
pub fn mutated(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..1 + random.below(4) {
        change(&mut bytes, seeds, random);
        bytes.truncate(LONGEST);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    if bytes.is_empty() {
        return bytes.push(random.below(256) as u8);
    }
    // Headers are where most rules are.
    let reach = if random.below(2) == 0 { bytes.len().min(256) } else { bytes.len() };
    let place = random.below(reach);
    let most = 1 << random.below(12);
    let length = 1 + random.below(most).min(bytes.len() - place - 1);
    match random.below(9) {
        0 => bytes[place] ^= 1 << random.below(8),
        1 => bytes[place] = random.below(256) as u8,
        2 => drop(bytes.drain(place..place + length)),
        3 => {
            let block = bytes[place..place + length].to_vec();
            bytes.splice(place..place, block);
        }
        4 => bytes.truncate(place),
        5 => {
            let size = SIZES[random.below(SIZES.len())];
            let size = if random.below(2) == 0 { size.to_le_bytes() } else { size.to_be_bytes() };
            let end = (place + 4).min(bytes.len());
            bytes[place..end].copy_from_slice(&size[..end - place]);
        }
        6 => {
            let other = &seeds[random.below(seeds.len())];
            let from = random.below(other.len().max(1)).min(other.len());
            let block = other[from..].iter().copied().take(length).collect::<Vec<_>>();
            bytes.splice(place..place + length, block);
        }
        7 => bytes[place..place + length].fill(random.below(256) as u8),
        _ => replace_number(bytes, place, random),
    }
}

/// Puts a word in the place of the number at or behind a place.
fn replace_number(bytes: &mut Vec<u8>, place: usize, random: &mut Random) {
    let is_part = |byte: &u8| byte.is_ascii_digit() || b".-+eE".contains(byte);
    let Some(start) = bytes[place..].iter().position(u8::is_ascii_digit) else { return };
    let start = place + start;
    let end =
        bytes[start..].iter().position(|byte| !is_part(byte)).map_or(bytes.len(), |n| start + n);
    let word = WORDS[random.below(WORDS.len())];
    bytes.splice(start..end, word.bytes());
}
