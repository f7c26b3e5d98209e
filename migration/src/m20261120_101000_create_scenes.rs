//! Scenes: the parts of a project, in order.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Kind, OnDelete, Table, Unique,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const SCENES: Table = Table {
    name: "scenes",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("project_id", Kind::Uuid),
        Column::required("scene_index", Kind::BigInteger),
        Column::required("description", Kind::Text),
        Column::required("start_prompt", Kind::Text),
        Column::required("end_prompt", Kind::Text),
        Column::required("motion_prompt", Kind::Text),
        Column::optional("duration_ms", Kind::BigInteger),
    ],
    primary_key: &["id"],
    foreign_keys: &[ForeignKey {
        columns: &["project_id"],
        table: "projects",
        referred_columns: &["id"],
        on_delete: OnDelete::Cascade,
        ..ForeignKey::DEFAULT
    }],
    uniques: &[Unique {
        columns: &["project_id", "scene_index"],
        ..Unique::DEFAULT
    }],
    checks: &[
        Check {
            rule: "scene_index",
            condition: Condition::AtLeast {
                column: "scene_index",
                number: 0,
            },
        },
        Check {
            rule: "duration_ms",
            condition: Condition::AtLeast {
                column: "duration_ms",
                number: 1,
            },
        },
    ],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        SCENES.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        SCENES.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
