//! The SQL of a table's data. Identifiers and literals are always quoted.

use sea_orm::DbBackend;

use super::{Check, Column, Condition, ForeignKey, Index, Kind, OnDelete, Presence, Table, Unique};
use groundwork_naming::Convention;

/// `CREATE TABLE`, with every constraint that is not an index.
pub(crate) fn create_table(table: &Table, convention: &Convention, engine: DbBackend) -> String {
    let mut lines: Vec<String> = table.columns.iter().map(|c| column(c, engine)).collect();
    lines.push(format!(
        "CONSTRAINT {} PRIMARY KEY ({})",
        identifier(&convention.primary_key(table.name)),
        identifiers(table.primary_key),
    ));
    lines.extend(
        (table.uniques.iter())
            .filter(|unique| unique.only_where.is_none())
            .map(|unique| {
                format!(
                    "CONSTRAINT {} UNIQUE ({})",
                    identifier(&convention.unique(table.name, unique.columns)),
                    identifiers(unique.columns),
                )
            }),
    );
    lines.extend((table.foreign_keys.iter()).map(|key| foreign_key(table.name, key, convention)));
    lines.extend((table.checks.iter()).map(|rule| check(table.name, rule, convention)));
    format!(
        "CREATE TABLE {} (\n    {}\n)",
        identifier(table.name),
        lines.join(",\n    "),
    )
}

/// A unique index over a part of a table; whole tables have constraints instead.
pub(crate) fn create_unique_index(table: &str, unique: &Unique, convention: &Convention) -> String {
    format!(
        "CREATE UNIQUE INDEX {} ON {} ({}){}",
        identifier(&convention.unique(table, unique.columns)),
        identifier(table),
        identifiers(unique.columns),
        only_where(unique.only_where),
    )
}

/// An index that is not unique.
pub(crate) fn create_index(table: &str, index: &Index, convention: &Convention) -> String {
    format!(
        "CREATE INDEX {} ON {} ({}){}",
        identifier(&convention.index(table, index.columns)),
        identifier(table),
        identifiers(index.columns),
        only_where(index.only_where),
    )
}

/// A quoted identifier, on both engines.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(crate) fn identifiers(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| identifier(name)).collect();
    quoted.join(", ")
}

pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub(crate) fn only_where(condition: Option<&str>) -> String {
    condition.map_or_else(String::new, |condition| format!(" WHERE {condition}"))
}

pub(crate) fn column(column: &Column, engine: DbBackend) -> String {
    let null = match column.presence {
        Presence::Required => " NOT NULL",
        Presence::Optional => "",
    };
    let kind = match engine {
        DbBackend::Sqlite => sqlite_type(column.kind),
        _ => postgres_type(column.kind),
    };
    let numbering = match (column.kind, engine) {
        (Kind::Numbered, DbBackend::Postgres) => " GENERATED ALWAYS AS IDENTITY",
        _ => "",
    };
    format!("{} {kind}{null}{numbering}", identifier(column.name))
}

/// The type names by which SeaORM recognises on SQLite what a column holds.
pub(crate) fn sqlite_type(kind: Kind) -> &'static str {
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

pub(crate) fn postgres_type(kind: Kind) -> &'static str {
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

pub(crate) fn foreign_key(table: &str, key: &ForeignKey, convention: &Convention) -> String {
    let on_delete = match key.on_delete {
        OnDelete::Cascade => " ON DELETE CASCADE",
        OnDelete::SetNull => " ON DELETE SET NULL",
        OnDelete::NoAction => "",
    };
    format!(
        "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}){on_delete}",
        identifier(&convention.foreign_key(table, key.columns, key.table)),
        identifiers(key.columns),
        identifier(key.table),
        identifiers(key.referred_columns),
    )
}

pub(crate) fn check(table: &str, check: &Check, convention: &Convention) -> String {
    format!(
        "CONSTRAINT {} CHECK ({})",
        identifier(&convention.check(table, check.rule)),
        condition(&check.condition),
    )
}

