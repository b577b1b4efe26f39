//! What a score fell for, joined to the packets: whether the network lost what was not heard.

use super::moments::Packets;
use crate::finding::{Diagnosis, Finding};
use crate::network::call::JoinedFinding;

/// Speech is missed for a little longer than its packets were, in seconds.
const AROUND_S: f64 = 0.03;

/// The findings in seconds of the prompt, each with the packets that were missing there.
pub(super) fn joined(diagnosis: &Diagnosis, packets: &Packets) -> Vec<JoinedFinding> {
    let join = |finding: &Finding| {
        let finding = finding.clone().later_by(packets.prompt_start_s());
        let around = finding.start_s.zip(finding.end_s);
        let counted =
            around.map(|(start_s, end_s)| packets.between(start_s - AROUND_S, end_s + AROUND_S));
        JoinedFinding {
            missing: counted.map(|counted| counted.missing),
            expected: counted.map(|counted| counted.expected),
            finding,
        }
    };
    diagnosis.findings.iter().map(join).collect()
}
