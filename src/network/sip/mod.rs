//! SIP and SDP as they are found in captures: read with tolerance, for what they say of calls.

mod connections;
mod message;
mod quality_report;
mod sdp;

pub use connections::Connections;
pub use message::{Message, Start, starts_message};
pub use quality_report::{Metrics, QualityReport};
pub use sdp::{Direction, Media, Security, SessionDescription};
