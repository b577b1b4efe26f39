//! From packets to calls, as they come: what is finished is handed over, so that memory follows the open calls.

use super::call::Call;
use super::candidates::{Candidates, Key};
use super::capture::Packet;
use super::dialog::{Dialog, End};
use super::endpoints::{Endpoints, Number};
use super::layers::{Content, Datagram, Layers, Unreachable};
use super::open_call::{Leg, Open};
use super::options::Options;
use super::rtcp::{self, Item};
use super::rtp::{Formats, Header, Held, Seen, Stream, is_rtcp};
use super::sip::{Connections, Message, QualityReport, Start, starts_message};
use rustc_hash::{FxHashMap, FxHashSet};
use std::net::{IpAddr, SocketAddr};

/// How long after its end a call may still be reported on, in ns.
const LINGER_NS: i64 = 5_000_000_000;
/// How long a call without signalling may be silent.
const IDLE_NS: i64 = 60_000_000_000;
/// How long an answered call may be silent before its end is given up.
const ANSWERED_IDLE_NS: i64 = 600_000_000_000;
/// How often finished calls are looked for.
const SWEEP_NS: i64 = 1_000_000_000;

/// A stream under way.
struct Running {
    stream: Stream,
    formats: Formats,
    call: Number,
}

/// Takes the packets of one capture, or of several that follow on one another, and hands over calls.
pub struct Analysis {
    capture: String,
    options: Options,
    layers: Layers,
    connections: Connections,
    candidates: Candidates,
    streams: FxHashMap<Key, Running>,
    calls: FxHashMap<Number, Open>,
    by_call_id: FxHashMap<String, Number>,
    /// Where ends of calls want to receive, and which end that is.
    endpoints: Endpoints,
    /// Calls of which no description of media was captured yet.
    undescribed: FxHashSet<Number>,
    /// Streams of calls without signalling, by where they go.
    strangers: FxHashMap<SocketAddr, Vec<Key>>,
    /// Where they want RTCP that is not beside it, and whose call that is.
    control: FxHashMap<SocketAddr, Number>,
    /// Calls without signalling, by their two addresses in order.
    by_addresses: FxHashMap<(SocketAddr, SocketAddr), Number>,
    next_number: Number,
    now_ns: i64,
    swept_ns: i64,
}

impl Analysis {
    /// An analysis of a capture of that name.
    pub fn new(capture: &str, options: Options) -> Self {
        Self {
            capture: capture.to_owned(),
            options,
            layers: Layers::default(),
            connections: Connections::default(),
            candidates: Candidates::default(),
            streams: FxHashMap::default(),
            calls: FxHashMap::default(),
            by_call_id: FxHashMap::default(),
            endpoints: Endpoints::default(),
            undescribed: FxHashSet::default(),
            strangers: FxHashMap::default(),
            control: FxHashMap::default(),
            by_addresses: FxHashMap::default(),
            next_number: 0,
            now_ns: i64::MIN,
            swept_ns: i64::MIN,
        }
    }

    /// Takes the next packet; hands over the calls that have ended.
    pub fn take(&mut self, packet: Packet, call: &mut dyn FnMut(Call)) {
        let time_ns = packet.time_ns;
        self.now_ns = self.now_ns.max(time_ns);
        // The layers remember fragments, and what they find changes everything else.
        let mut layers = std::mem::take(&mut self.layers);
        layers.take(packet.link_type, packet.data, |content| match content {
            Content::Udp(datagram) => self.datagram(&datagram, time_ns),
            Content::Tcp(segment) => {
                let mut connections = std::mem::take(&mut self.connections);
                let from = segment.source.ip();
                connections.take(&segment, |message| self.message(message, from, time_ns));
                self.connections = connections;
            }
            Content::Unreachable(unreachable) => self.unreachable(unreachable),
        });
        self.layers = layers;
        if self.now_ns.saturating_sub(self.swept_ns) >= SWEEP_NS {
            self.swept_ns = self.now_ns;
            self.sweep(call);
        }
    }

    /// Hands over what is still open, in the order of time; how many packets of a capture were lost before it was
    /// written stands in its ending.
    pub fn finish(mut self, call: &mut dyn FnMut(Call)) {
        let mut open: Vec<_> =
            self.calls.iter().map(|(number, open)| (open.started_ns, *number)).collect();
        open.sort_unstable();
        for (_, number) in open {
            self.close(number, call);
        }
    }

