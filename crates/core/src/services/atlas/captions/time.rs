//! Time stamps and time ranges.

use super::fault::Fault;

/// The hours that still fit: about eleven years.
const MAX_HOURS: i64 = 99_999;

/// Whether a line can only be a time range.
pub(super) fn is_range(line: &str) -> bool {
    line.contains("-->")
}

/// The times of a line such as `00:01.000 --> 00:02.000 align:start`, in milliseconds. What follows
/// the second time, WebVTT's cue settings and SubRip's coordinates, places the cue on the screen
/// and is left out.
pub(super) fn range(line: &str) -> Result<(i64, i64), Fault> {
    let (start, rest) = line.split_once("-->").ok_or_else(|| Fault::NoTimes {
        found: excerpt(line),
    })?;
    let end = rest.split_whitespace().next().unwrap_or_default();
    let (starts_ms, ends_ms) = (stamp(start.trim())?, stamp(end)?);
    if ends_ms < starts_ms {
        return Err(Fault::EndsBeforeItBegins);
    }
    Ok((starts_ms, ends_ms))
}

/// `mm:ss.ttt` or `hh:mm:ss.ttt`, with `.` or `,`, and as many digits for the hours as it takes.
fn stamp(text: &str) -> Result<i64, Fault> {
    let refused = |reason| Fault::Time {
        found: excerpt(text),
        reason,
    };
    let shape = "is no time such as 00:01:02.345";
    if text.starts_with(['-', '−']) {
        return Err(refused("is a negative time"));
    }
    let (clock, fraction) = text.split_once(['.', ',']).ok_or_else(|| refused(shape))?;
    let mut parts = clock.rsplit(':');
    let (seconds, minutes) = (parts.next(), parts.next());
    let hours = parts.next();
    if parts.next().is_some() {
        return Err(refused(shape));
    }
    let two = |part: Option<&str>| part.filter(|part| part.len() == 2).and_then(digits);
    let milliseconds = Some(fraction).filter(|part| part.len() == 3);
    let (Some(seconds), Some(minutes), Some(milliseconds)) =
        (two(seconds), two(minutes), milliseconds.and_then(digits))
    else {
        return Err(refused(shape));
    };
    let hours = match hours {
        Some(hours) => digits(hours).ok_or_else(|| refused(shape))?,
        None => 0,
    };
    if minutes > 59 || seconds > 59 {
        return Err(refused("has more than 59 minutes or seconds"));
    }
    if hours > MAX_HOURS {
        return Err(refused("is later than any video lasts"));
    }
    Ok(((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds)
}

/// Decimal digits and nothing else.
fn digits(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(i64::MAX))
}

/// As much of a line as an error shows.
pub(super) fn excerpt(line: &str) -> String {
    const SHOWN: usize = 60;
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_their_range() {
        for (text, ms) in [
            ("00:00.000", 0),
            ("59:59.999", 3_599_999),
            ("00:00:01,500", 1_500),
            ("1:00:00.000", 3_600_000),
            ("100:00:00.001", 360_000_001),
            ("00099999:59:59.999", 359_999_999_999),
        ] {
            assert_eq!(stamp(text), Ok(ms), "{text}");
        }
        for text in [
            "",
            "1",
            "00:01",
            "0:01.000",
            "00:1.000",
            "00:00.0000",
            "00:00.00",
            "00:60.000",
            "60:00.000",
            "-00:01.000",
            "00:00:00:00.000",
            ":00:00.000",
            "00:+1.000",
            "100000:00:00.000",
            "99999999999999999999999:00:00.000",
            "٠٠:٠٠.٠٠٠",
        ] {
            assert!(stamp(text).is_err(), "{text}");
        }
    }
}
