//! The full-text index over what is said, for searches of a million segments.
//!
//! On PostgreSQL it also holds which ten thousand and which hundred thousand ids a segment's own is
//! among, under marks that no word can be (`#12`, `##1`): a search asks for the newest part of the
//! table first. On SQLite, beginnings of up to three letters get an index of their own.
//!
//! The index is built anew, which takes some seconds for a million segments; nobody writes segments
//! meanwhile.

use groundwork_schema::table::PerEngine;
use sea_orm_migration::prelude::*;

// lint: allow(GW306, "the table is an index over rows that stay, and is built anew")
// lint: allow(GW108, "without the index nothing is found; building it takes seconds")
// lint: allow(GW109, "the index is replaced in the same transaction")
const NEW_INDEX: PerEngine = PerEngine {
    sqlite: "
DROP TABLE segment_words;
CREATE VIRTUAL TABLE segment_words USING fts5(
    words, content='transcript_segments', content_rowid='id', tokenize='ascii', prefix='1 2 3',
    columnsize=0
);
INSERT INTO segment_words (segment_words) VALUES ('rebuild');
",
    postgres: "
DROP INDEX ix_transcript_segments_words;
CREATE INDEX ix_transcript_segments_words ON transcript_segments USING gin ((
    to_tsvector('simple', words)
    || array_to_tsvector(ARRAY['#' || (id / 10000)::text, '##' || (id / 100000)::text])
));
",
};

const OLD_INDEX: PerEngine = PerEngine {
    sqlite: "
DROP TABLE segment_words;
CREATE VIRTUAL TABLE segment_words USING fts5(
    words, content='transcript_segments', content_rowid='id', tokenize='ascii', columnsize=0
);
INSERT INTO segment_words (segment_words) VALUES ('rebuild');
",
    postgres: "
DROP INDEX ix_transcript_segments_words;
CREATE INDEX ix_transcript_segments_words ON transcript_segments
    USING gin (to_tsvector('simple', words));
",
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NEW_INDEX.execute_with(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        OLD_INDEX.execute_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
