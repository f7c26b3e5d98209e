//! Bound values as literals: what the engine stores is the same either way.

use chrono::{DateTime, SecondsFormat, TimeZone};
use sea_orm::{
    Statement, Value,
    sea_query::{OptionEnum, PostgresQueryBuilder, QueryBuilder as _, SqliteQueryBuilder},
};

use groundwork_naming::Engine;

use super::{TokenKind, bytes_literal, text_literal, tokens};

/// The text of a statement, each placeholder replaced by its value.
pub(crate) fn inlined(statement: &Statement, engine: Engine) -> String {
    let Some(values) = statement
        .values
        .as_ref()
        .filter(|values| !values.0.is_empty())
    else {
        return statement.sql.clone();
    };
    // What cannot be cut into tokens, no database would take either.
    let Ok(tokens) = tokens(engine, &statement.sql) else {
        return statement.sql.clone();
    };
    let mut next = 0;
    tokens.iter().fold(String::new(), |mut text, token| {
        let value = match token.kind {
            TokenKind::Placeholder(Some(number)) => values.0.get(number.saturating_sub(1)),
            TokenKind::Placeholder(None) => {
                next += 1;
                values.0.get(next - 1)
            }
            _ => None,
        };
        match value {
            Some(value) => text.push_str(&bound(value, engine)),
            None => text.push_str(token.text),
        }
        text
    })
}

fn bound(value: &Value, engine: Engine) -> String {
    match value {
        Value::TinyInt(Some(n)) => number(*n),
        Value::SmallInt(Some(n)) => number(*n),
        Value::Int(Some(n)) => number(*n),
        Value::BigInt(Some(n)) => number(*n),
        Value::TinyUnsigned(Some(n)) => number(*n),
        Value::SmallUnsigned(Some(n)) => number(*n),
        Value::Unsigned(Some(n)) => number(*n),
        Value::BigUnsigned(Some(n)) => n.to_string(),
        Value::Float(Some(n)) if n.is_finite() => float(format!("{n:?}")),
        Value::Float(Some(n)) => infinite(f64::from(*n), engine),
        Value::Double(Some(n)) if n.is_finite() => float(format!("{n:?}")),
        Value::Double(Some(n)) => infinite(*n, engine),
        Value::String(Some(value)) => text_literal(engine, value),
        Value::Enum(OptionEnum::Some(value)) => text_literal(engine, &value.value),
        Value::Char(Some(c)) => text_literal(engine, &c.to_string()),
        Value::Bytes(Some(value)) => bytes_literal(engine, value),
        Value::Json(Some(json)) => text_literal(engine, &json.to_string()),
        Value::Uuid(Some(id)) => match engine {
            Engine::Sqlite => bytes_literal(engine, id.as_bytes()),
            Engine::Postgres => format!("'{id}'::uuid"),
        },
        _ => instant(value, engine),
    }
}

/// Dates and times in the words in which the driver binds them; then NULLs, and what only one
/// engine has.
fn instant(value: &Value, engine: Engine) -> String {
    match value {
        Value::ChronoDate(Some(date)) => typed(&date.format("%F"), "date", engine),
        Value::ChronoTime(Some(time)) => typed(&time.format("%T%.f"), "time", engine),
        Value::ChronoDateTime(Some(at)) => typed(&at.format("%F %T%.f"), "timestamp", engine),
        Value::ChronoDateTimeUtc(Some(at)) => timestamptz(at, engine),
        Value::ChronoDateTimeLocal(Some(at)) => timestamptz(at, engine),
        Value::ChronoDateTimeWithTimeZone(Some(at)) => timestamptz(at, engine),
        other => match engine {
            Engine::Sqlite => SqliteQueryBuilder.value_to_string(other),
            Engine::Postgres => PostgresQueryBuilder.value_to_string(other),
        },
    }
}

fn timestamptz<Z: TimeZone>(at: &DateTime<Z>, engine: Engine) -> String
where
    Z::Offset: std::fmt::Display,
{
    let at = at.to_rfc3339_opts(SecondsFormat::AutoSi, false);
    typed(&at, "timestamptz", engine)
}

