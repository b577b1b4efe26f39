//! SIP messages.
#![no_main]

use basilar::network::sip::{Message, QualityReport};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some(message) = Message::parse(data) {
        let _ = (message.user("from"), message.tag("to"), message.method());
    }
    let _ = QualityReport::parse(data);
});
