//! A call under way, and what is told of it when it ends.

use super::call::{Call, OneWay, State, StreamReport, iso_8601};
use super::candidates::Key;
use super::dialog::{Dialog, End};
use super::emodel::Scale;
use super::options::Options;
use super::report_stream::{self, Context};
use super::rtcp::Item;
use super::rtp::Stream;
use super::told::{SenderReports, Told};
use rustc_hash::FxHashMap;
use std::net::SocketAddr;

/// How a stream belongs to its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// The end that hears it; none without signalling.
    pub towards: Option<End>,
    /// Whether it goes where that end wanted it.
    pub agreed: bool,
}

/// A call that has not ended.
pub struct Open {
    /// When its first packet was seen, in ns since 1970.
    pub started_ns: i64,
    /// Its signalling.
    pub dialog: Option<Dialog>,
    /// Its two addresses in order, where there is no signalling.
    pub addresses: Option<(SocketAddr, SocketAddr)>,
    /// Its streams.
    pub streams: Vec<(Key, Leg)>,
    /// Its streams before the answer.
    pub early: Vec<(Key, Leg, Stream)>,
    /// Ends whose hosts answered that a port cannot be reached.
    pub unreachable: Vec<End>,
    /// Sender reports that passed.
    pub sender_reports: SenderReports,
    told: FxHashMap<Key, Told>,
}

/// A direction without packets is told from this length of a call on, in seconds.
const ONE_WAY_S: f64 = 3.0;

impl Open {
    /// A call that is being set up.
    pub fn of(dialog: Dialog) -> Self {
        let started_ns = dialog.invited_ns;
        Self { dialog: Some(dialog), ..Self::starting(started_ns) }
    }

    /// A call of which only streams were captured.
    pub fn without_signalling(addresses: (SocketAddr, SocketAddr), started_ns: i64) -> Self {
        Self { addresses: Some(addresses), ..Self::starting(started_ns) }
    }

    fn starting(started_ns: i64) -> Self {
        Self {
            started_ns,
            dialog: None,
            addresses: None,
            streams: Vec::new(),
            early: Vec::new(),
            unreachable: Vec::new(),
            sender_reports: SenderReports::default(),
            told: FxHashMap::default(),
        }
    }

    /// Notes what an end reports of a stream.
    pub fn told(&mut self, key: Key, item: &Item, clock_hz: Option<u32>, time_ns: i64) {
        match item {
            Item::Receiver(report) => {
                let loop_ms = self.sender_reports.loop_ms(report, time_ns);
                self.told.entry(key).or_default().report(report, clock_hz, loop_ms);
            }
            Item::Voice { metrics, .. } => {
                self.told.entry(key).or_default().voice = Some(metrics.clone());
            }
            Item::Sender { .. } | Item::Bye { .. } => {}
        }
    }

    /// What is told of the call, now that it has ended.
    pub fn report(
        mut self,
        streams: Vec<(Key, Leg, Stream)>,
        capture: &str,
        options: &Options,
    ) -> Call {
        let early = std::mem::take(&mut self.early);
        let all = || early.iter().chain(&streams).map(|(_, _, stream)| stream);
        let signalled_ns = self.dialog.as_ref().map(|dialog| dialog.last_ns);
        let last_ns = all().map(|stream| stream.last_ns).chain(signalled_ns).max();
        let first_ns = all().map(|stream| stream.first_ns).chain([self.started_ns]).min();
        let started_ns = first_ns.unwrap_or(self.started_ns);
        let last_ns = last_ns.unwrap_or(started_ns);
        let round_trip_ms = self.round_trip_ms(&streams);
        let mut reports = Vec::new();
        let phases = [(early, true), (streams, false)];
        for (key, leg, stream, early_media) in phases.into_iter().flat_map(|(streams, early)| {
            streams.into_iter().map(move |(key, leg, stream)| (key, leg, stream, early))
        }) {
            let speaker = leg.towards.map(End::other);
            let party = self.dialog.as_ref().zip(speaker).map(|(dialog, end)| dialog.party(end));
            let context = Context {
                started_ns,
                early_media,
                user_agent: party.and_then(|party| party.agent.clone()),
                encrypted: party
                    .and_then(|party| party.media.as_ref())
                    .is_some_and(|media| media.security == super::sip::Security::Srtp),
                agreed: leg.agreed,
                other_port: self.is_other_port(key, leg),
                round_trip_ms,
                told: if early_media { None } else { self.told.remove(&key) },
            };
            reports.push(report_stream::report(key, stream, context, options));
        }
        reports.extend(self.silent_directions(last_ns, options));
        let mut warnings = Vec::new();
        self.notice_one_way(&mut reports, last_ns - started_ns, &mut warnings);
        self.notice_scales(&reports, &mut warnings);
        let hashed =
            |user: Option<String>| super::hashing::user(user, options.hash_salt.as_deref());
        let user = |end: End| {
            hashed(self.dialog.as_ref().and_then(|dialog| dialog.party(end).user.clone()))
        };
        let setup_ns = |dialog: &Dialog| Some(dialog.answered_ns? - dialog.invited_ns);
        Call {
            call_id: self.call_id(started_ns),
            capture: capture.to_owned(),
            started: started_ns,
            duration_s: (last_ns - started_ns) as f64 * 1e-9,
            state: self.state(),
            reason: self.reason(),
            setup_s: self.dialog.as_ref().and_then(setup_ns).map(|ns| ns as f64 * 1e-9),
            from: user(End::Caller),
            to: user(End::Callee),
            round_trip_ms,
            endpoint_reports: self.dialog.map(|dialog| dialog.reports).unwrap_or_default(),
            streams: reports,
            warnings,
        }
    }