    fn datagram(&mut self, datagram: &Datagram, time_ns: i64) {
        let payload = datagram.payload;
        if payload.first().is_some_and(|first| first >> 6 == 2) {
            if is_rtcp(payload) {
                return self.control(datagram, time_ns);
            }
            if let Some(header) = Header::parse(payload, datagram.payload_bytes) {
                self.rtp(datagram, header, time_ns);
            }
        } else if starts_message(payload) {
            self.message(payload, datagram.source.ip(), time_ns);
        }
    }

    fn rtp(&mut self, datagram: &Datagram, header: Header, time_ns: i64) {
        let key = (datagram.destination, header.ssrc);
        let seen = Seen { time_ns, source: datagram.source, header, network: datagram.network };
        if let Some(running) = self.streams.get_mut(&key) {
            return running.stream.take(&seen, &running.formats);
        }
        let expected = self.endpoints.get(&datagram.destination).is_some()
            || self.endpoints.get(&datagram.source).is_some();
        if let Some(held) = self.candidates.take(key, &seen, expected) {
            self.begin(key, &held);
        }
    }

    /// Begins a stream with the packets that made it believable.
    fn begin(&mut self, key: Key, held: &[Held]) {
        let Some(first) = held.first().map(Held::seen) else { return };
        let (call, leg) = self.belongs(key.0, first.source, first.time_ns);
        let Some(open) = self.calls.get_mut(&call) else { return };
        let formats = match (&open.dialog, leg.towards) {
            (Some(dialog), Some(end)) => dialog.formats_towards(end),
            _ => Formats::default(),
        };
        open.streams.push((key, leg));
        if open.dialog.is_none() {
            self.strangers.entry(key.0).or_default().push(key);
        }
        let options = &self.options;
        let mut stream = Stream::starting(
            &first,
            &options.buffers,
            options.resynchronize_after,
            options.keeps_payloads.then_some(options.plays_in),
        );
        held.iter().for_each(|held| stream.take(&held.seen(), &formats));
        self.streams.insert(key, Running { stream, formats, call });
    }

    /// The call that a stream between two addresses belongs to, and how that is known.
    fn belongs(
        &mut self,
        destination: SocketAddr,
        source: SocketAddr,
        time_ns: i64,
    ) -> (Number, Leg) {
        if let Some((call, end)) = self.endpoints.get(&destination) {
            return (call, Leg { towards: Some(end), agreed: true });
        }
        // Relays and address translation change where a stream goes, but rarely where it comes from.
        if let Some((call, end)) = self.endpoints.get(&source) {
            return (call, Leg { towards: Some(end.other()), agreed: false });
        }
        let by_ports = self.endpoints.at_port(destination.port()).find(|(call, end)| {
            let dialog = self.calls.get(call).and_then(|open| open.dialog.as_ref());
            let others = dialog.map(|dialog| dialog.party(end.other()).addresses.as_slice());
            others.unwrap_or_default().iter().any(|other| other.port() == source.port())
        });
        if let Some((call, end)) = by_ports {
            return (call, Leg { towards: Some(end), agreed: false });
        }
        // Signalling of which no description was captured, but only if no other call can be meant.
        let mut undescribed = self.undescribed.iter().filter_map(|call| {
            let hears =
                self.calls.get(call)?.dialog.as_ref()?.hears_between(source.ip(), destination.ip());
            hears.map(|end| (*call, end))
        });
        if let (Some((call, end)), None) = (undescribed.next(), undescribed.next()) {
            return (call, Leg { towards: Some(end), agreed: true });
        }
        let pair = (source.min(destination), source.max(destination));
        let call = match self.by_addresses.get(&pair) {
            Some(call) => *call,
            None => {
                let call = self.open(Open::without_signalling(pair, time_ns));
                self.by_addresses.insert(pair, call);
                call
            }
        };
        (call, Leg { towards: None, agreed: true })
    }

    fn open(&mut self, open: Open) -> Number {
        let number = self.next_number;
        self.next_number += 1;
        self.calls.insert(number, open);
        number
    }

