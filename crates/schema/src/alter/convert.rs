//! How values become those of another type, by way of their text.

use crate::{
    sql::identifier,
    table::{Kind, postgres_kind},
};

/// A conversion of SQLite: what a value becomes, and when it cannot become that.
pub(super) struct Conversion {
    pub(super) value: String,
    pub(super) impossible: String,
}

/// On PostgreSQL: the expression after `USING`.
pub(super) fn on_postgres(column: &str, kind: Kind) -> String {
    let text = format!("{}::text", identifier(column));
    match kind {
        Kind::Blob => format!("convert_to({text}, 'UTF8')"),
        Kind::BigInteger | Kind::Numbered => format!(
            "(CASE {text} WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE {text} END)::bigint"
        ),
        Kind::Text => text,
        kind => format!("{text}::{}", postgres_kind(kind)),
    }
}

/// On SQLite, from what the column was declared as; `v` is the expression of its value.
pub(super) fn on_sqlite(v: &str, declared: &str, kind: Kind) -> Conversion {
    let (value, fits) = match kind {
        Kind::Text => (to_text(v, declared), "true".to_owned()),
        Kind::BigInteger | Kind::Numbered => (
            format!(
                "CASE WHEN {v} IN ('true', 'false') THEN {v} = 'true' \
                 ELSE CAST({v} AS INTEGER) END"
            ),
            format!(
                "CASE typeof({v}) WHEN 'integer' THEN true WHEN 'real' \
                 THEN CAST({v} AS INTEGER) = {v} WHEN 'text' THEN {v} IN ('true', 'false') \
                 OR CAST(CAST({v} AS INTEGER) AS TEXT) = trim({v}) ELSE false END"
            ),
        ),
        Kind::Double => (
            format!("CAST({v} AS REAL)"),
            format!(
                "CASE WHEN typeof({v}) <> 'text' THEN typeof({v}) IN ('integer', 'real') \
                 WHEN json_valid(trim({v})) \
                 THEN json_type(trim({v})) IN ('integer', 'real') ELSE false END"
            ),
        ),
        Kind::Boolean => {
            let value = format!(
                "CASE WHEN lower({v}) IN ('1', 'true', 't', 'yes', 'y', 'on') THEN 1 \
                 WHEN lower({v}) IN ('0', 'false', 'f', 'no', 'n', 'off') THEN 0 END"
            );
            let fits = format!("({value}) IS NOT NULL");
            (value, fits)
        }
        Kind::Uuid => {
            let value = format!(
                "CASE typeof({v}) WHEN 'text' THEN unhex(replace({v}, '-', '')) ELSE {v} END"
            );
            let fits =
                format!("coalesce(length({value}) = 16 AND typeof({value}) = 'blob', false)");
            (value, fits)
        }
        Kind::Timestamptz => (
            v.to_owned(),
            format!("typeof({v}) = 'text' AND julianday({v}) IS NOT NULL"),
        ),
        Kind::Json => (format!("CAST({v} AS TEXT)"), format!("json_valid({v})")),
        Kind::Blob => (format!("CAST({v} AS BLOB)"), "true".to_owned()),
    };
    Conversion {
        value,
        impossible: format!("{v} IS NOT NULL AND NOT ({fits})"),
    }
}

/// As PostgreSQL writes the value of such a column.
fn to_text(v: &str, declared: &str) -> String {
    let declared = declared.to_ascii_lowercase();
    if declared.contains("uuid") {
        let part = |from: u8, length: u8| format!("substr(hex({v}), {from}, {length})");
        let parts = [
            part(1, 8),
            part(9, 4),
            part(13, 4),
            part(17, 4),
            part(21, 12),
        ];
        let text = parts.join(" || '-' || ");
        return format!("CASE typeof({v}) WHEN 'blob' THEN lower({text}) ELSE {v} END");
    }
    if declared.starts_with("bool") {
        return format!("CASE {v} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE {v} END");
    }
    format!("CASE typeof({v}) WHEN 'blob' THEN '\\x' || lower(hex({v})) ELSE CAST({v} AS TEXT) END")
}
