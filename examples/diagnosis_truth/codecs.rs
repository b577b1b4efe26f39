//! Codecs: Opus in this process, others by ffmpeg.

use basilar::Signal;
use ropus::{Application, Bitrate, Channels, DecodeMode, Decoder, Encoder};
use std::process::Command;

/// Opus in packets of 20 ms at so many bits a second, its look-ahead taken off.
pub fn opus(samples: &[f32], rate: u32, bits: u32) -> Vec<f32> {
    let mut encoder = Encoder::builder(rate, Channels::Mono, Application::Audio)
        .bitrate(Bitrate::Bits(bits))
        .signal(ropus::Signal::Voice)
        .build()
        .expect("an Opus encoder");
    let mut decoder = Decoder::new(rate, Channels::Mono).expect("an Opus decoder");
    let ahead = (encoder.lookahead() as u64 * u64::from(rate) / 48_000) as usize;
    let length = rate as usize / 50;
    let mut padded = samples.to_vec();
    padded.resize((samples.len() + ahead).div_ceil(length) * length, 0.0);
    let (mut packet, mut heard) = (vec![0u8; 4000], vec![0.0f32; length]);
    let mut decoded = Vec::with_capacity(padded.len());
    for frame in padded.chunks_exact(length) {
        let size = encoder.encode_float(frame, &mut packet).expect("a packet");
        let count = decoder.decode_float(&packet[..size], &mut heard, DecodeMode::Normal);
        decoded.extend_from_slice(&heard[..count.expect("a frame")]);
    }
    decoded[ahead..ahead + samples.len()].to_vec()
}

/// Through ffmpeg's encoder of this name; none where ffmpeg or the encoder is missing.
pub fn ffmpeg(
    samples: &[f32],
    rate: u32,
    encoder: &str,
    suffix: &str,
    kbps: u32,
) -> Option<Vec<f32>> {
    let folder = tempfile::tempdir().ok()?;
    let path = |name: &str| folder.path().join(name);
    write(&path("in.wav"), samples, rate);
    let run = |input: &str, output: &str, options: &[&str]| {
        let mut command = Command::new("ffmpeg");
        command.args(["-y", "-loglevel", "error", "-i"]).arg(path(input));
        command.args(options).arg(path(output));
        command.status().is_ok_and(|status| status.success())
    };
    let coded = format!("coded.{suffix}");
    let (bits, rate_word) = (format!("{kbps}k"), rate.to_string());
    let done = run("in.wav", &coded, &["-c:a", encoder, "-b:a", &bits])
        && run(&coded, "out.wav", &["-c:a", "pcm_s16le", "-ar", &rate_word, "-ac", "1"]);
    done.then(|| Signal::open(path("out.wav")).expect("what ffmpeg wrote").samples().to_vec())
}

fn write(path: &std::path::Path, samples: &[f32], rate: u32) {
    let (bits_per_sample, sample_format) = (16, hound::SampleFormat::Int);
    let spec = hound::WavSpec { channels: 1, sample_rate: rate, bits_per_sample, sample_format };
    let mut writer = hound::WavWriter::create(path, spec).expect("a file in the temporary folder");
    for sample in samples {
        let value = (sample * 32768.0).round().clamp(-32768.0, 32767.0) as i16;
        writer.write_sample(value).expect("room for a sample");
    }
    writer.finalize().expect("room for the header");
}
