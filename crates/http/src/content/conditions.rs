//! Conditions of a request (RFC 9110, section 13): whether the caller has the content already, and
//! whether it is the one that the caller means.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderName, header};

/// By what a content is compared.
pub(super) struct Validators<'a> {
    /// The strong tag, with its quotes.
    pub(super) etag: &'a str,
    /// When it was last modified, if that is known; fractions of a second do not count.
    pub(super) modified_at: Option<SystemTime>,
}

/// What the conditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The content is to be sent.
    Send,
    /// The caller has it: 304.
    NotModified,
    /// It is not what the caller means: 412.
    Failed,
}

/// Evaluates the conditions in the order of RFC 9110, section 13.2.2.
pub(super) fn evaluate(headers: &HeaderMap, content: &Validators<'_>) -> Outcome {
    let modified_at = content.modified_at.map(whole_seconds);
    let is_meant = match tags(headers, header::IF_MATCH) {
        Some(tags) => tags.iter().any(|tag| tag == "*" || tag == content.etag),
        None => date(headers, header::IF_UNMODIFIED_SINCE)
            .zip(modified_at)
            .is_none_or(|(limit, modified_at)| modified_at <= limit),
    };
    if !is_meant {
        return Outcome::Failed;
    }
    let has_it = match tags(headers, header::IF_NONE_MATCH) {
        // Compared weakly.
        Some(tags) => tags
            .iter()
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == content.etag),
        None => date(headers, header::IF_MODIFIED_SINCE)
            .zip(modified_at)
            .is_some_and(|(since, modified_at)| modified_at <= since),
    };
    if has_it {
        Outcome::NotModified
    } else {
        Outcome::Send
    }
}

/// Whether a range counts: without `If-Range`, or if that names this very content. A date is no
/// strong validator, and so never counts.
pub(super) fn range_counts(headers: &HeaderMap, content: &Validators<'_>) -> bool {
    let mut lines = headers.get_all(header::IF_RANGE).iter();
    match (lines.next(), lines.next()) {
        (None, _) => true,
        (Some(line), None) => line.as_bytes() == content.etag.as_bytes(),
        _ => false,
    }
}

/// The tags of all lines of a header, which are one list; `None` without the header.
fn tags(headers: &HeaderMap, name: HeaderName) -> Option<Vec<String>> {
    let lines = headers.get_all(name);
    lines.iter().next()?;
    Some(
        lines
            .iter()
            .flat_map(|line| split(&String::from_utf8_lossy(line.as_bytes())))
            .collect(),
    )
}

/// The elements of a list; a comma within quotes belongs to its tag.
fn split(list: &str) -> Vec<String> {
    let mut in_quotes = false;
    list.split(|c| {
        in_quotes ^= c == '"';
        c == ',' && !in_quotes
    })
    .map(|tag| tag.trim().to_owned())
    .filter(|tag| !tag.is_empty())
    .collect()
}

/// The one date of a header; what is no date is as if it were not there.
fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    let mut lines = headers.get_all(name).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return None;
    };
    httpdate::parse_http_date(line.to_str().ok()?.trim()).ok()
}

/// Whether a header can have the date: from 1970, and with four digits of the year.
pub(super) fn fits_a_header(time: &SystemTime) -> bool {
    const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);
    time.duration_since(UNIX_EPOCH)
        .is_ok_and(|since_epoch| since_epoch < YEAR_10000)
}

/// The precision of dates in headers.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(since_epoch.as_secs())
}
