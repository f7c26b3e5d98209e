//! The list of changes that make the schema, and the naming convention of its constraints.
//!
//! A migration is frozen once it has shipped: it brings its own identifiers, never imports
//! `entity`, and each is one transaction on both engines. `cargo migrate new VERB_OBJECT` adds one.

use groundwork_naming::Convention;
use sea_orm_migration::{MigrationTrait, MigratorTrait};

mod m20261120_100000_create_projects;
mod m20261120_101000_create_scenes;
mod m20261120_102000_create_artifacts;
mod m20261120_103000_create_keyframes;
mod m20261120_104000_create_video_clips;
mod m20261120_105000_create_pipeline_runs;
mod m20261120_110000_create_file_trash;
mod m20261121_090000_create_tracked_entities;
mod m20261121_091000_create_articles;
mod m20261121_092000_create_article_mentions;
mod m20261121_093000_create_sentiment_timeseries;
mod m20261121_094000_create_stale_hours;
mod m20261121_100000_create_videos;
mod m20261121_101000_create_transcripts;
mod m20261121_102000_create_transcript_segments;
mod m20261121_110000_create_knowledge_graphs;
mod m20261121_111000_create_graph_nodes;
mod m20261121_112000_create_graph_edges;
mod m20261130_090000_create_file_roots;
mod m20261130_230000_index_the_newest_segments;

/// How every constraint of this schema is named, on both engines.
pub const CONVENTION: Convention = Convention {
    primary_key: "pk_{table}",
    foreign_key: "fk_{table}_{columns}_{referred_table}",
    unique: "uq_{table}_{columns}",
    check: "ck_{table}_{rule}",
    index: "ix_{table}_{columns}",
    not_null: "nn_{table}_{columns}",
};

/// Every migration, oldest first.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261120_100000_create_projects::Migration),
        Box::new(m20261120_101000_create_scenes::Migration),
        Box::new(m20261120_102000_create_artifacts::Migration),
        Box::new(m20261120_103000_create_keyframes::Migration),
        Box::new(m20261120_104000_create_video_clips::Migration),
        Box::new(m20261120_105000_create_pipeline_runs::Migration),
        Box::new(m20261120_110000_create_file_trash::Migration),
        Box::new(m20261121_090000_create_tracked_entities::Migration),
        Box::new(m20261121_091000_create_articles::Migration),
        Box::new(m20261121_092000_create_article_mentions::Migration),
        Box::new(m20261121_093000_create_sentiment_timeseries::Migration),
        Box::new(m20261121_094000_create_stale_hours::Migration),
        Box::new(m20261121_100000_create_videos::Migration),
        Box::new(m20261121_101000_create_transcripts::Migration),
        Box::new(m20261121_102000_create_transcript_segments::Migration),
        Box::new(m20261121_110000_create_knowledge_graphs::Migration),
        Box::new(m20261121_111000_create_graph_nodes::Migration),
        Box::new(m20261121_112000_create_graph_edges::Migration),
        Box::new(m20261130_090000_create_file_roots::Migration),
        Box::new(m20261130_230000_index_the_newest_segments::Migration),
    ]
}

/// The same list for tools that take SeaORM's own trait. It runs without a lock; prefer
/// `groundwork_schema::run`.
#[derive(Clone, Copy, Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        migrations()
    }
}
