//! The hazards of SQLite.

use super::rule::{Example, Rule, Severity};

/// In the order of their ids.
pub(super) const ALL: &[&Rule] = &[
    &REQUIRED_COLUMN_WITHOUT_DEFAULT,
    &REBUILD_OF_TABLE,
    &REBUILD_WITH_FOREIGN_KEYS_ON,
    &DROP_OF_USED_COLUMN,
    &RENAME_UNDER_VIEW_OR_TRIGGER,
    &ALTER_THAT_SQLITE_LACKS,
    &UNNAMED_CONSTRAINT,
    &AUTOINCREMENT,
    &TYPE_THAT_DOES_NOT_ROUND_TRIP,
    &COLUMN_WITH_COMPUTED_DEFAULT,
    &COLUMN_THAT_CANNOT_BE_ADDED,
    &FOREIGN_KEYS_SWITCHED_IN_TRANSACTION,
];

pub(in crate::lint) const REQUIRED_COLUMN_WITHOUT_DEFAULT: Rule = Rule {
    id: "GW201",
    name: "required-column-without-default",
    severity: Severity::Error,
    why: "SQLite refuses it: ADD COLUMN needs a default other than NULL where NULL is not \
           allowed.",
    instead: "Give it a default, or `Alter::add_column_filled`, which computes a value for the \
           rows that exist.",
    bad: Example::Sql("ALTER TABLE clips ADD COLUMN mood text NOT NULL;"),
    good: Example::Sql("ALTER TABLE clips ADD COLUMN mood text NOT NULL DEFAULT 'calm';"),
};

pub(in crate::lint) const REBUILD_OF_TABLE: Rule = Rule {
    id: "GW202",
    name: "rebuild-of-table",
    severity: Severity::Warning,
    why: "The table is copied row by row while nobody can write, and takes its room twice \
           until the commit. In a migration, this is about tables that have 100000 rows in the \
           configured database, with --live; --large-table says another number.",
    instead: "Group the changes of one table into one rebuild; waive this where the time of it is \
           there.",
    bad: Example::Sql(
        "\
PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE clips_new (id bigint NOT NULL);
INSERT INTO clips_new SELECT id FROM clips;
DROP TABLE clips;
ALTER TABLE clips_new RENAME TO clips;
COMMIT;",
    ),
    good: Example::Sql("ALTER TABLE clips ADD COLUMN mood text;"),
};

pub(in crate::lint) const REBUILD_WITH_FOREIGN_KEYS_ON: Rule = Rule {
    id: "GW203",
    name: "rebuild-with-foreign-keys-on",
    severity: Severity::Error,
    why: "Dropping the old table deletes its rows first, and with them, by ON DELETE CASCADE, \
           those that refer to it.",
    instead: "`groundwork_schema::alter`, or PRAGMA foreign_keys = OFF before the transaction and \
           foreign_key_check before its commit.",
    bad: Example::Sql(
        "\
BEGIN;
CREATE TABLE clips_new (id bigint NOT NULL);
INSERT INTO clips_new SELECT id FROM clips;
DROP TABLE clips;
ALTER TABLE clips_new RENAME TO clips;
COMMIT;",
    ),
    good: Example::Sql(
        "\
PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE clips_new (id bigint NOT NULL);
INSERT INTO clips_new SELECT id FROM clips;
DROP TABLE clips;
ALTER TABLE clips_new RENAME TO clips;
PRAGMA foreign_key_check;
COMMIT;",
    ),
};

pub(in crate::lint) const DROP_OF_USED_COLUMN: Rule = Rule {
    id: "GW204",
    name: "drop-of-used-column",
    severity: Severity::Error,
    why: "SQLite refuses to drop a column that an index, a view, a trigger or a key uses, or \
           breaks the view.",
    instead: "Drop the index, the view and the trigger first, and create them anew without it; or \
           `Alter::drop_column`.",
    bad: Example::Sql(
        "\
CREATE INDEX ix_clips_mood ON clips (mood);
ALTER TABLE clips DROP COLUMN mood;",
    ),
    good: Example::Sql(
        "\
CREATE INDEX ix_clips_mood ON clips (mood);
DROP INDEX ix_clips_mood;
ALTER TABLE clips DROP COLUMN mood;",
    ),
};

pub(in crate::lint) const RENAME_UNDER_VIEW_OR_TRIGGER: Rule = Rule {
    id: "GW205",
    name: "rename-under-view-or-trigger",
    severity: Severity::Warning,
    why: "SQLite rewrites the views and triggers that use the name, and refuses the rename \
           when one of them does not compile; under legacy_alter_table it leaves them broken.",
    instead: "Drop them first and create them anew with the new name.",
    bad: Example::Sql(
        "\
CREATE VIEW moods AS SELECT mood FROM clips;
ALTER TABLE clips RENAME COLUMN mood TO tone;",
    ),
    good: Example::Sql(
        "\
CREATE VIEW moods AS SELECT mood FROM clips;
DROP VIEW moods;
ALTER TABLE clips RENAME COLUMN mood TO tone;
CREATE VIEW moods AS SELECT tone FROM clips;",
    ),
};

