//! The types of PostgreSQL.

use super::Kind;
use crate::model::Numbering;

/// How rows are numbered.
pub(super) const NUMBERING: Option<Numbering> = Some(Numbering::IdentityAlways);

/// The name of a type.
pub(crate) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Uuid => "uuid",
        Kind::Text => "text",
        Kind::BigInteger | Kind::Numbered => "bigint",
        Kind::Double => "double precision",
        Kind::Boolean => "boolean",
        Kind::Timestamptz => "timestamp with time zone",
        Kind::Json => "jsonb",
        Kind::Blob => "bytea",
    }
}
