//! Pipeline runs and their steps: the work that makes a project, and who is at it.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Index, Kind, OnDelete, Table, Unique,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const PIPELINE_RUNS: Table = Table {
    name: "pipeline_runs",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("project_id", Kind::Uuid),
        Column::required("status", Kind::Text),
        Column::required("started_at", Kind::Timestamptz),
        Column::optional("finished_at", Kind::Timestamptz),
        Column::optional("error_message", Kind::Text),
    ],
    primary_key: &["id"],
    foreign_keys: &[ForeignKey {
        columns: &["project_id"],
        table: "projects",
        referred_columns: &["id"],
        on_delete: OnDelete::Cascade,
        ..ForeignKey::DEFAULT
    }],
    // A project has one running run at most; finished ones stay as its history.
    uniques: &[Unique {
        columns: &["project_id"],
        only_where: Some("status = 'running'"),
        ..Unique::DEFAULT
    }],
    checks: &[
        Check {
            rule: "status",
            condition: Condition::OneOf {
                column: "status",
                values: &["running", "complete", "failed", "cancelled"],
            },
        },
        Check {
            rule: "finished_unless_running",
            condition: Condition::Sql("(status = 'running') = (finished_at IS NULL)"),
        },
    ],
    indexes: &[Index {
        columns: &["project_id", "started_at"],
        ..Index::DEFAULT
    }],
    ..Table::DEFAULT
};

const PIPELINE_STEPS: Table = Table {
    name: "pipeline_steps",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("run_id", Kind::Uuid),
        Column::required("stage", Kind::Text),
        Column::optional("scene_id", Kind::Uuid),
        Column::required("status", Kind::Text),
        Column::required("attempt", Kind::BigInteger),
        Column::required("next_attempt_at", Kind::Timestamptz),
        Column::optional("lease_owner", Kind::Text),
        Column::optional("lease_expires_at", Kind::Timestamptz),
        Column::optional("error_message", Kind::Text),
    ],
    primary_key: &["id"],
    foreign_keys: &[
        ForeignKey {
            columns: &["run_id"],
            table: "pipeline_runs",
            referred_columns: &["id"],
            on_delete: OnDelete::Cascade,
            ..ForeignKey::DEFAULT
        },
        ForeignKey {
            columns: &["scene_id"],
            table: "scenes",
            referred_columns: &["id"],
            on_delete: OnDelete::Cascade,
            ..ForeignKey::DEFAULT
        },
    ],
    // Two, because NULLs never equal each other: without the first, a run could hold the step
    // that has no scene twice.
    uniques: &[
        Unique {
            columns: &["run_id", "stage"],
            only_where: Some("scene_id IS NULL"),
            ..Unique::DEFAULT
        },
        Unique {
            columns: &["run_id", "stage", "scene_id"],
            only_where: Some("scene_id IS NOT NULL"),
            ..Unique::DEFAULT
        },
    ],
    checks: &[
        Check {
            rule: "stage",
            condition: Condition::OneOf {
                column: "stage",
                values: &["storyboard", "keyframes", "clips", "output"],
            },
        },
        Check {
            rule: "status",
            condition: Condition::OneOf {
                column: "status",
                values: &["pending", "running", "complete", "failed", "cancelled"],
            },
        },
        Check {
            rule: "attempt",
            condition: Condition::AtLeast {
                column: "attempt",
                number: 0,
            },
        },
        Check {
            rule: "lease_pair",
            condition: Condition::Sql("(lease_owner IS NULL) = (lease_expires_at IS NULL)"),
        },
        Check {
            rule: "leased_while_running",
            condition: Condition::Sql("(status = 'running') = (lease_owner IS NOT NULL)"),
        },
    ],
    indexes: &[
        // The steps that are due, and those whose worker fell silent.
        Index {
            columns: &["status", "next_attempt_at"],
            ..Index::DEFAULT
        },
        Index {
            columns: &["status", "lease_expires_at"],
            ..Index::DEFAULT
        },
        Index {
            columns: &["run_id", "status"],
            ..Index::DEFAULT
        },
    ],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        PIPELINE_RUNS.create_with(manager, &CONVENTION).await?;
        PIPELINE_STEPS.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        PIPELINE_STEPS.drop_with(manager).await?;
        PIPELINE_RUNS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
