//! Change something.

use groundwork_schema::run::unwritten;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(unwritten("the way up of change_something"))
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(unwritten("the way down of change_something"))
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
