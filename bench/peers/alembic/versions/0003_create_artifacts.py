"""Create artifacts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.create_table(
        "artifacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("blake3", sa.Text(), nullable=False),
        sa.Column("original_name", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_artifacts"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_artifacts_project_id_projects", ondelete="CASCADE"),
        sa.UniqueConstraint("storage_key", name="uq_artifacts_storage_key"),
        sa.CheckConstraint("kind IN ('keyframe', 'clip', 'output')", name="ck_artifacts_kind"),
        sa.CheckConstraint("size_bytes >= 0", name="ck_artifacts_size_bytes"),
        sa.CheckConstraint("length(blake3) = 64", name="ck_artifacts_blake3_length"),
    )
    op.create_index("ix_artifacts_project_id_kind", "artifacts", ["project_id", "kind"])


def downgrade():
    op.drop_table("artifacts")
