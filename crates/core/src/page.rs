//! Lists are read in pages: a page holds a bounded number of items and the cursor of the next one.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a page starts and how many items it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Items after this place in the list; `None` starts at its beginning.
    pub after: Option<Cursor>,
    /// The most items that the page may hold.
    pub limit: PageLimit,
}

impl PageRequest {
    /// The first page, with the default limit.
    pub const FIRST: Self = Self {
        after: None,
        limit: PageLimit::DEFAULT,
    };
}

/// The most items of a page, from 1 to [`PageLimit::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit(u16);

impl PageLimit {
    /// 50 items.
    pub const DEFAULT: Self = Self(50);
    /// 200 items.
    pub const MAX: Self = Self(200);

    /// The limit, if it is in 1 to [`PageLimit::MAX`].
    #[must_use]
    pub fn new(items: u64) -> Option<Self> {
        u16::try_from(items)
            .ok()
            .filter(|n| (1..=Self::MAX.0).contains(n))
            .map(Self)
    }

    /// The number of items.
    #[must_use]
    pub fn items(self) -> u64 {
        u64::from(self.0)
    }
}

/// A place in a list, opaque to those who page through it. It names the last item seen, so that
/// items added or removed meanwhile neither repeat nor hide others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    id: Uuid,
    instant: Option<DateTime<Utc>>,
}

impl Cursor {
    /// The place right after the item with this id, in a list in the order of ids.
    #[must_use]
    pub fn after(id: Uuid) -> Self {
        Self { id, instant: None }
    }

    /// The place right after the item with this instant and id, in a list in the order of instants
    /// and, among equal ones, of ids.
    #[must_use]
    pub fn after_instant(instant: DateTime<Utc>, id: Uuid) -> Self {
        let instant = Some(instant);
        Self { id, instant }
    }

    /// The id of the last item seen.
    #[must_use]
    pub fn id(self) -> Uuid {
        self.id
    }

    /// The instant of the last item seen, to the microsecond; `None` if the list is in the order of
    /// ids.
    #[must_use]
    pub fn instant(self) -> Option<DateTime<Utc>> {
        self.instant
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(instant) = self.instant {
            write!(
                f,
                "{:0digits$x}",
                instant.timestamp_micros(),
                digits = INSTANT_DIGITS
            )?;
        }
        write!(f, "{}", self.id.simple())
    }
}

/// How many digits of a cursor's text are its instant: the microseconds since 1970, hexadecimal.
const INSTANT_DIGITS: usize = 16;

/// How many digits of a cursor's text are its id.
const ID_DIGITS: usize = 32;

/// The text is no cursor of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor: take the value of `next` from the page before, unchanged")]
pub struct InvalidCursor;

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (instant, id) = match text.split_at_checked(INSTANT_DIGITS) {
            Some((instant, id)) if text.len() == INSTANT_DIGITS + ID_DIGITS => {
                let micros = u64::from_str_radix(instant, 16).map_err(|_| InvalidCursor)?;
                let instant = DateTime::from_timestamp_micros(micros.cast_signed());
                (Some(instant.ok_or(InvalidCursor)?), id)
            }
            _ => (None, text),
        };
        let id = Uuid::try_parse(id).map_err(|_| InvalidCursor)?;
        Ok(Self { id, instant })
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A part of a list.
///
/// ```
/// use groundwork_core::page::{Cursor, Page, PageLimit, PageRequest};
/// use uuid::Uuid;
///
/// // What a query gives that takes the ids after the cursor, and one more than the limit.
/// fn rows(page: PageRequest) -> Vec<Uuid> {
///     let after = page.after.map_or(Uuid::nil(), Cursor::id);
///     let ids = (1..=3).map(Uuid::from_u128).filter(|id| *id > after);
///     ids.take(page.limit.items() as usize + 1).collect()
/// }
///
/// let limit = PageLimit::new(2).expect("a limit from 1 to 200");
/// let first = PageRequest { after: None, limit };
/// let page = Page::of_surplus(rows(first), limit, |id| *id);
/// assert_eq!((page.items.len(), page.next), (2, Some(Cursor::after(page.items[1]))));
///
/// let second = PageRequest { after: page.next, limit };
/// let page = Page::of_surplus(rows(second), limit, |id| *id);
/// assert_eq!((page.items.len(), page.next), (1, None));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last one.
    #[schema(value_type = Option<String>, example = json!(null))]
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page of rows that were read with a limit of one more than `limit`: the surplus row
    /// shows that there is a next page, and is dropped.
    #[must_use]
    pub fn of_surplus(rows: Vec<T>, limit: PageLimit, id: impl Fn(&T) -> Uuid) -> Self {
        Self::of_surplus_by(rows, limit, |row| Cursor::after(id(row)))
    }

    /// As [`of_surplus`](Self::of_surplus), of a list in another order than that of ids.
    #[must_use]
    pub fn of_surplus_by(
        mut rows: Vec<T>,
        limit: PageLimit,
        cursor: impl Fn(&T) -> Cursor,
    ) -> Self {
        let limit = usize::from(limit.0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(cursor);
        Self { items: rows, next }
    }

    /// The same page of other items.
    #[must_use]
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surplus_row_becomes_the_next_cursor() {
        let ids: Vec<Uuid> = (0..3).map(Uuid::from_u128).collect();
        let limit = PageLimit::new(2).unwrap();
        let page = Page::of_surplus(ids.clone(), limit, |id| *id);
        assert_eq!(page.items, ids[..2]);
        assert_eq!(page.next, Some(Cursor::after(ids[1])));
        assert_eq!(
            Page::of_surplus(ids[..2].to_vec(), limit, |id| *id).next,
            None
        );
    }

    #[test]
    fn limits_outside_the_range_are_refused() {
        assert_eq!(PageLimit::new(0), None);
        assert_eq!(PageLimit::new(201), None);
        assert_eq!(PageLimit::new(200), Some(PageLimit::MAX));
    }

    #[test]
    fn a_cursor_survives_its_text() {
        let cursor = Cursor::after(Uuid::from_u128(42));
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("42".parse::<Cursor>(), Err(InvalidCursor));
    }

    #[test]
    fn a_cursor_with_an_instant_survives_its_text_also_before_1970() {
        for instant in ["2026-05-01T12:00:00.123456Z", "1066-10-14T09:00:00Z"] {
            let cursor = Cursor::after_instant(instant.parse().unwrap(), Uuid::from_u128(42));
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in [
            "g".repeat(48),
            format!("7{}", "f".repeat(47)),
            "é".repeat(24),
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(InvalidCursor), "{text}");
        }
    }
}
