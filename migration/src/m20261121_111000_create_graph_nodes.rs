//! Nodes: what a knowledge graph is about, each known within its graph by a key.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Kind, OnDelete, Table, Unique,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const GRAPH_NODES: Table = Table {
    name: "graph_nodes",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::required("graph_id", Kind::Uuid),
        Column::required("key", Kind::Text),
        Column::required("label", Kind::Text),
        Column::optional("kind", Kind::Text),
        Column::optional("properties", Kind::Json),
    ],
    primary_key: &["id"],
    foreign_keys: &[ForeignKey {
        columns: &["graph_id"],
        table: "knowledge_graphs",
        referred_columns: &["id"],
        on_delete: OnDelete::Cascade,
        ..ForeignKey::DEFAULT
    }],
    uniques: &[
        Unique {
            columns: &["graph_id", "key"],
            ..Unique::DEFAULT
        },
        // What edges refer to, so that both ends of an edge lie in its graph.
        Unique {
            columns: &["graph_id", "id"],
            ..Unique::DEFAULT
        },
    ],
    checks: &[Check {
        rule: "key",
        condition: Condition::Sql("\"key\" <> ''"),
    }],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        GRAPH_NODES.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        GRAPH_NODES.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
