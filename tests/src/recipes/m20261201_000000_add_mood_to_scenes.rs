//! Scenes have a mood, and are found by it.

use groundwork_schema::{
    alter::Alter,
    table::{Check, Column, Condition, Index, Kind},
};
use sea_orm_migration::prelude::*;

use super::CONVENTION;

const MOOD: Check = Check {
    rule: "mood",
    condition: Condition::OneOf {
        column: "mood",
        values: &["calm", "loud"],
    },
};
const BY_MOOD: Index = Index {
    columns: &["mood"],
    ..Index::DEFAULT
};

fn changes() -> Alter {
    Alter::table("scenes")
        .add_column_filled(Column::required("mood", Kind::Text), "'calm'")
        .add_check(MOOD)
        .add_index(BY_MOOD)
}

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        changes().apply(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        changes().reverse()?.apply(manager, &CONVENTION).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}
