"""Create keyframes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade():
    op.create_table(
        "keyframes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scene_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("artifact_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_keyframes"),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name="fk_keyframes_scene_id_scenes", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["artifact_id"], ["artifacts.id"], name="fk_keyframes_artifact_id_artifacts", ondelete="CASCADE"),
        sa.UniqueConstraint("scene_id", "position", name="uq_keyframes_scene_id_position"),
        sa.UniqueConstraint("artifact_id", name="uq_keyframes_artifact_id"),
        sa.CheckConstraint("position IN ('start', 'end')", name="ck_keyframes_position"),
    )


def downgrade():
    op.drop_table("keyframes")
