//! Change something.

use groundwork_schema::{
    alter::Alter,
    table::{Check, Column, Condition, ForeignKey, Kind, OnDelete, Table, Unique},
};
use sea_orm_migration::prelude::*;

use super::CONVENTION;

const MOODS: Table = Table {
    name: "moods",
    columns: &[
        Column::required("id", Kind::Uuid),
        Column::optional("scene_id", Kind::Uuid),
        Column::required("label", Kind::Text),
        Column::required("kind", Kind::Text),
    ],
    primary_key: &["id"],
    foreign_keys: &[ForeignKey {
        columns: &["scene_id"],
        table: "scenes",
        referred_columns: &["id"],
        on_delete: OnDelete::SetNull,
        ..ForeignKey::DEFAULT
    }],
    uniques: &[Unique {
        columns: &["label", "kind"],
        ..Unique::DEFAULT
    }],
    ..Table::DEFAULT
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        MOODS.create_with(manager, &CONVENTION).await?;
        Alter::table("artifacts")
            .drop_check("kind")
            .add_check(Check {
                rule: "kind",
                condition: Condition::OneOf {
                    column: "kind",
                    values: &["keyframe", "clip", "output", "poster"],
                },
            })
            .apply(manager, &CONVENTION)
            .await?;
        Alter::table("scenes")
            .drop_unique(Unique {
                columns: &["project_id", "scene_index"],
                ..Unique::DEFAULT
            })
            .drop_column("end_prompt")
            .rename_column("scene_index", "place")
            .add_column(Column::optional("mood", Kind::Text))
            .add_column_filled(
                Column::required("is_dark", Kind::Boolean),
                r#"start_prompt = "motion_prompt""#,
            )
            .set_optional("description")
            .set_required_filling("duration_ms", "1000")
            .add_check(Check {
                rule: "mood",
                condition: Condition::OneOf {
                    column: "mood",
                    values: &["bright", "dark"],
                },
            })
            .add_unique(Unique {
                columns: &["project_id", "place"],
                ..Unique::DEFAULT
            })
            .add_unique(Unique {
                columns: &["description"],
                ..Unique::DEFAULT
            })
            .apply(manager, &CONVENTION)
            .await?;
        Alter::table("transcripts")
            .add_column(Column::required("quotes", Kind::Blob))
            .apply(manager, &CONVENTION)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Alter::table("transcripts")
            .drop_column("quotes")
            .apply(manager, &CONVENTION)
            .await?;
        Alter::table("scenes")
            .drop_unique(Unique {
                columns: &["description"],
                ..Unique::DEFAULT
            })
            .drop_unique(Unique {
                columns: &["project_id", "place"],
                ..Unique::DEFAULT
            })
            .set_optional("duration_ms")
            .set_required("description")
            .drop_column("is_dark")
            .drop_column("mood")
            .rename_column("place", "scene_index")
            .add_column_filled(Column::required("end_prompt", Kind::Text), "'none'")
            .add_unique(Unique {
                columns: &["project_id", "scene_index"],
                ..Unique::DEFAULT
            })
            .apply(manager, &CONVENTION)
            .await?;
        Alter::table("artifacts")
            .drop_check("kind")
            .add_check(Check {
                rule: "kind",
                condition: Condition::OneOf {
                    column: "kind",
                    values: &["keyframe", "clip", "output"],
                },
            })
            .apply(manager, &CONVENTION)
            .await?;
        MOODS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
