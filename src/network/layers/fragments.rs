//! IP fragments put together again, as far as they arrive.

use etherparse::IpFragOffset;
use etherparse::defrag::IpDefragBuf;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::net::IpAddr;

/// What fragments of one datagram have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity {
    pub source: IpAddr,
    pub destination: IpAddr,
    pub protocol: u8,
    pub identification: u32,
}

/// Datagrams that wait for more of their fragments at a time.
const MOST_WAITING: usize = 1024;

/// Datagrams of which some fragments have come.
#[derive(Debug, Default)]
pub struct Fragments {
    waiting: FxHashMap<Identity, IpDefragBuf>,
    /// From the one that has waited longest.
    order: VecDeque<Identity>,
}

impl Fragments {
    /// Takes one fragment; gives the datagram's whole payload when it was the last that was missing.
    pub fn add(
        &mut self,
        identity: Identity,
        offset: IpFragOffset,
        more: bool,
        payload: &[u8],
    ) -> Option<Vec<u8>> {
        if !self.waiting.contains_key(&identity) {
            if self.waiting.len() == MOST_WAITING
                && let Some(oldest) = self.order.pop_front()
            {
                self.waiting.remove(&oldest);
            }
            self.order.push_back(identity);
        }
        let datagram = self
            .waiting
            .entry(identity)
            .or_insert_with(|| IpDefragBuf::new(identity.protocol.into(), Vec::new(), Vec::new()));
        let fits = datagram.add(offset, more, payload).is_ok();
        if fits && !datagram.is_complete() {
            return None;
        }
        self.order.retain(|waiting| *waiting != identity);
        let datagram = self.waiting.remove(&identity)?;
        fits.then(|| datagram.take_bufs().0)
    }
}
