"""Create videos."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade():
    op.create_table(
        "videos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("duration_ms", sa.BigInteger()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_videos"),
        sa.UniqueConstraint("external_id", name="uq_videos_external_id"),
        sa.CheckConstraint("duration_ms >= 0", name="ck_videos_duration_ms"),
        sa.CheckConstraint("external_id <> ''", name="ck_videos_external_id"),
    )
    op.create_index("ix_videos_channel", "videos", ["channel"])


def downgrade():
    op.drop_table("videos")
