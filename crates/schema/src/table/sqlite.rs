//! The types of SQLite.

use super::Kind;
use crate::model::Numbering;

/// Rows are numbered by the type of their key alone.
pub(super) const NUMBERING: Option<Numbering> = None;

/// The name by which SeaORM recognises what a column holds.
pub(crate) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Uuid => "uuid_text",
        Kind::Text => "text",
        Kind::BigInteger => "bigint",
        // Only a primary key of exactly this type numbers the rows.
        Kind::Numbered => "integer",
        Kind::Double => "double",
        Kind::Boolean => "boolean",
        Kind::Timestamptz => "timestamp_with_timezone_text",
        Kind::Json => "jsonb_text",
        Kind::Blob => "blob",
    }
}