/// SQLite has no types but those of text and numbers.
fn typed(value: &impl std::fmt::Display, kind: &str, engine: Engine) -> String {
    match engine {
        Engine::Sqlite => format!("'{value}'"),
        Engine::Postgres => format!("'{value}'::{kind}"),
    }
}

/// In parentheses if it is negative: two minuses in a row begin a comment.
fn number(n: impl Into<i64>) -> String {
    let n = n.into();
    if n < 0 {
        format!("({n})")
    } else {
        n.to_string()
    }
}

fn float(n: String) -> String {
    if n.starts_with('-') {
        format!("({n})")
    } else {
        n
    }
}

/// SQLite stores infinity, and NULL for what is not a number.
fn infinite(n: f64, engine: Engine) -> String {
    let word = match (engine, n.is_nan(), n > 0.0) {
        (Engine::Sqlite, true, _) => "NULL",
        (Engine::Sqlite, false, true) => "9e999",
        (Engine::Sqlite, false, false) => "(-9e999)",
        (Engine::Postgres, true, _) => "'NaN'::double precision",
        (Engine::Postgres, false, true) => "'Infinity'::double precision",
        (Engine::Postgres, false, false) => "'-Infinity'::double precision",
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use sea_orm::DbBackend;

    use super::*;

    fn render(engine: Engine, sql: &str, values: Vec<Value>) -> String {
        let statement = Statement::from_sql_and_values(engine.into(), sql, values);
        inlined(&statement, engine)
    }

    #[test]
    fn placeholders_are_replaced_where_they_are_placeholders() {
        let values = || vec![Value::from("a?$1"), Value::from(-2_i64)];
        assert_eq!(
            render(Engine::Sqlite, "f(?, '?', \"$1\", ?) -- ?", values()),
            "f('a?$1', '?', \"$1\", (-2)) -- ?"
        );
        assert_eq!(
            render(Engine::Postgres, "f($2, $1, $$ $1 $$, j ? 'k')", values()),
            "f((-2), 'a?$1', $$ $1 $$, j ? 'k')"
        );
    }

    #[test]
    fn values_are_written_as_their_engine_stores_them() {
        let id: sea_orm::prelude::Uuid = "0190f6a0-0000-7000-8000-000000000001".parse().unwrap();
        let at = NaiveDate::from_ymd_opt(2026, 5, 1)
            .and_then(|day| day.and_hms_milli_opt(12, 0, 0, 250))
            .unwrap();
        let values: Vec<Value> = vec![
            id.into(),
            at.and_utc().into(),
            at.into(),
            vec![0_u8, 255].into(),
            r"back\slash's".into(),
            true.into(),
            f64::INFINITY.into(),
            1.0_f64.into(),
            Value::String(None),
            sea_orm::JsonValue::from(vec!["it's"]).into(),
        ];
        assert_eq!(
            render(Engine::Sqlite, "?,?,?,?,?,?,?,?,?,?", values.clone()),
            r#"x'0190f6a0000070008000000000000001','2026-05-01T12:00:00.250+00:00','2026-05-01 12:00:00.250',x'00ff','back\slash''s',TRUE,9e999,1.0,NULL,'["it''s"]'"#
        );
        assert_eq!(
            render(DB, "$1,$2,$3,$4,$5,$6,$7,$8,$9,$10", values),
            r#"'0190f6a0-0000-7000-8000-000000000001'::uuid,'2026-05-01T12:00:00.250+00:00'::timestamptz,'2026-05-01 12:00:00.250'::timestamp,'\x00ff'::bytea,E'back\\slash''s',TRUE,'Infinity'::double precision,1.0,NULL,'["it''s"]'"#
        );
    }

    const DB: Engine = Engine::Postgres;

    #[test]
    fn a_text_without_values_stays_as_it_is() {
        let statement = Statement::from_string(DbBackend::Sqlite, "SELECT '?', ?");
        assert_eq!(inlined(&statement, Engine::Sqlite), "SELECT '?', ?");
    }
}
