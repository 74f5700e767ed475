"""What texts mean, for installations that search by meaning.

Adds an empty table; nothing older reads it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_document_vector"
down_revision = "0002_saved_search"


def upgrade() -> None:
    op.create_table(
        "document_vector",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("text_mark", sa.String(length=24), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", "model", name=op.f("pk_document_vector")),
    )


def downgrade() -> None:
    op.drop_table("document_vector")
