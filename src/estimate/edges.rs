//! Windows that overlap, with the work that they share done once.
//!
//! A convolution does the same wherever it is, but near the ends of a window, behind which it takes zeros. So the steps
//! in the middle of all windows come out of one long stretch, and each window only has its own few steps at the ends.

use super::adapter::Shared;
use super::network::{Network, Values};
use crate::error::Result;
use tract_onnx::pb::ModelProto;

/// So many windows are done at once, and so many frames.
const MOST_WINDOWS: usize = 64;
const CHUNK_STEPS: usize = 100;

/// The parts of a network whose beginning windows share.
pub(super) struct Divided {
    shared: Shared,
    body: Network,
    head: Network,
}

/// Steps of the body's output by channel, step and bin.
struct Steps {
    channels: usize,
    bins: usize,
    /// One vector a step, channel by channel.
    steps: Vec<Vec<f32>>,
}

impl Divided {
    pub fn new(name: &str, whole: &ModelProto, shared: &Shared, output: &str) -> Result<Self> {
        let body = Network::between(name, whole, &[&shared.input], &[&shared.output])?;
        let head = Network::between(name, whole, &[&shared.output], &[output])?;
        Ok(Self { shared: shared.clone(), body, head })
    }

    /// Whether windows of so many samples, so many apart, lie on common steps.
    pub fn suits(&self, length: usize, hop: usize) -> bool {
        let Shared { frame_length, frame_hop, frames_per_step, edge_steps, .. } = self.shared;
        let frames = (length.saturating_sub(frame_length)) / frame_hop + 1;
        hop.is_multiple_of(frame_hop * frames_per_step)
            && frames.is_multiple_of(frames_per_step)
            && frames > 8 * edge_steps * frames_per_step
    }

    /// The output for windows of so many samples that start there.
    pub fn outputs(
        &self,
        samples: &[f32],
        starts: &[usize],
        length: usize,
    ) -> Result<Vec<Vec<f32>>> {
        let mut outputs = Vec::new();
        for starts in starts.chunks(MOST_WINDOWS) {
            self.group(samples, starts, length, &mut outputs)?;
        }
        Ok(outputs)
    }

    fn group(
        &self,
        samples: &[f32],
        starts: &[usize],
        length: usize,
        outputs: &mut Vec<Vec<f32>>,
    ) -> Result<()> {
        let Shared { frame_length, frame_hop, frames_per_step, edge_steps: edge, .. } = self.shared;
        let frames = (length - frame_length) / frame_hop + 1;
        let (count, step) = (frames / frames_per_step, frame_hop * frames_per_step);
        let [first, last] = [starts[0], starts[starts.len() - 1]];
        let total = (last - first) / step + count;
        // The steps at the ends of the stretch are those of the first and the last window.
        let mut middle: Vec<Vec<f32>> = Vec::with_capacity(total);
        let (mut channels, mut bins) = (1, 1);
        let mut next = 0;
        while next < total {
            let end = (next + CHUNK_STEPS).min(total);
            let (from, to) = (next.saturating_sub(edge), (end + edge).min(total));
            let steps = self.body(&samples[first + from * step..], to - from)?;
            (channels, bins) = (steps.channels, steps.bins);
            middle.extend(steps.steps.into_iter().skip(next - from).take(end - next));
            next = end;
        }
        for &start in starts {
            let at = (start - first) / step;
            let mut steps = middle[at..at + count].to_vec();
            if at > 0 {
                let own = self.body(&samples[start..], 2 * edge)?;
                steps.splice(..edge, own.steps.into_iter().take(edge));
            }
            if at + count < total {
                let own = self.body(&samples[start + (count - 2 * edge) * step..], 2 * edge)?;
                steps.splice(count - edge.., own.steps.into_iter().skip(edge));
            }
            let whole = Steps { channels, bins, steps }.values();
            let output = self.head.run(vec![whole])?;
            outputs.push(output.into_iter().next().map(|output| output.values).unwrap_or_default());
        }
        Ok(())
    }

    /// The body's output for so many steps from the first sample on, with silence, as the network has it, around.
    fn body(&self, samples: &[f32], steps: usize) -> Result<Steps> {
        let Shared { frame_length, frame_hop, frames_per_step, .. } = self.shared;
        let frames = steps * frames_per_step;
        let mut values = Vec::with_capacity(frames * frame_length);
        for frame in 0..frames {
            values.extend_from_slice(&samples[frame * frame_hop..][..frame_length]);
        }
        let input = Values { shape: vec![1, frames, frame_length], values };
        let output = self.body.run(vec![input])?.into_iter().next();
        let Values { shape, values } = output.unwrap_or(Values { shape: vec![], values: vec![] });
        let [channels, bins] = [shape.get(1), shape.get(3)].map(|size| size.copied().unwrap_or(1));
        let of_step = |step: usize| {
            let mut own = Vec::with_capacity(channels * bins);
            for channel in 0..channels {
                own.extend_from_slice(&values[(channel * steps + step) * bins..][..bins]);
            }
            own
        };
        Ok(Steps { channels, bins, steps: (0..steps).map(of_step).collect() })
    }
}

impl Steps {
    /// As the head takes them: channel by channel.
    fn values(&self) -> Values {
        let Self { channels, bins, steps } = self;
        let mut values = Vec::with_capacity(channels * bins * steps.len());
        for channel in 0..*channels {
            steps
                .iter()
                .for_each(|step| values.extend_from_slice(&step[channel * bins..][..*bins]));
        }
        Values { shape: vec![1, *channels, steps.len(), *bins], values }
    }
}