    fn control(&mut self, datagram: &Datagram, time_ns: i64) {
        let items = rtcp::parse(datagram.payload);
        for item in &items {
            let about = match item {
                Item::Sender { ssrc, .. } => *ssrc,
                Item::Receiver(report) => report.about,
                Item::Voice { about, .. } => *about,
                Item::Bye { .. } => continue,
            };
            let Some(call) = self.call_of_control(datagram, about) else { continue };
            let Some(open) = self.calls.get_mut(&call) else { continue };
            open.sender_reports.note(item, time_ns);
            let from = datagram.source.ip();
            let key = open.streams.iter().map(|(key, _)| *key).filter(|key| key.1 == about);
            // Both directions may carry the same identifier: reports come from where the stream went.
            let Some(key) = key.clone().find(|key| key.0.ip() == from).or(key.clone().next())
            else {
                continue;
            };
            let clock_hz = self.streams.get(&key).and_then(|running| running.stream.clock_hz());
            open.told(key, item, clock_hz, time_ns);
        }
    }

    /// The call that RTCP belongs to: by its ports, or by the stream it is about.
    fn call_of_control(&self, datagram: &Datagram, about: u32) -> Option<Number> {
        let beside = |address: SocketAddr| {
            [address, SocketAddr::new(address.ip(), address.port().wrapping_sub(1))]
        };
        let addresses = beside(datagram.destination).into_iter().chain(beside(datagram.source));
        for address in addresses {
            let call = self.endpoints.get(&address).map(|(call, _)| call);
            if let Some(call) = call.or(self.control.get(&address).copied()) {
                return Some(call);
            }
            if let Some(running) = self.streams.get(&(address, about)) {
                return Some(running.call);
            }
        }
        None
    }

    fn unreachable(&mut self, unreachable: Unreachable) {
        if let Some((call, end)) = self.endpoints.get(&unreachable.destination)
            && let Some(open) = self.calls.get_mut(&call)
            && !open.unreachable.contains(&end)
        {
            open.unreachable.push(end);
        }
    }

    fn message(&mut self, data: &[u8], from: IpAddr, time_ns: i64) {
        let Some(message) = Message::parse(data) else { return };
        self.quality_report(&message);
        let Some(call_id) = message.header("call-id") else { return };
        let number = match self.by_call_id.get(call_id) {
            Some(number) => *number,
            None => {
                let invites =
                    matches!(&message.start, Start::Request { method } if method == "INVITE");
                if !invites {
                    return;
                }
                let dialog = Dialog::of(call_id, &message, time_ns);
                let number = self.open(Open::of(dialog));
                self.by_call_id.insert(call_id.to_owned(), number);
                self.undescribed.insert(number);
                number
            }
        };
        let Some(open) = self.calls.get_mut(&number) else { return };
        let Some(dialog) = &mut open.dialog else { return };
        let was_answered = dialog.answered_ns.is_some();
        let described = dialog.take(&message, from, time_ns);
        if described {
            self.described(number);
        }
        if !was_answered {
            self.answered(number);
        }
    }

    /// Notes where the ends of a call want to receive, and what payload types stand for.
    fn described(&mut self, number: Number) {
        let Some(open) = self.calls.get(&number) else { return };
        let Some(dialog) = &open.dialog else { return };
        let mut fresh = Vec::new();
        self.undescribed.remove(&number);
        for end in [End::Caller, End::Callee] {
            let party = dialog.party(end);
            for address in &party.addresses {
                if self.endpoints.insert(*address, (number, end)) {
                    fresh.push(*address);
                }
            }
            let rtcp = party.media.iter().filter_map(|media| media.rtcp);
            self.control.extend(rtcp.map(|address| (address, number)));
        }
        for (key, leg) in &open.streams {
            if let (Some(running), Some(end)) = (self.streams.get_mut(key), leg.towards) {
                running.formats = dialog.formats_towards(end);
                running.stream.describe(&running.formats);
            }
        }
        self.adopt(&fresh);
    }

