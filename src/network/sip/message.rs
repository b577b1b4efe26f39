//! One SIP message (RFC 3261), as far as calls are told from it: lenient with line ends, folding and compact names.

/// Headers that are read of one message.
const MOST_HEADERS: usize = 256;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// A request, by its method.
    Request {
        /// The method, such as `INVITE`.
        method: String,
    },
    /// A response.
    Response {
        /// The status, 100 to 699.
        status: u16,
        /// What it says beside.
        reason: String,
    },
}

/// A message with the headers that tell of calls; text is as hostile as its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The first line.
    pub start: Start,
    headers: Vec<(String, String)>,
    /// The bodies by their types; a multipart body gives its parts.
    pub bodies: Vec<(String, Vec<u8>)>,
}

/// Whether bytes begin as a SIP message does.
pub fn starts_message(data: &[u8]) -> bool {
    if data.starts_with(b"SIP/2.0 ") {
        return true;
    }
    let line = data[..data.len().min(2048)].split(|byte| *byte == b'\n').next().unwrap_or_default();
    let method = line.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let version = line.trim_ascii_end().ends_with(b" SIP/2.0");
    (3..=12).contains(&method) && line.get(method) == Some(&b' ') && version
}

/// The bytes of headers, and of the body by Content-Length, at the start of a stream; none while more has to come.
pub fn length(data: &[u8]) -> Option<(usize, usize)> {
    let headers = headers_end(data)?;
    let text = String::from_utf8_lossy(&data[..headers]);
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = name.trim();
        let is_length =
            name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("l");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    Some((headers, length.unwrap_or(0)))
}

/// Where the body begins: behind the first empty line.
fn headers_end(data: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = data.get(from..)?.iter().position(|byte| *byte == b'\n') {
        let next = from + at + 1;
        match data.get(next..) {
            Some([b'\n', ..]) => return Some(next + 1),
            Some([b'\r', b'\n', ..]) => return Some(next + 2),
            _ => from = next,
        }
    }
    None
}

impl Message {
    /// Reads a message; none where the first line is not SIP's.
    pub fn parse(data: &[u8]) -> Option<Self> {
        let end = headers_end(data).unwrap_or(data.len());
        let text = String::from_utf8_lossy(&data[..end]);
        let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
        let start = start(lines.next()?)?;
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines.filter(|line| !line.is_empty()) {
            if line.starts_with([' ', '\t']) {
                // A line that goes on from the one before.
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':')
                && headers.len() < MOST_HEADERS
            {
                headers.push((full_name(name.trim()), value.trim().to_owned()));
            }
        }
        let mut message = Self { start, headers, bodies: Vec::new() };
        let body = &data[end..];
        let promised = message.header("content-length").and_then(|length| length.parse().ok());
        let body = &body[..promised.unwrap_or(body.len()).min(body.len())];
        let kind = message.header("content-type").unwrap_or_default().to_owned();
        message.bodies = bodies(&kind, body);
        Some(message)
    }

    /// The first header of this name, in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The method of a request, or the one that a response answers.
    pub fn method(&self) -> Option<&str> {
        match &self.start {
            Start::Request { method } => Some(method),
            Start::Response { .. } => self.header("cseq")?.split_whitespace().nth(1),
        }
    }

    /// The body of a type, such as `application/sdp`.
    pub fn body(&self, kind: &str) -> Option<&[u8]> {
        let is_kind = |told: &str| {
            told.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(kind)
        };
        self.bodies.iter().find(|(told, _)| is_kind(told)).map(|(_, body)| body.as_slice())
    }

    /// The user part of the address in a header such as From: a number or a name.
    pub fn user(&self, header: &str) -> Option<String> {
        let value = self.header(header)?;
        let address = match value.split_once('<') {
            Some((_, rest)) => rest.split('>').next()?,
            None => value.split(';').next()?,
        };
        let address = address.trim();
        let without_scheme = ["sips:", "sip:", "tel:"].iter().find_map(|scheme| {
            let (start, rest) = address.split_at_checked(scheme.len())?;
            start.eq_ignore_ascii_case(scheme).then_some(rest)
        });
        let rest = without_scheme.unwrap_or(address);
        let user = rest.split('@').next()?.split([';', ':']).next()?;
        (!user.is_empty()).then(|| user.to_owned())
    }

    /// The tag of the address in From or To.
    pub fn tag(&self, header: &str) -> Option<&str> {
        let value = self.header(header)?;
        let parameters = value.rsplit_once('>').map_or(value, |(_, parameters)| parameters);
        parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("tag="))
    }
}

fn start(line: &str) -> Option<Start> {
    if let Some(rest) = line.strip_prefix("SIP/2.0 ") {
        let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        let status = status.parse().ok().filter(|status| (100..700).contains(status))?;
        return Some(Start::Response { status, reason: reason.trim().to_owned() });
    }
    let method = line.split(' ').next()?;
    let is_request = line.trim_end().ends_with(" SIP/2.0")
        && !method.is_empty()
        && method.bytes().all(|byte| byte.is_ascii_uppercase());
    is_request.then(|| Start::Request { method: method.to_owned() })
}

/// The full name of a header in small letters; compact forms are written out.
fn full_name(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "i" => "call-id",
        "f" => "from",
        "t" => "to",
        "m" => "contact",
        "v" => "via",
        "c" => "content-type",
        "l" => "content-length",
        "s" => "subject",
        "k" => "supported",
        "e" => "content-encoding",
        _ => return name,
    }
    .to_owned()
}

/// The parts of a multipart body, or the body as it is.
fn bodies(kind: &str, body: &[u8]) -> Vec<(String, Vec<u8>)> {
    /// Parts that are read of one message.
    const MOST_PARTS: usize = 16;
    if body.is_empty() {
        return Vec::new();
    }
    let is_multipart = kind.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"));
    let boundary = kind.split(';').find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then(|| value.trim_matches('"').to_owned())
    });
    let (true, Some(boundary)) = (is_multipart, boundary.filter(|boundary| !boundary.is_empty()))
    else {
        return vec![(kind.to_owned(), body.to_vec())];
    };
    let text = String::from_utf8_lossy(body);
    let delimiter = format!("--{boundary}");
    let parts = text.split(delimiter.as_str()).skip(1).take(MOST_PARTS);
    let part = |part: &str| {
        let part = part.trim_start_matches("\r\n").trim_start_matches('\n');
        let end = headers_end(part.as_bytes())?;
        let kind = part[..end].lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            (full_name(name.trim()) == "content-type").then(|| value.trim().to_owned())
        });
        Some((kind?, part.as_bytes()[end..].to_vec()))
    };
    parts.filter_map(part).collect()
}
