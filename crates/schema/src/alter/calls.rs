//! The calls of a migration.

use groundwork_naming::{Convention, Engine};
use sea_orm::DbErr;
use sea_orm_migration::SchemaManager;

use super::{
    Named,
    change::{Before, Context, TableChange},
    postgres, sqlite,
};
use crate::table::{Check, Column, ForeignKey, Index, Kind, Partition, Triggers, Unique};

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
///         .add_index(Index { columns: &["language"], ..Index::DEFAULT })
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

    /// Gives the table another name, and those things that the convention names after it theirs.
    /// Views, triggers and foreign keys of other tables follow; functions of PostgreSQL do not. The
    /// calls behind this one are about the table by its new name.
    ///
    /// ```
    /// use groundwork_schema::alter::{Alter, Named};
    ///
    /// let up = Alter::table("books").rename_table("volumes", &[
    ///     Named::PrimaryKey,
    ///     Named::ForeignKey { columns: &["author_id"], table: "authors" },
    ///     Named::Index(&["author_id"]),
    ///     Named::Referring { table: "loans", columns: &["book_id"] },
    /// ]);
    /// assert!(up.reverse().is_ok());
    /// ```
    pub fn rename_table(self, to: &'static str, named: &'static [Named]) -> Self {
        self.with(TableChange::RenameTable { to, named })
    }

    /// Adds a column. A required one without a default is refused if there are rows, which would
    /// have no value.
    pub fn add_column(self, column: Column) -> Self {
        self.with(TableChange::AddColumn { column })
    }

    /// Adds a column, and keeps `default`, an SQL expression, for rows that do not fill it. The same
    /// as [`add_column`](Self::add_column) with a [`Column::default`].
    pub fn add_column_with_default(self, column: Column, default: &'static str) -> Self {
        self.add_column(column.default(default))
    }

    /// Adds a column, and fills it in the rows that exist with an SQL expression, which may use
    /// other columns. New rows have the default of the column, if it has one.
    pub fn add_column_filled(self, column: Column, value: &'static str) -> Self {
        self.with(TableChange::AddFilled { column, value })
    }

    /// Drops a column, with the indexes and constraints of this table that use it. Refused while a
    /// view, a trigger, a generated column or a foreign key of another table uses it.
    pub fn drop_column(self, column: &'static str) -> Self {
        self.with(TableChange::DropColumn { column })
    }

    /// Renames a column, wherever it is used. Constraints and indexes keep their names: drop and
    /// add those that the convention names after the column.
    pub fn rename_column(self, from: &'static str, to: &'static str) -> Self {
        self.with(TableChange::RenameColumn { from, to })
    }

    /// Changes what a column holds. Values, and the default, are converted by way of their text:
    /// `'12'` becomes 12, `'true'` true, a UUID its 36 characters, text bytes in UTF-8. A number keeps
    /// all its digits. A value that cannot be, or would lose a digit, is an error.
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
        self.with(TableChange::Default {
            column,
            default: Some(default),
            before: Before::Unknown,
        })
    }

    /// Takes a column's default away.
    pub fn drop_default(self, column: &'static str) -> Self {
        self.with(TableChange::Default {
            column,
            default: None,
            before: Before::Unknown,
        })
    }

    /// Gives a column the default `to`, or none, in place of `from`. Says enough for a way back.
    pub fn change_default(
        self,
        column: &'static str,
        from: Option<&'static str>,
        to: Option<&'static str>,
    ) -> Self {
        self.with(TableChange::Default {
            column,
            default: to,
            before: Before::Was(from),
        })
    }

    /// Gives the table the comment `to`, or none, in place of `from`. SQLite keeps no comments, so
    /// that nothing is done there.
    pub fn change_comment(self, from: Option<&'static str>, to: Option<&'static str>) -> Self {
        self.with(TableChange::Comment {
            column: None,
            text: to,
            before: from,
        })
    }

    /// Gives a column the comment `to`, or none, in place of `from`. SQLite keeps no comments, so
    /// that nothing is done there.
    pub fn change_column_comment(
        self,
        column: &'static str,
        from: Option<&'static str>,
        to: Option<&'static str>,
    ) -> Self {
        self.with(TableChange::Comment {
            column: Some(column),
            text: to,
            before: from,
        })
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

    /// Drops the index over these columns. For an expression, say the words in the name.
    pub fn drop_index(self, columns: &'static [&'static str]) -> Self {
        self.with(TableChange::DropIndex { columns })
    }

    /// Drops this index. Says enough for a way back.
    pub fn drop_index_of(self, index: Index) -> Self {
        self.with(TableChange::DropIndexOf(index))
    }

    /// Adds triggers, which may watch other tables too.
    pub fn add_triggers(self, triggers: Triggers<'static>) -> Self {
        self.with(TableChange::AddTriggers(triggers))
    }

    /// Drops triggers, and the function that they run on PostgreSQL.
    pub fn drop_triggers(self, triggers: Triggers<'static>) -> Self {
        self.with(TableChange::DropTriggers(triggers))
    }

    /// Adds a partition to a table that is split into partitions on PostgreSQL. SQLite has none, so
    /// that nothing is done there. Taken back, the partition goes with its rows.
    pub fn add_partition(self, partition: Partition) -> Self {
        self.with(TableChange::AddPartition(partition))
    }

    /// Makes the changes.
    ///
    /// In a migration whose `use_transaction` is `Some(false)`, PostgreSQL makes them so that
    /// programs can go on reading and writing meanwhile: indexes `CONCURRENTLY`, constraints
    /// `NOT VALID` and then validated, rows filled in batches. Each call can then be made again
    /// after a failure between two of them; a renamed column or table and triggers cannot, and
    /// belong into a migration of their own.
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
        let engine = Engine::try_from(manager.get_database_backend())
            .map_err(|unknown| DbErr::Migration(unknown.to_string()))?;
        let is_rename = |change: &TableChange| matches!(change, TableChange::RenameTable { .. });
        let mut table = self.table;
        for group in (self.changes).chunk_by(|one, other| !is_rename(one) && !is_rename(other)) {
            let work = Context {
                table,
                convention,
                engine,
            };
            match engine {
                Engine::Sqlite => sqlite::apply(&work, group, connection).await?,
                Engine::Postgres => postgres::apply(&work, group, connection).await?,
            }
            if let [TableChange::RenameTable { to, .. }] = group {
                table = to;
            }
        }
        Ok(())
    }

    fn with(mut self, change: TableChange) -> Self {
        self.changes.push(change);
        self
    }
}
