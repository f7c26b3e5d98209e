//! The binary form of rows that PostgreSQL's `COPY … FROM STDIN (FORMAT binary)` reads
//! (<https://www.postgresql.org/docs/current/sql-copy.html>).

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What comes before the rows: the signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// The microseconds from the Unix epoch to that of PostgreSQL, 1 January 2000.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Rows for [`UnitOfWork::copy_in`](crate::db::UnitOfWork::copy_in): begin one, then write its columns
/// in the order in which the statement names them, each in the type that its table has.
#[derive(Clone, Debug)]
pub struct CopyRows {
    bytes: Vec<u8>,
    columns: u16,
    rows: u64,
}

impl CopyRows {
    /// No rows yet, of so many columns each.
    #[must_use]
    pub fn new(columns: u16) -> Self {
        Self {
            bytes: HEADER.to_vec(),
            columns,
            rows: 0,
        }
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Begins a row.
    pub fn row(&mut self) -> &mut Self {
        self.bytes.extend(self.columns.to_be_bytes());
        self.rows += 1;
        self
    }

    /// A `text`.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.field(text.as_bytes())
    }

    /// A `text` that may be missing.
    pub fn optional_text(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    /// A `uuid`.
    pub fn uuid(&mut self, id: Uuid) -> &mut Self {
        self.field(id.as_bytes())
    }

    /// An `integer`.
    pub fn integer(&mut self, number: i32) -> &mut Self {
        self.field(&number.to_be_bytes())
    }

    /// A `double precision`.
    pub fn double(&mut self, number: f64) -> &mut Self {
        self.field(&number.to_be_bytes())
    }

    /// A `double precision` that may be missing.
    pub fn optional_double(&mut self, number: Option<f64>) -> &mut Self {
        match number {
            Some(number) => self.double(number),
            None => self.null(),
        }
    }

    /// A `timestamptz`, to the microsecond.
    pub fn instant(&mut self, instant: DateTime<Utc>) -> &mut Self {
        let micros = instant.timestamp_micros() - EPOCH_MICROS;
        self.field(&micros.to_be_bytes())
    }

    /// NULL.
    pub fn null(&mut self) -> &mut Self {
        self.bytes.extend((-1_i32).to_be_bytes());
        self
    }

    /// The rows with what comes after them.
    #[must_use]
    pub fn finished(&self) -> Vec<u8> {
        [self.bytes.as_slice(), &(-1_i16).to_be_bytes()].concat()
    }

    /// A field longer than the protocol can say, which is 2 GiB, makes PostgreSQL refuse the copy.
    fn field(&mut self, bytes: &[u8]) -> &mut Self {
        let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(bytes);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_the_form_that_the_manual_describes() {
        let mut rows = CopyRows::new(2);
        rows.row().text("é").null();
        let expected = [
            HEADER,
            &[
                0, 2, 0, 0, 0, 2, 0xc3, 0xa9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            ],
        ]
        .concat();
        assert_eq!(rows.finished(), expected);
        assert_eq!(rows.rows(), 1);
        assert_eq!(HEADER.len(), 19);
    }
}
