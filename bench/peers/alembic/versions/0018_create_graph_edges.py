"""Create graph edges."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade():
    op.create_table(
        "graph_edges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("graph_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("properties", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_graph_edges"),
        sa.ForeignKeyConstraint(["graph_id", "source_id"], ["graph_nodes.graph_id", "graph_nodes.id"], name="fk_graph_edges_graph_id_source_id_graph_nodes", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["graph_id", "target_id"], ["graph_nodes.graph_id", "graph_nodes.id"], name="fk_graph_edges_graph_id_target_id_graph_nodes", ondelete="CASCADE"),
        sa.UniqueConstraint("graph_id", "source_id", "target_id", "label", name="uq_graph_edges_graph_id_source_id_target_id_label"),
        sa.CheckConstraint("weight > 0 AND coalesce(weight * 0, 1) = 0", name="ck_graph_edges_weight"),
    )
    op.create_index("ix_graph_edges_graph_id_target_id", "graph_edges", ["graph_id", "target_id"])


def downgrade():
    op.drop_table("graph_edges")
