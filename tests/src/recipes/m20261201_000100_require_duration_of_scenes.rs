//! Every scene has a duration, and no two scenes of a project the same description.

use groundwork_schema::{alter::Alter, table::Unique};
use sea_orm_migration::prelude::*;

use super::CONVENTION;

const DESCRIPTION: Unique = Unique {
    columns: &["project_id", "description"],
    ..Unique::DEFAULT
};

fn changes() -> Alter {
    Alter::table("scenes")
        .set_required_filling("duration_ms", "1")
        .add_unique(DESCRIPTION)
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
