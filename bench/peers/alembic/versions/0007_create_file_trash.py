"""Create file trash."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade():
    op.create_table(
        "file_trash",
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("trashed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("storage_key", name="pk_file_trash"),
    )
    op.create_index("ix_file_trash_trashed_at", "file_trash", ["trashed_at"])
    op.execute(
        """
        CREATE TRIGGER artifacts_trash_deleted AFTER DELETE ON artifacts
        BEGIN
            INSERT INTO file_trash (storage_key, trashed_at)
            VALUES (OLD.storage_key, strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'))
            ON CONFLICT (storage_key) DO NOTHING;
        END
        """
    )
    op.execute(
        """
        CREATE TRIGGER artifacts_trash_moved AFTER UPDATE OF storage_key ON artifacts
        WHEN OLD.storage_key <> NEW.storage_key
        BEGIN
            INSERT INTO file_trash (storage_key, trashed_at)
            VALUES (OLD.storage_key, strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'))
            ON CONFLICT (storage_key) DO NOTHING;
            DELETE FROM file_trash WHERE storage_key = NEW.storage_key;
        END
        """
    )
    op.execute(
        """
        CREATE TRIGGER artifacts_claim_inserted AFTER INSERT ON artifacts
        BEGIN
            DELETE FROM file_trash WHERE storage_key = NEW.storage_key;
        END
        """
    )


def downgrade():
    op.execute("DROP TRIGGER artifacts_trash_deleted")
    op.execute("DROP TRIGGER artifacts_trash_moved")
    op.execute("DROP TRIGGER artifacts_claim_inserted")
    op.drop_table("file_trash")
