//! The queries, and their rows.

use sea_orm::FromQueryResult;

pub(super) const OBJECTS: &str = "\
    SELECT m.type AS kind, m.name, m.tbl_name AS \"table\", m.sql, \
           coalesce(l.type, '') AS table_kind, coalesce(l.wr, 0) <> 0 AS without_rowid, \
           coalesce(l.strict, 0) <> 0 AS strict \
    FROM sqlite_master m \
    LEFT JOIN pragma_table_list l ON l.schema = 'main' AND l.name = m.name AND m.type = 'table' \
    WHERE m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name";

pub(super) const COLUMNS: &str = "\
    SELECT m.name AS \"table\", x.name, x.type AS kind, x.\"notnull\" <> 0 AS not_null, \
           x.dflt_value AS default_value, x.pk AS place_in_key, x.hidden \
    FROM sqlite_master m JOIN pragma_table_xinfo(m.name) x \
    WHERE m.type = 'table' AND x.hidden <> 1 ORDER BY m.name, x.cid";

/// The columns of unique constraints, for tables whose definition cannot be read.
pub(super) const KEYS: &str = "\
    SELECT m.name AS \"table\", l.name AS \"index\", l.\"unique\" <> 0 AS is_unique, l.origin, \
           k.name \
    FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_xinfo(l.name) k \
    WHERE m.type = 'table' AND k.\"key\" ORDER BY m.name, l.name, k.seqno";

/// Foreign keys in the order of the definition, for tables whose definition cannot be read.
pub(super) const FOREIGN_KEYS: &str = "\
    SELECT m.name AS \"table\", f.id, f.\"table\" AS referred_table, f.\"from\" AS name, \
           f.\"to\" AS referred_name, f.on_delete, f.on_update \
    FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f \
    WHERE m.type = 'table' ORDER BY m.name, f.id DESC, f.seq";

/// The texts of all objects, each after what it needs.
pub(super) const STATEMENTS: &str = "\
    SELECT m.type AS kind, m.name, m.tbl_name AS \"table\", m.sql, \
           coalesce(l.type, '') = 'virtual' AS is_virtual \
    FROM sqlite_master m \
    LEFT JOIN pragma_table_list l ON l.schema = 'main' AND l.name = m.name AND m.type = 'table' \
    WHERE m.sql IS NOT NULL AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
      AND coalesce(l.type, '') <> 'shadow' \
    ORDER BY CASE m.type WHEN 'table' THEN 1 WHEN 'index' THEN 2 WHEN 'view' THEN 3 ELSE 4 END, m.rowid";

#[derive(FromQueryResult)]
pub(super) struct ObjectRow {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) table: String,
    pub(super) sql: Option<String>,
    pub(super) table_kind: String,
    pub(super) without_rowid: bool,
    pub(super) strict: bool,
}

#[derive(FromQueryResult)]
pub(super) struct ColumnRow {
    pub(super) table: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) not_null: bool,
    pub(super) default_value: Option<String>,
    pub(super) place_in_key: i64,
    pub(super) hidden: i64,
}

#[derive(FromQueryResult)]
pub(super) struct KeyRow {
    pub(super) table: String,
    pub(super) index: String,
    pub(super) is_unique: bool,
    pub(super) origin: String,
    pub(super) name: Option<String>,
}

#[derive(FromQueryResult)]
pub(super) struct ForeignKeyRow {
    pub(super) table: String,
    pub(super) id: i64,
    pub(super) referred_table: String,
    pub(super) name: String,
    pub(super) referred_name: Option<String>,
    pub(super) on_delete: String,
    pub(super) on_update: String,
}

/// An object, and the statement that made it.
#[derive(FromQueryResult)]
pub(crate) struct StatementRow {
    pub(crate) kind: String,
    pub(crate) name: String,
    /// The table that it belongs to, as its statement spells it.
    pub(crate) table: String,
    pub(crate) sql: String,
    pub(crate) is_virtual: bool,
}
