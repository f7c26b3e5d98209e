//! What both engines have in common, and the convention.

use super::rule::{Example, Rule, Severity};

/// In the order of their ids.
pub(super) const ALL: &[&Rule] = &[
    &FOREIGN_KEY_WITHOUT_INDEX,
    &NAME_OUTSIDE_CONVENTION,
    &DOWN_DOES_NOTHING,
    &MIGRATION_IMPORTS_MODELS,
    &INSTANT_NOT_IN_UTC,
    &TABLE_DROPPED,
    &COLUMN_DROPPED,
    &ROWS_DELETED,
    &NOT_UNDERSTOOD,
    &ROWS_READ_FIRST,
    &MIGRATION_FAILS,
    &TRANSACTION_CONTROL,
    &TRANSACTION_LEFT_OPEN,
    &WAIVER_WITHOUT_REASON,
    &WAIVER_OF_NOTHING,
    &WAIVER_OF_UNKNOWN_RULE,
];

pub(in crate::lint) const FOREIGN_KEY_WITHOUT_INDEX: Rule = Rule {
    id: "GW301",
    name: "foreign-key-without-index",
    severity: Severity::Warning,
    why: "Deleting a row, or changing its key, reads the whole table that refers to it; \
           neither engine makes this index by itself.",
    instead: "An index that begins with the columns of the foreign key, in any order among \
           themselves.",
    bad: Example::Sql(
        "\
CREATE TABLE notes (
  id bigint NOT NULL, clip_id bigint,
  CONSTRAINT pk_notes PRIMARY KEY (id),
  CONSTRAINT fk_notes_clip_id_clips FOREIGN KEY (clip_id) REFERENCES clips (id)
);",
    ),
    good: Example::Sql(
        "\
CREATE TABLE notes (
  id bigint NOT NULL, clip_id bigint,
  CONSTRAINT pk_notes PRIMARY KEY (id),
  CONSTRAINT fk_notes_clip_id_clips FOREIGN KEY (clip_id) REFERENCES clips (id)
);
CREATE INDEX ix_notes_clip_id ON notes (clip_id);",
    ),
};

pub(in crate::lint) const NAME_OUTSIDE_CONVENTION: Rule = Rule {
    id: "GW302",
    name: "name-outside-convention",
    severity: Severity::Warning,
    why: "A name that is computed shows its columns, is the same on every database, and can be \
           named by a later change.",
    instead: "The name that the finding says, which the convention of the migrations computes.",
    bad: Example::Sql(
        "\
CREATE TABLE notes (id bigint NOT NULL, CONSTRAINT notes_pkey PRIMARY KEY (id));",
    ),
    good: Example::Sql(
        "\
CREATE TABLE notes (id bigint NOT NULL, CONSTRAINT pk_notes PRIMARY KEY (id));",
    ),
};

pub(in crate::lint) const DOWN_DOES_NOTHING: Rule = Rule {
    id: "GW303",
    name: "down-does-nothing",
    severity: Severity::Error,
    why: "`migrate down` would call the migration taken back while everything that it made is \
           still there.",
    instead: "Undo in `down` what `up` does, or return `irreversible(\"why\")`.",
    bad: Example::Rust(
        "\
async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
    Ok(())
}",
    ),
    good: Example::Rust(
        "\
async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
    Err(irreversible(\"captions are gone\"))
}",
    ),
};

pub(in crate::lint) const MIGRATION_IMPORTS_MODELS: Rule = Rule {
    id: "GW304",
    name: "migration-imports-models",
    severity: Severity::Error,
    why: "Models change with time, so that an old migration would do something new, or not \
           compile any more.",
    instead: "Identifiers of its own: a `Table`, `#[derive(DeriveIden)]`, or SQL.",
    bad: Example::Rust("use entity::studio::scenes;"),
    good: Example::Rust("use groundwork_schema::table::{Column, Kind, Table};"),
};

pub(in crate::lint) const INSTANT_NOT_IN_UTC: Rule = Rule {
    id: "GW305",
    name: "instant-not-in-utc",
    severity: Severity::Warning,
    why: "Instants without an offset, or in another shape than the rest, neither compare nor \
           sort rightly. SQLite compares their texts, and CURRENT_TIMESTAMP writes no T and no \
           offset.",
    instead: "A type with an offset (timestamptz; on SQLite timestamp_with_timezone_text), written \
           in UTC by the program; no default, or strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now').",
    bad: Example::Sql("ALTER TABLE clips ADD COLUMN seen_at text DEFAULT (LOCALTIMESTAMP);"),
    good: Example::Sql("ALTER TABLE clips ADD COLUMN seen_at text;"),
};

pub(in crate::lint) const TABLE_DROPPED: Rule = Rule {
    id: "GW306",
    name: "table-dropped",
    severity: Severity::Error,
    why: "Its rows are lost, and programs that are still running fail.",
    instead: "Say that it is meant: waive this with the reason. A table that the same migration \
           created is nobody's loss.",
    bad: Example::Sql("DROP TABLE clips;"),
    good: Example::Sql(
        "\
CREATE TABLE clips_import (id bigint NOT NULL);
DROP TABLE clips_import;",
    ),
};

