//! The answers that hyper gives by itself to what it cannot read as a request.

use axum::http::StatusCode;

/// None is longer.
const LONGEST: usize = 200;

/// Where such an answer begins, if these bytes end with one. It has only a length of 0 and a date,
/// and perhaps that the connection closes. A response of a route has more, but the content of a
/// file may end with the same bytes: that is for the caller to tell.
pub(super) fn start(bytes: &[u8]) -> Option<usize> {
    if !bytes.ends_with(b"\r\n\r\n") {
        return None;
    }
    let from = bytes.len().saturating_sub(LONGEST);
    let tail = &bytes[from..];
    let marker = b"HTTP/1.1 4";
    let found = tail
        .windows(marker.len())
        .rposition(|part| part == marker)?;
    status(&tail[found..]).map(|_| from + found)
}

/// The status of such an answer.
pub(super) fn status(answer: &[u8]) -> Option<StatusCode> {
    let text = str::from_utf8(answer).ok()?;
    let mut lines = text.strip_suffix("\r\n\r\n")?.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    let mut is_empty = false;
    for line in lines {
        match line.split_once(':')?.0 {
            "content-length" => is_empty = line.ends_with(" 0"),
            "connection" | "date" => {}
            _ => return None,
        }
    }
    is_empty.then(|| StatusCode::from_bytes(status.as_bytes()).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\
        content-length: 0\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";

    #[test]
    fn an_answer_of_hypers_is_found_at_the_end() {
        assert_eq!(start(ANSWER), Some(0));
        assert_eq!(
            status(ANSWER),
            Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
        );
        assert_eq!(start(&[b"a body", ANSWER].concat()), Some(6));
        let long = [vec![b'x'; 9_000].as_slice(), ANSWER].concat();
        assert_eq!(start(&long), Some(9_000));
    }

    #[test]
    fn a_response_of_a_route_is_not() {
        for response in [
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nx-request-id: a\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 10\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n",
            "",
        ] {
            assert_eq!(start(response.as_bytes()), None, "{response}");
        }
    }
}
