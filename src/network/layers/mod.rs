//! From the bytes of a captured packet to datagrams: link layers, tunnels, IP, fragments, UDP, TCP and ICMP.

mod fragments;
mod internet;
mod link;

pub(in crate::network) use link::is_read;

pub use internet::{Content, Datagram, Layers, Network, Segment, Unreachable};
