"""Room for what the ranking reads, what people say of a match, capacity and exposure.

Adds empty tables and columns; what is there stays as it is, and older code needs none of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_match"
down_revision = "0003_document_vector"


def upgrade() -> None:
    op.create_table(
        "exposure",
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("screen", "email", "board", name="channel", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("explored", sa.Boolean(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("due", sa.Float(), nullable=False),
        sa.CheckConstraint("times >= 0", name=op.f("ck_exposure_times_not_negative")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_exposure_weight_not_negative")),
        sa.CheckConstraint("due >= 0", name=op.f("ck_exposure_due_not_negative")),
        sa.PrimaryKeyConstraint("subject", "day", "channel", "explored", name=op.f("pk_exposure")),
    )
    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exposure_day"), ["day"], unique=False)

    op.create_table(
        "ranking_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_use_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_model")),
        sa.UniqueConstraint("version", name=op.f("uq_ranking_model_version")),
    )
    op.create_table(
        "capacity",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("jobs_a_quarter", sa.Integer(), nullable=True),
        sa.Column("volunteers_a_month", sa.Integer(), nullable=True),
        sa.Column("hours_left", sa.Integer(), nullable=True),
        sa.Column("money_left", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hours_left >= 0", name=op.f("ck_capacity_hours_not_negative")),
        sa.CheckConstraint("jobs_a_quarter >= 0", name=op.f("ck_capacity_jobs_not_negative")),
        sa.CheckConstraint("money_left >= 0", name=op.f("ck_capacity_money_not_negative")),
        sa.CheckConstraint("volunteers_a_month >= 0", name=op.f("ck_capacity_volunteers_not_negative")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_capacity_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_capacity")),
    )
    op.create_table(
        "organisation_credential",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("credential", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_credential_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "credential", name=op.f("pk_organisation_credential")),
    )
    op.create_table(
        "reading",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=24), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_reading_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_reading")),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "ranking_lexicon",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_lexicon")),
    )
    op.create_table(
        "listing_requirement",
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("credential", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_requirement_listing_id_listing")
        ),
        sa.PrimaryKeyConstraint("listing_id", "credential", name=op.f("pk_listing_requirement")),
    )
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.add_column(sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("introduced_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("explored", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("first_shown_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("first_position", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("invited_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("invited_words", sa.String(length=300), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("put_forward_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("put_forward_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("put_forward_words", sa.String(length=300), nullable=False, server_default="")
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_match_put_forward_by_id_user"), "user", ["put_forward_by_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_match_invited_by_id_user"), "user", ["invited_by_id"], ["id"]
        )

    op.execute(  # what people saw on their desks so far, they still see
        sa.text('UPDATE "match" SET introduced_at = suggested_at WHERE retired_at IS NULL')
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("staff_local", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("spend_local", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("local_facts_on", sa.Date(), nullable=True))
        for name in ("staff_local", "spend_local"):
            batch_op.create_check_constraint(f"{name}_percent", f"{name} BETWEEN 0 AND 100")


def downgrade() -> None:
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        for name in ("staff_local", "spend_local"):
            batch_op.drop_constraint(f"{name}_percent", type_="check")
        batch_op.drop_column("local_facts_on")
        batch_op.drop_column("spend_local")
        batch_op.drop_column("staff_local")

    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_match_invited_by_id_user"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_match_put_forward_by_id_user"), type_="foreignkey")
        batch_op.drop_column("put_forward_words")
        batch_op.drop_column("put_forward_by_id")
        batch_op.drop_column("put_forward_at")
        batch_op.drop_column("invited_words")
        batch_op.drop_column("invited_by_id")
        batch_op.drop_column("invited_at")
        batch_op.drop_column("first_position")
        batch_op.drop_column("first_shown_at")
        batch_op.drop_column("explored")
        batch_op.drop_column("introduced_at")
        batch_op.drop_column("saved_at")

    op.drop_table("listing_requirement")
    op.drop_table("ranking_lexicon")
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reading_organisation_id"))

    op.drop_table("reading")
    op.drop_table("organisation_credential")
    op.drop_table("capacity")
    op.drop_table("ranking_model")
    with op.batch_alter_table("exposure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exposure_day"))

    op.drop_table("exposure")
