//! SIP over TCP: messages put together from segments.

use super::message::{length, starts_message};
use crate::network::layers::Segment;
use rustc_hash::FxHashMap;
use std::net::SocketAddr;

/// Connections that are followed at a time, and bytes that one may hold back.
const MOST_CONNECTIONS: usize = 4096;
const MOST_BYTES: usize = 1 << 18;

/// One direction of a connection.
#[derive(Debug, Default)]
struct Connection {
    /// The sequence number that comes next; none before the first message.
    next: Option<u32>,
    /// Bytes in order that are not yet a whole message.
    bytes: Vec<u8>,
    /// Segments that came too early, by sequence number.
    early: Vec<(u32, Vec<u8>)>,
}

/// The connections that carry SIP.
#[derive(Debug, Default)]
pub struct Connections(FxHashMap<(SocketAddr, SocketAddr), Connection>);

impl Connections {
    /// Takes a segment; hands over every message that is whole.
    pub fn take(&mut self, segment: &Segment, mut message: impl FnMut(&[u8])) {
        let key = (segment.source, segment.destination);
        if segment.opens {
            self.0.remove(&key);
        }
        if !segment.payload.is_empty() {
            if !self.0.contains_key(&key) {
                // Anything may pass over TCP; only what begins as SIP is kept.
                if !starts_message(segment.payload) || self.0.len() == MOST_CONNECTIONS {
                    return;
                }
            }
            let connection = self.0.entry(key).or_default();
            connection.take(segment.sequence, segment.payload, &mut message);
        }
        if segment.ends {
            self.0.remove(&key);
        }
    }
}

impl Connection {
    fn take(&mut self, sequence: u32, payload: &[u8], message: &mut impl FnMut(&[u8])) {
        let next = *self.next.get_or_insert(sequence);
        let ahead = sequence.wrapping_sub(next) as i32;
        if ahead > 0 {
            let held: usize = self.early.iter().map(|(_, bytes)| bytes.len()).sum();
            if held + payload.len() <= MOST_BYTES {
                self.early.push((sequence, payload.to_vec()));
            } else {
                self.lose_synchronization(sequence, payload);
            }
        } else if let Some(fresh) = payload.get(ahead.unsigned_abs() as usize..) {
            self.append(fresh);
        }
        self.append_early();
        self.hand_over(message);
    }

    fn append(&mut self, bytes: &[u8]) {
        self.next = self.next.map(|next| next.wrapping_add(bytes.len() as u32));
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > MOST_BYTES {
            self.bytes.clear();
        }
    }

    fn append_early(&mut self) {
        while let Some(next) = self.next {
            let due = |(sequence, _): &(u32, Vec<u8>)| sequence.wrapping_sub(next) as i32 <= 0;
            let Some(index) = self.early.iter().position(due) else { return };
            let (sequence, bytes) = self.early.swap_remove(index);
            if let Some(fresh) = bytes.get(next.wrapping_sub(sequence) as usize..) {
                self.append(fresh);
            }
        }
    }

    /// Goes on behind segments that the capture lacks.
    fn lose_synchronization(&mut self, sequence: u32, payload: &[u8]) {
        self.early.clear();
        self.bytes.clear();
        self.next = Some(sequence);
        self.append(payload);
    }

    fn hand_over(&mut self, message: &mut impl FnMut(&[u8])) {
        let mut start = 0;
        loop {
            // Empty lines between messages keep connections alive.
            while self.bytes.get(start).is_some_and(u8::is_ascii_whitespace) {
                start += 1;
            }
            let rest = &self.bytes[start..];
            if rest.len() >= 16 && !starts_message(rest) {
                start = self.bytes.len();
                break;
            }
            let Some((headers, body)) = length(rest) else { break };
            let Some(whole) = headers.checked_add(body).and_then(|end| rest.get(..end)) else {
                break;
            };
            message(whole);
            start += whole.len();
        }
        self.bytes.drain(..start);
    }
}
