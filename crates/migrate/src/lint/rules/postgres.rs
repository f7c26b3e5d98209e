//! The hazards of PostgreSQL.

use super::rule::{Example, Rule, Severity};

/// In the order of their ids.
pub(super) const ALL: &[&Rule] = &[
    &COLUMN_WITH_VOLATILE_DEFAULT,
    &FOREIGN_KEY_CHECKED_AT_ONCE,
    &CHECK_CHECKED_AT_ONCE,
    &NOT_NULL_BY_SCAN,
    &REQUIRED_COLUMN_WITHOUT_DEFAULT,
    &CHANGE_OF_TYPE,
    &UNIQUE_WITHOUT_INDEX,
    &INDEX_BUILT_UNDER_LOCK,
    &INDEX_DROPPED_UNDER_LOCK,
    &CONCURRENTLY_IN_TRANSACTION,
    &TABLE_RENAMED,
    &COLUMN_RENAMED,
    &NOT_NULL_DROPPED,
    &TRUNCATE_CASCADE,
    &NO_LOCK_TIMEOUT,
    &JSON_WITHOUT_B,
    &TIMESTAMP_WITHOUT_TIME_ZONE,
    &KEY_OF_32_BITS,
    &SERIAL,
    &CHAR_OF_FIXED_LENGTH,
    &NAME_OVER_63_BYTES,
    &ROWS_CHANGED_WITH_TABLE,
    &STORED_COLUMN_ADDED,
    &VALIDATED_IN_SAME_TRANSACTION,
    &DROP_CASCADE,
    &EXCLUSION_ON_EXISTING_TABLE,
    &TEXT_WITH_LENGTH,
    &REWRITE_OF_TABLE,
    &INVALID_OBJECT,
    &PARTITION_DETACHED_UNDER_LOCK,
];

pub(in crate::lint) const COLUMN_WITH_VOLATILE_DEFAULT: Rule = Rule {
    id: "GW101",
    name: "column-with-volatile-default",
    severity: Severity::Error,
    why: "A default that differs from row to row, such as random() or a sequence, makes \
           PostgreSQL write every row anew under a lock that stops readers and writers.",
    instead: "Add the column without a default, set the default for new rows, and fill old rows in \
           batches.",
    bad: Example::Sql("ALTER TABLE clips ADD COLUMN token uuid DEFAULT gen_random_uuid();"),
    good: Example::Sql(
        "\
ALTER TABLE clips ADD COLUMN token uuid;
ALTER TABLE clips ALTER COLUMN token SET DEFAULT gen_random_uuid();",
    ),
};