pub(in crate::lint) const COLUMN_DROPPED: Rule = Rule {
    id: "GW307",
    name: "column-dropped",
    severity: Severity::Error,
    why: "Its values are lost, and programs that are still running fail.",
    instead: "Release a program that no longer reads it first; then say that it is meant: waive \
           this with the reason.",
    bad: Example::Sql("ALTER TABLE clips DROP COLUMN mood;"),
    good: Example::Sql(
        "\
CREATE TABLE clips_import (id bigint NOT NULL, mood text);
ALTER TABLE clips_import DROP COLUMN mood;",
    ),
};

pub(in crate::lint) const ROWS_DELETED: Rule = Rule {
    id: "GW308",
    name: "rows-deleted",
    severity: Severity::Error,
    why: "Every row is lost.",
    instead: "A WHERE that says which rows are meant; or say that all are: waive this with the \
           reason.",
    bad: Example::Sql("DELETE FROM clips;"),
    good: Example::Sql("DELETE FROM clips WHERE is_draft;"),
};

pub(in crate::lint) const NOT_UNDERSTOOD: Rule = Rule {
    id: "GW310",
    name: "not-understood",
    severity: Severity::Warning,
    why: "What the parser cannot read, no rule has checked.",
    instead: "Read it yourself; then waive this with the reason.",
    bad: Example::Sql("ALTER TABLE clips MAKE IT FASTER;"),
    good: Example::Sql("ALTER TABLE clips ADD COLUMN mood text;"),
};

pub(in crate::lint) const ROWS_READ_FIRST: Rule = Rule {
    id: "GW311",
    name: "rows-read-first",
    severity: Severity::Warning,
    why: "What comes after a query whose answer decides what to do is not known without the \
           database's rows, and no rule has checked it.",
    instead: "Plain statements, such as UPDATE … SET n = n * 2; or read it yourself, and waive \
           this with the reason.",
    bad: Example::Rust("let rows = connection.query_all_raw(statement).await?;"),
    good: Example::Rust("connection.execute_unprepared(\"UPDATE t SET n = n * 2\").await?;"),
};

pub(in crate::lint) const MIGRATION_FAILS: Rule = Rule {
    id: "GW312",
    name: "migration-fails",
    severity: Severity::Error,
    why: "The migration fails on an empty database, so that no new database can be set up.",
    instead: "What the message says.",
    bad: Example::Rust("connection.execute_unprepared(\"CREATE TABLE t (\").await?;"),
    good: Example::Rust("T.create_with(manager, &CONVENTION).await"),
};

pub(in crate::lint) const TRANSACTION_CONTROL: Rule = Rule {
    id: "GW314",
    name: "transaction-control",
    severity: Severity::Error,
    why: "A migration runs in one transaction together with its record in the history. A COMMIT of its own \
           keeps a half of it without a record, and `migrate` refuses to run it.",
    instead: "No BEGIN, COMMIT, ROLLBACK or SAVEPOINT; two migrations where there must be two \
           transactions.",
    bad: Example::Rust(
        "connection.execute_unprepared(\"DELETE FROM clips; COMMIT; BEGIN\").await?;",
    ),
    good: Example::Rust("connection.execute_unprepared(\"DELETE FROM clips\").await?;"),
};

pub(in crate::lint) const TRANSACTION_LEFT_OPEN: Rule = Rule {
    id: "GW316",
    name: "transaction-left-open",
    severity: Severity::Error,
    why: "A file that begins a transaction and does not end it changes nothing: what runs it \
           closes the connection, and the engine takes everything back.",
    instead: "COMMIT at the end; or no BEGIN, where what runs the file brings a transaction of its \
           own.",
    bad: Example::Sql("BEGIN;\nCREATE TABLE clips_import (id bigint NOT NULL);"),
    good: Example::Sql("BEGIN;\nCREATE TABLE clips_import (id bigint NOT NULL);\nCOMMIT;"),
};

pub(in crate::lint) const WAIVER_WITHOUT_REASON: Rule = Rule {
    id: "GW391",
    name: "waiver-without-reason",
    severity: Severity::Error,
    why: "Nobody can know later whether it still holds.",
    instead: "`-- lint: allow GW306: why`, in a migration's source `// lint: allow(GW306, \
           \"why\")`.",
    bad: Example::Sql(
        "\
-- lint: allow GW308
DELETE FROM clips;",
    ),
    good: Example::Sql(
        "\
-- lint: allow GW308: the table is a cache
DELETE FROM clips;",
    ),
};

pub(in crate::lint) const WAIVER_OF_NOTHING: Rule = Rule {
    id: "GW392",
    name: "waiver-of-nothing",
    severity: Severity::Warning,
    why: "It would hide the next one.",
    instead: "Remove it.",
    bad: Example::Sql(
        "\
-- lint: allow GW308: the table is a cache
DELETE FROM clips WHERE is_draft;",
    ),
    good: Example::Sql(
        "\
-- lint: allow GW308: the table is a cache
DELETE FROM clips;",
    ),
};

pub(in crate::lint) const WAIVER_OF_UNKNOWN_RULE: Rule = Rule {
    id: "GW393",
    name: "waiver-of-unknown-rule",
    severity: Severity::Error,
    why: "It waives nothing.",
    instead: "An id of this document. The rules about waivers cannot be waived.",
    bad: Example::Sql(
        "\
-- lint: allow GW999: the table is a cache
SELECT 1;",
    ),
    good: Example::Sql("SELECT 1;"),
};