pub(crate) fn condition(condition: &Condition) -> String {
    match condition {
        Condition::OneOf { column, values } => {
            let values: Vec<String> = values.iter().map(|value| literal(value)).collect();
            format!("{} IN ({})", identifier(column), values.join(", "))
        }
        Condition::Length { column, characters } => {
            format!("length({}) = {characters}", identifier(column))
        }
        Condition::MaxLength { column, characters } => {
            format!("length({}) <= {characters}", identifier(column))
        }
        Condition::AtLeast { column, number } => format!("{} >= {number}", identifier(column)),
        Condition::Sql(sql) => (*sql).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONVENTION: Convention = Convention {
        primary_key: "pk_{table}",
        foreign_key: "fk_{table}_{columns}_{referred_table}",
        unique: "uq_{table}_{columns}",
        check: "ck_{table}_{rule}",
        index: "ix_{table}_{columns}",
        not_null: "nn_{table}_{columns}",
    };

    const STEPS: Table = Table {
        name: "steps",
        columns: &[
            Column::required("run_id", Kind::Uuid),
            Column::required("position", Kind::BigInteger),
            Column::optional("clip_id", Kind::Uuid),
            Column::required("stage", Kind::Text),
            Column::optional("due_at", Kind::Timestamptz),
            Column::optional("details", Kind::Json),
        ],
        primary_key: &["run_id", "position"],
        foreign_keys: &[
            ForeignKey {
                columns: &["run_id"],
                table: "runs",
                referred_columns: &["id"],
                on_delete: OnDelete::Cascade,
            },
            ForeignKey {
                columns: &["clip_id", "stage"],
                table: "clips",
                referred_columns: &["id", "stage"],
                on_delete: OnDelete::NoAction,
            },
        ],
        uniques: &[
            Unique {
                columns: &["stage", "position"],
                only_where: None,
            },
            Unique {
                columns: &["clip_id"],
                only_where: Some("due_at IS NULL"),
            },
        ],
        checks: &[
            Check {
                rule: "stage",
                condition: Condition::OneOf {
                    column: "stage",
                    values: &["first", "director's"],
                },
            },
            Check {
                rule: "position",
                condition: Condition::AtLeast {
                    column: "position",
                    number: 0,
                },
            },
        ],
        indexes: &[Index {
            columns: &["due_at"],
            only_where: Some("due_at IS NOT NULL"),
        }],
    };

    #[test]
    fn a_table_is_created_alike_on_both_engines() {
        for (engine, name) in [
            (DbBackend::Sqlite, "table_on_sqlite"),
            (DbBackend::Postgres, "table_on_postgres"),
        ] {
            insta::assert_snapshot!(name, STEPS.create(&CONVENTION, engine).join(";\n"));
        }
    }

    #[test]
    fn rows_are_numbered_in_each_engines_way() {
        let id = Column::required("id", Kind::Numbered);
        assert_eq!(column(&id, DbBackend::Sqlite), r#""id" integer NOT NULL"#);
        assert_eq!(
            column(&id, DbBackend::Postgres),
            r#""id" bigint NOT NULL GENERATED ALWAYS AS IDENTITY"#
        );
    }

    #[test]
    fn identifiers_and_literals_cannot_break_out() {
        assert_eq!(identifier(r#"a"; DROP TABLE b"#), r#""a""; DROP TABLE b""#);
        assert_eq!(literal("it's"), "'it''s'");
    }

    #[test]
    fn a_foreign_key_that_a_longer_key_serves_gets_no_index_of_its_own() {
        let statements = STEPS.create(&CONVENTION, DbBackend::Sqlite).join("\n");
        assert!(!statements.contains("ix_steps_run_id"));
    }

    #[test]
    fn an_index_over_a_part_of_the_table_serves_no_foreign_key() {
        let statements = STEPS.create(&CONVENTION, DbBackend::Sqlite).join("\n");
        assert!(statements.contains(r#"CREATE INDEX "ix_steps_clip_id_stage" ON "steps""#));
    }
}
