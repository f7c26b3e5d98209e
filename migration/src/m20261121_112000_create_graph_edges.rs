//! Edges: how the nodes of a knowledge graph are related.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Kind, OnDelete, Table, Unique,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const GRAPH_EDGES: Table = Table {
    name: "graph_edges",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("graph_id", Kind::Uuid),
        Column::required("source_id", Kind::Uuid),
        Column::required("target_id", Kind::Uuid),
        Column::required("label", Kind::Text),
        Column::required("weight", Kind::Double),
        Column::optional("properties", Kind::Json),
    ],
    primary_key: &["id"],
    foreign_keys: &[
        ForeignKey {
            columns: &["graph_id", "source_id"],
            table: "graph_nodes",
            referred_columns: &["graph_id", "id"],
            on_delete: OnDelete::Cascade,
            ..ForeignKey::DEFAULT
        },
        ForeignKey {
            columns: &["graph_id", "target_id"],
            table: "graph_nodes",
            referred_columns: &["graph_id", "id"],
            on_delete: OnDelete::Cascade,
            ..ForeignKey::DEFAULT
        },
    ],
    uniques: &[Unique {
        columns: &["graph_id", "source_id", "target_id", "label"],
        ..Unique::DEFAULT
    }],
    checks: &[Check {
        rule: "weight",
        // Infinity times zero is NaN, which SQLite reads as NULL.
        condition: Condition::Sql("\"weight\" > 0 AND coalesce(\"weight\" * 0, 1) = 0"),
    }],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        GRAPH_EDGES.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        GRAPH_EDGES.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
