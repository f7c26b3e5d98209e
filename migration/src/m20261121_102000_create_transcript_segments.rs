//! Segments: the parts of a transcript, each with the time at which it is said; and the full-text
//! index over them, which the database keeps current by itself.
//!
//! `words` is a segment's text in the form that is searched: words of lowercase ASCII letters and
//! digits, separated by blanks, so that the tokenizers of both engines find the same words in it.
//! On SQLite the index is an FTS5 table that refers to the rows (and to a primary key that is a
//! number, because a `VACUUM` may change any other rowid) and that triggers fill; on PostgreSQL it
//! is a GIN index over the `tsvector`.

use groundwork_schema::table::{
    Check, Column, Condition, ForeignKey, Kind, OnDelete, PerEngine, Table, Unique,
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
        ..ForeignKey::DEFAULT
    }],
    uniques: &[Unique {
        columns: &["transcript_id", "position"],
        ..Unique::DEFAULT
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
    ..Table::DEFAULT
};

/// The full-text index. SQLite keeps no lengths: nobody asks FTS5 for a ranking by them.
const INDEX: PerEngine = PerEngine {
    sqlite: "
CREATE VIRTUAL TABLE segment_words USING fts5(
    words, content='transcript_segments', content_rowid='id', tokenize='ascii', columnsize=0
);
CREATE TRIGGER transcript_segments_words_inserted AFTER INSERT ON transcript_segments
BEGIN
    INSERT INTO segment_words (rowid, words) VALUES (NEW.id, NEW.words);
END;
CREATE TRIGGER transcript_segments_words_deleted AFTER DELETE ON transcript_segments
BEGIN
    INSERT INTO segment_words (segment_words, rowid, words) VALUES ('delete', OLD.id, OLD.words);
END;
CREATE TRIGGER transcript_segments_words_changed AFTER UPDATE OF id, words ON transcript_segments
BEGIN
    INSERT INTO segment_words (segment_words, rowid, words) VALUES ('delete', OLD.id, OLD.words);
    INSERT INTO segment_words (rowid, words) VALUES (NEW.id, NEW.words);
END;
",
    postgres: "
CREATE INDEX ix_transcript_segments_words ON transcript_segments
    USING gin (to_tsvector('simple', words))
",
};

/// On PostgreSQL the index goes with its table.
const INDEX_GONE: PerEngine = PerEngine {
    sqlite: "
DROP TRIGGER transcript_segments_words_changed;
DROP TRIGGER transcript_segments_words_deleted;
DROP TRIGGER transcript_segments_words_inserted;
DROP TABLE segment_words;
",
    postgres: "",
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TRANSCRIPT_SEGMENTS
            .create_with(manager, &CONVENTION)
            .await?;
        INDEX.execute_with(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        INDEX_GONE.execute_with(manager).await?;
        TRANSCRIPT_SEGMENTS.drop_with(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
