//! The statements of a rebuild, in order.

use sea_orm::{ConnectionTrait, DbErr};

use super::{
    Definition, RebuildError,
    catalog::{self, Object, number},
    token::mentions,
};
use crate::sql::{identifier, literal};

/// A table that is to take the place of one that exists.
pub(crate) struct Rebuild<'a> {
    /// The table's name, as the catalog has it.
    pub(crate) table: &'a str,
    /// What it is to be.
    pub(crate) definition: &'a Definition,
    /// For each column that is filled: its name, and the expression over the old table.
    pub(crate) columns: &'a [(String, String)],
    /// The indexes that the new table is to have.
    pub(crate) indexes: &'a [Object],
}

impl Rebuild<'_> {
    /// Puts the new table into the place of the old one.
    pub(crate) async fn run(&self, connection: &impl ConnectionTrait) -> Result<(), RebuildError> {
        if number(connection, "SELECT foreign_keys FROM pragma_foreign_keys").await? == 1 {
            return Err(RebuildError::ForeignKeysOn);
        }
        let triggers = catalog::triggers(connection, self.table).await?;
        let was_legacy = number(
            connection,
            "SELECT legacy_alter_table FROM pragma_legacy_alter_table",
        );
        let was_legacy = was_legacy.await? == 1;
        connection
            .execute_unprepared("PRAGMA legacy_alter_table = ON")
            .await?;
        let replaced = self.replace(connection, &triggers).await;
        if !was_legacy {
            // Not part of the transaction, so that a failure must not leave it on.
            let off = connection.execute_unprepared("PRAGMA legacy_alter_table = OFF");
            let off = off.await;
            return replaced.and_then(|()| Ok(off.map(drop)?));
        }
        replaced
    }

    async fn replace(
        &self,
        connection: &impl ConnectionTrait,
        triggers: &[Object],
    ) -> Result<(), RebuildError> {
        let new = self.free_name(connection).await?;
        let has_statistics = catalog::has_statistics(connection, self.table).await?;
        let run = async |sql: &str| connection.execute_unprepared(sql).await.map(drop);
        let create = self.definition.create_as(&new)?;
        run(&create).await?;
        run(&self.copy(connection, &new).await?).await?;
        if mentions(&create, "AUTOINCREMENT")? {
            for statement in self.carry_sequence(&new) {
                run(&statement).await?;
            }
        }
        run(&format!("DROP TABLE {}", identifier(self.table))).await?;
        run(&format!(
            "ALTER TABLE {} RENAME TO {}",
            identifier(&new),
            identifier(self.table)
        ))
        .await?;
        for object in self.indexes.iter().chain(triggers) {
            run(&object.sql).await?;
        }
        if has_statistics {
            run(&format!("ANALYZE {}", identifier(self.table))).await?;
        }
        Ok(())
    }

    /// The statement that fills the new table.
    async fn copy(&self, connection: &impl ConnectionTrait, new: &str) -> Result<String, DbErr> {
        let (mut names, mut values): (Vec<String>, Vec<String>) = (self.columns.iter())
            .map(|(name, value)| (identifier(name), value.clone()))
            .unzip();
        let old_columns = catalog::columns(connection, self.table).await?;
        let new_columns = catalog::columns(connection, new).await?;
        let old = catalog::rowid(connection, self.table, &old_columns).await?;
        let target = catalog::rowid(connection, new, &new_columns).await?;
        if let (Some(old), Some(target)) = (old, target)
            && !catalog::key_is_rowid(connection, new).await?
        {
            names.insert(0, target.to_owned());
            values.insert(0, old.to_owned());
        }
        Ok(format!(
            "INSERT INTO {} ({}) SELECT {} FROM {}",
            identifier(new),
            names.join(", "),
            values.join(", "),
            identifier(self.table),
        ))
    }

    /// `AUTOINCREMENT` never gives a number twice, not even that of a row which is gone.
    fn carry_sequence(&self, new: &str) -> [String; 2] {
        let (old, new) = (literal(self.table), literal(new));
        [
            format!("DELETE FROM sqlite_sequence WHERE name = {new}"),
            format!(
                "INSERT INTO sqlite_sequence (name, seq) \
                 SELECT {new}, seq FROM sqlite_sequence WHERE name = {old}"
            ),
        ]
    }

    /// A name that nothing has yet.
    async fn free_name(&self, connection: &impl ConnectionTrait) -> Result<String, DbErr> {
        let mut name = format!("{}_rebuilt", self.table);
        loop {
            let sql = format!(
                "SELECT count(*) FROM sqlite_master WHERE name = {} COLLATE NOCASE",
                literal(&name)
            );
            if number(connection, &sql).await? == 0 {
                return Ok(name);
            }
            name.push('_');
        }
    }
}