    /// Streams that began before their call was described join it.
    fn adopt(&mut self, fresh: &[SocketAddr]) {
        let strangers: Vec<Key> =
            fresh.iter().filter_map(|address| self.strangers.remove(address)).flatten().collect();
        for key in strangers {
            let Some(stranger) = self.streams.get(&key).map(|running| running.call) else {
                continue;
            };
            let Some(open) = self.calls.get_mut(&stranger) else { continue };
            open.streams.retain(|(known, _)| *known != key);
            if open.streams.is_empty()
                && let Some(open) = self.calls.remove(&stranger)
                && let Some(pair) = open.addresses
            {
                self.by_addresses.remove(&pair);
            }
            let Some((number, end)) = self.endpoints.get(&key.0) else { continue };
            let Some(open) = self.calls.get_mut(&number) else { continue };
            open.streams.push((key, Leg { towards: Some(end), agreed: true }));
            if let (Some(running), Some(dialog)) = (self.streams.get_mut(&key), &open.dialog) {
                running.call = number;
                running.formats = dialog.formats_towards(end);
                running.stream.describe(&running.formats);
            }
        }
    }

    /// What was sent before the answer is ring-back and announcements, and not the call.
    fn answered(&mut self, number: Number) {
        let Some(open) = self.calls.get_mut(&number) else { return };
        let is_early =
            open.dialog.as_ref().is_some_and(|dialog| dialog.early && dialog.answered_ns.is_some());
        if !is_early {
            return;
        }
        for (key, leg) in std::mem::take(&mut open.streams) {
            if let Some(running) = self.streams.remove(&key) {
                open.early.push((key, leg, running.stream));
            }
        }
    }

    fn forget_stranger(&mut self, key: &Key) {
        if let Some(keys) = self.strangers.get_mut(&key.0) {
            keys.retain(|known| known != key);
            if keys.is_empty() {
                self.strangers.remove(&key.0);
            }
        }
    }

    fn quality_report(&mut self, message: &Message) {
        let Some(report) = message.body("application/vq-rtcpxr").and_then(QualityReport::parse)
        else {
            return;
        };
        let call_id = report.call_id.as_deref().or(message.header("call-id")).unwrap_or_default();
        if let Some(number) = self.by_call_id.get(call_id)
            && let Some(dialog) = self.calls.get_mut(number).and_then(|open| open.dialog.as_mut())
        {
            dialog.report(report);
        }
    }

    fn sweep(&mut self, call: &mut dyn FnMut(Call)) {
        self.candidates.forget(self.now_ns);
        let mut finished: Vec<_> = self
            .calls
            .iter()
            .filter(|(_, open)| self.is_finished(open))
            .map(|(number, open)| (open.started_ns, *number))
            .collect();
        finished.sort_unstable();
        for (_, number) in finished {
            self.close(number, call);
        }
    }

    fn is_finished(&self, open: &Open) -> bool {
        let streams = open.streams.iter().filter_map(|(key, _)| self.streams.get(key));
        let last_ns = streams.map(|running| running.stream.last_ns).max();
        let last_ns = last_ns.unwrap_or(open.started_ns);
        match &open.dialog {
            None => self.now_ns - last_ns > IDLE_NS,
            Some(dialog) => {
                let last_ns = last_ns.max(dialog.last_ns);
                let patience_ns = match (dialog.ended_ns, dialog.answered_ns) {
                    (Some(_), _) => LINGER_NS,
                    (None, _) => ANSWERED_IDLE_NS,
                };
                self.now_ns - last_ns > patience_ns
            }
        }
    }

    fn close(&mut self, number: Number, call: &mut dyn FnMut(Call)) {
        let Some(open) = self.calls.remove(&number) else { return };
        if let Some(pair) = open.addresses {
            self.by_addresses.remove(&pair);
        }
        if let Some(dialog) = &open.dialog {
            self.by_call_id.remove(&dialog.call_id);
            self.undescribed.remove(&number);
            for end in [End::Caller, End::Callee] {
                let party = dialog.party(end);
                for address in &party.addresses {
                    self.endpoints.remove(address, number);
                }
                if let Some(rtcp) = party.media.as_ref().and_then(|media| media.rtcp) {
                    self.control.remove(&rtcp);
                }
            }
        }
        let mut streams = Vec::new();
        for (key, leg) in &open.streams {
            if open.dialog.is_none() {
                self.forget_stranger(key);
            }
            if let Some(running) = self.streams.remove(key) {
                streams.push((*key, *leg, running.stream));
            }
        }
        call(open.report(streams, &self.capture, &self.options));
    }
}
