//! What inputs are made from: files of every kind as they should be, and those that once went wrong.

use crate::material::shared;
use std::fs;
use std::path::{Path, PathBuf};

/// Longer files make fewer inputs a second.
const LONGEST: u64 = 1 << 16;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The short files of a folder, in the order of their names.
fn files(folder: Option<PathBuf>, ending: &str) -> Vec<Vec<u8>> {
    let Some(folder) = folder else { return Vec::new() };
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = entries
        .filter(|path| path.metadata().is_ok_and(|file| file.is_file() && file.len() <= LONGEST))
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// A table's bytes behind the number of its format: 0 CSV, 1 TSV, 2 JSON Lines, 3 Parquet.
fn table(format: u8, text: &str) -> Vec<u8> {
    [&[format], text.as_bytes()].concat()
}

pub fn audio() -> Vec<Vec<u8>> {
    let mut seeds = files(Some(project("tests/audio")), "");
    // Of longer ones the start, whose header says what is there.
    for name in [
        "speech.wav",
        "speech.flac",
        "speech.w64",
        "speech.au",
        "speech.sph",
        "speech.caf",
        "speech.aiff",
    ] {
        let mut start = fs::read(project("tests/audio").join(name)).unwrap();
        start.truncate(LONGEST as usize);
        seeds.push(start);
    }
    seeds.extend(files(shared::file("cases/files"), ""));
    seeds
}

pub fn manifest() -> Vec<Vec<u8>> {
    vec![
        table(
            0,
            "reference,degraded,model,channel,codec\na.wav,a.wav,nb,1,opus\na.wav,b.wav,wb,mix,\"x, y\"\n",
        ),
        table(1, "reference\tdegraded\na.wav\ta.wav\n"),
        table(
            2,
            "{\"reference\": \"a.wav\", \"degraded\": \"a.wav\", \"bitrate\": 12}\n{\"degraded\": null}\n",
        ),
        table(0, "\u{feff}Reference;Degraded\r\na.wav;a.wav\r\n"),
        parquet(),
    ]
}

pub fn results() -> Vec<Vec<u8>> {
    let rows: String = (1..9)
        .map(|row| format!("r,d{row},opus,{},t{},{}.5,ok,,\n", 6 * row, row % 3, 1 + row % 3))
        .collect();
    let mut seeds = vec![
        table(
            0,
            &format!(
                "reference,degraded,codec,bitrate,talker,mos_lqo,quality,error_kind,error\n{rows}"
            ),
        ),
        table(
            2,
            "{\"reference\":\"r\",\"degraded\":\"d\",\"codec\":\"evs\",\"bitrate\":13.2,\"mos_lqo\":3.9}\n",
        ),
        table(0, "degraded,codec,bitrate,mos_lqo\nd,a,2026-11-01,3\ne,a,2026-11-02T10:00:00Z,4\n"),
        parquet(),
    ];
    let cases = files(shared::file("cases/tables"), ".csv");
    seeds.extend(cases.into_iter().map(|case| [&[0][..], &case].concat()));
    seeds
}

pub fn journal() -> Vec<Vec<u8>> {
    vec![crate::targets::whole_journal()]
}

pub fn model() -> Vec<Vec<u8>> {
    let mut seeds = files(Some(project("models")), ".json");
    seeds.extend(files(shared::file("cases/tables"), ".json"));
    seeds
}

pub fn ratings() -> Vec<Vec<u8>> {
    let rows: String = ["b,1.2", "c,2.1", "d,3.3", "e,4.4"]
        .iter()
        .enumerate()
        .map(|(row, cells)| format!("a,{cells},{},0.1,24,ACR 1-5,test {}\n", row / 2, row / 4))
        .collect();
    vec![
        table(
            0,
            &format!(
                "reference,degraded,score,condition,standard_error,votes,scale,dataset\n{rows}"
            ),
        ),
        table(0, "reference,degraded,score\na,b,1\na,c,2\na,d,3\na,e,4\nb,b,5\n"),
        table(2, "{\"reference\":\"a\",\"degraded\":\"b\",\"score\":1.5,\"votes\":8}\n"),
    ]
}

pub fn signals() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = (0..4).map(|model| vec![model]).collect();
    let values = [0.0_f32, 1.0, -1.0, 1e-30, 1e9, 3.4e38, f32::NAN, f32::INFINITY, 0.5, 0.02];
    for (number, value) in values.into_iter().enumerate() {
        let mut commands = vec![number as u8];
        for command in 0..8_u8 {
            commands.extend([
                command | (0x80 * (number as u8 % 2)),
                40_u8.wrapping_mul(command),
                command,
                0,
            ]);
            commands.extend(value.to_le_bytes());
        }
        seeds.push(commands);
    }
    seeds
}

