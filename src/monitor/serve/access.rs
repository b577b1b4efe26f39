//! Who may ask: on this machine anyone by its own name, from elsewhere who knows the token.

use crate::error::{Error, Result};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

/// The cookie that holds the hash of the token.
const COOKIE: &str = "basilar_token";

/// Who may ask.
#[derive(Debug, Clone, Default)]
pub struct Access {
    token: Option<[u8; 32]>,
}

/// What becomes of a request.
pub(super) enum Admission {
    Yes,
    /// The token stood in the address: it goes into a cookie, and out of the address.
    WithCookie(HeaderValue),
    No(StatusCode, &'static str),
}

impl Access {
    /// Only who knows the token.
    pub fn with_token(token: &str) -> Self {
        Self { token: Some(Sha256::digest(token.trim()).into()) }
    }

    /// Only who knows the token in a file.
    ///
    /// # Errors
    /// A file that cannot be read; [`Error::InvalidSettings`] for a token that can be guessed.
    pub fn from_file(path: &std::path::Path) -> Result<Self> {
        /// 80 bits in hexadecimal digits, and more in letters.
        const LEAST_CHARACTERS: usize = 20;
        let name = path.display().to_string();
        let token = std::fs::read_to_string(path).map_err(|error| Error::from_io(&name, error))?;
        if token.trim().len() < LEAST_CHARACTERS {
            let reason = format!(
                "a token of less than {LEAST_CHARACTERS} characters can be guessed; write one by openssl rand -hex 20"
            );
            return Err(Error::InvalidSettings { name, reason });
        }
        Ok(Self::with_token(&token))
    }

    pub(super) fn asks_for_token(&self) -> bool {
        self.token.is_some()
    }

    pub(super) fn admits(&self, request: &Request) -> Admission {
        let Some(token) = self.token else {
            // Without a token a page from elsewhere must not reach this one under a name of its own (DNS rebinding).
            return if is_local(request) {
                Admission::Yes
            } else {
                Admission::No(
                    StatusCode::FORBIDDEN,
                    "ask as localhost or 127.0.0.1, or serve with a token",
                )
            };
        };
        // Hashes are compared, so that the time it takes tells nothing of the token.
        let known = |given: &str| <[u8; 32]>::from(Sha256::digest(given)) == token;
        let headers = request.headers();
        if bearer(headers).is_some_and(known)
            || cookie(headers).is_some_and(|given| given == hex(&token))
        {
            return Admission::Yes;
        }
        let query = request.uri().query().unwrap_or_default();
        let given = query.split('&').find_map(|pair| pair.strip_prefix("token="));
        if request.uri().path() == "/" && given.is_some_and(known) {
            let cookie = format!("{COOKIE}={}; HttpOnly; SameSite=Strict; Path=/", hex(&token));
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                return Admission::WithCookie(cookie);
            }
        }
        Admission::No(
            StatusCode::UNAUTHORIZED,
            "a token is needed: as header \"Authorization: Bearer TOKEN\", or once in a browser as /?token=TOKEN",
        )
    }
}

fn is_local(request: &Request) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().host()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::trim)
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// What stands in the cookie: not the token, and no way back to it.
fn hex(token: &[u8; 32]) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}
