//! The sentiment time series: for each tracked entity a point per hour and per day (UTC) in which
//! articles mention it.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Index, Kind, OnDelete, Table,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const SENTIMENT_TIMESERIES: Table = Table {
    name: "sentiment_timeseries",
    columns: &[
        Column::required("tracked_entity_id", Kind::Uuid),
        Column::required("period", Kind::Text),
        Column::required("starts_at", Kind::Timestamptz),
        Column::required("mean", Kind::Double),
        Column::required("min", Kind::Double),
        Column::required("max", Kind::Double),
        Column::required("std", Kind::Double),
        Column::required("article_count", Kind::BigInteger),
    ],
    // An entity's series, in either direction.
    primary_key: &["tracked_entity_id", "period", "starts_at"],
    foreign_keys: &[ForeignKey {
        columns: &["tracked_entity_id"],
        table: "tracked_entities",
        referred_columns: &["id"],
        on_delete: OnDelete::Cascade,
        ..ForeignKey::DEFAULT
    }],
    checks: &[
        Check {
            rule: "period",
            condition: Condition::OneOf {
                column: "period",
                values: &["hourly", "daily"],
            },
        },
        Check {
            rule: "mean",
            condition: Condition::Sql("mean >= min AND mean <= max"),
        },
        Check {
            rule: "min",
            condition: Condition::Sql("min >= -1"),
        },
        Check {
            rule: "max",
            condition: Condition::Sql("max <= 1"),
        },
        Check {
            rule: "std",
            condition: Condition::Sql("std >= 0 AND std <= 1"),
        },
        Check {
            rule: "article_count",
            condition: Condition::AtLeast {
                column: "article_count",
                number: 1,
            },
        },
    ],
    // All entities in a window.
    indexes: &[Index {
        columns: &["period", "starts_at"],
        ..Index::DEFAULT
    }],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        SENTIMENT_TIMESERIES.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        SENTIMENT_TIMESERIES.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
