"""Create stale hours."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade():
    op.create_table(
        "stale_hours",
        sa.Column("tracked_entity_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("transaction_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tracked_entity_id", "starts_at", "transaction_number", name="pk_stale_hours"),
    )


def downgrade():
    op.drop_table("stale_hours")
