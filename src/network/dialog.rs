//! One call as SIP tells it: who called whom, what was agreed, when it was answered and how it ended.

use super::rtp::Formats;
use super::sip::{Media, Message, QualityReport, SessionDescription, Start};
use std::net::{IpAddr, SocketAddr};

/// Addresses that are kept of one end: media moves with re-INVITEs and passes relays.
const MOST_ADDRESSES: usize = 16;

/// The end of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// Who called.
    Caller,
    /// Who was called.
    Callee,
}

impl End {
    /// The other end.
    pub fn other(self) -> Self {
        match self {
            Self::Caller => Self::Callee,
            Self::Callee => Self::Caller,
        }
    }
}

/// What one end says of itself.
#[derive(Debug, Clone, Default)]
pub struct Party {
    /// The user part of its address.
    pub user: Option<String>,
    /// Its User-Agent or Server.
    pub agent: Option<String>,
    /// Its newest description of sound.
    pub media: Option<Media>,
    /// Every address at which it wanted to receive RTP.
    pub addresses: Vec<SocketAddr>,
    /// Where its signalling came from.
    pub signals_from: Option<IpAddr>,
    /// Whether it has switched to fax (T.38).
    pub fax: bool,
}

/// A call.
#[derive(Debug, Clone)]
pub struct Dialog {
    /// Its Call-ID.
    pub call_id: String,
    /// When the first message was seen, in ns since 1970.
    pub invited_ns: i64,
    /// When it was answered.
    pub answered_ns: Option<i64>,
    /// When it ended.
    pub ended_ns: Option<i64>,
    /// When the last message was seen.
    pub last_ns: i64,
    /// Whether sound was agreed on before the answer.
    pub early: bool,
    /// Who ended it.
    pub ended_by: Option<End>,
    /// The final status where it failed, and what was said with it.
    pub failure: Option<(u16, String)>,
    /// The Reason header of its end.
    pub reason: Option<String>,
    /// What ends reported of it (RFC 6035).
    pub reports: Vec<QualityReport>,
    /// Whether the caller put it on hold, or the callee did, at any time.
    pub held: bool,
    caller_tag: Option<String>,
    caller: Party,
    callee: Party,
}

impl Dialog {
    /// A call that begins with this message.
    pub fn of(call_id: &str, message: &Message, time_ns: i64) -> Self {
        Self {
            call_id: call_id.to_owned(),
            invited_ns: time_ns,
            answered_ns: None,
            ended_ns: None,
            last_ns: time_ns,
            early: false,
            ended_by: None,
            failure: None,
            reason: None,
            reports: Vec::new(),
            held: false,
            caller_tag: message.tag("from").map(str::to_owned),
            caller: Party { user: message.user("from"), ..Party::default() },
            callee: Party { user: message.user("to"), ..Party::default() },
        }
    }

    /// What an end says of itself.
    pub fn party(&self, end: End) -> &Party {
        match end {
            End::Caller => &self.caller,
            End::Callee => &self.callee,
        }
    }

    fn party_mut(&mut self, end: End) -> &mut Party {
        match end {
            End::Caller => &mut self.caller,
            End::Callee => &mut self.callee,
        }
    }

    /// Takes a message of this call; says whether it describes media anew.
    pub fn take(&mut self, message: &Message, from: IpAddr, time_ns: i64) -> bool {
        self.last_ns = self.last_ns.max(time_ns);
        let from_caller = message.tag("from").map(str::to_owned) == self.caller_tag;
        let is_request = matches!(message.start, Start::Request { .. });
        let sender = if from_caller == is_request { End::Caller } else { End::Callee };
        self.party_mut(sender).signals_from = Some(from);
        let agent = message.header(if is_request { "user-agent" } else { "server" });
        let agent = agent.or(message.header("user-agent"));
        if let Some(agent) = agent {
            self.party_mut(sender).agent.get_or_insert_with(|| agent.to_owned());
        }
        let description = message.body("application/sdp").map(SessionDescription::parse);
        let described = description.is_some_and(|description| self.describe(sender, &description));
        match &message.start {
            Start::Request { method } => self.requested(method, sender, message, time_ns),
            Start::Response { status, reason } => {
                self.early |= described && (101..200).contains(status);
                if message.method() == Some("INVITE") {
                    self.responded(*status, reason, time_ns);
                }
            }
        }
        described
    }

    /// Takes an end's report on the call; ends report at most a few times.
    pub fn report(&mut self, report: QualityReport) {
        const MOST_REPORTS: usize = 64;
        if self.reports.len() < MOST_REPORTS {
            self.reports.push(report);
        }
    }

    fn requested(&mut self, method: &str, sender: End, message: &Message, time_ns: i64) {
        if matches!(method, "BYE" | "CANCEL") && self.ended_ns.is_none() {
            self.ended_ns = Some(time_ns);
            self.ended_by = Some(sender);
            self.reason = message.header("reason").map(str::to_owned);
            if method == "CANCEL" && self.answered_ns.is_none() {
                self.failure = Some((487, "cancelled".to_owned()));
            }
        }
    }

    fn responded(&mut self, status: u16, reason: &str, time_ns: i64) {
        match status {
            200..300 => {
                self.answered_ns.get_or_insert(time_ns);
            }
            // Asked again, with proof of who asks or with another address.
            300..=399 | 401 | 407 | 422 | 494 => {}
            400.. if self.answered_ns.is_none() && self.ended_ns.is_none() => {
                self.ended_ns = Some(time_ns);
                self.failure = Some((status, reason.to_owned()));
            }
            _ => {}
        }
    }

    fn describe(&mut self, end: End, description: &SessionDescription) -> bool {
        let fax = description.media.iter().any(|media| media.kind == "image");
        let party = self.party_mut(end);
        party.fax |= fax;
        let Some(audio) = description.audio() else { return false };
        let held = !(audio.receives() && audio.sends());
        if let Some(address) = audio.address
            && !party.addresses.contains(&address)
            && party.addresses.len() < MOST_ADDRESSES
        {
            party.addresses.push(address);
        }
        party.media = Some(audio.clone());
        self.held |= held;
        true
    }

    /// The end that would hear a stream between these hosts, where no description says where media goes.
    pub fn hears_between(&self, source: IpAddr, destination: IpAddr) -> Option<End> {
        if self.caller.media.is_some() || self.callee.media.is_some() || self.ended_ns.is_some() {
            return None;
        }
        let (caller, callee) = (self.caller.signals_from?, self.callee.signals_from?);
        let both = |host| host == caller || host == callee;
        let hears = if destination == callee { End::Callee } else { End::Caller };
        (both(source) && both(destination)).then_some(hears)
    }

    /// What payload types stand for in packets to an end.
    pub fn formats_towards(&self, end: End) -> Formats {
        let mut formats = Formats::default();
        for end in [end.other(), end] {
            if let Some(media) = &self.party(end).media {
                formats.update(&media.formats);
            }
        }
        formats
    }

    /// Whether sound should go to an end: agreed by both, not on hold, no fax.
    pub fn should_hear(&self, end: End) -> bool {
        let (hears, speaks) = (self.party(end), self.party(end.other()));
        let receives = hears.media.as_ref().is_some_and(Media::receives);
        let sends = speaks.media.as_ref().is_some_and(Media::sends);
        receives && sends && !hears.fax && !speaks.fax && !self.held
    }
}
