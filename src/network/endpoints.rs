//! Where ends of calls want to receive, found by address and, for media that passes a translation of addresses, by port.

use super::dialog::End;
use rustc_hash::FxHashMap;
use std::net::SocketAddr;

/// The number of an open call.
pub type Number = u64;

/// Every address that an open call named.
#[derive(Debug, Default)]
pub struct Endpoints {
    owners: FxHashMap<SocketAddr, (Number, End)>,
    by_port: FxHashMap<u16, Vec<SocketAddr>>,
}

impl Endpoints {
    /// The call and the end that want to receive there.
    pub fn get(&self, address: &SocketAddr) -> Option<(Number, End)> {
        self.owners.get(address).copied()
    }

    /// Notes an address; says whether that is news.
    pub fn insert(&mut self, address: SocketAddr, owner: (Number, End)) -> bool {
        let before = self.owners.insert(address, owner);
        if before.is_none() {
            self.by_port.entry(address.port()).or_default().push(address);
        }
        before != Some(owner)
    }

    /// Forgets an address where it belongs to this call.
    pub fn remove(&mut self, address: &SocketAddr, call: Number) {
        if self.owners.get(address).is_none_or(|(owner, _)| *owner != call) {
            return;
        }
        self.owners.remove(address);
        if let Some(addresses) = self.by_port.get_mut(&address.port()) {
            addresses.retain(|known| known != address);
            if addresses.is_empty() {
                self.by_port.remove(&address.port());
            }
        }
    }

    /// The calls and ends that want to receive at a port of any host.
    pub fn at_port(&self, port: u16) -> impl Iterator<Item = (Number, End)> {
        let addresses = self.by_port.get(&port).map(Vec::as_slice).unwrap_or_default();
        addresses.iter().filter_map(|address| self.get(address))
    }
}
