//! RTCP compound packets.
#![no_main]

use basilar::network::rtcp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = rtcp::parse(data);
});
