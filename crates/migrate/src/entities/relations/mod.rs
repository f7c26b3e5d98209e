//! The relation fields of models: one for every foreign key, on both of its ends.
//!
//! A field is named after the column (`author_id` → `author`), its other end after the table that
//! refers (`books`), or after both where several keys refer to one table (`books_by_author`). The
//! relation is named like the field wherever SeaORM could not distinguish two of them.

mod ends;
mod field;

pub(super) use ends::Relations;
