"""Searches people keep.

Adds an empty table; nothing older reads it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_saved_search"
down_revision = "0001_first"


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_saved_search_user_id_user")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_saved_search_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_saved_search_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("user_id", "address", name=op.f("uq_saved_search_user_id_address")),
    )
    with op.batch_alter_table("saved_search") as table:
        table.create_index(op.f("ix_saved_search_organisation_id"), ["organisation_id"])
        table.create_index(op.f("ix_saved_search_place_id"), ["place_id"])


def downgrade() -> None:
    with op.batch_alter_table("saved_search") as table:
        table.drop_index(op.f("ix_saved_search_place_id"))
        table.drop_index(op.f("ix_saved_search_organisation_id"))
    op.drop_table("saved_search")