pub(in crate::lint) const FOREIGN_KEY_CHECKED_AT_ONCE: Rule = Rule {
    id: "GW102",
    name: "foreign-key-checked-at-once",
    severity: Severity::Error,
    why: "Adding a foreign key reads the whole table while both tables take no writes.",
    instead: "Add it NOT VALID, which only counts for new rows, and VALIDATE it afterwards, which \
           lets writers pass.",
    bad: Example::Sql("\
ALTER TABLE clips ADD CONSTRAINT fk_clips_scene_id_scenes FOREIGN KEY (scene_id) REFERENCES scenes (id);"),
    good: Example::Sql("\
ALTER TABLE clips ADD CONSTRAINT fk_clips_scene_id_scenes FOREIGN KEY (scene_id) REFERENCES scenes (id) NOT VALID;
ALTER TABLE clips VALIDATE CONSTRAINT fk_clips_scene_id_scenes;"),
};

pub(in crate::lint) const CHECK_CHECKED_AT_ONCE: Rule = Rule {
    id: "GW103",
    name: "check-checked-at-once",
    severity: Severity::Error,
    why: "Adding a check reads the whole table under a lock that stops readers and writers.",
    instead: "Add it NOT VALID, which only counts for new rows, and VALIDATE it afterwards, which \
           lets both pass.",
    bad: Example::Sql(
        "\
ALTER TABLE clips ADD CONSTRAINT ck_clips_length CHECK (length_ms > 0);",
    ),
    good: Example::Sql(
        "\
ALTER TABLE clips ADD CONSTRAINT ck_clips_length CHECK (length_ms > 0) NOT VALID;
ALTER TABLE clips VALIDATE CONSTRAINT ck_clips_length;",
    ),
};

pub(in crate::lint) const NOT_NULL_BY_SCAN: Rule = Rule {
    id: "GW104",
    name: "not-null-by-scan",
    severity: Severity::Error,
    why: "SET NOT NULL reads the whole table under a lock that stops readers and writers, \
           unless a valid check already proves it.",
    instead: "Add CHECK (column IS NOT NULL) NOT VALID, VALIDATE it, then SET NOT NULL, then drop \
           the check.",
    bad: Example::Sql("ALTER TABLE clips ALTER COLUMN scene_id SET NOT NULL;"),
    good: Example::Sql(
        "\
ALTER TABLE clips ADD CONSTRAINT ck_clips_scene_id CHECK (scene_id IS NOT NULL) NOT VALID;
ALTER TABLE clips VALIDATE CONSTRAINT ck_clips_scene_id;
ALTER TABLE clips ALTER COLUMN scene_id SET NOT NULL;
ALTER TABLE clips DROP CONSTRAINT ck_clips_scene_id;",
    ),
};

pub(in crate::lint) const REQUIRED_COLUMN_WITHOUT_DEFAULT: Rule = Rule {
    id: "GW105",
    name: "required-column-without-default",
    severity: Severity::Error,
    why: "A table with rows refuses it, and programs that do not know the column cannot insert \
           any more.",
    instead: "Give it a constant default, which costs nothing, or add it optional, fill it, and \
           demand it later.",
    bad: Example::Sql("ALTER TABLE clips ADD COLUMN mood text NOT NULL;"),
    good: Example::Sql("ALTER TABLE clips ADD COLUMN mood text NOT NULL DEFAULT 'calm';"),
};

pub(in crate::lint) const CHANGE_OF_TYPE: Rule = Rule {
    id: "GW106",
    name: "change-of-type",
    severity: Severity::Error,
    why: "Most changes of a type write every row and index anew under a lock that stops \
           readers and writers.",
    instead: "Add a column of the new type, write both, fill it in batches, and drop the old one \
           when nobody reads it. Making a varchar longer, or text, is free.",
    bad: Example::Sql("ALTER TABLE clips ALTER COLUMN length_ms TYPE bigint;"),
    good: Example::Sql("ALTER TABLE clips ADD COLUMN length bigint;"),
};

pub(in crate::lint) const UNIQUE_WITHOUT_INDEX: Rule = Rule {
    id: "GW107",
    name: "unique-without-index",
    severity: Severity::Error,
    why: "Adding a unique constraint or a primary key builds its index under a lock that stops \
           readers and writers.",
    instead: "CREATE UNIQUE INDEX CONCURRENTLY first, outside of a transaction, then ADD \
           CONSTRAINT … USING INDEX.",
    bad: Example::Sql("ALTER TABLE clips ADD CONSTRAINT uq_clips_token UNIQUE (token);"),
    good: Example::Sql(
        "\
CREATE UNIQUE INDEX CONCURRENTLY uq_clips_token ON clips (token);
ALTER TABLE clips ADD CONSTRAINT uq_clips_token UNIQUE USING INDEX uq_clips_token;",
    ),
};

pub(in crate::lint) const INDEX_BUILT_UNDER_LOCK: Rule = Rule {
    id: "GW108",
    name: "index-built-under-lock",
    severity: Severity::Error,
    why: "CREATE INDEX lets nobody write to the table until the index is built.",
    instead: "CREATE INDEX CONCURRENTLY in a migration of its own whose `use_transaction` is \
           `Some(false)`.",
    bad: Example::Sql("CREATE INDEX ix_clips_scene_id ON clips (scene_id);"),
    good: Example::Sql("CREATE INDEX CONCURRENTLY ix_clips_scene_id ON clips (scene_id);"),
};

pub(in crate::lint) const INDEX_DROPPED_UNDER_LOCK: Rule = Rule {
    id: "GW109",
    name: "index-dropped-under-lock",
    severity: Severity::Warning,
    why: "DROP INDEX waits for every query on the table, and everyone else waits behind it.",
    instead: "DROP INDEX CONCURRENTLY in a migration whose `use_transaction` is `Some(false)`.",
    bad: Example::Sql("DROP INDEX ix_clips_scene_id;"),
    good: Example::Sql("DROP INDEX CONCURRENTLY ix_clips_scene_id;"),
};

pub(in crate::lint) const CONCURRENTLY_IN_TRANSACTION: Rule = Rule {
    id: "GW110",
    name: "concurrently-in-transaction",
    severity: Severity::Error,
    why: "PostgreSQL refuses CONCURRENTLY within a transaction.",
    instead: "A migration of its own whose `use_transaction` is `Some(false)`; in a file, no BEGIN \
           around it.",
    bad: Example::Sql(
        "\
BEGIN;
CREATE INDEX CONCURRENTLY ix_clips_scene_id ON clips (scene_id);
COMMIT;",
    ),
    good: Example::Sql("CREATE INDEX CONCURRENTLY ix_clips_scene_id ON clips (scene_id);"),
};

pub(in crate::lint) const TABLE_RENAMED: Rule = Rule {
    id: "GW111",
    name: "table-renamed",
    severity: Severity::Warning,
    why: "Programs that are still running ask for the old name, and fail.",
    instead: "Leave a view of the old name behind in the same transaction until they are gone, or \
           keep the name.",
    bad: Example::Sql("ALTER TABLE clips RENAME TO takes;"),
    good: Example::Sql(
        "\
BEGIN;
ALTER TABLE clips RENAME TO takes;
CREATE VIEW clips AS SELECT * FROM takes;
COMMIT;",
    ),
};

pub(in crate::lint) const COLUMN_RENAMED: Rule = Rule {
    id: "GW112",
    name: "column-renamed",
    severity: Severity::Warning,
    why: "Programs that are still running ask for the old name, and fail.",
    instead: "Add a column, write both, fill it, and drop the old one when nobody reads it; or \
           keep the name.",
    bad: Example::Sql("ALTER TABLE clips RENAME COLUMN length TO length_ms;"),
    good: Example::Sql("ALTER TABLE clips ADD COLUMN length_ms bigint;"),
};

pub(in crate::lint) const NOT_NULL_DROPPED: Rule = Rule {
    id: "GW113",
    name: "not-null-dropped",
    severity: Severity::Warning,
    why: "Programs that are still running do not expect NULL there.",
    instead: "Teach the readers first; then waive this with a reason.",
    bad: Example::Sql("ALTER TABLE clips ALTER COLUMN mood DROP NOT NULL;"),
    good: Example::Sql("ALTER TABLE clips ALTER COLUMN mood SET DEFAULT 'calm';"),
};

pub(in crate::lint) const TRUNCATE_CASCADE: Rule = Rule {
    id: "GW114",
    name: "truncate-cascade",
    severity: Severity::Error,
    why: "It empties every table that refers to this one, however far away.",
    instead: "Name the tables that are to be emptied.",
    bad: Example::Sql("TRUNCATE clips CASCADE;"),
    good: Example::Sql("TRUNCATE clips, takes;"),
};

pub(in crate::lint) const NO_LOCK_TIMEOUT: Rule = Rule {
    id: "GW115",
    name: "no-lock-timeout",
    severity: Severity::Warning,
    why: "A change of a table that waits for a long query makes everyone else wait behind it, \
           without end.",
    instead: "SET lock_timeout = '5s' before it, and try again when it runs out. Migrations that \
           `migrate up` runs are not asked: their session is the runner's.",
    bad: Example::Sql("ALTER TABLE clips ADD COLUMN mood text;"),
    good: Example::Sql(
        "\
SET lock_timeout = '5s';
ALTER TABLE clips ADD COLUMN mood text;",
    ),
};

pub(in crate::lint) const JSON_WITHOUT_B: Rule = Rule {
    id: "GW116",
    name: "json-without-b",
    severity: Severity::Warning,
    why: "json keeps the text and parses it with every access; it has no equality, so that \
           SELECT DISTINCT fails.",
    instead: "jsonb, or text where the letters matter.",
    bad: Example::Sql(
        "\
CREATE TABLE notes (id uuid CONSTRAINT pk_notes PRIMARY KEY, body json);",
    ),
    good: Example::Sql(
        "\
CREATE TABLE notes (id uuid CONSTRAINT pk_notes PRIMARY KEY, body jsonb);",
    ),
};

pub(in crate::lint) const TIMESTAMP_WITHOUT_TIME_ZONE: Rule = Rule {
    id: "GW117",
    name: "timestamp-without-time-zone",
    severity: Severity::Warning,
    why: "It is no instant: what it means depends on who reads it.",
    instead: "timestamptz.",
    bad: Example::Sql(
        "\
CREATE TABLE notes (id uuid CONSTRAINT pk_notes PRIMARY KEY, created_at timestamp);",
    ),
    good: Example::Sql(
        "\
CREATE TABLE notes (id uuid CONSTRAINT pk_notes PRIMARY KEY, created_at timestamptz);",
    ),
};

pub(in crate::lint) const KEY_OF_32_BITS: Rule = Rule {
    id: "GW118",
    name: "key-of-32-bits",
    severity: Severity::Warning,
    why: "It runs out after 2,147,483,647 rows, and changing it then writes the whole table \
           anew.",
    instead: "bigint, or uuid.",
    bad: Example::Sql("CREATE TABLE notes (id integer CONSTRAINT pk_notes PRIMARY KEY);"),
    good: Example::Sql("CREATE TABLE notes (id bigint CONSTRAINT pk_notes PRIMARY KEY);"),
};

pub(in crate::lint) const SERIAL: Rule = Rule {
    id: "GW119",
    name: "serial",
    severity: Severity::Warning,
    why: "Its sequence is a separate object with rights of its own, and nothing keeps anyone \
           from writing the column.",
    instead: "GENERATED ALWAYS AS IDENTITY, or uuid.",
    bad: Example::Sql("CREATE TABLE notes (id bigserial CONSTRAINT pk_notes PRIMARY KEY);"),
    good: Example::Sql(
        "\
CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_notes PRIMARY KEY);",
    ),
};

pub(in crate::lint) const CHAR_OF_FIXED_LENGTH: Rule = Rule {
    id: "GW120",
    name: "char-of-fixed-length",
    severity: Severity::Warning,
    why: "It fills up with blanks, which some comparisons see and others do not; it saves \
           nothing.",
    instead: "text, with a CHECK on its length.",
    bad: Example::Sql(
        "\
CREATE TABLE notes (id uuid CONSTRAINT pk_notes PRIMARY KEY, language char(2));",
    ),
    good: Example::Sql(
        "\
CREATE TABLE notes (id uuid CONSTRAINT pk_notes PRIMARY KEY, language text);",
    ),
};

pub(in crate::lint) const NAME_OVER_63_BYTES: Rule = Rule {
    id: "GW121",
    name: "name-over-63-bytes",
    severity: Severity::Error,
    why: "PostgreSQL cuts it with a mere NOTICE; two names that differ behind the 63rd byte \
           are then one.",
    instead: "A shorter name. Those of the convention are cut before, with a hash of the whole.",
    bad: Example::Sql(
        "\
CREATE INDEX CONCURRENTLY ix_clips_with_a_name_that_is_a_good_deal_longer_than_it_should_have_been ON clips (scene_id);",
    ),
    good: Example::Sql("CREATE INDEX CONCURRENTLY ix_clips_scene_id ON clips (scene_id);"),
};

pub(in crate::lint) const ROWS_CHANGED_WITH_TABLE: Rule = Rule {
    id: "GW122",
    name: "rows-changed-with-table",
    severity: Severity::Error,
    why: "Rows that are changed in the transaction that alters a table keep its lock for as \
           long as that takes.",
    instead: "Two migrations: one alters, one changes rows, in batches.",
    bad: Example::Sql(
        "\
BEGIN;
ALTER TABLE clips ADD COLUMN mood text;
UPDATE clips SET mood = 'calm';
COMMIT;",
    ),
    good: Example::Sql(
        "\
BEGIN;
ALTER TABLE clips ADD COLUMN mood text;
COMMIT;
UPDATE clips SET mood = 'calm' WHERE id < 1000;",
    ),
};

pub(in crate::lint) const STORED_COLUMN_ADDED: Rule = Rule {
    id: "GW123",
    name: "stored-column-added",
    severity: Severity::Error,
    why: "A column that is generated and stored makes PostgreSQL write every row anew under a \
           lock that stops readers and writers.",
    instead: "A plain column that a trigger or the program fills, or an index on the expression.",
    bad: Example::Sql(
        "\
ALTER TABLE clips ADD COLUMN length_s bigint GENERATED ALWAYS AS (length_ms / 1000) STORED;",
    ),
    good: Example::Sql("ALTER TABLE clips ADD COLUMN length_s bigint;"),
};

pub(in crate::lint) const VALIDATED_IN_SAME_TRANSACTION: Rule = Rule {
    id: "GW124",
    name: "validated-in-same-transaction",
    severity: Severity::Warning,
    why: "The lock of ADD CONSTRAINT … NOT VALID lasts until the commit, so that validating in \
           the same transaction reads the table under it.",
    instead: "VALIDATE in the next migration.",
    bad: Example::Sql(
        "\
BEGIN;
ALTER TABLE clips ADD CONSTRAINT ck_clips_length CHECK (length_ms > 0) NOT VALID;
ALTER TABLE clips VALIDATE CONSTRAINT ck_clips_length;
COMMIT;",
    ),
    good: Example::Sql(
        "\
BEGIN;
ALTER TABLE clips ADD CONSTRAINT ck_clips_length CHECK (length_ms > 0) NOT VALID;
COMMIT;
ALTER TABLE clips VALIDATE CONSTRAINT ck_clips_length;",
    ),
};

pub(in crate::lint) const DROP_CASCADE: Rule = Rule {
    id: "GW125",
    name: "drop-cascade",
    severity: Severity::Error,
    why: "It drops whatever depends on the object, which nobody has named.",
    instead: "Drop by name what depends on it, then the object.",
    bad: Example::Sql("DROP VIEW recent_clips CASCADE;"),
    good: Example::Sql(
        "\
DROP VIEW newest_clips;
DROP VIEW recent_clips;",
    ),
};

pub(in crate::lint) const EXCLUSION_ON_EXISTING_TABLE: Rule = Rule {
    id: "GW126",
    name: "exclusion-on-existing-table",
    severity: Severity::Error,
    why: "Adding an exclusion constraint builds its index under a lock that stops readers and \
           writers; there is no way around it.",
    instead: "Create the constraint with the table, or waive this while the table is small.",
    bad: Example::Sql(
        "\
ALTER TABLE bookings ADD CONSTRAINT ex_bookings_during EXCLUDE USING gist (during WITH &&);",
    ),
    good: Example::Sql(
        "\
CREATE TABLE bookings (id uuid CONSTRAINT pk_bookings PRIMARY KEY, during tstzrange, CONSTRAINT ex_bookings_during EXCLUDE USING gist (during WITH &&));",
    ),
};

pub(in crate::lint) const TEXT_WITH_LENGTH: Rule = Rule {
    id: "GW127",
    name: "text-with-length",
    severity: Severity::Warning,
    why: "Another limit is another change of type; a check can be exchanged without one.",
    instead: "text, with a CHECK on its length.",
    bad: Example::Sql(
        "\
CREATE TABLE notes (id uuid CONSTRAINT pk_notes PRIMARY KEY, title varchar(50));",
    ),
    good: Example::Sql(
        "\
CREATE TABLE notes (id uuid CONSTRAINT pk_notes PRIMARY KEY, title text CONSTRAINT ck_notes_title CHECK (length(title) <= 50));",
    ),
};

pub(in crate::lint) const REWRITE_OF_TABLE: Rule = Rule {
    id: "GW128",
    name: "rewrite-of-table",
    severity: Severity::Error,
    why: "VACUUM FULL and CLUSTER write the whole table anew, REINDEX and REFRESH without \
           CONCURRENTLY stop writers or readers meanwhile.",
    instead: "REINDEX … CONCURRENTLY, REFRESH MATERIALIZED VIEW CONCURRENTLY; plain VACUUM; \
           pg_repack.",
    bad: Example::Sql("REINDEX TABLE clips;"),
    good: Example::Sql("REINDEX TABLE CONCURRENTLY clips;"),
};

pub(in crate::lint) const INVALID_OBJECT: Rule = Rule {
    id: "GW129",
    name: "invalid-object",
    severity: Severity::Error,
    why: "An index that a failed CREATE INDEX CONCURRENTLY left behind costs every write and \
           serves no query; a constraint that was never validated says nothing of old rows.",
    instead: "Drop the index and create it again; VALIDATE CONSTRAINT.",
    bad: Example::Catalog(
        "\
an index whose `indisvalid` is false, or a constraint whose `convalidated` is",
    ),
    good: Example::Catalog("every index and every constraint is valid"),
};

pub(in crate::lint) const PARTITION_DETACHED_UNDER_LOCK: Rule = Rule {
    id: "GW130",
    name: "partition-detached-under-lock",
    severity: Severity::Error,
    why: "DETACH PARTITION locks the whole partitioned table against readers and writers, and \
           waits for all that use it.",
    instead: "DETACH PARTITION … CONCURRENTLY, outside of a transaction.",
    bad: Example::Sql("ALTER TABLE clips DETACH PARTITION clips_2024;"),
    good: Example::Sql("ALTER TABLE clips DETACH PARTITION clips_2024 CONCURRENTLY;"),
};
