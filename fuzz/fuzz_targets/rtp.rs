//! RTP headers.
#![no_main]

use basilar::network::rtp::Header;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = Header::parse(data, data.len());
    let _ = Header::parse(data, data.len() + 20);
});
