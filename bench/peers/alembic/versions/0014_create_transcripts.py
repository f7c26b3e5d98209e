"""Create transcripts."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade():
    op.create_table(
        "transcripts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transcripts"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_transcripts_video_id_videos", ondelete="CASCADE"),
        sa.UniqueConstraint("video_id", "language", "origin", name="uq_transcripts_video_id_language_origin"),
        sa.CheckConstraint("length(language) BETWEEN 1 AND 35", name="ck_transcripts_language"),
        sa.CheckConstraint("origin IN ('manual', 'automatic')", name="ck_transcripts_origin"),
    )


def downgrade():
    op.drop_table("transcripts")
