"""Create pipeline runs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade():
    op.create_table(
        "pipeline_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("error_message", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_pipeline_runs"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_pipeline_runs_project_id_projects", ondelete="CASCADE"),
        sa.CheckConstraint("status IN ('running', 'complete', 'failed', 'cancelled')", name="ck_pipeline_runs_status"),
        sa.CheckConstraint("(status = 'running') = (finished_at IS NULL)", name="ck_pipeline_runs_finished_unless_running"),
    )
    op.create_index("ix_pipeline_runs_project_id_started_at", "pipeline_runs", ["project_id", "started_at"])
    op.create_index("uq_pipeline_runs_project_id", "pipeline_runs", ["project_id"], unique=True, sqlite_where=sa.text("status = 'running'"))
    op.create_table(
        "pipeline_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("scene_id", sa.Uuid()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.Text()),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True)),
        sa.Column("error_message", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_pipeline_steps"),
        sa.ForeignKeyConstraint(["run_id"], ["pipeline_runs.id"], name="fk_pipeline_steps_run_id_pipeline_runs", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name="fk_pipeline_steps_scene_id_scenes", ondelete="CASCADE"),
        sa.CheckConstraint("stage IN ('storyboard', 'keyframes', 'clips', 'output')", name="ck_pipeline_steps_stage"),
        sa.CheckConstraint("status IN ('pending', 'running', 'complete', 'failed', 'cancelled')", name="ck_pipeline_steps_status"),
        sa.CheckConstraint("attempt >= 0", name="ck_pipeline_steps_attempt"),
        sa.CheckConstraint("(lease_owner IS NULL) = (lease_expires_at IS NULL)", name="ck_pipeline_steps_lease_pair"),
        sa.CheckConstraint("(status = 'running') = (lease_owner IS NOT NULL)", name="ck_pipeline_steps_leased_while_running"),
    )
    op.create_index("ix_pipeline_steps_scene_id", "pipeline_steps", ["scene_id"])
    op.create_index("ix_pipeline_steps_status_next_attempt_at", "pipeline_steps", ["status", "next_attempt_at"])
    op.create_index("ix_pipeline_steps_status_lease_expires_at", "pipeline_steps", ["status", "lease_expires_at"])
    op.create_index("ix_pipeline_steps_run_id_status", "pipeline_steps", ["run_id", "status"])
    op.create_index("uq_pipeline_steps_run_id_stage", "pipeline_steps", ["run_id", "stage"], unique=True, sqlite_where=sa.text("scene_id IS NULL"))
    op.create_index("uq_pipeline_steps_run_id_stage_scene_id", "pipeline_steps", ["run_id", "stage", "scene_id"], unique=True, sqlite_where=sa.text("scene_id IS NOT NULL"))


def downgrade():
    op.drop_table("pipeline_steps")
    op.drop_table("pipeline_runs")
