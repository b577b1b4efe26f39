//! Hum in a recording of any length, stretch by stretch.

use crate::diagnosis::hum::Hum;

/// Length of a stretch in which lines are looked for, in seconds.
const STRETCH_S: f64 = 30.0;
/// Hum is there at all times: a line has at least what it has but for this share of the frames. In voices some frames are
/// without any line.
const ALL_BUT: f64 = 0.05;
/// Hum that is further below the speech is not worth a word, in dB.
const AUDIBLE_DB: f64 = 42.0;

/// Gathers stretches, and what hums in them.
pub(super) struct Mains {
    sample_rate: u32,
    gathered: Vec<f32>,
    stretches: usize,
    hums: Vec<Hum>,
}

impl Mains {
    pub fn new(sample_rate: u32) -> Self {
        Self { sample_rate, gathered: Vec::new(), stretches: 0, hums: Vec::new() }
    }

    /// Takes the next samples.
    pub fn push(&mut self, samples: &[f32]) {
        self.gathered.extend_from_slice(samples);
        let stretch = (STRETCH_S * f64::from(self.sample_rate)) as usize;
        // Twice as much, so that the last one is never too short to tell.
        while self.gathered.len() >= 2 * stretch {
            self.look(stretch);
        }
    }

    fn look(&mut self, length: usize) {
        let lines = Hum::steady_in(&self.gathered[..length], self.sample_rate, ALL_BUT);
        let hum = lines.into_iter().filter(is_hum);
        self.hums.extend(hum.max_by(|a, b| a.level_dbov.total_cmp(&b.level_dbov)));
        self.stretches += 1;
        self.gathered.drain(..length);
    }

    /// The hum that is there in most stretches, at its median level, if it is heard beside speech of a level in dBov.
    pub fn finish(mut self, speech_dbov: f64) -> Option<Hum> {
        self.look(self.gathered.len());
        let stretches = self.stretches;
        let of = |mains_hz: f64| {
            let own = self.hums.iter().filter(|hum| hum.mains_hz == mains_hz);
            let mut own: Vec<Hum> = own.cloned().collect();
            own.sort_by(|a, b| a.level_dbov.total_cmp(&b.level_dbov));
            (2 * own.len() > stretches).then(|| own.swap_remove(own.len() / 2))
        };
        let hum = of(50.0).or_else(|| of(60.0))?;
        (speech_dbov - hum.level_dbov < AUDIBLE_DB).then_some(hum)
    }
}

/// Whether lines are more than one by chance: the mains with a low harmonic, or without it, as through a telephone, two.
fn is_hum(hum: &Hum) -> bool {
    let has = |harmonic: usize| hum.harmonics.contains(&harmonic);
    has(1) && (has(2) || has(3)) || has(2) && (has(3) || has(4))
}
