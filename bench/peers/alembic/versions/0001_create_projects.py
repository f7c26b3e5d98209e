"""Create projects."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "projects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("style", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("style_guide", sa.JSON()),
        sa.Column("storyboard", sa.Text()),
        sa.Column("content_digest", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("content_digest", name="uq_projects_content_digest"),
        sa.CheckConstraint("status IN ('draft', 'running', 'complete', 'failed', 'cancelled')", name="ck_projects_status"),
        sa.CheckConstraint("length(style) <= 50", name="ck_projects_style_length"),
        sa.CheckConstraint("length(content_digest) = 64", name="ck_projects_content_digest_length"),
    )


def downgrade():
    op.drop_table("projects")
