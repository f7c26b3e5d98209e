//! Types of columns as a person names them.

/// `uuid` for `uuid_text`, `timestamp` for `timestamp_with_timezone_text` and for PostgreSQL's
/// `timestamp with time zone`. What is not known is shown as the database names it.
pub(super) fn shown(kind: &str) -> String {
    let lower = kind.trim().to_lowercase();
    let (name, size) = match lower.split_once('(') {
        Some((name, size)) => (name.trim_end(), format!("({size}")),
        None => (lower.as_str(), String::new()),
    };
    let name = match name {
        "uuid_text" | "uuid_blob" => "uuid",
        "timestamp_with_timezone_text" | "timestamp with time zone" | "timestamptz" => "timestamp",
        "timestamp_text" | "datetime_text" | "timestamp without time zone" => "local timestamp",
        "date_text" => "date",
        "time_text" | "time without time zone" => "time",
        "json_text" | "jsonb_text" | "jsonb" => "json",
        "character varying" => "varchar",
        "double precision" => "double",
        "numeric" | "real_decimal" => "decimal",
        "bytea" | "varbinary_blob" => "blob",
        "enum_text" => "enum",
        // `timestamp(6) with time zone`: the name goes on after the size.
        "timestamp" if lower.ends_with("with time zone") => return "timestamp".to_owned(),
        _ => return kind.to_owned(),
    };
    format!("{name}{size}")
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn types_are_named_as_people_name_them_on_both_engines() {
        for (sqlite, postgres, person) in [
            ("uuid_text", "uuid", "uuid"),
            (
                "timestamp_with_timezone_text",
                "timestamp with time zone",
                "timestamp",
            ),
            ("jsonb_text", "jsonb", "json"),
            ("varchar(40)", "character varying(40)", "varchar(40)"),
            ("real_decimal(10, 2)", "numeric(10, 2)", "decimal(10, 2)"),
            ("bigint", "bigint", "bigint"),
            ("date_text", "date", "date"),
        ] {
            assert_eq!(
                (shown(sqlite).as_str(), shown(postgres).as_str()),
                (person, person)
            );
        }
        assert_eq!(shown("timestamp(6) with time zone"), "timestamp");
        assert_eq!(shown("tsvector"), "tsvector");
        assert_eq!(shown("Mood"), "Mood", "a type of the user's own");
    }
}
