//! How values become those of another type, by way of their text.

use crate::table::{Kind, postgres_kind};

/// A conversion of SQLite: what a value becomes, and when it cannot become that.
pub(super) struct Conversion {
    pub(super) value: String,
    pub(super) impossible: String,
}

/// On PostgreSQL: what the value of this expression becomes. A number that a double cannot hold to
/// the last digit is made a text that is no number, which ends the statement.
pub(super) fn on_postgres(value: &str, kind: Kind) -> String {
    let text = format!("{value}::text");
    match kind {
        Kind::Double => format!(
            "(CASE WHEN {text}::numeric = {text}::double precision::text::numeric \
             THEN {text} ELSE {text} || ' as double precision' END)::double precision"
        ),
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
        Kind::Text => (
            to_text(v, declared),
            format!("typeof({v}) <> 'real' OR CAST({} AS REAL) = {v}", digits(v)),
        ),
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
                "CASE WHEN typeof({v}) = 'integer' \
                 THEN CAST(CAST({v} AS REAL) AS INTEGER) = {v} AND {v} < 9223372036854775807 \
                 WHEN typeof({v}) <> 'text' THEN typeof({v}) = 'real' \
                 WHEN json_valid(trim({v})) AND json_type(trim({v})) IN ('integer', 'real') \
                 THEN {} ELSE false END",
                is_exact(v)
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
        Kind::Json => (as_text(v), format!("json_valid({v})")),
        Kind::Blob => (format!("CAST({} AS BLOB)", as_text(v)), "true".to_owned()),
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
    format!(
        "CASE typeof({v}) WHEN 'blob' THEN '\\x' || lower(hex({v})) WHEN 'real' THEN {} \
         ELSE CAST({v} AS TEXT) END",
        digits(v)
    )
}

/// A value as text, a number with all its digits; bytes stay bytes.
fn as_text(v: &str) -> String {
    format!(
        "CASE typeof({v}) WHEN 'blob' THEN {v} WHEN 'real' THEN {} ELSE CAST({v} AS TEXT) END",
        digits(v)
    )
}

/// The fewest digits from which a double is read back as it is. `CAST` gives 15, and some need 17.
fn digits(v: &str) -> String {
    let written = |digits: u8| format!("printf('%!.{digits}g', {v})");
    let is_enough = |digits: u8| format!("CAST({} AS REAL) = {v}", written(digits));
    format!(
        "CASE WHEN {} THEN {} WHEN {} THEN {} ELSE {} END",
        is_enough(15),
        written(15),
        is_enough(16),
        written(16),
        written(17),
    )
}

/// Whether a text with a number has no digit that a double loses: up to 15 it never does.
fn is_exact(v: &str) -> String {
    let significant = |text: &str| {
        format!(
            "ltrim(rtrim(replace(replace(substr(lower({text}), 1, \
             instr(lower({text}) || 'e', 'e') - 1), '.', ''), '-', ''), '0'), '0')"
        )
    };
    let (own, read) = (
        significant(&format!("trim({v})")),
        significant(&digits(&format!("CAST({v} AS REAL)"))),
    );
    format!("(length({own}) <= 15 OR {own} = {read})")
}
