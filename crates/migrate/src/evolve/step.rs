//! What a written migration does, as data: it is run from here for the proof, and printed from here
//! as source.

use groundwork_naming::Convention;
use groundwork_schema::{
    alter::{Alter, Named},
    run::irreversible,
    table::{Check, Column, ForeignKey, Index, Kind, Table, Unique},
};
use sea_orm_migration::{
    MigrationName, MigrationTrait, async_trait,
    prelude::{DbErr, SchemaManager},
};

/// A statement of a migration.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Creates a table.
    Create(Table),
    /// Drops a table; what it was.
    Drop(&'static str),
    /// Changes a table.
    Alter(&'static str, Vec<Call>),
}

/// A call of [`Alter`].
#[derive(Clone, Debug)]
pub(crate) enum Call {
    AddColumn(Column),
    AddColumnFilled(Column, &'static str),
    AddColumnWithDefault(Column, &'static str),
    DropColumn(&'static str),
    RenameTable(&'static str, &'static [Named]),
    RenameColumn(&'static str, &'static str),
    ChangeType(&'static str, Kind),
    ChangeTypeUsing(&'static str, Kind, &'static str),
    SetRequired(&'static str),
    SetRequiredFilling(&'static str, &'static str),
    SetOptional(&'static str),
    SetDefault(&'static str, &'static str),
    AddForeignKey(ForeignKey),
    DropForeignKey(&'static [&'static str], &'static str),
    AddCheck(Check),
    DropCheck(&'static str),
    AddUnique(Unique),
    DropUnique(Unique),
    ChangePrimaryKey(&'static [&'static str]),
    AddIndex(Index),
    DropIndex(&'static [&'static str]),
}

/// How a migration is taken back.
#[derive(Clone, Debug)]
pub(crate) enum WayBack {
    Steps(Vec<Step>),
    /// Not at all, for this reason.
    None(String),
}

/// A migration that was not compiled.
pub(super) struct Uncompiled {
    pub(super) name: String,
    pub(super) convention: Convention,
    pub(super) up: Vec<Step>,
    pub(super) down: WayBack,
}

impl MigrationName for Uncompiled {
    fn name(&self) -> &str {
        &self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Uncompiled {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(&self.up, manager, &self.convention).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match &self.down {
            WayBack::Steps(steps) => run(steps, manager, &self.convention).await,
            WayBack::None(why) => Err(irreversible(why)),
        }
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn run(
    steps: &[Step],
    manager: &SchemaManager<'_>,
    convention: &Convention,
) -> Result<(), DbErr> {
    for step in steps {
        match step {
            Step::Create(table) => table.create_with(manager, convention).await?,
            Step::Drop(table) => bare(table).drop_with(manager).await?,
            Step::Alter(table, calls) => {
                let alter = calls
                    .iter()
                    .fold(Alter::table(table), |alter, call| call.on(alter));
                alter.apply(manager, convention).await?;
            }
        }
    }
    Ok(())
}

/// A table of which no more than the name is needed.
pub(super) const fn bare(name: &'static str) -> Table {
    Table {
        name,
        ..Table::DEFAULT
    }
}

impl Call {
    fn on(&self, alter: Alter) -> Alter {
        match *self {
            Self::AddColumn(column) => alter.add_column(column),
            Self::AddColumnFilled(column, value) => alter.add_column_filled(column, value),
            Self::AddColumnWithDefault(column, default) => {
                alter.add_column_with_default(column, default)
            }
            Self::DropColumn(column) => alter.drop_column(column),
            Self::RenameTable(to, named) => alter.rename_table(to, named),
            Self::RenameColumn(from, to) => alter.rename_column(from, to),
            Self::ChangeType(column, kind) => alter.change_type(column, kind),
            Self::ChangeTypeUsing(column, kind, value) => {
                alter.change_type_using(column, kind, value)
            }
            Self::SetRequired(column) => alter.set_required(column),
            Self::SetRequiredFilling(column, value) => alter.set_required_filling(column, value),
            Self::SetOptional(column) => alter.set_optional(column),
            Self::SetDefault(column, value) => alter.set_default(column, value),
            Self::AddForeignKey(key) => alter.add_foreign_key(key),
            Self::DropForeignKey(columns, table) => alter.drop_foreign_key(columns, table),
            Self::AddCheck(check) => alter.add_check(check),
            Self::DropCheck(rule) => alter.drop_check(rule),
            Self::AddUnique(unique) => alter.add_unique(unique),
            Self::DropUnique(unique) => alter.drop_unique(unique),
            Self::ChangePrimaryKey(columns) => alter.change_primary_key(columns),
            Self::AddIndex(index) => alter.add_index(index),
            Self::DropIndex(columns) => alter.drop_index(columns),
        }
    }
}

/// A name that lives as long as the process: migrations are made of constants, and this one is not
/// compiled yet. A command writes one migration, so that this is little.
pub(crate) fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// The same for a list of names.
pub(crate) fn leaked_list(texts: &[String]) -> &'static [&'static str] {
    leaked_parts(texts.iter().map(|text| leaked(text)).collect())
}

/// The same for parts of a table.
pub(crate) fn leaked_parts<T>(parts: Vec<T>) -> &'static [T] {
    Box::leak(parts.into_boxed_slice())
}
