"""Create scenes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table(
        "scenes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("scene_index", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("start_prompt", sa.Text(), nullable=False),
        sa.Column("end_prompt", sa.Text(), nullable=False),
        sa.Column("motion_prompt", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_scenes"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_scenes_project_id_projects", ondelete="CASCADE"),
        sa.UniqueConstraint("project_id", "scene_index", name="uq_scenes_project_id_scene_index"),
        sa.CheckConstraint("scene_index >= 0", name="ck_scenes_scene_index"),
        sa.CheckConstraint("duration_ms >= 1", name="ck_scenes_duration_ms"),
    )


def downgrade():
    op.drop_table("scenes")
