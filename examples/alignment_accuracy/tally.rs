//! What was found, summed up over recordings.

/// More error than this is wrong, in ms.
const TOLERATED_MS: f64 = 2.0;

/// What was found for one call.
pub struct Outcome {
    /// Error at each 10 ms of active speech, in ms; none where the speech is said to be unheard.
    pub errors_ms: Vec<Option<f64>>,
    pub segments_off: bool,
    pub found_ppm: f64,
    pub true_ppm: f64,
    pub confidence: f64,
    pub elapsed_s: f64,
    pub duration_s: f64,
}

impl Outcome {
    fn wrong(&self) -> usize {
        let wrong = |error: &&Option<f64>| error.is_none_or(|ms| ms > TOLERATED_MS);
        self.errors_ms.iter().filter(wrong).count()
    }

    /// Whether more than 2 % of the speech is off.
    pub fn is_bad(&self) -> bool {
        50 * self.wrong() > self.errors_ms.len()
    }

    /// In ppm where there is no drift, else in per cent of it; none where there is none and none was found.
    fn drift_error(&self) -> Option<f64> {
        let error = self.found_ppm - self.true_ppm;
        if self.true_ppm != 0.0 {
            return Some(error / self.true_ppm.abs() * 100.0);
        }
        (error != 0.0).then_some(error)
    }
}

/// One manipulation of all recordings.
pub struct Tally {
    pub name: &'static str,
    calls: usize,
    bad: Vec<String>,
    errors_ms: Vec<f64>,
    lost: usize,
    segments_off: usize,
    drift_errors: Vec<f64>,
    elapsed_s: f64,
    duration_s: f64,
}

impl Tally {
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            calls: 0,
            bad: Vec::new(),
            errors_ms: Vec::new(),
            lost: 0,
            segments_off: 0,
            drift_errors: Vec::new(),
            elapsed_s: 0.0,
            duration_s: 0.0,
        }
    }

    pub fn add(&mut self, recording: &str, own_delay_s: f64, outcome: Outcome) {
        self.calls += 1;
        self.lost += outcome.errors_ms.iter().filter(|error| error.is_none()).count();
        self.segments_off += usize::from(outcome.segments_off);
        self.drift_errors.extend(outcome.drift_error());
        self.elapsed_s += outcome.elapsed_s;
        self.duration_s += outcome.duration_s;
        if outcome.is_bad() {
            self.bad.push(format!(
                "{recording}: {} of {} wrong, delay before {:.1} ms, confidence {:.2}, drift {:.0} ppm",
                outcome.wrong(),
                outcome.errors_ms.len(),
                own_delay_s * 1e3,
                outcome.confidence,
                outcome.found_ppm
            ));
        }
        self.errors_ms.extend(outcome.errors_ms.into_iter().flatten());
    }

    /// One line for the manipulation, and one for each call of which more than 2 % is off.
    pub fn print(&mut self) {
        self.errors_ms.sort_by(f64::total_cmp);
        self.drift_errors.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
        let quantile = |values: &[f64], share: f64| {
            let index = (values.len().saturating_sub(1) as f64 * share) as usize;
            values.get(index).copied().unwrap_or(0.0)
        };
        let placed = self.errors_ms.len().max(1) as f64;
        let wrong = self.errors_ms.iter().filter(|error| **error > TOLERATED_MS).count();
        println!(
            "{:22} calls {:4} bad {:3} | error ms: median {:.3} 95% {:.3} 99% {:.3} max {:8.2} | >2ms {:.2}% lost {:.2}% | segment count off {:3} | drift error n {:3} median {:.2} 95% {:.2} max {:.2} | {:.0} times real time",
            self.name,
            self.calls,
            self.bad.len(),
            quantile(&self.errors_ms, 0.5),
            quantile(&self.errors_ms, 0.95),
            quantile(&self.errors_ms, 0.99),
            quantile(&self.errors_ms, 1.0),
            100.0 * wrong as f64 / placed,
            100.0 * self.lost as f64 / placed,
            self.segments_off,
            self.drift_errors.len(),
            quantile(&self.drift_errors, 0.5),
            quantile(&self.drift_errors, 0.95),
            quantile(&self.drift_errors, 1.0),
            self.duration_s / self.elapsed_s
        );
        self.bad.iter().for_each(|bad| println!("      {bad}"));
    }
}
