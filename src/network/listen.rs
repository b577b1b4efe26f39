//! Listening to calls: their directions decoded, written as WAV, scored against prompts.

use super::call::{Call, StreamReport};
use super::decode::{Rendered, render};
use super::options::{Concealment, Options};
use super::playout::Design;
use super::sound::{Prompts, Receiver};
use super::wav;
use crate::error::Result;
use crate::model::ModelChoice;
use std::path::PathBuf;

/// What is done with the sound of calls; their analysis must have kept payloads.
#[derive(Debug, Clone)]
pub struct Listener {
    /// The prompts that may be played; without any, nothing is scored.
    pub prompts: Prompts,
    /// The model that scores.
    pub choice: ModelChoice,
    /// How gaps are filled.
    pub concealment: Concealment,
    /// The de-jitter buffer that the analysis played the sound in.
    pub buffer: Design,
    /// The folder in which directions are written as WAV.
    pub folder: Option<PathBuf>,
    listened: u64,
}

impl Listener {
    /// A listener to calls that are analysed with these options, who has heard nothing yet.
    pub fn new(prompts: Prompts, choice: ModelChoice, options: &Options) -> Self {
        let (concealment, buffer) = (options.concealment, options.plays_in);
        Self { prompts, choice, concealment, buffer, folder: None, listened: 0 }
    }

    /// Decodes a call's directions and tells what became of them in the call; the packets are let go.
    ///
    /// # Errors
    /// [`Error::Unwritable`](crate::Error::Unwritable) for the WAV files. What cannot be decoded or scored is no
    /// error: the direction's warnings say why.
    pub fn listen(&mut self, call: &mut Call) -> Result<()> {
        self.listened += 1;
        if self.prompts.lacks(call) {
            call.warnings.push("no prompt is named for it: not scored".to_owned());
        }
        let prompts = self.prompts.of(call);
        let mut sounds = Vec::new();
        for stream in call.streams.iter_mut() {
            let Some(material) = stream.recording.take() else { continue };
            if stream.encrypted {
                continue;
            }
            match render(&material, self.concealment) {
                Ok(rendered) => {
                    self.score(stream, &prompts, &rendered);
                    sounds.push(rendered);
                }
                Err(reason) => stream.warnings.push(reason.to_string()),
            }
        }
        self.write(call, &sounds)
    }

    fn score(&self, stream: &mut StreamReport, prompts: &[usize], rendered: &Rendered) {
        if prompts.is_empty() || stream.early_media {
            return;
        }
        let receiver = Receiver { concealment: self.concealment, buffer: self.buffer };
        match self.prompts.score(prompts, rendered, &self.choice, receiver) {
            Ok(Some(sound)) => stream.sound = Some(sound),
            Ok(None) => stream.warnings.push("it plays none of the prompts: not scored".to_owned()),
            Err(error) => stream.warnings.push(format!("not scored: {error}")),
        }
    }

    fn write(&self, call: &Call, sounds: &[Rendered]) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        // Names of calls are hostile text.
        let safe =
            |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
        let name: String = call.call_id.chars().take(40).map(safe).collect();
        let path = |end: &str| folder.join(format!("{:04}-{name}-{end}.wav", self.listened));
        for (index, rendered) in sounds.iter().enumerate() {
            wav::write(&path(&(index + 1).to_string()), rendered)?;
        }
        match sounds {
            [left, right] if left.rate_hz == right.rate_hz => {
                wav::write_stereo(&path("both"), left, right)
            }
            _ => Ok(()),
        }
    }
}
