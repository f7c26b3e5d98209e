//! Segments: the parts of a transcript, each with the time at which it is said.
//!
//! A segment's id is a number, which a full-text index can refer to and which a `VACUUM` keeps.
//! `words` is its text in the form that is searched: words of lowercase ASCII letters and digits,
//! separated by blanks, so that both engines find the same words in it.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Kind, OnDelete, Table, Unique,
};
use sea_orm_migration::prelude::*;

use crate::CONVENTION;

const TRANSCRIPT_SEGMENTS: Table = Table {
    name: "transcript_segments",
    columns: &[
        Column::required("id", Kind::Numbered),
        Column::required("transcript_id", Kind::Uuid),
        Column::required("position", Kind::BigInteger),
        Column::required("starts_ms", Kind::BigInteger),
        Column::required("ends_ms", Kind::BigInteger),
        Column::required("text", Kind::Text),
        Column::required("words", Kind::Text),
    ],
    primary_key: &["id"],
    foreign_keys: &[ForeignKey {
        columns: &["transcript_id"],
        table: "transcripts",
        referred_columns: &["id"],
        on_delete: OnDelete::Cascade,
    }],
    uniques: &[Unique {
        columns: &["transcript_id", "position"],
        only_where: None,
    }],
    checks: &[
        Check {
            rule: "position",
            condition: Condition::AtLeast {
                column: "position",
                number: 0,
            },
        },
        Check {
            rule: "starts_ms",
            condition: Condition::AtLeast {
                column: "starts_ms",
                number: 0,
            },
        },
        Check {
            rule: "ends_ms",
            condition: Condition::Sql("\"ends_ms\" >= \"starts_ms\""),
        },
    ],
    indexes: &[],
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TRANSCRIPT_SEGMENTS.create_with(manager, &CONVENTION).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TRANSCRIPT_SEGMENTS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