pub(in crate::lint) const ALTER_THAT_SQLITE_LACKS: Rule = Rule {
    id: "GW206",
    name: "alter-that-sqlite-lacks",
    severity: Severity::Error,
    why: "SQLite adds, renames and drops columns, and renames tables; nothing else. SeaORM's \
           builder panics on the rest.",
    instead: "`groundwork_schema::alter`, which rebuilds the table here and alters it on \
           PostgreSQL.",
    bad: Example::Sql("ALTER TABLE clips ALTER COLUMN mood SET NOT NULL;"),
    good: Example::Sql("ALTER TABLE clips ADD COLUMN tone text NOT NULL DEFAULT 'calm';"),
};

pub(in crate::lint) const UNNAMED_CONSTRAINT: Rule = Rule {
    id: "GW207",
    name: "unnamed-constraint",
    severity: Severity::Warning,
    why: "A violation then shows no name, and no later change can name the constraint.",
    instead: "CONSTRAINT name before it, or a `groundwork_schema::table::Table`. SeaORM's builder \
           drops the names of foreign keys here.",
    bad: Example::Sql("CREATE TABLE notes (id uuid_text PRIMARY KEY NOT NULL);"),
    good: Example::Sql(
        "\
CREATE TABLE notes (id uuid_text CONSTRAINT pk_notes PRIMARY KEY NOT NULL);",
    ),
};

pub(in crate::lint) const AUTOINCREMENT: Rule = Rule {
    id: "GW208",
    name: "autoincrement",
    severity: Severity::Warning,
    why: "It keeps a table of its own up to date with every insert, only so that the number of \
           a deleted newest row never comes again.",
    instead: "INTEGER PRIMARY KEY numbers rows by itself; or a uuid.",
    bad: Example::Sql(
        "\
CREATE TABLE notes (id integer CONSTRAINT pk_notes PRIMARY KEY AUTOINCREMENT);",
    ),
    good: Example::Sql("CREATE TABLE notes (id integer CONSTRAINT pk_notes PRIMARY KEY);"),
};

pub(in crate::lint) const TYPE_THAT_DOES_NOT_ROUND_TRIP: Rule = Rule {
    id: "GW209",
    name: "type-that-does-not-round-trip",
    severity: Severity::Warning,
    why: "Decimals are stored as floating point numbers, integers of every width come back \
           with 64 bits, and generated entities ignore varbinary.",
    instead: "bigint (a price in cents), text for exact decimals, blob for bytes.",
    bad: Example::Sql(
        "\
CREATE TABLE notes (id uuid_text CONSTRAINT pk_notes PRIMARY KEY NOT NULL, price decimal(10, 2));",
    ),
    good: Example::Sql(
        "\
CREATE TABLE notes (id uuid_text CONSTRAINT pk_notes PRIMARY KEY NOT NULL, price_cents bigint);",
    ),
};

pub(in crate::lint) const COLUMN_WITH_COMPUTED_DEFAULT: Rule = Rule {
    id: "GW210",
    name: "column-with-computed-default",
    severity: Severity::Error,
    why: "SQLite refuses it on a table with rows: ADD COLUMN takes constant defaults only.",
    instead: "A constant default, or `Alter::add_column_filled`.",
    bad: Example::Sql("ALTER TABLE clips ADD COLUMN token text DEFAULT (hex(randomblob(8)));"),
    good: Example::Sql("ALTER TABLE clips ADD COLUMN token text DEFAULT '';"),
};

pub(in crate::lint) const COLUMN_THAT_CANNOT_BE_ADDED: Rule = Rule {
    id: "GW211",
    name: "column-that-cannot-be-added",
    severity: Severity::Error,
    why: "SQLite refuses to add a column that is a key, is unique, or is generated and stored, \
           and one with a foreign key and a default.",
    instead: "`groundwork_schema::alter`; a unique index after adding the column; a VIRTUAL \
           generated column.",
    bad: Example::Sql("ALTER TABLE clips ADD COLUMN token text UNIQUE;"),
    good: Example::Sql(
        "\
ALTER TABLE clips ADD COLUMN token text;
CREATE UNIQUE INDEX uq_clips_token ON clips (token);",
    ),
};

pub(in crate::lint) const FOREIGN_KEYS_SWITCHED_IN_TRANSACTION: Rule = Rule {
    id: "GW212",
    name: "foreign-keys-switched-in-transaction",
    severity: Severity::Error,
    why: "PRAGMA foreign_keys does nothing within a transaction, without saying so.",
    instead: "Before BEGIN. Migrations need none: the runner switches foreign keys off before, and \
           checks them before the commit.",
    bad: Example::Sql(
        "\
BEGIN;
PRAGMA foreign_keys = OFF;
COMMIT;",
    ),
    good: Example::Sql(
        "\
PRAGMA foreign_keys = OFF;
BEGIN;
COMMIT;",
    ),
};
