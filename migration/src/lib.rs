//! The list of changes that make the schema, and the naming convention of its constraints.

use groundwork_schema::naming::Convention;

/// How every constraint of this schema is named, on both engines.
pub const CONVENTION: Convention = Convention {
    primary_key: "pk_{table}",
    foreign_key: "fk_{table}_{columns}_{referred_table}",
    unique: "uq_{table}_{columns}",
    check: "ck_{table}_{rule}",
    index: "ix_{table}_{columns}",
    not_null: "nn_{table}_{columns}",
};
