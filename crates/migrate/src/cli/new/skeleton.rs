//! The file of a migration whose body a person writes. What the name says is there already.

use super::name::sentence;

const CREATE_TABLE: &str = include_str!("create_table.rs");
const ADD_COLUMN: &str = include_str!("add_column.rs");
const CHANGE: &str = include_str!("change.rs");

/// The text of a migration with this name.
pub(super) fn contents(name: &str) -> String {
    let sentence = sentence(name);
    if let Some(table) = name.strip_prefix("create_") {
        return CREATE_TABLE
            .replace("examples", table)
            .replace("EXAMPLES", &table.to_uppercase())
            .replace("Create a table", &sentence);
    }
    if let Some((column, table)) = added(name) {
        return ADD_COLUMN
            .replace("examples", table)
            .replace("something", column)
            .replace("Add a column", &sentence);
    }
    CHANGE
        .replace("change_something", name)
        .replace("Change something", &sentence)
}

/// The column and the table of `add_mood_to_scenes`.
pub(super) fn added(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix("add_")?.rsplit_once("_to_")
}
