//! Digests that a request announces for its body: `Content-Digest` and `Repr-Digest` (RFC 9530), and
//! `Content-MD5` (RFC 1864), which older clients send. A body is whole and has no coding here, so that
//! content and representation are the same.

use axum::http::{HeaderMap, HeaderName, StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::Md5;
use sha2::{Digest as _, Sha256, Sha512};

use crate::error::ApiError;

const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");
const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");

/// The digests that a body must have; usually none.
#[derive(Default)]
pub(super) struct Digests(Vec<Expected>);

struct Expected {
    name: &'static str,
    hasher: Hasher,
    value: Vec<u8>,
}

enum Hasher {
    Sha256(Sha256),
    Sha512(Box<Sha512>),
    Md5(Md5),
}

impl Digests {
    /// Those in the headers. Algorithms that are not known are not compared, as RFC 9530 says.
    pub(super) fn announced(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut digests = Vec::new();
        for header in [&CONTENT_DIGEST, &REPR_DIGEST] {
            for line in headers.get_all(header) {
                let line = line.to_str().map_err(|_| malformed(header))?;
                let members = line.split(',').map(str::trim);
                for member in members.filter(|text| !text.is_empty()) {
                    digests.extend(digest(header, member)?);
                }
            }
        }
        for line in headers.get_all(CONTENT_MD5) {
            let text = line.to_str().map_err(|_| malformed(&CONTENT_MD5))?;
            let hasher = Hasher::Md5(Md5::new());
            digests.push(Expected::new("MD5", hasher, text.trim(), &CONTENT_MD5)?);
        }
        Ok(Self(digests))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        for expected in &mut self.0 {
            expected.hasher.update(bytes);
        }
    }

    /// The name of a digest that the body does not have.
    pub(super) fn mismatch(&mut self) -> Option<&'static str> {
        std::mem::take(&mut self.0)
            .into_iter()
            .find_map(|expected| {
                (expected.hasher.finish() != expected.value).then_some(expected.name)
            })
    }
}

impl Expected {
    fn new(
        name: &'static str,
        hasher: Hasher,
        base64: &str,
        header: &HeaderName,
    ) -> Result<Self, ApiError> {
        let value = STANDARD.decode(base64).map_err(|_| malformed(header))?;
        if value.len() != hasher.length() {
            return Err(malformed(header));
        }
        Ok(Self {
            name,
            hasher,
            value,
        })
    }
}

/// A member such as `sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:`.
fn digest(header: &HeaderName, member: &str) -> Result<Option<Expected>, ApiError> {
    let (name, value) = member.split_once('=').ok_or_else(|| malformed(header))?;
    let (name, hasher) = match name.trim_end() {
        "sha-256" => ("SHA-256", Hasher::Sha256(Sha256::new())),
        "sha-512" => ("SHA-512", Hasher::Sha512(Box::new(Sha512::new()))),
        _ => return Ok(None),
    };
    // Parameters may follow; none is defined.
    let value = value.split(';').next().unwrap_or_default().trim();
    let base64 = value
        .strip_prefix(':')
        .and_then(|value| value.strip_suffix(':'))
        .ok_or_else(|| malformed(header))?;
    Expected::new(name, hasher, base64, header).map(Some)
}

impl Hasher {
    const fn length(&self) -> usize {
        match self {
            Self::Sha256(_) => 32,
            Self::Sha512(_) => 64,
            Self::Md5(_) => 16,
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
            Self::Md5(hasher) => hasher.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha256(hasher) => hasher.finalize().to_vec(),
            Self::Sha512(hasher) => hasher.finalize().to_vec(),
            Self::Md5(hasher) => hasher.finalize().to_vec(),
        }
    }
}

fn malformed(header: &HeaderName) -> ApiError {
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "DIGEST_INVALID",
        format!("{header} is not a digest: write sha-256=:BASE64: or, in Content-MD5, BASE64"),
    )
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn outcome(name: HeaderName, value: &str, body: &str) -> Result<Option<&'static str>, u16> {
        let mut headers = HeaderMap::new();
        headers.append(name, HeaderValue::from_str(value).unwrap());
        let mut digests = Digests::announced(&headers).map_err(|error| error.status().as_u16())?;
        digests.update(body.as_bytes());
        Ok(digests.mismatch())
    }

    /// The example of RFC 9530, section 2.
    const SHA_256: &str = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";

    #[test]
    fn a_digest_is_compared_with_the_body() {
        let body = "{\"hello\": \"world\"}\n";
        assert_eq!(outcome(CONTENT_DIGEST, SHA_256, body), Ok(None));
        assert_eq!(outcome(CONTENT_DIGEST, SHA_256, "{}"), Ok(Some("SHA-256")));
        assert_eq!(outcome(REPR_DIGEST, SHA_256, body), Ok(None));
        assert_eq!(outcome(REPR_DIGEST, SHA_256, "{}"), Ok(Some("SHA-256")));
        let with_others = format!("crc32c=:AAAAAA==:, {SHA_256};q=1");
        assert_eq!(
            outcome(CONTENT_DIGEST, &with_others, "{}"),
            Ok(Some("SHA-256"))
        );
        let md5 = "1B2M2Y8AsgTpgAmY7PhCfg==";
        assert_eq!(outcome(CONTENT_MD5, md5, ""), Ok(None));
        assert_eq!(outcome(CONTENT_MD5, md5, "x"), Ok(Some("MD5")));
        let empty = STANDARD.encode(Sha512::digest(""));
        let sha_512 = format!("sha-512=:{empty}:");
        assert_eq!(outcome(CONTENT_DIGEST, &sha_512, ""), Ok(None));
        assert_eq!(outcome(CONTENT_DIGEST, &sha_512, "x"), Ok(Some("SHA-512")));
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        for value in ["sha-256", "sha-256=abc", "sha-256=:abc:", "sha-256=:AAAA:"] {
            assert_eq!(outcome(CONTENT_DIGEST, value, ""), Err(400), "{value}");
            assert_eq!(outcome(REPR_DIGEST, value, ""), Err(400), "{value}");
        }
        assert_eq!(outcome(CONTENT_MD5, "lamp", ""), Err(400));
        assert_eq!(outcome(CONTENT_DIGEST, "unixsum=:AAAA:", ""), Ok(None));
    }
}
