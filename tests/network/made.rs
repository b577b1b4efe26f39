//! Captures made packet by packet, for what the shared ones do not hold.

/// A capture in libpcap's format, of raw IP packets with times in nanoseconds.
#[derive(Debug, Clone)]
pub struct Made {
    bytes: Vec<u8>,
    identification: u16,
}

/// A stream that is being sent.
#[derive(Debug, Clone)]
pub struct Sender {
    pub from: ([u8; 4], u16),
    pub to: ([u8; 4], u16),
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub step: u32,
    pub ssrc: u32,
    pub time_ms: f64,
    pub payload: Vec<u8>,
}

impl Default for Sender {
    fn default() -> Self {
        Self {
            from: ([10, 0, 0, 1], 4000),
            to: ([10, 0, 0, 2], 5000),
            payload_type: 0,
            sequence: 1000,
            timestamp: 160_000,
            step: 160,
            ssrc: 0x1234_5678,
            time_ms: 1000.0,
            // Neither silence nor so even that it looks encrypted.
            payload: (0..160).map(|at| (at % 7 * 5 + 20) as u8).collect(),
        }
    }
}

impl Made {
    pub fn new() -> Self {
        let mut bytes = vec![0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend(65_535u32.to_le_bytes());
        bytes.extend(101u32.to_le_bytes());
        Self { bytes, identification: 1 }
    }

    /// A UDP datagram over IPv4.
    pub fn udp(&mut self, time_ms: f64, from: ([u8; 4], u16), to: ([u8; 4], u16), data: &[u8]) {
        let length = 28 + data.len() as u32;
        let time_ns = (time_ms * 1e6).round() as u64;
        self.bytes.extend(((time_ns / 1_000_000_000) as u32).to_le_bytes());
        self.bytes.extend(((time_ns % 1_000_000_000) as u32).to_le_bytes());
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend([0x45, 0xb8]);
        self.bytes.extend((length as u16).to_be_bytes());
        self.bytes.extend(self.identification.to_be_bytes());
        self.bytes.extend([0, 0, 64, 17, 0, 0]);
        self.bytes.extend(from.0);
        self.bytes.extend(to.0);
        self.bytes.extend(from.1.to_be_bytes());
        self.bytes.extend(to.1.to_be_bytes());
        self.bytes.extend((8 + data.len() as u16).to_be_bytes());
        self.bytes.extend([0, 0]);
        self.bytes.extend(data);
        self.identification = self.identification.wrapping_add(1);
    }

    /// The next packet of a stream.
    pub fn send(&mut self, sender: &mut Sender) {
        let data = sender.packet();
        self.udp(sender.time_ms, sender.from, sender.to, &data);
        sender.advance();
    }

    /// So many packets of a stream.
    pub fn send_many(&mut self, sender: &mut Sender, count: usize) {
        (0..count).for_each(|_| self.send(sender));
    }

    /// A SIP message of a call between 10.0.0.1 and 10.0.0.2, with audio on this port if one is given.
    pub fn sip(&mut self, time_ms: f64, start: &str, method: &str, from_caller: bool, port: u16) {
        let (from, to) = match from_caller {
            true => (([10, 0, 0, 1], 5060), ([10, 0, 0, 2], 5060)),
            false => (([10, 0, 0, 2], 5060), ([10, 0, 0, 1], 5060)),
        };
        let host = from.0.map(|byte| byte.to_string()).join(".");
        let body = match port {
            0 => String::new(),
            port => format!(
                "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 96\r\na=rtpmap:96 opus/48000/2\r\n"
            ),
        };
        let message = format!(
            "{start}\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\nf: <sip:+49301234@10.0.0.1>;tag=one\r\nt: \"Bob\" <sip:bob@10.0.0.2>\r\ni: made@10.0.0.1\r\nCSeq: 1 {method}\r\nc: application/sdp\r\nl: {}\r\n\r\n{body}",
            body.len()
        );
        self.udp(time_ms, from, to, message.as_bytes());
    }

    /// The setup of a call whose ends receive on ports 4000 and 5000; it rings for so long and is answered.
    pub fn set_up(&mut self, invited_ms: f64, rings_ms: f64, early: bool) {
        self.sip(invited_ms, "INVITE sip:bob@10.0.0.2 SIP/2.0", "INVITE", true, 4000);
        let port = if early { 5000 } else { 0 };
        self.sip(invited_ms + 5.0, "SIP/2.0 183 Session Progress", "INVITE", false, port);
        let answered_ms = invited_ms + rings_ms;
        self.sip(answered_ms, "SIP/2.0 200 OK", "INVITE", false, 5000);
        self.sip(answered_ms + 5.0, "ACK sip:bob@10.0.0.2 SIP/2.0", "ACK", true, 0);
    }

    pub fn hang_up(&mut self, time_ms: f64) {
        self.sip(time_ms, "BYE sip:bob@10.0.0.2 SIP/2.0", "BYE", true, 0);
        self.sip(time_ms + 5.0, "SIP/2.0 200 OK", "BYE", false, 0);
    }

    pub fn bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What is told of it.
    pub fn calls(self) -> Vec<basilar::network::Call> {
        crate::captures::calls_of_bytes(self.bytes)
    }
}

impl Sender {
    /// The other direction of the same call.
    pub fn back() -> Self {
        Self {
            from: ([10, 0, 0, 2], 5000),
            to: ([10, 0, 0, 1], 4000),
            ssrc: 0x8765_4321,
            ..Self::default()
        }
    }

    pub fn packet(&self) -> Vec<u8> {
        let mut data = vec![0x80, self.payload_type];
        data.extend(self.sequence.to_be_bytes());
        data.extend(self.timestamp.to_be_bytes());
        data.extend(self.ssrc.to_be_bytes());
        data.extend(&self.payload);
        data
    }

    /// Goes on to the next packet, which may then not be sent.
    pub fn advance(&mut self) {
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(self.step);
        self.time_ms += 20.0;
    }
}