    fn call_id(&self, started_ns: i64) -> String {
        match (&self.dialog, self.addresses) {
            (Some(dialog), _) => dialog.call_id.clone(),
            (None, Some((one, other))) => format!("{one}-{other}@{}", iso_8601(started_ns)),
            (None, None) => iso_8601(started_ns),
        }
    }

    fn state(&self) -> State {
        let Some(dialog) = &self.dialog else { return State::WithoutSignalling };
        match (dialog.answered_ns, dialog.ended_ns, &dialog.failure) {
            (None, _, Some(_)) => State::Failed,
            (None, _, None) => State::Unanswered,
            (Some(_), Some(_), _) => State::Completed,
            (Some(_), None, _) => State::Answered,
        }
    }

    fn reason(&self) -> Option<String> {
        let dialog = self.dialog.as_ref()?;
        let failure = dialog.failure.as_ref().filter(|_| dialog.answered_ns.is_none());
        failure.map(|(status, reason)| format!("{status} {reason}")).or(dialog.reason.clone())
    }

    /// Whether a stream reaches the right host at another port than was agreed on.
    fn is_other_port(&self, key: Key, leg: Leg) -> bool {
        let Some((dialog, end)) = self.dialog.as_ref().zip(leg.towards) else { return false };
        let addresses = &dialog.party(end).addresses;
        !leg.agreed && addresses.iter().any(|address| address.ip() == key.0.ip())
    }

    /// The loops from the capture to either end and back, together.
    fn round_trip_ms(&self, streams: &[(Key, Leg, Stream)]) -> Option<f64> {
        let mut ends: Vec<(std::net::IpAddr, u16, f64)> = Vec::new();
        for (key, _, _) in streams {
            if let Some(loop_ms) = self.told.get(key).and_then(|told| told.loop_ms) {
                ends.push((key.0.ip(), key.0.port(), loop_ms));
            }
        }
        match ends.as_slice() {
            [one, other] if (one.0, one.1) != (other.0, other.1) => Some(one.2 + other.2),
            _ => None,
        }
    }

    /// Directions in which sound was agreed on and none was sent.
    fn silent_directions(&self, last_ns: i64, options: &Options) -> Vec<StreamReport> {
        let Some(dialog) = &self.dialog else { return Vec::new() };
        let Some(answered_ns) = dialog.answered_ns else { return Vec::new() };
        let talked_ns = dialog.ended_ns.unwrap_or(last_ns) - answered_ns;
        let heard = |end: End| self.streams.iter().any(|(_, leg)| leg.towards == Some(end));
        [End::Caller, End::Callee]
            .into_iter()
            .filter(|end| talked_ns as f64 * 1e-9 >= ONE_WAY_S && dialog.should_hear(*end))
            .filter(|end| !heard(*end))
            .filter_map(|end| {
                let (hears, speaks) = (dialog.party(end), dialog.party(end.other()));
                let destination = hears.media.as_ref()?.address?;
                let source = speaks.media.as_ref().and_then(|media| media.address);
                let kind = match self.unreachable.contains(&end) {
                    true => OneWay::Unreachable,
                    false => OneWay::NoPackets,
                };
                let agent = speaks.agent.clone();
                Some(report_stream::silent(source, destination, agent, kind, options))
            })
            .collect()
    }

    fn notice_one_way(
        &self,
        reports: &mut [StreamReport],
        duration_ns: i64,
        warnings: &mut Vec<String>,
    ) {
        let call: Vec<_> = reports.iter().filter(|report| !report.early_media).collect();
        let alone = self.dialog.is_none()
            && call.iter().all(|report| report.source == call[0].source)
            && duration_ns as f64 * 1e-9 >= ONE_WAY_S;
        if alone && !call.is_empty() {
            warnings.push("one direction only is in the capture".to_owned());
        }
        let silent = reports.iter().filter(|report| report.one_way.is_some()).count();
        if silent > 0 {
            warnings.push("one-way audio: a direction is silent".to_owned());
        }
        if let Some(dialog) = &self.dialog {
            if dialog.answered_ns.is_some() && dialog.ended_ns.is_none() {
                warnings.push("its end is not in the capture".to_owned());
            }
            let fax = [End::Caller, End::Callee].iter().any(|end| dialog.party(*end).fax);
            if fax {
                warnings.push("it switched to fax (T.38), which is not judged".to_owned());
            }
        }
    }

    /// Estimates on different scales must not be compared.
    fn notice_scales(&self, reports: &[StreamReport], warnings: &mut Vec<String>) {
        let mut scales: Vec<Scale> = reports.iter().filter_map(|report| report.scale).collect();
        scales.sort_unstable();
        scales.dedup();
        if scales.len() > 1 {
            warnings.push("its directions are on different scales: do not compare them".to_owned());
        }
    }
}
