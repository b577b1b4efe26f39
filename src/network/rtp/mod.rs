//! RTP streams: everything that headers tell of what the network did.

mod content;
mod delay;
mod format;
mod header;
mod held;
mod jitter;
mod outcomes;
mod pace;
mod runs;
mod seen;
mod sequence;
mod stream;

pub use content::{Content, Modes};
pub use delay::{Baseline, Delays, Drift};
pub use format::{Format, Formats};
pub use header::{Header, is_rtcp};
pub use held::Held;
pub use jitter::{Arrival, Jitter, Kind, Range};
pub use outcomes::{Counts, Interval, MOST_BUFFERS, Outcomes};
pub use pace::Pace;
pub use runs::{BurstsAndGaps, LONGEST_COUNTED, Runs};
pub use seen::Seen;
pub use sequence::{Place, REMEMBERED, Sequence};
pub use stream::{Kept, Part, Recording, Stream};
