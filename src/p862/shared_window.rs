//! The window of the fine alignment as the reference program sees it while it splits utterances.
//!
//! There the window and the output of the envelope correlations share memory: the window stands at an offset behind the
//! address that every correlation is written to, so long correlations overwrite its start.
//! The splits of long utterances depend on it, and scores equal to the reference program's need the same ones.

use super::setup::Setup;
use crate::dsp::window::hann;
use std::sync::Arc;

/// A Hann window, of which correlations may have overwritten the start.
pub(super) struct SharedWindow {
    clean: Arc<[f32]>,
    values: Vec<f32>,
    /// Values between the start of every correlation and that of the window.
    offset: usize,
    overwritten: bool,
}

impl SharedWindow {
    /// The window of a frame of the fine alignment.
    pub fn new(setup: Setup) -> Self {
        let length = setup.rate.align_fft;
        let [ffts, values] = setup.p.splitting.window_offset;
        let clean = hann(length);
        let offset = ffts * length + values;
        Self { values: clean.to_vec(), clean, offset, overwritten: false }
    }

    /// The weights of a frame's samples.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Whether a correlation has overwritten any of them.
    pub fn is_overwritten(&self) -> bool {
        self.overwritten
    }

    /// Makes the window anew; returns whether it had been overwritten.
    pub fn restore(&mut self) -> bool {
        self.values.copy_from_slice(&self.clean);
        std::mem::take(&mut self.overwritten)
    }

    /// How many values of the window a correlation of `length` values overwrites.
    pub fn written(&self, length: usize) -> usize {
        length.saturating_sub(self.offset).min(self.clean.len())
    }

    /// Overwrites the window with what `correlation` has behind the offset.
    pub fn overwrite(&mut self, correlation: &[f32]) {
        let beyond = correlation.get(self.offset..).unwrap_or_default();
        self.overwritten |= !beyond.is_empty();
        for (value, written) in self.values.iter_mut().zip(beyond) {
            *value = *written;
        }
    }
}
