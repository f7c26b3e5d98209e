"""Create articles."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade():
    op.create_table(
        "articles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source_name", sa.Text()),
        sa.Column("content", sa.Text()),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sentiment_score", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.UniqueConstraint("external_id", name="uq_articles_external_id"),
        sa.UniqueConstraint("url", name="uq_articles_url"),
        sa.CheckConstraint("length(external_id) <= 512", name="ck_articles_external_id_length"),
        sa.CheckConstraint("sentiment_score >= -1 AND sentiment_score <= 1", name="ck_articles_sentiment_score"),
        sa.CheckConstraint("length(url) <= 2048", name="ck_articles_url_length"),
    )
    op.create_index("ix_articles_published_at_id", "articles", ["published_at", "id"])
    op.execute(
        """
        CREATE TRIGGER articles_mentions_moved AFTER UPDATE OF published_at ON articles
        WHEN OLD.published_at <> NEW.published_at
        BEGIN
            UPDATE article_mentions SET published_at = NEW.published_at WHERE article_id = NEW.id;
        END
        """
    )


def downgrade():
    op.drop_table("articles")
