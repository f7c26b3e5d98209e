"""Create graph nodes."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade():
    op.create_table(
        "graph_nodes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("graph_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("properties", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_graph_nodes"),
        sa.ForeignKeyConstraint(["graph_id"], ["knowledge_graphs.id"], name="fk_graph_nodes_graph_id_knowledge_graphs", ondelete="CASCADE"),
        sa.UniqueConstraint("graph_id", "key", name="uq_graph_nodes_graph_id_key"),
        sa.UniqueConstraint("graph_id", "id", name="uq_graph_nodes_graph_id_id"),
        sa.CheckConstraint("key <> ''", name="ck_graph_nodes_key"),
    )


def downgrade():
    op.drop_table("graph_nodes")
