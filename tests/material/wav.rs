//! WAV files that tests write.

use hound::{SampleFormat, WavSpec, WavWriter};
use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::Path;

fn create(path: &Path) -> BufWriter<File> {
    BufWriter::new(File::create(path).unwrap())
}

/// One channel of 16 bits.
pub fn write(path: &Path, sample_rate: u32, samples: &[i16]) {
    let spec =
        WavSpec { channels: 1, sample_rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut file = WavWriter::new(create(path), spec).unwrap();
    samples.iter().for_each(|&sample| file.write_sample(sample).unwrap());
    file.finalize().unwrap();
}

/// One channel of samples within ±1, rounded to 16 bits.
pub fn write_rounded(path: &Path, sample_rate: u32, samples: &[f32]) {
    let samples = samples.iter().map(|x| (x * 32_768.0).round() as i16);
    write(path, sample_rate, &samples.collect::<Vec<_>>());
}

/// One channel of 32-bit floats.
pub fn write_float(path: &Path, sample_rate: u32, samples: impl IntoIterator<Item = f32>) {
    encode_float(create(path), sample_rate, samples.into_iter().map(|sample| [sample]));
}

/// Frames of any number of channels, as 32-bit floats.
pub fn encode_float<const CHANNELS: usize>(
    out: impl Write + Seek,
    sample_rate: u32,
    frames: impl IntoIterator<Item = [f32; CHANNELS]>,
) {
    let spec = WavSpec {
        channels: CHANNELS as u16,
        sample_rate,
        bits_per_sample: 32,
        sample_format: SampleFormat::Float,
    };
    let mut writer = WavWriter::new(out, spec).unwrap();
    frames.into_iter().flatten().for_each(|sample| writer.write_sample(sample).unwrap());
    writer.finalize().unwrap();
}
