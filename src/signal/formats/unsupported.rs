//! Formats that are recognised, so that the message can name them, but not decoded.

/// First bytes, and what they are the mark of.
const MARKS: [(&[u8], &str); 20] = [
    (b"#!AMR-WB\n", "AMR-WB"),
    (b"#!AMR", "AMR"),
    (b"#!EVS", "EVS"),
    (b"#!SILK", "SILK"),
    (b"\x02#!SILK", "SILK"),
    (b"#!iLBC", "iLBC"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media Audio"),
    (b"wvpk", "WavPack"),
    (b"MAC ", "Monkey's Audio"),
    (b"TTA1", "True Audio"),
    (b"MPCK", "Musepack"),
    (b"MP+", "Musepack"),
    (b"\x0b\x77", "AC-3"),
    (b"\x7f\xfe\x80\x01", "DTS"),
    (b"Creative Voice File", "Creative Voice"),
    (b".RMF", "RealMedia"),
    (b".ra\xfd", "RealAudio"),
    (b"DSD ", "DSD"),
    (b"FRM8", "DSD"),
    (b"FLV", "Flash Video"),
];

/// The same for the first packet of Ogg, behind the header of its page.
const OGG_MARKS: [(&[u8], &str); 4] = [
    (b"Speex   ", "Speex"),
    (b"CELT    ", "CELT"),
    (b"PCM     ", "PCM in Ogg"),
    (b"\x80kate", "Kate text"),
];

/// The name of the coding of a file that begins like this.
pub fn coding(head: &[u8]) -> Option<&'static str> {
    let packet = head.strip_prefix(b"OggS").and_then(|page| {
        // The length of the header depends on the number of segments, at byte 26.
        page.get(23 + usize::from(*page.get(22)?)..)
    });
    if let Some(packet) = packet {
        let mark = OGG_MARKS.iter().find(|(mark, _)| packet.starts_with(mark));
        return mark.map(|&(_, coding)| coding);
    }
    if head.starts_with(b"FORM") && head.get(8..12) == Some(b"8SVX") {
        return Some("8SVX");
    }
    MARKS.iter().find(|(mark, _)| head.starts_with(mark)).map(|&(_, coding)| coding)
}
