//! Tags that programs put around audio, whatever its format: ID3 and APE.

use std::io;

use crate::signal::source::Source;

/// More tags than any program writes.
const MOST_TAGS: usize = 16;

/// The first byte behind ID3v2 tags at the start.
pub fn behind_leading(source: &Source) -> io::Result<u64> {
    let mut start = 0;
    for _ in 0..MOST_TAGS {
        match id3v2_bytes(&source.read_at(start, 10)?) {
            Some(bytes) if start + bytes < source.length() => start += bytes,
            _ => break,
        }
    }
    Ok(start)
}

/// The bytes of an ID3v2 tag with this header (ID3v2.4, 3.1).
pub fn id3v2_bytes(header: &[u8]) -> Option<u64> {
    let &[b'I', b'D', b'3', major, _, flags, a, b, c, d] = header else { return None };
    // Each byte of the size carries seven bits.
    if major == 0xff || [a, b, c, d].iter().any(|&byte| byte >= 0x80) {
        return None;
    }
    let size = [a, b, c, d].iter().fold(0, |size, &byte| size << 7 | u64::from(byte));
    let footer = if flags & 0x10 == 0 { 0 } else { 10 };
    Some(10 + size + footer)
}

/// The first byte of ID3v1, Lyrics3 and APE tags at the end; `start` is where the audio begins.
pub fn before_trailing(source: &Source, start: u64) -> io::Result<u64> {
    let mut end = source.length();
    for _ in 0..MOST_TAGS {
        let Some(bytes) = trailing_tag_bytes(source, end)? else { break };
        if bytes > end - start {
            break;
        }
        end -= bytes;
    }
    Ok(end)
}

fn trailing_tag_bytes(source: &Source, end: u64) -> io::Result<Option<u64>> {
    if source.read_at(end.saturating_sub(128), 3)? == b"TAG" && end >= 128 {
        return Ok(Some(128));
    }
    let footer = source.read_at(end.saturating_sub(32), 32)?;
    if let Some(rest) = footer.strip_prefix(b"APETAGEX") {
        let size = u32::from_le_bytes(*rest[4..].first_chunk().expect("a footer has 32 bytes"));
        let header = if rest[15] & 0x80 == 0 { 0 } else { 32 };
        return Ok(Some(u64::from(size) + header));
    }
    // Lyrics3 ends in its own size, six digits, and a mark.
    let Some((digits, b"LYRICS200")) =
        footer.split_last_chunk::<9>().map(|(rest, mark)| (rest, &mark[..]))
    else {
        return Ok(None);
    };
    let digits = digits.last_chunk::<6>().and_then(|digits| std::str::from_utf8(digits).ok());
    Ok(digits.and_then(|digits| digits.parse::<u64>().ok()).map(|size| size + 15))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn source(bytes: &[u8]) -> Source {
        Source::new(Cursor::new(bytes.to_vec())).unwrap()
    }

    #[test]
    fn tags_at_both_ends_are_passed_over() {
        let id3v2 = [&b"ID3\x04\0\0\0\0\x01\x02"[..], &[0; 130]].concat();
        let id3v1 = [&b"TAG"[..], &[b' '; 125]].concat();
        let ape =
            [&[1; 20][..], b"APETAGEX\xd0\x07\0\0\x34\0\0\0\0\0\0\0\0\0\0\0", &[0; 8]].concat();
        let all = source(&[&id3v2[..], &id3v2, b"audio", &ape, &id3v1].concat());
        let start = behind_leading(&all).unwrap();
        let end = before_trailing(&all, start).unwrap();
        assert_eq!(all.read_at(start, (end - start) as usize).unwrap(), b"audio");
    }

    #[test]
    fn what_is_no_tag_stays() {
        for bytes in [&b""[..], b"ID3", b"ID3\x04\0\0\xff\0\0\0audio", b"TAG", &[b'T'; 400]] {
            let all = source(bytes);
            let start = behind_leading(&all).unwrap();
            assert_eq!((start, before_trailing(&all, start).unwrap()), (0, bytes.len() as u64));
        }
    }
}
