//! A file of any length and its channels.

use super::channels::{Relation, Sides};
use super::ear::Ear;
use super::{ChannelInspection, Inspection};
use crate::error::{Error, Result};
use crate::finding::{Finding, Kind};
use crate::signal::{Channel, OpenOptions, Stream, Warning};
use std::path::Path;

/// More channels are not inspected one by one.
const MOST_CHANNELS: usize = 16;

/// Inspects a file, block by block: every channel by itself, or the one that the options choose.
///
/// What comes from standard input or a pipe is inspected as the options say, as it can be read only once.
///
/// # Errors
/// Any [`Error`] about the file.
pub fn inspect_file(path: &Path, options: &OpenOptions) -> Result<Inspection> {
    let stream = Stream::open(path, options)?;
    let again = path != Path::new("-") && path.metadata().is_ok_and(|found| found.is_file());
    let channels = match (options.channel, channels(&stream)) {
        (Channel::Mono, 2..=MOST_CHANNELS) if again => {
            (1..=channels(&stream) as u16).map(Channel::Number).collect()
        }
        _ => Vec::new(),
    };
    if channels.is_empty() {
        return inspect_streams(vec![(options.channel.to_string(), stream)]);
    }
    let two = channels.len() == 2;
    let open = |channel: Channel| {
        let name = match channel {
            Channel::Number(1) if two => Channel::Left.to_string(),
            Channel::Number(2) if two => Channel::Right.to_string(),
            channel => channel.to_string(),
        };
        Ok((name, Stream::open(path, &OpenOptions { channel, ..*options })?))
    };
    inspect_streams(channels.into_iter().map(open).collect::<Result<_>>()?)
}

/// How many channels were mixed to a stream.
fn channels(stream: &Stream) -> usize {
    let mixed = stream.warnings().iter().find_map(|warning| match warning {
        Warning::MixedDown { channels } => Some(*channels),
        _ => None,
    });
    mixed.unwrap_or(1)
}

fn inspect_streams(mut streams: Vec<(String, Stream)>) -> Result<Inspection> {
    let sample_rate = streams[0].1.sample_rate();
    let mut ears: Vec<Ear> = streams.iter().map(|_| Ear::new(sample_rate)).collect();
    let mut sides = (streams.len() == 2).then(|| Sides::new(sample_rate));
    let mut blocks: Vec<Vec<f32>> = vec![Vec::new(); streams.len()];
    let (mut samples, mut more) = (0, true);
    while more {
        more = false;
        for ((_, stream), block) in streams.iter_mut().zip(&mut blocks) {
            block.clear();
            more |= stream.read(block)?;
        }
        samples += blocks[0].len();
        ears.iter_mut().zip(&blocks).for_each(|(ear, block)| ear.push(block));
        if let (Some(sides), [left, right]) = (&mut sides, blocks.as_slice()) {
            sides.push(left, right);
        }
    }
    if samples == 0 {
        return Err(Error::NoSamples { name: streams[0].1.name().to_owned() });
    }
    let mut warnings: Vec<String> = Vec::new();
    for warning in streams.iter().flat_map(|(_, stream)| stream.warnings()) {
        let said = format!("{}: {warning}", streams[0].1.name());
        if !warnings.contains(&said) {
            warnings.push(said);
        }
    }
    let names = streams.into_iter().map(|(name, _)| name);
    let mut channels: Vec<ChannelInspection> =
        names.zip(ears).map(|(name, ear)| ChannelInspection::of(name, ear.finish())).collect();
    if let (Some(sides), [left, right]) = (sides, channels.as_mut_slice()) {
        relate(sides.finish(), [left, right]);
    }
    let duration_s = samples as f64 / f64::from(sample_rate);
    Ok(Inspection { sample_rate, duration_s, channels, warnings })
}

/// Adds what two channels tell together.
fn relate(relation: Relation, channels: [&mut ChannelInspection; 2]) {
    let Relation::Sides(echoes) = relation else { return };
    let [left, right] = channels;
    let speech = [left.speaks(), right.speaks()];
    for (here, echo) in [&mut *left, &mut *right].into_iter().zip(echoes) {
        let Some(echo) = echo else { continue };
        here.measures.echo_ms = Some(echo.delay_ms);
        here.measures.echo_db = Some(echo.level_db);
        here.add(Finding::whole(Kind::Echo, echo.delay_ms, 0.9).with_second(echo.level_db));
    }
    let shares = [left, right].map(|side| (side.measures.speech_share, side));
    let [(left_share, left), (right_share, right)] = shares;
    for (here, other_speaks, share) in
        [(left, speech[1], right_share), (right, speech[0], left_share)]
    {
        if here.is_mute() && other_speaks {
            here.add(Finding::whole(Kind::OneWayCall, 100.0 * share, 0.9));
        }
    }
}
