"""Create article mentions."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade():
    op.create_table(
        "article_mentions",
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("tracked_entity_id", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sentiment_score", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "tracked_entity_id", name="pk_article_mentions"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_article_mentions_article_id_articles", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tracked_entity_id"], ["tracked_entities.id"], name="fk_article_mentions_tracked_entity_id_tracked_entities", ondelete="CASCADE"),
        sa.CheckConstraint("sentiment_score >= -1 AND sentiment_score <= 1", name="ck_article_mentions_sentiment_score"),
    )
    op.create_index("ix_article_mentions_tracked_entity_id_published_at_a_21bcce3a0d", "article_mentions", ["tracked_entity_id", "published_at", "article_id", "sentiment_score"])
    op.execute(
        """
        CREATE TRIGGER article_mentions_stale_inserted AFTER INSERT ON article_mentions
        BEGIN
            INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
            VALUES (NEW.tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', NEW.published_at), 0)
            ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING;
        END
        """
    )
    op.execute(
        """
        CREATE TRIGGER article_mentions_stale_updated
        AFTER UPDATE OF tracked_entity_id, published_at, sentiment_score ON article_mentions
        BEGIN
            INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
            VALUES (OLD.tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', OLD.published_at), 0),
                   (NEW.tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', NEW.published_at), 0)
            ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING;
        END
        """
    )
    op.execute(
        """
        CREATE TRIGGER article_mentions_stale_deleted AFTER DELETE ON article_mentions
        BEGIN
            INSERT INTO stale_hours (tracked_entity_id, starts_at, transaction_number)
            VALUES (OLD.tracked_entity_id, strftime('%Y-%m-%dT%H:00:00+00:00', OLD.published_at), 0)
            ON CONFLICT (tracked_entity_id, starts_at, transaction_number) DO NOTHING;
        END
        """
    )


def downgrade():
    op.drop_table("article_mentions")
