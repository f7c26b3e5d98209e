//! The calls of a migration.

use groundwork_naming::{Convention, Engine};
use sea_orm::DbErr;
use sea_orm_migration::SchemaManager;

use super::{
    change::{Context, TableChange},
    postgres, sqlite,
};
use crate::table::{Check, Column, ForeignKey, Index, Kind, Unique};

/// Changes of one table, to be [applied](Self::apply) together.
///
/// ```
/// use groundwork_schema::{alter::Alter, table::{Column, Index, Kind}};
/// use sea_orm::{ConnectionTrait, Database};
/// use sea_orm_migration::SchemaManager;
/// # use groundwork_naming::Convention;
/// # const CONVENTION: Convention = Convention {
/// #     primary_key: "pk_{table}", foreign_key: "fk_{table}_{columns}_{referred_table}",
/// #     unique: "uq_{table}_{columns}", check: "ck_{table}_{rule}",
/// #     index: "ix_{table}_{columns}", not_null: "nn_{table}_{columns}",
/// # };
///
/// fn changes() -> Alter {
///     Alter::table("books")
///         .add_column(Column::optional("language", Kind::Text))
///         .add_index(Index { columns: &["language"], only_where: None })
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let connection = Database::connect("sqlite::memory:").await?;
/// # connection.execute_unprepared("CREATE TABLE books (title text)").await?;
/// let manager = SchemaManager::new(&connection); // a migration is given one
/// changes().apply(&manager, &CONVENTION).await?;
/// assert!(manager.has_index("books", "ix_books_language").await?);
/// assert!(changes().reverse().is_ok()); // the way back, for `down`
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is changed before `apply`"]
pub struct Alter {
    pub(super) table: &'static str,
    pub(super) changes: Vec<TableChange>,
}

impl Alter {
    /// No change of this table yet.
    pub const fn table(name: &'static str) -> Self {
        Self {
            table: name,
            changes: Vec::new(),
        }
    }

    /// Adds a column. A required one is refused if there are rows, which would have no value.
    pub fn add_column(self, column: Column) -> Self {
        self.with(TableChange::AddColumn {
            column,
            default: None,
        })
    }

    /// Adds a column, and keeps `default`, an SQL expression, for rows that do not fill it.
    pub fn add_column_with_default(self, column: Column, default: &'static str) -> Self {
        let default = Some(default);
        self.with(TableChange::AddColumn { column, default })
    }

    /// Adds a column, and fills it in the rows that exist with an SQL expression, which may use
    /// other columns. New rows have no default.
    pub fn add_column_filled(self, column: Column, value: &'static str) -> Self {
        self.with(TableChange::AddFilled { column, value })
    }

    /// Drops a column, with the indexes and constraints of this table that use it. Refused while a
    /// view, a trigger or a foreign key of another table uses it.
    pub fn drop_column(self, column: &'static str) -> Self {
        self.with(TableChange::DropColumn { column })
    }

    /// Renames a column, wherever it is used. Constraints and indexes keep their names: drop and
    /// add those that the convention names after the column.
    pub fn rename_column(self, from: &'static str, to: &'static str) -> Self {
        self.with(TableChange::RenameColumn { from, to })
    }

    /// Changes what a column holds. Values are converted by way of their text: `'12'` becomes 12,
    /// `'true'` true, a UUID its 36 characters, text bytes in UTF-8. A value that cannot be is an
    /// error.
    pub fn change_type(self, column: &'static str, kind: Kind) -> Self {
        self.with(TableChange::Type {
            column,
            kind,
            value: None,
        })
    }

    /// Changes what a column holds, with an SQL expression, in words of both engines, for the
    /// value that each row then has.
    pub fn change_type_using(self, column: &'static str, kind: Kind, value: &'static str) -> Self {
        self.with(TableChange::Type {
            column,
            kind,
            value: Some(value),
        })
    }

    /// Demands a value in every row.
    pub fn set_required(self, column: &'static str) -> Self {
        let fill = None;
        self.with(TableChange::Require { column, fill })
    }

    /// Demands a value in every row, after giving the rows that have none that of an SQL
    /// expression.
    pub fn set_required_filling(self, column: &'static str, value: &'static str) -> Self {
        let fill = Some(value);
        self.with(TableChange::Require { column, fill })
    }

    /// Allows rows without a value.
    pub fn set_optional(self, column: &'static str) -> Self {
        self.with(TableChange::Optional { column })
    }

    /// Gives a column a default, an SQL expression in words of both engines.
    pub fn set_default(self, column: &'static str, default: &'static str) -> Self {
        let default = Some(default);
        self.with(TableChange::Default { column, default })
    }

    /// Takes a column's default away.
    pub fn drop_default(self, column: &'static str) -> Self {
        let default = None;
        self.with(TableChange::Default { column, default })
    }

    /// Adds a foreign key, and an index for it unless there is one of that name.
    pub fn add_foreign_key(self, key: ForeignKey) -> Self {
        self.with(TableChange::AddForeignKey(key))
    }

    /// Drops the foreign key from `columns` to `referred_table`. Its index stays.
    pub fn drop_foreign_key(
        self,
        columns: &'static [&'static str],
        referred_table: &'static str,
    ) -> Self {
        self.with(TableChange::DropForeignKey {
            columns,
            referred_table,
        })
    }

    /// Adds a check.
    pub fn add_check(self, check: Check) -> Self {
        self.with(TableChange::AddCheck(check))
    }

    /// Drops the check that upholds `rule`.
    pub fn drop_check(self, rule: &'static str) -> Self {
        self.with(TableChange::DropCheck { rule })
    }

    /// Allows values once only.
    pub fn add_unique(self, unique: Unique) -> Self {
        self.with(TableChange::AddUnique(unique))
    }

    /// Allows values more than once again.
    pub fn drop_unique(self, unique: Unique) -> Self {
        self.with(TableChange::DropUnique(unique))
    }

    /// Makes these columns the primary key, in place of the one that there is.
    pub fn change_primary_key(self, columns: &'static [&'static str]) -> Self {
        self.with(TableChange::PrimaryKey { columns })
    }

    /// Adds an index.
    pub fn add_index(self, index: Index) -> Self {
        self.with(TableChange::AddIndex(index))
    }

    /// Drops the index over these columns.
    pub fn drop_index(self, columns: &'static [&'static str]) -> Self {
        self.with(TableChange::DropIndex { columns })
    }

    /// Makes the changes.
    ///
    /// # Errors
    /// Rows that do not fulfil what a change demands, something that is to be changed and does not
    /// exist, a definition that cannot be read (SQLite), and whatever the database refuses. The
    /// migration must then fail, so that its transaction takes back what was done.
    pub async fn apply(
        self,
        manager: &SchemaManager<'_>,
        convention: &Convention,
    ) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let work = Context {
            table: self.table,
            convention,
        };
        let engine = Engine::try_from(manager.get_database_backend());
        match engine.map_err(|unknown| DbErr::Migration(unknown.to_string()))? {
            Engine::Sqlite => sqlite::apply(&work, &self.changes, connection).await?,
            Engine::Postgres => postgres::apply(&work, &self.changes, connection).await?,
        }
        Ok(())
    }

    fn with(mut self, change: TableChange) -> Self {
        self.changes.push(change);
        self
    }
}
