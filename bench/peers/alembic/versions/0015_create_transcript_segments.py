"""Create transcript segments."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade():
    op.create_table(
        "transcript_segments",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transcript_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("starts_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transcript_segments"),
        sa.ForeignKeyConstraint(["transcript_id"], ["transcripts.id"], name="fk_transcript_segments_transcript_id_transcripts", ondelete="CASCADE"),
        sa.UniqueConstraint("transcript_id", "position", name="uq_transcript_segments_transcript_id_position"),
        sa.CheckConstraint("ends_ms >= starts_ms", name="ck_transcript_segments_ends_ms"),
        sa.CheckConstraint("position >= 0", name="ck_transcript_segments_position"),
        sa.CheckConstraint("starts_ms >= 0", name="ck_transcript_segments_starts_ms"),
    )
    op.execute(
        """
        CREATE VIRTUAL TABLE segment_words USING fts5(
            words, content='transcript_segments', content_rowid='id', tokenize='ascii', columnsize=0
        )
        """
    )
    op.execute(
        """
        CREATE TRIGGER transcript_segments_words_inserted AFTER INSERT ON transcript_segments
        BEGIN
            INSERT INTO segment_words (rowid, words) VALUES (NEW.id, NEW.words);
        END
        """
    )
    op.execute(
        """
        CREATE TRIGGER transcript_segments_words_deleted AFTER DELETE ON transcript_segments
        BEGIN
            INSERT INTO segment_words (segment_words, rowid, words) VALUES ('delete', OLD.id, OLD.words);
        END
        """
    )
    op.execute(
        """
        CREATE TRIGGER transcript_segments_words_changed AFTER UPDATE OF id, words ON transcript_segments
        BEGIN
            INSERT INTO segment_words (segment_words, rowid, words) VALUES ('delete', OLD.id, OLD.words);
            INSERT INTO segment_words (rowid, words) VALUES (NEW.id, NEW.words);
        END
        """
    )


def downgrade():
    op.drop_table("transcript_segments")
    op.drop_table("segment_words")
