//! Session descriptions.
#![no_main]

use basilar::network::sip::SessionDescription;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = SessionDescription::parse(data);
});
