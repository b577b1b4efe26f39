//! The shared captures, analysed.

use basilar::network::capture;
use basilar::network::{Analysis, Call, Options, StreamReport};
use std::path::PathBuf;

/// A file of the shared material, in the folder that `BASILAR_SHARED` names (`../shared`).
pub fn shared(name: &str) -> PathBuf {
    let folder =
        std::env::var_os("BASILAR_SHARED").map_or_else(|| "../shared".into(), PathBuf::from);
    folder.join("network").join(name)
}

/// A table of the shared material; none where that is not there.
pub fn table(name: &str) -> Option<csv::Reader<std::fs::File>> {
    csv::Reader::from_path(shared(name)).ok()
}

/// The calls in a capture that lies in memory.
pub fn calls_of_bytes(bytes: Vec<u8>) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut analysis = Analysis::new("memory", Options::default());
    capture::read("memory", std::io::Cursor::new(bytes), |packet| {
        analysis.take(packet, &mut |call| calls.push(call));
    })
    .unwrap();
    analysis.finish(&mut |call| calls.push(call));
    calls
}

/// The calls of a capture.
pub struct Streams {
    pub calls: Vec<Call>,
}

impl Streams {
    /// Of a file below `captures/`; empty where it is not there.
    pub fn of(name: &str) -> Self {
        Self::with(name, Options::default())
    }

    pub fn with(name: &str, options: Options) -> Self {
        let path = shared("captures").join(name);
        let mut calls = Vec::new();
        if path.exists() {
            basilar::network::calls(&path, options, |call| calls.push(call)).unwrap();
        }
        Self { calls }
    }

    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    pub fn all(&self) -> impl Iterator<Item = &StreamReport> {
        self.calls.iter().flat_map(|call| &call.streams)
    }

    pub fn with_packets(&self) -> impl Iterator<Item = &StreamReport> {
        self.all().filter(|stream| stream.packets > 0)
    }

    /// The stream with this identifier to this address.
    pub fn with_ssrc(&self, ssrc: &str, host: &str, port: &str) -> &StreamReport {
        let mut streams = self.all().filter(|stream| stream.ssrc.as_deref() == Some(ssrc));
        let address = std::net::SocketAddr::new(host.parse().unwrap(), port.parse().unwrap());
        streams.find(|stream| stream.destination == address.to_string()).expect(ssrc)
    }

    /// What the caller sent.
    pub fn of_caller(&self) -> &StreamReport {
        self.with_packets().find(|stream| stream.destination.starts_with("127.0.0.2")).unwrap()
    }
}
