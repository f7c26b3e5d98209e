"""Create tracked entities."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade():
    op.create_table(
        "tracked_entities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tracked_entities"),
        sa.UniqueConstraint("name", name="uq_tracked_entities_name"),
        sa.CheckConstraint("category IN ('model', 'tool')", name="ck_tracked_entities_category"),
        sa.CheckConstraint("length(name) <= 200", name="ck_tracked_entities_name_length"),
    )


def downgrade():
    op.drop_table("tracked_entities")