pub fn capture() -> Vec<Vec<u8>> {
    // Of libpcap, in nanoseconds, of raw IP packets.
    let mut bytes = vec![0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    bytes.extend(65_535_u32.to_le_bytes());
    bytes.extend(101_u32.to_le_bytes());
    datagram(&mut bytes, 0, 5060, &sip()[0]);
    for number in 0..30_u8 {
        let mut packet = vec![0x80, 0, 3, number, 0, 0, 20 * (number / 8), 160, 1, 2, 3, 4];
        packet.extend((0..160).map(|at| at % 7 * 5 + 20));
        datagram(&mut bytes, u32::from(number) * 20, 4000, &packet);
    }
    datagram(&mut bytes, 700, 4001, &rtcp()[2]);
    vec![bytes]
}

/// Adds a UDP datagram over IPv4.
fn datagram(bytes: &mut Vec<u8>, time_ms: u32, port: u16, data: &[u8]) {
    let length = 28 + data.len() as u32;
    for number in [1000 + time_ms / 1000, time_ms % 1000 * 1_000_000, length, length] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([0x45, 0xb8]);
    bytes.extend((length as u16).to_be_bytes());
    bytes.extend([0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    for number in [port, port + 2, 8 + data.len() as u16, 0] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(data);
}

pub fn rtp() -> Vec<Vec<u8>> {
    vec![
        vec![0x80, 0, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff],
        vec![
            0xb1, 0x80, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4, 9, 9, 9, 9, 0xbe, 0xde, 0, 1, 0x10, 7, 0,
            0, 5, 0, 0, 3,
        ],
    ]
}

pub fn rtcp() -> Vec<Vec<u8>> {
    let mut report = vec![0x81, 200, 0, 12];
    report.extend((0..48).map(|byte| byte as u8));
    let mut extended = vec![0x80, 207, 0, 10, 1, 2, 3, 4, 7, 0, 0, 8];
    extended.extend((0..32).map(|byte| byte as u8));
    vec![report.clone(), extended.clone(), [report, extended].concat()]
}

pub fn sip() -> Vec<Vec<u8>> {
    vec![
        b"INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP host;branch=z9hG4bK1\r\nFrom: \"Ann\" <sip:ann@example.com>;tag=1\r\nTo: <sip:bob@example.com>\r\nCall-ID: 7@host\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"VQSessionReport: CallTerm\r\nLocalMetrics:\r\nTimestamps:START=2026-11-27T10:00:00Z STOP=2026-11-27T10:01:00Z\r\nCallID:7@host\r\nQualityEst:MOSLQ=4.1 MOSCQ=4.0\r\n".to_vec(),
    ]
}

pub fn sdp() -> Vec<Vec<u8>> {
    vec![b"v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8 96\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\na=ptime:20\r\na=rtcp:4001\r\n".to_vec()]
}

/// A table of two rows as Parquet.
fn parquet() -> Vec<u8> {
    use basilar::table::{Cells, Column, Format, Kind, write};
    let file = tempfile::NamedTempFile::new().unwrap();
    let column = |(name, kind): (&str, Kind)| Column { name: name.to_owned(), kind };
    let columns = [("reference", Kind::Text), ("degraded", Kind::Text), ("mos_lqo", Kind::Number)];
    let columns = columns.map(column);
    let mut writer = write(file.reopen().unwrap(), Format::Parquet, &columns).unwrap();
    for row in 0..2 {
        let cells: Cells = [
            ("reference".to_owned(), "a.wav".into()),
            ("degraded".to_owned(), format!("d{row}.wav").into()),
            ("mos_lqo".to_owned(), (3.5 + f64::from(row)).into()),
        ]
        .into_iter()
        .collect();
        writer.write(&cells).unwrap();
    }
    writer.finish().unwrap();
    [&[3][..], &fs::read(file.path()).unwrap()].concat()
}
