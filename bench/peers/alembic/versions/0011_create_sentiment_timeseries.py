"""Create sentiment timeseries."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade():
    op.create_table(
        "sentiment_timeseries",
        sa.Column("tracked_entity_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mean", sa.Double(), nullable=False),
        sa.Column("min", sa.Double(), nullable=False),
        sa.Column("max", sa.Double(), nullable=False),
        sa.Column("std", sa.Double(), nullable=False),
        sa.Column("article_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tracked_entity_id", "period", "starts_at", name="pk_sentiment_timeseries"),
        sa.ForeignKeyConstraint(["tracked_entity_id"], ["tracked_entities.id"], name="fk_sentiment_timeseries_tracked_entity_id_tracked_entities", ondelete="CASCADE"),
        sa.CheckConstraint("article_count >= 1", name="ck_sentiment_timeseries_article_count"),
        sa.CheckConstraint("max <= 1", name="ck_sentiment_timeseries_max"),
        sa.CheckConstraint("mean >= min AND mean <= max", name="ck_sentiment_timeseries_mean"),
        sa.CheckConstraint("min >= -1", name="ck_sentiment_timeseries_min"),
        sa.CheckConstraint("period IN ('hourly', 'daily')", name="ck_sentiment_timeseries_period"),
        sa.CheckConstraint("std >= 0 AND std <= 1", name="ck_sentiment_timeseries_std"),
    )
    op.create_index("ix_sentiment_timeseries_period_starts_at", "sentiment_timeseries", ["period", "starts_at"])


def downgrade():
    op.drop_table("sentiment_timeseries")
