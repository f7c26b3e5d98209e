//! The way back of changes.

use sea_orm::DbErr;

use super::{
    calls::Alter,
    change::{Before, TableChange},
};
use crate::migration::irreversible;

/// A change that cannot be reversed, because the call does not say what there was before.
///
/// As the error of a migration's `down` it says that the migration cannot be taken back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{call}` of {table} has no way back: {why}")]
pub struct NoWayBack {
    /// The table.
    pub table: &'static str,
    /// The method of [`Alter`] that was called.
    pub call: &'static str,
    /// What the call does not say.
    pub why: &'static str,
}

impl From<NoWayBack> for DbErr {
    fn from(error: NoWayBack) -> Self {
        irreversible(&error.to_string())
    }
}

impl Alter {
    /// The changes that take these back, the last one first.
    ///
    /// They restore the schema that there was before, provided that each call changed something:
    /// [`set_required`](Self::set_required) of a column that was optional, and so on. Rows keep
    /// the values that they have: what [`set_required_filling`](Self::set_required_filling) filled
    /// stays filled, and the values of an added column go with it. The index that
    /// [`add_foreign_key`](Self::add_foreign_key) brings goes with the key.
    ///
    /// ```
    /// use groundwork_schema::{alter::Alter, table::{Column, Index, Kind}};
    ///
    /// let up = Alter::table("scenes")
    ///     .add_column(Column::optional("mood", Kind::Text))
    ///     .add_index(Index { columns: &["mood"], ..Index::DEFAULT });
    /// assert!(up.reverse().is_ok());
    ///
    /// let error = Alter::table("scenes").drop_column("mood").reverse().unwrap_err();
    /// assert_eq!(error.call, "drop_column");
    /// ```
    ///
    /// # Errors
    /// [`NoWayBack`] names the last call that does not say what there was before.
    pub fn reverse(&self) -> Result<Self, NoWayBack> {
        // What the table is called before each change.
        let mut names = vec![self.table];
        for change in &self.changes {
            let name = *names.last().unwrap_or(&self.table);
            names.push(match change {
                TableChange::RenameTable { to, .. } => to,
                _ => name,
            });
        }
        let mut back = Self::table(names.pop().unwrap_or(self.table));
        for (change, before) in self.changes.iter().zip(names).rev() {
            let reversed = reversed(change, before).map_err(|(call, why)| NoWayBack {
                table: self.table,
                call,
                why,
            })?;
            back.changes.extend(reversed);
        }
        Ok(back)
    }
}

/// What takes one change back, or the call and what it does not say.
fn reversed(
    change: &TableChange,
    table: &'static str,
) -> Result<Vec<TableChange>, (&'static str, &'static str)> {
    Ok(vec![match *change {
        TableChange::AddColumn { column, .. } | TableChange::AddFilled { column, .. } => {
            let column = column.name;
            TableChange::DropColumn { column }
        }
        TableChange::RenameColumn { from, to } => TableChange::RenameColumn { from: to, to: from },
        TableChange::Require { column, .. } => TableChange::Optional { column },
        TableChange::Optional { column } => {
            let fill = None;
            TableChange::Require { column, fill }
        }
        TableChange::AddForeignKey(key) => {
            let columns = key.columns;
            let key = TableChange::DropForeignKey {
                columns,
                referred_table: key.table,
            };
            return Ok(vec![key, TableChange::DropIndex { columns }]);
        }
        TableChange::AddCheck(check) => TableChange::DropCheck { rule: check.rule },
        TableChange::AddUnique(unique) => TableChange::DropUnique(unique),
        TableChange::DropUnique(unique) => TableChange::AddUnique(unique),
        TableChange::AddIndex(index) => TableChange::DropIndexOf(index),
        TableChange::DropIndexOf(index) => TableChange::AddIndex(index),
        TableChange::RenameTable { named, .. } => TableChange::RenameTable { to: table, named },
        TableChange::AddTriggers(triggers) => TableChange::DropTriggers(triggers),
        TableChange::DropTriggers(triggers) => TableChange::AddTriggers(triggers),
        TableChange::AddPartition(partition) => TableChange::DropPartition(partition),
        TableChange::DropPartition(partition) => TableChange::AddPartition(partition),
        TableChange::Comment {
            column,
            text,
            before,
        } => TableChange::Comment {
            column,
            text: before,
            before: text,
        },
        TableChange::Default {
            column,
            default,
            before: Before::Was(before),
        } => TableChange::Default {
            column,
            default: before,
            before: Before::Was(default),
        },
        TableChange::DropColumn { .. } => return Err(("drop_column", "what the column held")),
        TableChange::Type { value: None, .. } => {
            return Err(("change_type", "the type before"));
        }
        TableChange::Type { value: Some(_), .. } => {
            return Err(("change_type_using", "the type before"));
        }
        TableChange::Default { default, .. } => {
            let call = default.map_or("drop_default", |_| "set_default");
            return Err((call, "the default before"));
        }
        TableChange::DropForeignKey { .. } => {
            return Err(("drop_foreign_key", "the columns that it referred to"));
        }
        TableChange::DropCheck { .. } => return Err(("drop_check", "the condition")),
        TableChange::PrimaryKey { .. } => return Err(("change_primary_key", "the key before")),
        TableChange::DropIndex { .. } => return Err(("drop_index", "the rows that it held")),
    }])
}
