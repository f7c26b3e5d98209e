"""Create knowledge graphs."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade():
    op.create_table(
        "knowledge_graphs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("video_id", sa.Uuid()),
        sa.Column("is_directed", sa.Boolean(), nullable=False),
        sa.Column("properties", sa.JSON()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_graphs"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_knowledge_graphs_video_id_videos", ondelete="SET NULL"),
        sa.UniqueConstraint("name", name="uq_knowledge_graphs_name"),
        sa.CheckConstraint("name <> ''", name="ck_knowledge_graphs_name"),
    )
    op.create_index("ix_knowledge_graphs_video_id", "knowledge_graphs", ["video_id"])


def downgrade():
    op.drop_table("knowledge_graphs")
