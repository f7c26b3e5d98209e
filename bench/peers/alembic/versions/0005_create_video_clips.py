"""Create video clips."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade():
    op.create_table(
        "video_clips",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scene_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("artifact_id", sa.Uuid()),
        sa.Column("duration_ms", sa.BigInteger()),
        sa.Column("provider_operation", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_video_clips"),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name="fk_video_clips_scene_id_scenes", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["artifact_id"], ["artifacts.id"], name="fk_video_clips_artifact_id_artifacts", ondelete="CASCADE"),
        sa.UniqueConstraint("scene_id", "attempt", name="uq_video_clips_scene_id_attempt"),
        sa.UniqueConstraint("artifact_id", name="uq_video_clips_artifact_id"),
        sa.CheckConstraint("attempt >= 1", name="ck_video_clips_attempt"),
        sa.CheckConstraint("status IN ('pending', 'running', 'complete', 'failed')", name="ck_video_clips_status"),
        sa.CheckConstraint("status <> 'complete' OR artifact_id IS NOT NULL", name="ck_video_clips_complete_has_artifact"),
        sa.CheckConstraint("duration_ms >= 1", name="ck_video_clips_duration_ms"),
    )


def downgrade():
    op.drop_table("video_clips")
